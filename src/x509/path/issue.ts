import type { ClientCertificateIssue } from "../../domain/clientCertificateCheck.ts";
import type { DecodedCertificate } from "../certificate.ts";
import { formatName } from "../distinguishedName.ts";
import { fingerprint } from "../parsedCertificate.ts";

/** An issue before the certificate that it affects is added. */
export type IssueOf = ClientCertificateIssue extends infer Issue
	? Issue extends unknown
		? Omit<Issue, "subject" | "certificate">
		: never
	: never;

/** Adds the affected certificate to issues. */
export function addCertificate(certificate: DecodedCertificate, issues: Iterable<IssueOf>): ClientCertificateIssue[] {
	const found = [...issues];
	if (found.length === 0) return [];
	const affected = { subject: formatName(certificate.subject), certificate: fingerprint(certificate.raw.der) };
	return found.map((issue) => ({ ...issue, ...affected }) as ClientCertificateIssue);
}

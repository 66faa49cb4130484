import type { CertificatesApi } from "../../domain/adminApi.ts";
import { CERTIFICATE_LIMIT, type CertificateListing } from "../../domain/certificate.ts";
import type { Finding, ParsedCertificate } from "../../domain/certificateFile.ts";
import { type CertificateStore, tryGetContent } from "../organization/certificateStore.ts";
import type { UploadAttempt } from "./uploadAttempt.ts";

/** What the number of certificates means for one more. */
export function limitFindings({ certificates }: CertificateListing): readonly Finding[] {
	const count = certificates.length;
	return count < CERTIFICATE_LIMIT ? [] : [{ code: "limit-reached", level: "strong", count }];
}

/**
 * Whether a certificate is uploaded already: the same DER, under any name. Only what has the same dates is fetched and
 * compared; dates that the list does not tell could be the same.
 * @param service Who is asked, where it must be the connection that somebody has in mind.
 * @throws Cancelled
 */
export async function duplicateFindings(
	candidate: Pick<ParsedCertificate, "sha256" | "notBefore" | "notAfter">,
	listing: CertificateListing,
	certificates: CertificateStore,
	signal: AbortSignal,
	service?: CertificatesApi,
): Promise<readonly Finding[]> {
	const known = new Set(certificates.knownAs(candidate.sha256).map(({ id }) => id));
	const alike = listing.certificates.filter(
		({ id, validAt, expiresAt }) =>
			known.has(id) ||
			((validAt === null || validAt === candidate.notBefore) &&
				(expiresAt === null || expiresAt === candidate.notAfter)),
	);
	const fingerprints = await Promise.all(
		alike.map(async ({ id }) =>
			known.has(id) ? candidate.sha256 : ((await tryGetContent(id, certificates, signal, service))?.sha256 ?? null),
		),
	);
	const findings = alike.flatMap(({ id, name }, index): Finding[] =>
		fingerprints[index] === candidate.sha256 ? [{ code: "already-uploaded", level: "strong", id, name }] : [],
	);
	const unknown = !listing.complete || listing.unreadable > 0 || fingerprints.includes(null);
	return unknown ? [...findings, { code: "not-compared", level: "warn" }] : findings;
}

/**
 * Whether an upload of the same certificate is unconfirmed that may have gone to this organization.
 * @param unconfirmed As in `Uploads`.
 * @param sha256 As in `Candidate`.
 */
export function unplacedFindings(
	unconfirmed: readonly { readonly pending: UploadAttempt; readonly unplaced: boolean }[],
	sha256: string,
): readonly Finding[] {
	return unconfirmed
		.filter(({ pending, unplaced }) => unplaced && pending.sha256 === sha256)
		.map(({ pending }) => ({ code: "maybe-uploaded", level: "strong", name: pending.name, at: pending.startedAt }));
}

/**
 * What it means that a name is in use: a renewal where subject and key are the same, else two that are hard to tell apart.
 * @throws Cancelled
 */
export async function nameFindings(
	candidate: ParsedCertificate,
	name: string,
	listing: CertificateListing,
	certificates: CertificateStore,
	signal: AbortSignal,
): Promise<readonly Finding[]> {
	const namesakes = listing.certificates.filter((certificate) => certificate.name === name);
	const findings = await Promise.all(
		namesakes.map(async ({ id }): Promise<Finding[]> => {
			const content = await tryGetContent(id, certificates, signal);
			// That it is the very same one is a finding of its own.
			if (content?.sha256 === candidate.sha256) return [];
			const renews = content?.subject === candidate.subject && content.publicKeySha256 === candidate.publicKeySha256;
			return [renews ? { code: "renewal", level: "info", id } : { code: "name-in-use", level: "warn", id }];
		}),
	);
	return findings.flat();
}

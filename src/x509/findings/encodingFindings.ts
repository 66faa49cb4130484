import type { Finding } from "../../domain/certificateFile.ts";
import type { DecodedCertificate } from "../certificate.ts";

/** What other validators refuse to read, though this one did. */
export function* encodingFindings({ structure, subject, extensions }: DecodedCertificate): Generator<Finding> {
	if (!structure.isDer) yield { code: "not-der", level: "strong" };
	if ((structure.serialNumber[0] ?? 0) >= 0x80) yield { code: "negative-serial", level: "strong" };
	if (subject.flat().length === 0) yield { code: "empty-subject", level: "strong" };
	const seen = new Set<string>();
	const twice = new Set<string>();
	for (const { oid } of structure.extensions) (seen.has(oid) ? twice : seen).add(oid);
	for (const oid of twice) yield { code: "duplicate-extension", level: "strong", oid };
	for (const oid of extensions.unreadable) yield { code: "unreadable-extension", level: "strong", oid };
}

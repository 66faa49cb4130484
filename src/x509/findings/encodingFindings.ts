import type { Finding } from "../../domain/certificateFile.ts";
import type { DecodedCertificate } from "../certificate.ts";

/** Yields findings about defects that this reader accepts and other validators reject. */
export function* encodingFindings({ raw, subject, extensions }: DecodedCertificate): Generator<Finding> {
	if (!raw.isDer) yield { code: "not-der", level: "strong" };
	if ((raw.serialNumber[0] ?? 0) >= 0x80) yield { code: "negative-serial", level: "strong" };
	if (subject.flat().length === 0) yield { code: "empty-subject", level: "strong" };
	const seen = new Set<string>();
	const repeated = new Set<string>();
	for (const { oid } of raw.extensions) (seen.has(oid) ? repeated : seen).add(oid);
	for (const oid of repeated) yield { code: "duplicate-extension", level: "strong", oid };
	for (const oid of extensions.unreadable) yield { code: "unreadable-extension", level: "strong", oid };
}

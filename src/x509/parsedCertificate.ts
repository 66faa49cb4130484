import { createHash } from "node:crypto";
import { bySeverity, type Finding, type ParsedCertificate } from "../domain/certificateFile.ts";
import { readTime } from "./asn1/asn1Time.ts";
import { encodePem } from "./asn1/pem.ts";
import type { DecodedCertificate } from "./certificate.ts";
import { commonNameOf, formatName } from "./distinguishedName.ts";
import type { Block } from "./fileBlocks.ts";
import { caFindings } from "./findings/caFindings.ts";
import { encodingFindings } from "./findings/encodingFindings.ts";
import { keyFindings } from "./findings/keyFindings.ts";
import { chainRoleOf, trustFindings } from "./findings/trustFindings.ts";
import { validityFindings } from "./findings/validityFindings.ts";

/** The longest PEM that the service takes, by an older help page. */
const MAX_PEM_BYTES = 16 * 1024;

/** A certificate of a file and where it stands there. */
export interface FoundCertificate {
	readonly certificate: DecodedCertificate;
	/** SHA-256 of its DER, lower-case hex. */
	readonly sha256: string;
	readonly block: number;
	readonly line: Block["line"];
	/** What is wrong around it: the bytes behind it, a key beside it. */
	readonly findings: readonly Finding[];
}

/** SHA-256, lower-case hex. */
export function fingerprint(der: Uint8Array): string {
	return createHash("sha256").update(der).digest("hex");
}

/** Judges a certificate and describes it in the domain's words. */
export function toParsedCertificate(found: FoundCertificate, at: number, reminderDays: number): ParsedCertificate {
	const { certificate, sha256, block, line } = found;
	const { structure, subject, issuer, publicKey, selfSigned, extensions } = certificate;
	const pem = encodePem(structure.der);
	return {
		// A copy: the file's own memory may hold a key beside it.
		der: new Uint8Array(structure.der),
		pem,
		sha256,
		serialNumber: Buffer.from(structure.serialNumber).toString("hex"),
		subject: formatName(subject),
		issuer: formatName(issuer),
		commonName: commonNameOf(subject),
		notBefore: readTime(structure.notBefore),
		notAfter: readTime(structure.notAfter),
		isCa: extensions.basicConstraints?.ca ?? null,
		selfSigned,
		publicKeySha256: fingerprint(structure.publicKey.whole),
		keyType: publicKey.type,
		keyBits: publicKey.bits,
		block,
		line,
		findings: [...found.findings, ...findingsOf(certificate, pem, at, reminderDays)].sort(bySeverity),
	};
}

function* findingsOf(
	certificate: DecodedCertificate,
	pem: string,
	at: number,
	reminderDays: number,
): Generator<Finding> {
	const standing = chainRoleOf(certificate);
	yield* validityFindings(certificate.structure, at, reminderDays);
	yield* trustFindings(certificate, standing);
	yield* caFindings(certificate, standing === "root");
	yield* keyFindings(certificate, standing === "root");
	yield* encodingFindings(certificate);
	if (pem.length > MAX_PEM_BYTES) yield { code: "over-16-kb", level: "strong", bytes: pem.length };
}

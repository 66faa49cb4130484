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

/** The service's PEM limit, according to an older help page. */
const MAX_PEM_BYTES = 16 * 1024;

/** A certificate and its position in a file. */
export interface FoundCertificate {
	readonly certificate: DecodedCertificate;
	/** SHA-256 of the DER, lower-case hex. */
	readonly sha256: string;
	readonly block: number;
	readonly line: Block["line"];
	/** Findings about the file: trailing bytes, a private key. */
	readonly findings: readonly Finding[];
}

/** Returns the SHA-256, lower-case hex. */
export function fingerprint(der: Uint8Array): string {
	return createHash("sha256").update(der).digest("hex");
}

/** Converts a certificate to the domain's type and adds findings. @param at Unix seconds. */
export function toParsedCertificate(found: FoundCertificate, at: number, reminderDays: number): ParsedCertificate {
	const { certificate, sha256, block, line } = found;
	const { raw, subject, issuer, publicKey, selfSigned, extensions } = certificate;
	const pem = encodePem(raw.der);
	return {
		// Copied, because the file's buffer may contain a private key.
		der: new Uint8Array(raw.der),
		pem,
		sha256,
		serialNumber: Buffer.from(raw.serialNumber).toString("hex"),
		subject: formatName(subject),
		issuer: formatName(issuer),
		commonName: commonNameOf(subject),
		notBefore: readTime(raw.notBefore),
		notAfter: readTime(raw.notAfter),
		isCa: extensions.basicConstraints?.ca ?? null,
		selfSigned,
		publicKeySha256: fingerprint(raw.publicKey.encoded),
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
	const role = chainRoleOf(certificate);
	yield* validityFindings(certificate.raw, at, reminderDays);
	yield* trustFindings(certificate, role);
	yield* caFindings(certificate, role === "root");
	yield* keyFindings(certificate, role === "root");
	yield* encodingFindings(certificate);
	if (pem.length > MAX_PEM_BYTES) yield { code: "over-16-kb", level: "strong", bytes: pem.length };
}

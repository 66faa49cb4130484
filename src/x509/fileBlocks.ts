import type { BlockKind } from "../domain/certificateFile.ts";
import { decodeBase64, skipHeaders } from "./asn1/base64.ts";
import { isCutOff, looksLikeDer, readElement } from "./asn1/der.ts";
import { detectKind } from "./contentKind.ts";
import { decodeText, findTextBlocks, lineCounter, type TextBlock } from "./pemScanner.ts";

/** One block of a file: what stands between a BEGIN and an END line, or the whole file where it has none. */
export interface Block {
	/** The line on which it begins, from 1; `null` in a file that is not text, and has no lines. */
	readonly line: number | null;
	/** What its label says it is; `null` without one. */
	readonly labelled: BlockKind | null;
	/** Whether it is labelled TRUSTED CERTIFICATE, so that OpenSSL's own data stands behind the certificate. */
	readonly trusted: boolean;
	readonly content: BlockContent;
}

/** What a block decodes to, or why it does not. The content of a private key is never decoded. */
export type BlockContent =
	| { readonly bytes: Uint8Array }
	| { readonly fault: "no-end" | "no-begin" | "bad-base64" | "cut-off"; readonly faultLine?: number }
	| null;

/** Splits a file into its blocks, one at a time, in their order. Linear in its length. */
export function* splitBlocks(file: Uint8Array): Generator<Block> {
	const whole = { labelled: null, trusted: false } as const;
	if (looksLikeDer(file) || detectKind(readElement(file)) !== null) {
		yield { ...whole, line: null, content: { bytes: file } };
		return;
	}
	const text = decodeText(file);
	const textBlocks = findTextBlocks(text);
	for (const textBlock of textBlocks) yield decodeTextBlock(text, textBlock);
	if (textBlocks.length > 0) return;

	const bytes = decodeBareBase64(text);
	if (bytes) yield { ...whole, line: lineCounter(text)(text.search(/\S/)), content: { bytes } };
	const sshKey = SSH_PUBLIC_KEY.exec(text);
	if (sshKey) yield { ...whole, line: lineCounter(text)(sshKey.index), labelled: "ssh-public-key", content: null };
}

/** A public key or certificate as OpenSSH writes it, and as RFC 4716 does. */
const SSH_PUBLIC_KEY =
	/^[ \t]*(?:(?:ssh-(?:rsa|dss|ed25519)|ecdsa-sha2-nistp\d{3}|sk-)[\w@.-]* AAAA|---- BEGIN SSH2 PUBLIC KEY ----)/m;

function decodeTextBlock(text: string, { line, label, from, to, fault }: TextBlock): Block {
	const labelled = kindOfLabel(label);
	const head = { line, labelled, trusted: label === "TRUSTED CERTIFICATE" };
	if (labelled === "private-key") return { ...head, content: null };
	if (fault !== null) return { ...head, content: { fault } };
	const decoded = decodeBase64(text, skipHeaders(text, from, to), to);
	if ("bytes" in decoded) return { ...head, content: decoded };
	if (decoded.faultAt === null) return { ...head, content: { fault: "cut-off" } };
	const lines = text.slice(from, decoded.faultAt);
	return { ...head, content: { fault: "bad-base64", faultLine: line + lineCounter(lines)(lines.length) - 1 } };
}

/** A text that is nothing but the base64 of something known, perhaps in quotes. */
function decodeBareBase64(text: string): Uint8Array | null {
	const trimmed = text.trim().replace(/^(["'])(.*)\1$/s, "$2");
	const decoded = decodeBase64(trimmed, 0, trimmed.length);
	if (!("bytes" in decoded)) return null;
	return detectKind(readElement(decoded.bytes)) !== null || isCutOff(decoded.bytes) ? decoded.bytes : null;
}

function kindOfLabel(label: string): BlockKind {
	const upper = label.toUpperCase();
	if (upper.includes("PRIVATE KEY")) return "private-key";
	if (upper.includes("PUBLIC KEY")) return "public-key";
	if (upper.endsWith("PARAMETERS")) return "parameters";
	return LABELS[upper] ?? "unknown";
}

const LABELS: Record<string, BlockKind> = {
	CERTIFICATE: "certificate",
	"X509 CERTIFICATE": "certificate",
	"TRUSTED CERTIFICATE": "certificate",
	"CERTIFICATE REQUEST": "certificate-request",
	"NEW CERTIFICATE REQUEST": "certificate-request",
	"X509 CRL": "crl",
	PKCS7: "pkcs7",
	"PKCS #7 SIGNED DATA": "pkcs7",
	CMS: "pkcs7",
	PKCS12: "pkcs12",
};

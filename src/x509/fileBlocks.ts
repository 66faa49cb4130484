import type { BlockKind } from "../domain/certificateFile.ts";
import { decodeBase64, skipHeaders } from "./asn1/base64.ts";
import { isTruncated, looksLikeDer, readElement } from "./asn1/der.ts";
import { detectKind } from "./contentKind.ts";
import { decodeText, findTextBlocks, lineCounter, type TextBlock } from "./pemScanner.ts";

/** A block of a file: the text between a BEGIN and an END line, or a complete file without such lines. */
export interface Block {
	/** The block's first line, from 1; `null` in a binary file. */
	readonly line: number | null;
	/** The kind that the label names; `null` without a label. */
	readonly labelKind: BlockKind | null;
	/** True for the label TRUSTED CERTIFICATE: OpenSSL's own data follows the certificate. */
	readonly trusted: boolean;
	readonly content: BlockContent;
}

/** The decoded bytes, a decoding fault, or `null` if not decoded. A private key is never decoded. */
export type BlockContent =
	| { readonly bytes: Uint8Array }
	| { readonly fault: "no-end" | "no-begin" | "bad-base64" | "cut-off"; readonly faultLine?: number }
	| null;

/** Yields the blocks of a file in order. Runs in linear time. */
export function* splitBlocks(file: Uint8Array): Generator<Block> {
	const unlabelled: Omit<Block, "line" | "content"> = { labelKind: null, trusted: false };
	if (looksLikeDer(file) || detectKind(readElement(file)) !== null) {
		yield { ...unlabelled, line: null, content: { bytes: file } };
		return;
	}
	const text = decodeText(file);
	const textBlocks = findTextBlocks(text);
	for (const textBlock of textBlocks) yield decodeTextBlock(text, textBlock);
	if (textBlocks.length > 0) return;

	const bytes = decodeBareBase64(text);
	if (bytes) yield { ...unlabelled, line: lineCounter(text)(text.search(/\S/)), content: { bytes } };
	const sshKey = SSH_PUBLIC_KEY.exec(text);
	if (sshKey)
		yield { ...unlabelled, line: lineCounter(text)(sshKey.index), labelKind: "ssh-public-key", content: null };
}

/** Matches a public key or certificate in the format of OpenSSH or RFC 4716. */
const SSH_PUBLIC_KEY =
	/^[ \t]*(?:(?:ssh-(?:rsa|dss|ed25519)|ecdsa-sha2-nistp\d{3}|sk-)[\w@.-]* AAAA|---- BEGIN SSH2 PUBLIC KEY ----)/m;

function decodeTextBlock(text: string, { line, label, from, to, fault }: TextBlock): Block {
	const head: Omit<Block, "content"> = {
		line,
		labelKind: kindOfLabel(label),
		trusted: label === "TRUSTED CERTIFICATE",
	};
	if (head.labelKind === "private-key") return { ...head, content: null };
	if (fault !== null) return { ...head, content: { fault } };
	const decoded = decodeBase64(text, skipHeaders(text, from, to), to);
	if ("bytes" in decoded) return { ...head, content: decoded };
	if (decoded.faultOffset === null) return { ...head, content: { fault: "cut-off" } };
	const beforeFault = text.slice(from, decoded.faultOffset);
	const faultLine = line + lineCounter(beforeFault)(beforeFault.length) - 1;
	return { ...head, content: { fault: "bad-base64", faultLine } };
}

/** Decodes a text that is only base64 of known or truncated content, optionally in quotes; else returns `null`. */
function decodeBareBase64(text: string): Uint8Array | null {
	const trimmed = text.trim().replace(/^(["'])(.*)\1$/s, "$2");
	const decoded = decodeBase64(trimmed, 0, trimmed.length);
	if (!("bytes" in decoded)) return null;
	return detectKind(readElement(decoded.bytes)) !== null || isTruncated(decoded.bytes) ? decoded.bytes : null;
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

import type { BlockKind } from "../domain/certificateFile.ts";
import {
	BIT_STRING,
	childrenOf,
	decodeOid,
	type Element,
	INTEGER,
	OBJECT_IDENTIFIER,
	OCTET_STRING,
	SEQUENCE,
} from "./asn1/der.ts";

/** Prefixes of PKCS#7 content types (RFC 2315 14), PKCS#5 and PKCS#12 encryption schemes (RFC 8018, RFC 7292). */
const PKCS7 = "1.2.840.113549.1.7.";
const ENCRYPTION_SCHEMES = ["1.2.840.113549.1.5.", "1.2.840.113549.1.12.1."];

/**
 * Detects the kind of DER from an element's first levels; returns `null` if unknown. Deeper levels may be malformed.
 * @param labelKind The kind that the label names, to distinguish kinds with equal structure.
 */
export function detectKind(element: Element | null, labelKind: BlockKind | null = null): BlockKind | null {
	if (element?.tag !== SEQUENCE) return null;
	const parts = childrenOf(element);
	const first = parts?.[0];
	if (!parts || !first) return null;
	switch (first.tag) {
		case OBJECT_IDENTIFIER:
			return decodeOid(first.content)?.startsWith(PKCS7) ? "pkcs7" : null;
		case SEQUENCE:
			return detectBySequence(shapeOf(parts), childrenOf(first) ?? []);
		case INTEGER:
			return detectByInteger(shapeOf(parts), first, labelKind);
		default:
			return null;
	}
}

/** Detects content that begins with a SEQUENCE: an algorithm or signed data. */
function detectBySequence(shape: string, inner: readonly Element[]): BlockKind | null {
	const algorithm = inner[0]?.tag === OBJECT_IDENTIFIER ? decodeOid(inner[0].content) : null;
	if (shape === "sb") return algorithm === null ? null : "public-key";
	if (shape === "so") return ENCRYPTION_SCHEMES.some((scheme) => algorithm?.startsWith(scheme)) ? "private-key" : null;
	return shape === "ssb" ? detectSigned(inner) : null;
}

/** Detects content that begins with an INTEGER: a version or a number of a key. */
function detectByInteger(shape: string, { content }: Element, labelKind: BlockKind | null): BlockKind | null {
	// PKCS#8 (RFC 5958) ends in attributes and a public key, EC keys (RFC 5915) in parameters and a public key.
	if (shape.startsWith("iso") || shape.startsWith("io")) return "private-key";
	if (shape.startsWith("is") && content.length === 1 && content[0] === 3) return "pkcs12";
	// PKCS#1 private keys (RFC 8017 A.1.2) have nine integers, DSA keys in OpenSSL's format have six.
	if (shape.startsWith("iiiiii")) return "private-key";
	// RSA public keys and DH parameters have two integers, DSA parameters three.
	if (shape === "ii") return labelKind === "parameters" ? labelKind : "public-key";
	return shape === "iii" ? "parameters" : null;
}

/** Detects the kind of a signed structure from its first part's children. */
function detectSigned(inner: readonly Element[]): BlockKind | null {
	const shape = shapeOf(inner);
	if (/^v?issss/.test(shape)) return "certificate";
	if (shape.startsWith("iss") && (inner[3] === undefined || inner[3].tag === 0xa0)) return "certificate-request";
	return /^i?sst/.test(shape) ? "crl" : null;
}

/** Returns one letter for each part, so that a pattern can match the structure. */
function shapeOf(parts: readonly Element[]): string {
	return parts
		.slice(0, 16)
		.map(({ tag }) => LETTERS[tag] ?? "-")
		.join("");
}

const LETTERS: Record<number, string> = {
	[INTEGER]: "i",
	[BIT_STRING]: "b",
	[OCTET_STRING]: "o",
	[SEQUENCE]: "s",
	160: "v",
	23: "t",
	24: "t",
};

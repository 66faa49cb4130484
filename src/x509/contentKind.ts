import type { BlockKind } from "../domain/certificateFile.ts";
import {
	BIT_STRING,
	childrenOf,
	type Element,
	INTEGER,
	OBJECT_IDENTIFIER,
	OCTET_STRING,
	oidText,
	SEQUENCE,
} from "./asn1/der.ts";

/** PKCS#7 content types (RFC 2315 14), PKCS#5 and PKCS#12 encryption schemes (RFC 8018, RFC 7292). */
const PKCS7 = "1.2.840.113549.1.7.";
const ENCRYPTION_SCHEMES = ["1.2.840.113549.1.5.", "1.2.840.113549.1.12.1."];

/**
 * The kind of DER that an element's first levels show; `null` for none that is known. It need not be readable.
 * @param labelled What a label says, for what looks the same as something else.
 */
export function detectKind(element: Element | null, labelled: BlockKind | null = null): BlockKind | null {
	if (element?.tag !== SEQUENCE) return null;
	const parts = childrenOf(element);
	const first = parts?.[0];
	if (!parts || !first) return null;
	switch (first.tag) {
		case OBJECT_IDENTIFIER:
			return oidText(first.content)?.startsWith(PKCS7) ? "pkcs7" : null;
		case SEQUENCE:
			return identifyBySequence(shapeOf(parts), childrenOf(first) ?? []);
		case INTEGER:
			return identifyByVersion(shapeOf(parts), first, labelled);
		default:
			return null;
	}
}

/** What begins with a SEQUENCE: an algorithm, or what is signed. */
function identifyBySequence(shape: string, inner: readonly Element[]): BlockKind | null {
	const algorithm = inner[0]?.tag === OBJECT_IDENTIFIER ? oidText(inner[0].content) : null;
	if (shape === "sb") return algorithm === null ? null : "public-key";
	if (shape === "so") return ENCRYPTION_SCHEMES.some((scheme) => algorithm?.startsWith(scheme)) ? "private-key" : null;
	return shape === "ssb" ? identifySigned(inner) : null;
}

/** What begins with an INTEGER: a version, or a number of a key. */
function identifyByVersion(shape: string, { content }: Element, labelled: BlockKind | null): BlockKind | null {
	// PKCS#8 (RFC 5958) ends in attributes and a public key, EC keys (RFC 5915) in parameters and a public key.
	if (shape.startsWith("iso") || shape.startsWith("io")) return "private-key";
	if (shape.startsWith("is") && content.length === 1 && content[0] === 3) return "pkcs12";
	// PKCS#1 private keys (RFC 8017 A.1.2) have nine integers, DSA keys as OpenSSL writes them six.
	if (shape.startsWith("iiiiii")) return "private-key";
	// RSA public keys and DH parameters are two integers, DSA parameters three.
	if (shape === "ii") return labelled === "parameters" ? labelled : "public-key";
	return shape === "iii" ? "parameters" : null;
}

/** What a signed structure of three parts holds, by the first of them. */
function identifySigned(inner: readonly Element[]): BlockKind | null {
	const shape = shapeOf(inner);
	if (/^v?issss/.test(shape)) return "certificate";
	if (shape.startsWith("iss") && (inner[3] === undefined || inner[3].tag === 0xa0)) return "certificate-request";
	return /^i?sst/.test(shape) ? "crl" : null;
}

/** One letter for each part, so that a structure can be compared with a word. */
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

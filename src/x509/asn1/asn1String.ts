import { BIT_STRING, BMP_STRING, type Element, SEQUENCE, UNIVERSAL_STRING } from "./der.ts";

/**
 * Decodes a value in a name (X.520's DirectoryString and the other types that OpenSSL reads). Returns `null` for a type
 * that is not text, and `undefined` for malformed content or a type that a name must not contain.
 */
export function decodeString({ tag, content }: Element): string | null | undefined {
	const bytes = Buffer.from(content.buffer, content.byteOffset, content.length);
	switch (tag) {
		case 0x0c: // UTF8String
			return decodeUtf8(bytes);
		case 0x12: // NumericString
		case 0x13: // PrintableString
		case 0x14: // TeletexString
		case 0x16: // IA5String
			return bytes.toString("latin1");
		case BMP_STRING:
			return decodeWide(bytes, 2);
		case UNIVERSAL_STRING:
			return decodeWide(bytes, 4);
		case BIT_STRING: // X.520's x500UniqueIdentifier
			return (bytes[0] ?? 8) < 8 ? null : undefined;
		case SEQUENCE: // X.520's postalAddress
			return null;
		default:
			return UNCHECKED_TYPES.has(tag) ? null : undefined;
	}
}

/** Types that OpenSSL allows in a name, although no standard does. */
const UNCHECKED_TYPES = new Set([0x07, 0x08, 0x09, 0x0b, 0x0d, 0x0e, 0x0f, 0x1d]);

function decodeUtf8(bytes: Buffer): string | undefined {
	try {
		return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
	} catch {
		return undefined;
	}
}

/** Decodes code points of two or four bytes each, highest byte first; surrogates are invalid. */
function decodeWide(bytes: Buffer, width: 2 | 4): string | undefined {
	if (bytes.length % width !== 0) return undefined;
	let text = "";
	for (let position = 0; position < bytes.length; position += width) {
		const codePoint = bytes.readUIntBE(position, width);
		if (codePoint > 0x10ffff || (codePoint >= 0xd800 && codePoint <= 0xdfff)) return undefined;
		text += String.fromCodePoint(codePoint);
	}
	return text;
}

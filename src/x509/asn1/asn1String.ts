import { BIT_STRING, BMP_STRING, type Element, SEQUENCE, UNIVERSAL_STRING } from "./der.ts";

/**
 * The text of a value in a name (X.520's DirectoryString and what else OpenSSL reads); `null` for a type that is no text,
 * `undefined` for one that a name may not have, or content that is not of its type.
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

/** Types that OpenSSL lets pass in a name, though no standard has them there. */
const UNCHECKED_TYPES = new Set([0x07, 0x08, 0x09, 0x0b, 0x0d, 0x0e, 0x0f, 0x1d]);

function decodeUtf8(bytes: Buffer): string | undefined {
	try {
		return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
	} catch {
		return undefined;
	}
}

/** A code point in every two or four bytes, the highest byte first; surrogates are none. */
function decodeWide(bytes: Buffer, width: 2 | 4): string | undefined {
	if (bytes.length % width !== 0) return undefined;
	let text = "";
	for (let at = 0; at < bytes.length; at += width) {
		const point = bytes.readUIntBE(at, width);
		if (point > 0x10ffff || (point >= 0xd800 && point <= 0xdfff)) return undefined;
		text += String.fromCodePoint(point);
	}
	return text;
}

import { INTEGER, OBJECT_IDENTIFIER, SEQUENCE } from "./der.ts";

/** Encodes an element in DER (X.690 8.1, 10.1). @param tag The identifier octet */
export function encodeElement(tag: number, ...content: readonly Uint8Array[]): Buffer {
	const bytes = Buffer.concat(content);
	const length = unsigned(bytes.length);
	const head = bytes.length < 0x80 ? [tag, bytes.length] : [tag, 0x80 | length.length, ...length];
	return Buffer.concat([Buffer.from(head), bytes]);
}

/** Encodes a SEQUENCE of elements in DER. */
export function encodeSequence(...elements: readonly Uint8Array[]): Buffer {
	return encodeElement(SEQUENCE, ...elements);
}

/** Encodes a number of at most 6 bytes, not negative, as an INTEGER. */
export function encodeInteger(value: number): Buffer {
	const bytes = unsigned(value);
	return encodeElement(INTEGER, (bytes[0] ?? 0) < 0x80 ? bytes : Buffer.concat([Buffer.of(0), bytes]));
}

/** Encodes a dotted object identifier (X.690 8.19). */
export function encodeOid(oid: string): Buffer {
	const [first = 0, second = 0, ...rest] = oid.split(".").map(Number);
	return encodeElement(OBJECT_IDENTIFIER, Buffer.from([first * 40 + second, ...rest].flatMap(base128)));
}

function base128(value: number): number[] {
	const octets = [value & 0x7f];
	for (let rest = Math.floor(value / 128); rest > 0; rest = Math.floor(rest / 128))
		octets.unshift((rest & 0x7f) | 0x80);
	return octets;
}

/** Returns a number's bytes, the highest first. */
function unsigned(value: number): Buffer {
	const digits = value.toString(16);
	return Buffer.from(digits.padStart(digits.length + (digits.length % 2), "0"), "hex");
}

/** One TLV element of BER or DER (X.690 8.1), measured but not interpreted. */
export interface Element {
	/** First identifier octet: class, constructed bit and tag number; `0x30` for a SEQUENCE. */
	readonly tag: number;
	/** Identifier, length and content octets, without trailing bytes. */
	readonly encoded: Uint8Array;
	readonly content: Uint8Array;
	/** False for an indefinite length or a length with redundant octets, which DER forbids (X.690 10.1). */
	readonly isDer: boolean;
}

export const BOOLEAN = 0x01;
export const INTEGER = 0x02;
export const BIT_STRING = 0x03;
export const OCTET_STRING = 0x04;
export const NULL = 0x05;
export const OBJECT_IDENTIFIER = 0x06;
export const ENUMERATED = 0x0a;
export const UTC_TIME = 0x17;
export const GENERALIZED_TIME = 0x18;
export const UNIVERSAL_STRING = 0x1c;
export const BMP_STRING = 0x1e;
export const SEQUENCE = 0x30;
export const SET = 0x31;

/** Nesting limit for elements of indefinite length, because measuring costs their number times their depth. */
const MAX_INDEFINITE_DEPTH = 16;
const MAX_OID_BYTES = 128;
/** The node limit of `@peculiar/x509`. */
const MAX_CHILDREN = 10_000;

/** Measures the element at an offset; returns `null` if no complete element starts there. */
export function readElement(bytes: Uint8Array, offset = 0): Element | null {
	return measure(bytes, offset, 0);
}

/** Returns a constructed element's children; `null` unless at most 10,000 children fill its content exactly. */
export function childrenOf(element: Element | null | undefined): readonly Element[] | null {
	if (!element || (element.tag & 0x20) === 0) return null;
	const children: Element[] = [];
	for (let offset = 0; offset < element.content.length; ) {
		const child = readElement(element.content, offset);
		if (child === null || children.length === MAX_CHILDREN) return null;
		children.push(child);
		offset += child.encoded.length;
	}
	return children;
}

/** True if the bytes begin like a SEQUENCE of more than 127 bytes, which no text does. */
export function looksLikeDer(bytes: Uint8Array): boolean {
	const length = bytes[1] ?? 0;
	return bytes[0] === SEQUENCE && length >= 0x80 && length <= 0x84;
}

/** True if the bytes begin like a SEQUENCE whose length exceeds the bytes present. */
export function isTruncated(bytes: Uint8Array): boolean {
	const head = looksLikeDer(bytes) ? readHead(bytes, 0) : null;
	return head !== null && head.length !== null && head.start + head.length > bytes.length;
}

/** Decodes an OBJECT IDENTIFIER's content to dotted text (X.690 8.19); `null` if malformed or over 128 bytes. */
export function decodeOid(content: Uint8Array): string | null {
	if (content.length > MAX_OID_BYTES) return null;
	const parts: bigint[] = [];
	let value = 0n;
	let continued = false;
	for (const octet of content) {
		if (!continued && octet === 0x80) return null;
		value = (value << 7n) | BigInt(octet & 0x7f);
		continued = octet >= 0x80;
		if (continued) continue;
		if (parts.length === 0) {
			const first = value < 80n ? value / 40n : 2n;
			parts.push(first, value - first * 40n);
		} else parts.push(value);
		value = 0n;
	}
	return continued || parts.length === 0 ? null : parts.join(".");
}

/** Returns the value of an INTEGER's content as a number that isn't negative. */
export function parseUnsigned(content: Uint8Array): bigint {
	return content.length === 0 ? 0n : BigInt(`0x${Buffer.from(content).toString("hex")}`);
}

function measure(bytes: Uint8Array, offset: number, depth: number): Element | null {
	const head = readHead(bytes, offset);
	if (head === null) return null;
	const { tag, start, isDer } = head;
	if (head.length !== null) {
		const end = start + head.length;
		if (end > bytes.length) return null;
		return { tag, isDer, encoded: bytes.subarray(offset, end), content: bytes.subarray(start, end) };
	}
	if ((tag & 0x20) === 0 || depth === MAX_INDEFINITE_DEPTH) return null;
	for (let position = start; position + 2 <= bytes.length; ) {
		if (bytes[position] === 0 && bytes[position + 1] === 0)
			return { tag, isDer, encoded: bytes.subarray(offset, position + 2), content: bytes.subarray(start, position) };
		const child = measure(bytes, position, depth + 1);
		if (child === null) return null;
		position += child.encoded.length;
	}
	return null;
}

/** Reads identifier and length octets; an indefinite length is `null`. */
function readHead(bytes: Uint8Array, offset: number) {
	let position = offset;
	const tag = bytes[position++];
	if (tag === undefined || tag === 0) return null;
	if ((tag & 0x1f) === 0x1f) while ((bytes[position++] ?? 0) >= 0x80);
	const first = bytes[position++];
	if (first === undefined) return null;
	if (first < 0x80) return { tag, start: position, length: first, isDer: true };
	if (first === 0x80) return { tag, start: position, length: null, isDer: false };
	const octets = first & 0x7f;
	if (octets > 6 || position + octets > bytes.length) return null;
	let length = 0;
	for (let i = 0; i < octets; i++) length = length * 256 + (bytes[position++] ?? 0);
	const isDer = length >= 0x80 && length >= 256 ** (octets - 1);
	return { tag, start: position, length, isDer };
}

/** One TLV element of BER or DER (X.690 8.1), measured but not interpreted. */
export interface Element {
	/** The first identifier octet: class, constructed bit and tag number, `0x30` for a SEQUENCE. */
	readonly tag: number;
	/** The element itself: identifier, length and content, and nothing behind it. */
	readonly whole: Uint8Array;
	readonly content: Uint8Array;
	/** False for an indefinite length or one written longer than need be, which DER forbids (X.690 10.1). */
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

/** Elements of indefinite length are looked for inside each other, which costs their number times their depth. */
const MAX_DEPTH = 16;
const MAX_OID_LENGTH = 128;
/** `@peculiar/x509` reads no more nodes than this either. */
const MAX_CHILDREN = 10_000;

/** Measures the element that starts at an offset; `null` where none does, or it ends behind the bytes. */
export function readElement(bytes: Uint8Array, offset = 0): Element | null {
	return measure(bytes, offset, 0);
}

/** The elements that a constructed element is made of; `null` unless they fill it exactly. */
export function childrenOf(element: Element | null | undefined): readonly Element[] | null {
	if (!element || (element.tag & 0x20) === 0) return null;
	const children: Element[] = [];
	for (let offset = 0; offset < element.content.length; ) {
		const child = readElement(element.content, offset);
		if (child === null || children.length === MAX_CHILDREN) return null;
		children.push(child);
		offset += child.whole.length;
	}
	return children;
}

/** Whether bytes begin as a SEQUENCE of more than 127 bytes does, and as no text would. */
export function looksLikeDer(bytes: Uint8Array): boolean {
	const length = bytes[1] ?? 0;
	return bytes[0] === SEQUENCE && length >= 0x80 && length <= 0x84;
}

/** Whether bytes begin as a SEQUENCE that says it is longer than what is there. */
export function isCutOff(bytes: Uint8Array): boolean {
	const head = looksLikeDer(bytes) ? readHead(bytes, 0) : null;
	return head !== null && head.length !== null && head.start + head.length > bytes.length;
}

/** The dotted text of an OBJECT IDENTIFIER's content (X.690 8.19); `null` where it is none, or longer than any in use. */
export function oidText(content: Uint8Array): string | null {
	if (content.length > MAX_OID_LENGTH) return null;
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

function measure(bytes: Uint8Array, offset: number, depth: number): Element | null {
	const head = readHead(bytes, offset);
	if (head === null) return null;
	const { tag, start, isDer } = head;
	if (head.length !== null) {
		const end = start + head.length;
		if (end > bytes.length) return null;
		return { tag, isDer, whole: bytes.subarray(offset, end), content: bytes.subarray(start, end) };
	}
	if ((tag & 0x20) === 0 || depth === MAX_DEPTH) return null;
	for (let at = start; at + 2 <= bytes.length; ) {
		if (bytes[at] === 0 && bytes[at + 1] === 0)
			return { tag, isDer, whole: bytes.subarray(offset, at + 2), content: bytes.subarray(start, at) };
		const child = measure(bytes, at, depth + 1);
		if (child === null) return null;
		at += child.whole.length;
	}
	return null;
}

/** Reads identifier and length octets; the length is `null` where it is indefinite. */
function readHead(bytes: Uint8Array, offset: number) {
	let at = offset;
	const tag = bytes[at++];
	if (tag === undefined || tag === 0) return null;
	if ((tag & 0x1f) === 0x1f) while ((bytes[at++] ?? 0) >= 0x80);
	const first = bytes[at++];
	if (first === undefined) return null;
	if (first < 0x80) return { tag, start: at, length: first, isDer: true };
	if (first === 0x80) return { tag, start: at, length: null, isDer: false };
	const octets = first & 0x7f;
	if (octets > 6 || at + octets > bytes.length) return null;
	let length = 0;
	for (let i = 0; i < octets; i++) length = length * 256 + (bytes[at++] ?? 0);
	const isDer = length >= 0x80 && length >= 256 ** (octets - 1);
	return { tag, start: at, length, isDer };
}

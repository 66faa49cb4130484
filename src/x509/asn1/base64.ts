/** The bytes that a text of base64 holds, or the offset at which it stops being base64; `null` where its end is missing. */
export type Decoded = { readonly bytes: Buffer } | { readonly faultAt: number | null };

/**
 * Decodes the base64 between two offsets of a text. Blanks and line ends may stand anywhere, also as the escapes of a
 * JSON string: `\\n`, `\\r`, `\\t`, and `\\/` for a slash. Padding may be missing; nothing but blanks may follow it.
 */
export function decodeBase64(text: string, from: number, to: number): Decoded {
	const digits = Buffer.allocUnsafe(to - from);
	let count = 0;
	let padding = 0;
	for (let at = from; at < to; at++) {
		const code = text.charCodeAt(at);
		if (isBlank(code)) continue;
		if (code === BACKSLASH) {
			const escaped = text.charCodeAt(at + 1);
			if (escaped === LETTER_N || escaped === LETTER_R || escaped === LETTER_T) at++;
			else if (escaped !== BACKSLASH && escaped !== SLASH) return { faultAt: at };
		} else if (code === EQUALS) padding++;
		else if (padding === 0 && isDigit(code)) digits[count++] = code;
		else return { faultAt: at };
	}
	if (count % 4 === 1 || (padding > 0 && (count + padding) % 4 !== 0)) return { faultAt: null };
	return { bytes: Buffer.from(digits.toString("latin1", 0, count), "base64") };
}

/** The offset at which a block's body begins: behind its headers, where it has some (RFC 1421 4.4). */
export function skipHeaders(text: string, from: number, to: number): number {
	let bodyAt = from;
	let inHeaders = false;
	for (let at = from; at < to; ) {
		const { line, next } = readLine(text, at, to);
		if (line.trim() === "") {
			if (inHeaders) return next;
		} else if (line.includes(":")) {
			inHeaders = true;
			bodyAt = next;
		} else if (!inHeaders) return from;
		at = next;
	}
	return bodyAt;
}

/** One line of a text and the offset of the next; a line ends at LF, CR, or the escape of one. */
function readLine(text: string, from: number, to: number): { line: string; next: number } {
	for (let at = from; at < to; at++) {
		const code = text.charCodeAt(at);
		if (code === 10 || code === 13) {
			const next = code === 13 && text.charCodeAt(at + 1) === 10 ? at + 2 : at + 1;
			return { line: text.slice(from, at), next };
		}
		const escaped = code === BACKSLASH ? text.charCodeAt(at + 1) : 0;
		if (escaped === LETTER_N || escaped === LETTER_R) return { line: text.slice(from, at), next: at + 2 };
	}
	return { line: text.slice(from, to), next: to };
}

const BACKSLASH = 0x5c;
const SLASH = 0x2f;
const EQUALS = 0x3d;
const LETTER_N = 0x6e;
const LETTER_R = 0x72;
const LETTER_T = 0x74;

function isBlank(code: number): boolean {
	return code === 32 || (code >= 9 && code <= 13);
}

function isDigit(code: number): boolean {
	return (
		(code >= 0x61 && code <= 0x7a) || (code >= 0x41 && code <= 0x5a) || (code >= 0x2f && code <= 0x39) || code === 0x2b
	);
}

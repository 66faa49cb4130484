/** The decoded bytes, or the offset of the first character that is not base64; `null` if the end is missing. */
export type Base64Result = { readonly bytes: Buffer } | { readonly faultOffset: number | null };

/**
 * Decodes the base64 between two offsets of a text. Blanks and line ends may occur anywhere, also as the escapes of a
 * JSON string: `\\n`, `\\r`, `\\t`, and `\\/` for a slash. Padding may be missing; only blanks may follow padding.
 */
export function decodeBase64(text: string, from: number, to: number): Base64Result {
	const digits = Buffer.allocUnsafe(to - from);
	let count = 0;
	let padding = 0;
	for (let position = from; position < to; position++) {
		const code = text.charCodeAt(position);
		if (isWhitespace(code)) continue;
		if (code === BACKSLASH) {
			const escaped = text.charCodeAt(position + 1);
			if (escaped === LETTER_N || escaped === LETTER_R || escaped === LETTER_T) position++;
			else if (escaped !== BACKSLASH && escaped !== SLASH) return { faultOffset: position };
		} else if (code === EQUALS) padding++;
		else if (padding === 0 && isBase64Digit(code)) digits[count++] = code;
		else return { faultOffset: position };
	}
	if (count % 4 === 1 || (padding > 0 && (count + padding) % 4 !== 0)) return { faultOffset: null };
	return { bytes: Buffer.from(digits.toString("latin1", 0, count), "base64") };
}

/** Returns the offset at which a block's body begins, after any headers (RFC 1421 4.4). */
export function skipHeaders(text: string, from: number, to: number): number {
	let bodyStart = from;
	let inHeaders = false;
	for (let position = from; position < to; ) {
		const { line, next } = readLine(text, position, to);
		if (line.trim() === "") {
			if (inHeaders) return next;
		} else if (line.includes(":")) {
			inHeaders = true;
			bodyStart = next;
		} else if (!inHeaders) return from;
		position = next;
	}
	return bodyStart;
}

/** Returns a line and the offset of the next line. LF, CR or the escape of either ends a line. */
function readLine(text: string, from: number, to: number): { line: string; next: number } {
	for (let position = from; position < to; position++) {
		const code = text.charCodeAt(position);
		if (code === 10 || code === 13) {
			const next = code === 13 && text.charCodeAt(position + 1) === 10 ? position + 2 : position + 1;
			return { line: text.slice(from, position), next };
		}
		const escaped = code === BACKSLASH ? text.charCodeAt(position + 1) : 0;
		if (escaped === LETTER_N || escaped === LETTER_R) return { line: text.slice(from, position), next: position + 2 };
	}
	return { line: text.slice(from, to), next: to };
}

const BACKSLASH = 0x5c;
const SLASH = 0x2f;
const EQUALS = 0x3d;
const LETTER_N = 0x6e;
const LETTER_R = 0x72;
const LETTER_T = 0x74;

function isWhitespace(code: number): boolean {
	return code === 32 || (code >= 9 && code <= 13);
}

function isBase64Digit(code: number): boolean {
	return (
		(code >= 0x61 && code <= 0x7a) || (code >= 0x41 && code <= 0x5a) || (code >= 0x2f && code <= 0x39) || code === 0x2b
	);
}

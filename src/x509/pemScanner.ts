/** The text between a BEGIN line and its END line, or the remains if a line is missing. */
export interface TextBlock {
	/** The block's first line in the file, from 1. */
	readonly line: number;
	readonly label: string;
	/** Offsets of the body's start and end in the text. */
	readonly from: number;
	readonly to: number;
	/** `no-end`: no END of the same label follows before the next BEGIN; `no-begin`: an END alone. */
	readonly fault: "no-end" | "no-begin" | null;
}

/**
 * Matches BEGIN and END lines anywhere, and the first words of private keys without such lines. The label is bounded to
 * keep the search linear.
 */
const MARKER =
	/-----(BEGIN|END) ((?:[^\s-]|-(?!-)|[ \t](?!-)){1,64})[ \t]?-----|PuTTY-User-Key-File-|---- BEGIN SSH2 ENCRYPTED PRIVATE KEY ----/g;

/**
 * Decodes a file's bytes to text: UTF-16 after a byte order mark, else one character for each byte, because PEM is
 * ASCII.
 */
export function decodeText(bytes: Uint8Array): string {
	const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
	if (bytes[0] === 0xff && bytes[1] === 0xfe) return buffer.toString("utf16le", 2);
	if (bytes[0] === 0xfe && bytes[1] === 0xff)
		return Buffer.from(buffer.subarray(2, buffer.length & ~1))
			.swap16()
			.toString("utf16le");
	return buffer.toString("latin1", bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? 3 : 0);
}

/** Finds the blocks of a text anywhere: indented, in a JSON string, on one line. Runs in linear time. */
export function findTextBlocks(text: string): TextBlock[] {
	const blocks: TextBlock[] = [];
	const lineAt = lineCounter(text);
	let open: { line: number; label: string; from: number } | null = null;
	for (const marker of text.matchAll(MARKER)) {
		const [matched, word, label = ""] = marker;
		const line = lineAt(marker.index);
		const closes = open !== null && word === "END" && label.trim() === open.label;
		if (open !== null) blocks.push({ ...open, to: marker.index, fault: closes ? null : "no-end" });
		open = null;
		if (word === "BEGIN") open = { line, label: label.trim(), from: marker.index + matched.length };
		else if (word === "END" && !closes)
			blocks.push({ line, label: label.trim(), from: marker.index, to: marker.index, fault: "no-begin" });
		else if (word === undefined)
			blocks.push({ line, label: "PRIVATE KEY", from: marker.index, to: marker.index, fault: "no-end" });
	}
	if (open !== null) blocks.push({ ...open, to: text.length, fault: "no-end" });
	return blocks;
}

/** Returns a function that counts lines up to an offset. Offsets must never decrease. CR LF, LF and CR end a line. */
export function lineCounter(text: string): (offset: number) => number {
	let line = 1;
	let position = 0;
	return (offset) => {
		for (; position < offset; position++) {
			const code = text.charCodeAt(position);
			if (code === 10 || (code === 13 && text.charCodeAt(position + 1) !== 10)) line++;
		}
		return line;
	};
}

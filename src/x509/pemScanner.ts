/** A stretch of text between a BEGIN line and its END line, or what is left of one. */
export interface TextBlock {
	/** The line of the file on which it begins, from 1. */
	readonly line: number;
	readonly label: string;
	/** Where its body begins and ends in the text. */
	readonly from: number;
	readonly to: number;
	/** `no-end`: no END of the same label follows before the next BEGIN; `no-begin`: an END alone. */
	readonly fault: "no-end" | "no-begin" | null;
}

/**
 * BEGIN and END lines, wherever they stand, and the first words of private keys that have none. The label is bounded, so
 * that no text makes the search slower than its length.
 */
const MARKER =
	/-----(BEGIN|END) ((?:[^\s-]|-(?!-)|[ \t](?!-)){1,64})[ \t]?-----|PuTTY-User-Key-File-|---- BEGIN SSH2 ENCRYPTED PRIVATE KEY ----/g;

/**
 * Decodes a file's bytes to text: UTF-16 where it has a byte order mark, else a character for each byte, for all that
 * matters in PEM is ASCII.
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

/** Finds the blocks of a text wherever they stand: indented, in a JSON string, on one line. Linear in its length. */
export function findTextBlocks(text: string): TextBlock[] {
	const blocks: TextBlock[] = [];
	const lineAt = lineCounter(text);
	let open: { line: number; label: string; from: number } | null = null;
	for (const marker of text.matchAll(MARKER)) {
		const [whole, word, label = ""] = marker;
		const line = lineAt(marker.index);
		const closes = open !== null && word === "END" && label.trim() === open.label;
		if (open !== null) blocks.push({ ...open, to: marker.index, fault: closes ? null : "no-end" });
		open = null;
		if (word === "BEGIN") open = { line, label: label.trim(), from: marker.index + whole.length };
		else if (word === "END" && !closes)
			blocks.push({ line, label: label.trim(), from: marker.index, to: marker.index, fault: "no-begin" });
		else if (word === undefined)
			blocks.push({ line, label: "PRIVATE KEY", from: marker.index, to: marker.index, fault: "no-end" });
	}
	if (open !== null) blocks.push({ ...open, to: text.length, fault: "no-end" });
	return blocks;
}

/** Counts lines up to ever higher offsets; CR LF, LF and CR each end one. */
export function lineCounter(text: string): (offset: number) => number {
	let line = 1;
	let at = 0;
	return (offset) => {
		for (; at < offset; at++) {
			const code = text.charCodeAt(at);
			if (code === 10 || (code === 13 && text.charCodeAt(at + 1) !== 10)) line++;
		}
		return line;
	};
}

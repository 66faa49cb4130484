/** Returns one line of JSON that cannot move a terminal's cursor or reverse its text direction. */
export function toJsonLine(value: unknown): string {
	const json = JSON.stringify(value).replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, (character) =>
		// JSON escapes UTF-16 units; a character may have two units (RFC 8259 7).
		Array.from(
			{ length: character.length },
			(_, unit) => `\\u${character.charCodeAt(unit).toString(16).padStart(4, "0")}`,
		).join(""),
	);
	return `${json}\n`;
}

/** Reads Unix seconds of an argument or a list; returns `null` if the text is not a number. */
export function readSeconds(text: string): number | null {
	const seconds = Number(text);
	return text.trim() !== "" && Number.isFinite(seconds) ? seconds : null;
}

import { UNSAFE_CHARACTERS } from "../../domain/unsafeCharacters.ts";

const UNSAFE_SEQUENCE = new RegExp(`${UNSAFE_CHARACTERS.source}+`, "gu");

/** Maximum length of foreign text in the interface, in graphemes. */
const MAX_LENGTH = 100;

/** Maximum length of a path, which people need in full, in graphemes. */
const MAX_PATH_LENGTH = 1000;

/**
 * Makes foreign text safe for display anywhere in the editor: names, subjects, file names.
 * Control and bidirectional characters would disguise the text; `[a](command:b)` becomes a link that runs a command in
 * notifications and input validation; `$(icon)` becomes an icon in quick picks.
 * @returns one line of at most `maxLength` graphemes
 */
export function sanitize(text: string, maxLength = MAX_LENGTH): string {
	const line = text
		// Cut roughly first, so that the segmenter never processes a very long text.
		.slice(0, maxLength * 20)
		.replace(UNSAFE_SEQUENCE, " ")
		.replaceAll("](", "] (")
		.replaceAll("$(", "$ (")
		.trim();
	if (line.length <= maxLength) return line;
	const graphemes = [...new Intl.Segmenter("en").segment(line)];
	if (graphemes.length <= maxLength) return line;
	return `${graphemes
		.slice(0, maxLength - 1)
		.map(({ segment }) => segment)
		.join("")}…`;
}

/** Like `sanitize`, for an absolute path. */
export function sanitizePath(path: string): string {
	return sanitize(path, MAX_PATH_LENGTH);
}

import { UNSAFE_CHARACTERS } from "../../domain/unsafeCharacters.ts";

const DISGUISES = new RegExp(`${UNSAFE_CHARACTERS.source}+`, "gu");

/** The longest text of somebody else's that is shown in the interface, in graphemes. */
const LONGEST = 100;

/**
 * Makes text that we did not write safe to show in any place of the editor: names, subjects, file names.
 * Control and bidirectional characters would disguise it; `[a](command:b)` becomes a link that runs a command in
 * notifications and input validation; `$(icon)` becomes an icon in quick picks.
 * @returns one line of at most `longest` graphemes.
 */
export function sanitize(text: string, longest = LONGEST): string {
	const line = text
		// Cut roughly first, so that the segmenter never walks through a text of any length.
		.slice(0, longest * 20)
		.replace(DISGUISES, " ")
		.replaceAll("](", "] (")
		.replaceAll("$(", "$ (")
		.trim();
	if (line.length <= longest) return line;
	const graphemes = [...new Intl.Segmenter("en").segment(line)];
	if (graphemes.length <= longest) return line;
	return `${graphemes
		.slice(0, longest - 1)
		.map(({ segment }) => segment)
		.join("")}…`;
}

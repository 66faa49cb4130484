import type { Check } from "./check.ts";
import { readSeconds } from "./terminal.ts";

/**
 * Reads a list of checks in UTF-8: lines `CLIENT<TAB>ANCHOR[<TAB>SECONDS]`. Blank lines are ignored, and so is an empty last column.
 * @param at The time of lines without one, Unix seconds.
 * @returns the checks, or the number of the first line of another form, from 1.
 */
export function readCheckList(list: Uint8Array, at: number): readonly Check[] | number {
	const checks: Check[] = [];
	for (const [index, line] of new TextDecoder().decode(list).split(/\r?\n/).entries()) {
		if (line.trim() === "") continue;
		const [client = "", anchor = "", time = "", ...rest] = line.split("\t");
		const seconds = time === "" ? at : readSeconds(time);
		if (client === "" || anchor === "" || seconds === null || rest.length > 0) return index + 1;
		checks.push({ client, anchors: [anchor], at: seconds });
	}
	return checks;
}

import * as l10n from "@vscode/l10n";
import type { Problem } from "../../domain/failure.ts";
import { problemWords } from "./problems.ts";

/** So many refused files are named; a notification has little room. */
const MOST_NAMED = 3;

/** What became of several files: how many are uploaded, and why others are not. */
export function summaryWords(files: number, uploaded: number, refused: readonly Problem[]): string {
	const named = refused.slice(0, MOST_NAMED).map(problemWords);
	return [l10n.t("{0} of {1} files uploaded.", uploaded, files), ...named].join(" ");
}

import * as l10n from "@vscode/l10n";
import { inert } from "./inert.ts";

/** So many refused files are named; a notification has little room. */
const MOST_NAMED = 3;

/** What became of several files: how many are uploaded, and why others are not. */
export function summaryWords(files: number, uploaded: number, refused: readonly string[]): string {
	return [l10n.t("{0} of {1} files uploaded.", uploaded, files), ...refused.slice(0, MOST_NAMED)].join(" ");
}

/** That one of several files holds a certificate which cannot be uploaded; why was said before. */
export function blockedWords(file: string): string {
	return l10n.t("{0}: it cannot be uploaded.", inert(file));
}

import * as l10n from "@vscode/l10n";
import { sanitize } from "../../common/messages/sanitize.ts";

/** So many files that were not uploaded are named; a notification has little room. */
const MOST_NAMED = 3;

/** What became of several files: how many are uploaded, and a line for each that is not; in brief, for the first of these. */
export function summaryWords(
	files: number,
	uploaded: number,
	refused: readonly string[],
): { readonly brief: string; readonly whole: string } {
	const head = l10n.t("{0} of {1} files uploaded.", uploaded, files);
	const more = refused.length - MOST_NAMED;
	const brief = [head, ...refused.slice(0, MOST_NAMED), ...(more > 0 ? [l10n.t("… and {0} more", more)] : [])];
	return { brief: brief.join("\n"), whole: [head, ...refused].join("\n") };
}

/** That one of several files holds a certificate which cannot be uploaded; why was said before. */
export function blockedWords(file: string): string {
	return l10n.t("{0}: it cannot be uploaded.", sanitize(file));
}

/** Which of several files a question is about. @param index From 1. */
export function amongWords(file: string, index: number, count: number): string {
	return l10n.t("{0}, {1} of {2}", sanitize(file), index, count);
}

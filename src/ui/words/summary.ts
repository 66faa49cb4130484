import * as l10n from "@vscode/l10n";
import { inert } from "./inert.ts";

/** What became of several files: how many are uploaded, and a line for each that is not. */
export function summaryWords(files: number, uploaded: number, refused: readonly string[]): string {
	return [l10n.t("{0} of {1} files uploaded.", uploaded, files), ...refused].join("\n");
}

/** That one of several files holds a certificate which cannot be uploaded; why was said before. */
export function blockedWords(file: string): string {
	return l10n.t("{0}: it cannot be uploaded.", inert(file));
}

/** Which of several files a question is about. @param index From 1. */
export function amongWords(file: string, index: number, count: number): string {
	return l10n.t("{0}, {1} of {2}", inert(file), index, count);
}

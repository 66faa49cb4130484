import * as l10n from "@vscode/l10n";
import * as vscode from "vscode";
import { isCancelled, problemOf } from "../domain/failure.ts";
import { COMMANDS } from "./names.ts";
import { type Mend, mendOf, mendWords, problemWords } from "./words/problems.ts";

const MENDING_COMMANDS: Readonly<Record<Mend, string>> = {
	"set-key": COMMANDS.setKey,
	"open-settings": COMMANDS.openSettings,
	"show-log": COMMANDS.showLog,
	refresh: COMMANDS.refresh,
};

/** Shows what a command threw: one message with what mends it; nothing where the person cancelled. */
export async function showFailure(thrown: unknown, log: vscode.LogOutputChannel): Promise<void> {
	if (isCancelled(thrown)) return;
	const problem = problemOf(thrown);
	if (!problem) {
		// A defect of ours. Its message could hold anything, so only its kind and the place go to the log.
		log.error(`Unexpected ${thrown instanceof Error ? thrown.name : typeof thrown}`, placeOf(thrown));
	}
	const mend = problem ? mendOf(problem) : "show-log";
	const words = problem ? problemWords(problem) : l10n.t("Something went wrong that this extension did not expect.");
	const chosen = await vscode.window.showErrorMessage(words, ...(mend ? [mendWords(mend)] : []));
	if (chosen && mend) await vscode.commands.executeCommand(MENDING_COMMANDS[mend]);
}

/** The first line of a stack that names one of our bundles: file, line and column. */
function placeOf(thrown: unknown): string {
	const stack = thrown instanceof Error ? (thrown.stack ?? "") : "";
	return /\b(?:extension|backend)\.js:\d+:\d+/.exec(stack)?.[0] ?? "";
}

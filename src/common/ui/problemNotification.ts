import * as vscode from "vscode";
import { isCancelled, problemOf } from "../../domain/problem.ts";
import { COMMANDS, VIEW } from "../manifestIds.ts";
import { type Mend, mendOf, mendWords, problemWords } from "../messages/problems.ts";
import type { Log } from "./log.ts";
import { type Notices, notify } from "./notifications.ts";
import { showDefect } from "./unexpectedError.ts";

/** What each of them runs. */
export const MENDING_COMMANDS: Readonly<Record<Mend, readonly [command: string, ...args: string[]]>> = {
	"set-key": [COMMANDS.setKey],
	"set-passphrase": [COMMANDS.setPassphrase],
	"open-settings": [COMMANDS.openSettings],
	"open-proxy-settings": ["workbench.action.openSettings", "http.proxy"],
	"show-log": [COMMANDS.showLog],
	refresh: [COMMANDS.refresh],
	"show-view": [`${VIEW}.focus`],
	"check-upload": [COMMANDS.checkUpload],
	"switch-connection": [COMMANDS.switchConnection],
};

/** Shows what a command threw: one message with what mends it; nothing where the person cancelled. */
export async function showFailure(thrown: unknown, context: Notices & { readonly log: Log }): Promise<void> {
	if (isCancelled(thrown)) return;
	const problem = problemOf(thrown);
	if (!problem) return showDefect(thrown, context.log);
	const mend = mendOf(problem);
	const chosen = await notify(context, "error", problemWords(problem), ...(mend ? [mendWords(mend)] : []));
	if (chosen && mend) await vscode.commands.executeCommand(...MENDING_COMMANDS[mend]);
}

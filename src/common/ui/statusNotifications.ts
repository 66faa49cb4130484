import * as l10n from "@vscode/l10n";
import * as vscode from "vscode";
import type { ScopeAccount } from "../../features/activation/activation.ts";
import { isDone } from "../../features/activation/activationResultMessages.ts";
import { COMMANDS } from "../manifestIds.ts";
import { type Notices, notify } from "./notifications.ts";

const STATUS_MS = 5000;

/**
 * Says that all was done: beside what the rows show, the status bar is enough. A screen reader does not read that aloud, so
 * that a notification says it to those who set the editor up for one.
 */
export function tellDone(words: string): void {
	const isHeard = vscode.workspace.getConfiguration("editor").get("accessibilitySupport") === "on";
	const line = words.replaceAll("\n", " ");
	if (isHeard) void vscode.window.showInformationMessage(line);
	else vscode.window.setStatusBarMessage(line, STATUS_MS);
}

/** Says what became of a switch in some scopes. @param goOn What to do where not all was done. */
export function tellSwitched(notices: Notices, words: string, accounts: readonly ScopeAccount[], goOn?: string): void {
	if (isDone(accounts)) {
		tellDone(words);
		return;
	}
	const setUp = l10n.t("Set Up Client Certificate");
	const buttons = accounts.some(({ lockedOut }) => lockedOut) ? [setUp] : [];
	void notify(notices, "warning", goOn ? `${words}\n${goOn}` : words, ...buttons).then((pressed) => {
		if (pressed) void vscode.commands.executeCommand(COMMANDS.openSettings);
	});
}

import * as vscode from "vscode";
import { isCancelled, problemOf } from "../../domain/problem.ts";
import { CERTIFICATES_VIEW, COMMANDS } from "../manifestIds.ts";
import { describeProblem } from "../messages/problems/problems.ts";
import { formatRemedy, type Remedy, remediesFor } from "../messages/problems/remedies.ts";
import type { Log } from "./log.ts";
import { type NotificationDeps, showMessage } from "./notifications.ts";
import { showUnexpectedError } from "./unexpectedError.ts";

/** The command that each remedy runs. */
export const REMEDY_COMMANDS: Readonly<Record<Remedy, readonly [command: string, ...args: string[]]>> = {
	"set-key": [COMMANDS.setKey],
	"set-passphrase": [COMMANDS.setPassphrase],
	"open-settings": [COMMANDS.openSettings],
	"open-proxy-settings": ["workbench.action.openSettings", "http.proxy"],
	"show-log": [COMMANDS.showLog],
	refresh: [COMMANDS.refresh],
	"show-view": [`${CERTIFICATES_VIEW}.focus`],
	"check-upload": [COMMANDS.checkUpload],
	"switch-connection": [COMMANDS.switchConnection],
	"open-dashboard": [COMMANDS.openDashboard],
	"open-admin-keys": [COMMANDS.openAdminKeys],
};

/** Shows a command's error as a message with its remedies. Shows nothing if the person cancelled. */
export async function showProblem(thrown: unknown, context: NotificationDeps & { readonly log: Log }): Promise<void> {
	if (isCancelled(thrown)) return;
	const problem = problemOf(thrown);
	if (!problem) return showUnexpectedError(thrown, context.log);
	const remedies = remediesFor(problem);
	const chosen = await showMessage(context, "error", describeProblem(problem), ...remedies.map(formatRemedy));
	const remedy = remedies.find((each) => formatRemedy(each) === chosen);
	if (remedy) await vscode.commands.executeCommand(...REMEDY_COMMANDS[remedy]);
}

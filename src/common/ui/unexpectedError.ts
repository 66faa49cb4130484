import * as vscode from "vscode";
import { COMMANDS } from "../manifestIds.ts";
import { interfaceLabels } from "../messages/interfaceMessages.ts";
import { labels } from "../messages/labels.ts";
import type { Log } from "./log.ts";

/** Shows and logs an unexpected error. The log gets its type and code location. */
export async function showUnexpectedError(thrown: unknown, log: Log): Promise<void> {
	log.logUnexpectedError(thrown);
	const chosen = await vscode.window.showErrorMessage(interfaceLabels.unexpectedError, labels.showLog);
	if (chosen) await vscode.commands.executeCommand(COMMANDS.showLog);
}

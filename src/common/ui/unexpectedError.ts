import * as vscode from "vscode";
import { COMMANDS } from "../manifestIds.ts";
import { interfaceLabels } from "../messages/interfaceMessages.ts";
import type { Log } from "./log.ts";

/** Shows and logs an unexpected error. The log gets its type and code location. */
export async function showUnexpectedError(thrown: unknown, log: Log): Promise<void> {
	log.logUnexpectedError(thrown);
	const { unexpectedError: message, showLog } = interfaceLabels;
	const chosen = await vscode.window.showErrorMessage(message, showLog);
	if (chosen) await vscode.commands.executeCommand(COMMANDS.showLog);
}

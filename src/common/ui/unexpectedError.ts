import * as l10n from "@vscode/l10n";
import * as vscode from "vscode";
import { COMMANDS } from "../manifestIds.ts";
import type { Log } from "./log.ts";

/** Shows and logs an unexpected error. The log gets its type and code location. */
export async function showUnexpectedError(thrown: unknown, log: Log): Promise<void> {
	log.logUnexpectedError(thrown);
	const showLog = l10n.t("Show Log");
	const message = l10n.t("Something went wrong that this extension did not expect.");
	const chosen = await vscode.window.showErrorMessage(message, showLog);
	if (chosen) await vscode.commands.executeCommand(COMMANDS.showLog);
}

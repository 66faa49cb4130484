import * as vscode from "vscode";

const STATUS_MS = 5000;

/**
 * Reports success in the status bar, since the rows show the result, too. Screen readers don't read the status bar
 * aloud, so an editor set up for a screen reader shows a notification instead.
 */
export function notifyDone(message: string): void {
	const usesScreenReader = vscode.workspace.getConfiguration("editor").get("accessibilitySupport") === "on";
	const line = message.replaceAll("\n", " ");
	if (usesScreenReader) void vscode.window.showInformationMessage(line);
	else vscode.window.setStatusBarMessage(line, STATUS_MS);
}

import * as vscode from "vscode";

const STATUS_MS = 5000;

/**
 * Says that all was done: beside what the rows show, the status bar is enough. A screen reader does not read that aloud, so
 * that a notification says it to those who set the editor up for one.
 */
export function notifyDone(words: string): void {
	const isHeard = vscode.workspace.getConfiguration("editor").get("accessibilitySupport") === "on";
	const line = words.replaceAll("\n", " ");
	if (isHeard) void vscode.window.showInformationMessage(line);
	else vscode.window.setStatusBarMessage(line, STATUS_MS);
}

import type * as vscode from "vscode";

const SHOWN_NOTES_KEY = "openaiCertificates.said";

/** Notes that are shown only once on this computer. */
export type OneTimeNote = "policies";

/** True if a note was not shown yet. */
export function isFirstTime(globalState: vscode.Memento, note: OneTimeNote): boolean {
	return !globalState.get<readonly string[]>(SHOWN_NOTES_KEY, []).includes(note);
}

/** Remembers that a note was shown. */
export async function rememberShown(globalState: vscode.Memento, note: OneTimeNote): Promise<void> {
	const shown = globalState.get<readonly string[]>(SHOWN_NOTES_KEY, []);
	await globalState.update(SHOWN_NOTES_KEY, [...new Set([...shown, note])]);
}

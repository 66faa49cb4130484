import type * as vscode from "vscode";

const SHOWN_NOTES_KEY = "openaiCertificates.said";

/** Notes that are shown only once on this computer. */
export type SaidOnce = "policies";

/** True if a note was not shown yet. */
export function isNew(globalState: vscode.Memento, note: SaidOnce): boolean {
	return !globalState.get<readonly string[]>(SHOWN_NOTES_KEY, []).includes(note);
}

/** Remembers that a note was shown. */
export async function wasSaid(globalState: vscode.Memento, note: SaidOnce): Promise<void> {
	const shown = globalState.get<readonly string[]>(SHOWN_NOTES_KEY, []);
	await globalState.update(SHOWN_NOTES_KEY, [...new Set([...shown, note])]);
}

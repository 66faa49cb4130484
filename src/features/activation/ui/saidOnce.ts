import type * as vscode from "vscode";

const SAID = "openaiCertificates.said";

/** What is said once, and not again on this computer. */
export type SaidOnce = "policies";

/** Whether something was not said yet. */
export function isNew(memory: vscode.Memento, what: SaidOnce): boolean {
	return !memory.get<readonly string[]>(SAID, []).includes(what);
}

/** Remembers that something was said. */
export async function wasSaid(memory: vscode.Memento, what: SaidOnce): Promise<void> {
	await memory.update(SAID, [...new Set([...memory.get<readonly string[]>(SAID, []), what])]);
}

import * as l10n from "@vscode/l10n";
import * as vscode from "vscode";
import type { VirtualDocuments } from "./virtualDocuments.ts";

/** A message without a button is one line in VS Code, with room for about so many characters; the rest is cut. */
const ONE_LINE = 50;

const SHOW = {
	information: vscode.window.showInformationMessage,
	warning: vscode.window.showWarningMessage,
	error: vscode.window.showErrorMessage,
};

/** What messages need. */
export interface NotificationDeps {
	readonly documents: Pick<VirtualDocuments, "show">;
}

/**
 * Shows a message. One that is too long for a line, or has several, gets a button: only then VS Code shows all of it.
 * @param words A line for each thing that it says; VS Code shows them as one paragraph. `whole`: where the message itself
 *   leaves something out.
 * @param buttons The actions that it offers.
 * @returns the chosen one.
 */
export async function showMessage(
	{ documents }: NotificationDeps,
	kind: keyof typeof SHOW,
	words: string | { readonly brief: string; readonly whole: string },
	...buttons: readonly string[]
): Promise<string | undefined> {
	const { brief: text, whole } = typeof words === "string" ? { brief: words, whole: words } : words;
	const details = l10n.t("Show Details");
	const isCut = buttons.length === 0 && text.length > ONE_LINE;
	const offered = isCut || text.includes("\n") ? [...buttons, details] : buttons;
	const chosen = await SHOW[kind](text, ...offered);
	if (chosen !== details) return chosen;
	await documents.show(l10n.t("Details"), `${whole}\n`);
	return undefined;
}

import * as vscode from "vscode";
import { interfaceLabels } from "../messages/interfaceMessages.ts";
import { labels } from "../messages/labels.ts";
import type { VirtualDocuments } from "./virtualDocuments.ts";

/** Number of characters that VS Code shows of a message without buttons, approximately. */
const MAX_SHOWN_LENGTH = 50;

const SHOW = {
	information: vscode.window.showInformationMessage,
	warning: vscode.window.showWarningMessage,
	error: vscode.window.showErrorMessage,
};

export interface NotificationDeps {
	readonly documents: Pick<VirtualDocuments, "show">;
}

interface MessageText {
	readonly brief: string;
	readonly complete: string;
}

/**
 * Shows a message. A long text, or a text of several lines, gets a button, because VS Code shows only messages with
 * buttons in full.
 * @param message A line per statement; VS Code shows one paragraph. `complete`: the full text, if `brief` omits parts.
 * @param buttons The labels of actions.
 * @returns the chosen label
 */
export async function showMessage(
	{ documents }: NotificationDeps,
	kind: keyof typeof SHOW,
	message: string | MessageText,
	...buttons: readonly string[]
): Promise<string | undefined> {
	const text: MessageText = typeof message === "string" ? { brief: message, complete: message } : message;
	const { showDetails } = labels;
	const isTruncated = buttons.length === 0 && text.brief.length > MAX_SHOWN_LENGTH;
	const shownButtons = isTruncated || text.brief.includes("\n") ? [...buttons, showDetails] : buttons;
	const chosen = await SHOW[kind](text.brief, ...shownButtons);
	if (chosen !== showDetails) return chosen;
	await documents.show(interfaceLabels.details, `${text.complete}\n`);
	return undefined;
}

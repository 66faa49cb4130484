import * as vscode from "vscode";
import { DASHBOARD_PAGES, MTLS_GUIDE } from "../../domain/openaiHosts.ts";
import type { ModalText } from "../messages/interfaceMessages.ts";
import { labels } from "../messages/labels.ts";

/** Opens a page of OpenAI's dashboard in the browser. VS Code may ask first. */
export async function openDashboard(page: keyof typeof DASHBOARD_PAGES): Promise<void> {
	await vscode.env.openExternal(vscode.Uri.parse(DASHBOARD_PAGES[page]));
}

/** Opens OpenAI's guide for clients, like a page of the dashboard. */
export async function openGuide(): Promise<void> {
	await vscode.env.openExternal(vscode.Uri.parse(MTLS_GUIDE));
}

/**
 * Asks a modal question that mentions the dashboard, with a button that opens the dashboard and asks again.
 * @param buttons Enter presses the first one, which must be harmless.
 * @returns the pressed button of `buttons`; `undefined` if the user cancelled
 */
export async function promptBesideDashboard(
	{ message, detail }: ModalText,
	...buttons: readonly string[]
): Promise<string | undefined> {
	for (;;) {
		const chosen = await vscode.window.showWarningMessage(
			message,
			{ modal: true, detail },
			...buttons,
			labels.openDashboard,
		);
		if (chosen !== labels.openDashboard) return chosen;
		await openDashboard("certificates");
	}
}

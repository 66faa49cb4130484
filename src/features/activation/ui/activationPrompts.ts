import * as l10n from "@vscode/l10n";
import * as vscode from "vscode";
import { COMMANDS } from "../../../common/manifestIds.ts";
import type { CertificateWithContent, Time } from "../../../common/messages/certificateMessages.ts";
import { promptText } from "../../../common/ui/prompts.ts";
import { CancelledError, isCancelled } from "../../../domain/problem.ts";
import {
	type ActivationQuestion,
	activationWords,
	type DeactivationQuestion,
	deactivationWords,
	textToType,
} from "../activationMessages.ts";

/** Asks before certificates are activated in projects alone. @throws Cancelled unless they are to be. */
export async function confirmInProjects(question: ActivationQuestion, time: Time): Promise<void> {
	const { message, detail } = activationWords(question, time);
	const activate = l10n.t("Activate");
	// Enter takes the first button.
	const buttons = [l10n.t("Don't Activate"), activate];
	const chosen = await vscode.window.showWarningMessage(message, { modal: true, detail }, ...buttons);
	if (chosen !== activate) throw new CancelledError();
}

/**
 * Asks before certificates are activated in the organization, which may shut this extension out: only typing goes on.
 * @param isSafe Whether this extension's own calls will be answered, as far as that can be told.
 * @param savePems Saves what the organization holds. @throws Cancelled
 * @throws Cancelled unless they are to be.
 */
export async function confirmInOrganization(
	question: ActivationQuestion,
	time: Time,
	isSafe: boolean,
	savePems: () => Promise<void>,
): Promise<void> {
	const { message, detail } = activationWords(question, time);
	const save = l10n.t("Save All Anchors' PEMs…");
	const setUp = l10n.t("Set Up Client Certificate");
	const goOn = l10n.t("Continue…");
	// Enter takes the first button.
	const buttons = isSafe ? [save, goOn] : [setUp, save, goOn];
	for (;;) {
		const chosen = await vscode.window.showWarningMessage(message, { modal: true, detail }, ...buttons);
		if (chosen === goOn) break;
		if (chosen === setUp) await vscode.commands.executeCommand(COMMANDS.openSettings);
		if (chosen !== save) throw new CancelledError();
		await savePems().catch((thrown) => {
			if (!isCancelled(thrown)) throw thrown;
		});
	}
	await askToType(question.subjects);
}

/** Has a person type what is to be activated. @throws Cancelled */
async function askToType(subjects: readonly CertificateWithContent[]): Promise<void> {
	const expected = textToType(subjects);
	await promptText({
		title: l10n.t("Activate in the organization"),
		prompt: l10n.t("To activate, type: {0}", expected),
		placeholder: expected,
		validate: (text) =>
			text.trim() === expected ? null : { message: l10n.t("Type exactly: {0}", expected), severity: "error" },
	});
}

/** Asks before certificates are deactivated. @throws Cancelled unless they are to be. */
export async function confirmDeactivation(question: DeactivationQuestion, time: Time): Promise<void> {
	const { message, detail } = deactivationWords(question, time);
	const deactivate = l10n.t("Deactivate");
	// Enter takes the first button.
	const buttons = [l10n.t("Don't Deactivate"), deactivate];
	const chosen = await vscode.window.showWarningMessage(message, { modal: true, detail }, ...buttons);
	if (chosen !== deactivate) throw new CancelledError();
}

import * as l10n from "@vscode/l10n";
import * as vscode from "vscode";
import { COMMANDS } from "../../../common/manifestIds.ts";
import type { CertificateWithContent, Time } from "../../../common/messages/certificateMessages.ts";
import { promptText } from "../../../common/ui/prompts.ts";
import { CancelledError, isCancelled } from "../../../domain/problem.ts";
import {
	type ActivationQuestion,
	confirmationText,
	type DeactivationQuestion,
	describeActivationQuestion,
	describeDeactivationQuestion,
} from "../activationMessages.ts";

/** Asks for confirmation of an activation in projects only. @throws CancelledError unless the user confirms. */
export async function confirmInProjects(question: ActivationQuestion, time: Time): Promise<void> {
	const { message, detail } = describeActivationQuestion(question, time);
	const activate = l10n.t("Activate");
	// Enter presses the first button.
	const buttons = [l10n.t("Don't Activate"), activate];
	const chosen = await vscode.window.showWarningMessage(message, { modal: true, detail }, ...buttons);
	if (chosen !== activate) throw new CancelledError();
}

/**
 * Asks for typed confirmation of an activation in the organization, which may lock this extension out.
 * @param isSafe Whether this extension's own calls are expected to be accepted.
 * @param savePems Saves all certificates of the organization. @throws CancelledError
 * @throws CancelledError unless the user confirms.
 */
export async function confirmInOrganization(
	question: ActivationQuestion,
	time: Time,
	isSafe: boolean,
	savePems: () => Promise<void>,
): Promise<void> {
	const { message, detail } = describeActivationQuestion(question, time);
	const save = l10n.t("Save All Anchors' PEMs…");
	const setUp = l10n.t("Set Up Client Certificate");
	const proceed = l10n.t("Continue…");
	// Enter presses the first button.
	const buttons = isSafe ? [save, proceed] : [setUp, save, proceed];
	for (;;) {
		const chosen = await vscode.window.showWarningMessage(message, { modal: true, detail }, ...buttons);
		if (chosen === proceed) break;
		if (chosen === setUp) await vscode.commands.executeCommand(COMMANDS.openSettings);
		if (chosen !== save) throw new CancelledError();
		await savePems().catch((thrown) => {
			if (!isCancelled(thrown)) throw thrown;
		});
	}
	await promptForConfirmation(question.subjects);
}

/** Prompts for the confirmation text. @throws CancelledError */
async function promptForConfirmation(subjects: readonly CertificateWithContent[]): Promise<void> {
	const expected = confirmationText(subjects);
	await promptText({
		title: l10n.t("Activate in the organization"),
		prompt: l10n.t("To activate, type: {0}", expected),
		placeholder: expected,
		validate: (text) =>
			text.trim() === expected ? null : { message: l10n.t("Type exactly: {0}", expected), severity: "error" },
	});
}

/** Asks for confirmation of a deactivation. @throws CancelledError unless the user confirms. */
export async function confirmDeactivation(question: DeactivationQuestion, time: Time): Promise<void> {
	const { message, detail } = describeDeactivationQuestion(question, time);
	const deactivate = l10n.t("Deactivate");
	// Enter presses the first button.
	const buttons = [l10n.t("Don't Deactivate"), deactivate];
	const chosen = await vscode.window.showWarningMessage(message, { modal: true, detail }, ...buttons);
	if (chosen !== deactivate) throw new CancelledError();
}

import * as vscode from "vscode";
import { COMMANDS } from "../../../common/manifestIds.ts";
import type { CertificateWithContent, Time } from "../../../common/messages/certificateMessages.ts";
import { labels } from "../../../common/messages/labels.ts";
import { promptBesideDashboard } from "../../../common/ui/dashboard.ts";
import { promptText } from "../../../common/ui/prompts.ts";
import { CancelledError, isCancelled } from "../../../domain/problem.ts";
import { type ClientPromptDeps, promptWithClients } from "../../clientImpact/ui/clientImpactPrompt.ts";
import {
	type ActivationQuestion,
	activationLabels,
	confirmationText,
	type DeactivationQuestion,
	describeActivationQuestion,
	describeConfirmationMismatch,
	describeDeactivationQuestion,
	describeTypedConfirmation,
} from "../activationMessages.ts";

/** Asks for confirmation of an activation in projects only. @throws CancelledError unless the user confirms. */
export async function confirmInProjects(question: ActivationQuestion, time: Time): Promise<void> {
	const text = describeActivationQuestion(question, time);
	const { activate, dontActivate } = activationLabels;
	// Enter presses the first button.
	const buttons = [dontActivate, activate];
	const chosen = question.showPolicyNote
		? await promptBesideDashboard(text, ...buttons)
		: await vscode.window.showWarningMessage(text.message, { modal: true, detail: text.detail }, ...buttons);
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
	const text = describeActivationQuestion(question, time);
	const { saveAllPems: save, activateInOrganization: proceed } = activationLabels;
	const setUp = labels.setUpClientCertificate;
	// Enter presses the first button.
	const buttons = isSafe ? [save, proceed] : [setUp, save, proceed];
	for (;;) {
		const chosen = await promptBesideDashboard(text, ...buttons);
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
		title: activationLabels.typedConfirmationTitle,
		prompt: describeTypedConfirmation(expected),
		placeholder: expected,
		validate: (text) =>
			text.trim() === expected ? null : { message: describeConfirmationMismatch(expected), severity: "error" },
	});
}

/** Asks for confirmation of a deactivation. @throws CancelledError unless the user confirms. */
export async function confirmDeactivation(
	deps: ClientPromptDeps,
	question: DeactivationQuestion,
	time: Time,
): Promise<void> {
	const { deactivate, dontDeactivate } = activationLabels;
	const text = describeDeactivationQuestion(question, time);
	await promptWithClients(deps, text, question.clients, dontDeactivate, deactivate);
}

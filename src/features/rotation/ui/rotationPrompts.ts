import * as vscode from "vscode";
import { CERTIFICATES_VIEW, COMMANDS } from "../../../common/manifestIds.ts";
import { formatCertificateName } from "../../../common/messages/certificateMessages.ts";
import { formatExpiry } from "../../../common/messages/dates.ts";
import type { ModalText } from "../../../common/messages/interfaceMessages.ts";
import { labels } from "../../../common/messages/labels.ts";
import { describeRotationIssue } from "../../../common/messages/problems/rotationIssues.ts";
import type { ScopeSummary } from "../../../common/messages/scopes.ts";
import { promptBesideDashboard } from "../../../common/ui/dashboard.ts";
import { type Choice, pickOne } from "../../../common/ui/prompts.ts";
import { readReminderDays } from "../../../common/ui/settings.ts";
import type { Certificate } from "../../../domain/certificate.ts";
import { CancelledError } from "../../../domain/problem.ts";
import { type ClientPromptDeps, promptWithClients } from "../../clientImpact/ui/clientImpactPrompt.ts";
import { describeAlsoActivated, rotateTitle, rotationPickLabels, unclearScopesTitle } from "../rotationPickMessages.ts";
import { findRotationIssues, type RotatedCertificate } from "../rotationPlan.ts";
import {
	describeCorruptPlan,
	describeDeadEnd,
	describeFinish,
	describeLockOut,
	describeNoRoom,
	describeStart,
	describeUndo,
	type FinishQuestion,
	rotationPromptLabels,
	type StartQuestion,
	type UndoQuestion,
} from "../rotationPromptMessages.ts";

/**
 * Prompts for the new certificate: a file, or a listed certificate, suitable certificates first.
 * @param soonDays As in `findRotationIssues`.
 * @returns `null` for a file.
 * @throws CancelledError
 */
export async function promptForNext(
	old: Certificate,
	listed: readonly Certificate[],
	soonDays: number,
): Promise<Certificate | null> {
	const now = Date.now() / 1000;
	const others = listed
		.filter(({ id }) => id !== old.id)
		.map((certificate) => {
			const [one, other] = [old, certificate].map((each) => ({ certificate: each, content: null }));
			const issues = one && other ? findRotationIssues(one, other, now, soonDays) : [];
			// The content, read after the choice, may contain the dates.
			return { certificate, issues: issues.filter((issue) => issue !== "dates-unknown") };
		})
		.toSorted((one, other) => Number(one.issues.length > 0) - Number(other.issues.length > 0));
	const choices = others.map(
		({ certificate, issues }): Choice<Certificate | null> => ({
			label: formatCertificateName(certificate),
			description: `${certificate.id} · ${formatExpiry(certificate.expiresAt, now)}`,
			...(issues.length > 0 && { detail: issues.map(describeRotationIssue).join(" ") }),
			value: certificate,
		}),
	);
	const question = { title: rotateTitle(old), placeholder: rotationPickLabels.selectReplacement };
	return pickOne(question, [{ label: labels.chooseFile, value: null }, ...choices]);
}

/** Asks for direct activations in projects, which the lists do not show. @throws CancelledError */
export async function promptUnclear(old: Certificate, unclear: ScopeSummary): Promise<"own" | "inherited"> {
	const { alsoInProjects, onlyInOrganization, onlyInOrganizationEffect, inProjectsToo } = rotationPickLabels;
	return pickOne<"own" | "inherited">({ title: unclearScopesTitle(old), placeholder: alsoInProjects }, [
		{ label: onlyInOrganization, detail: onlyInOrganizationEffect, value: "inherited" },
		{ label: inProjectsToo, detail: describeAlsoActivated(unclear), value: "own" },
	]);
}

/** @throws CancelledError unless the person agrees to discard the corrupt plan. */
export async function confirmDiscardCorruptPlan(old: Certificate): Promise<void> {
	const { dontDiscard } = labels;
	const { discardAndRotate } = rotationPromptLabels;
	await promptModal(describeCorruptPlan(old), [dontDiscard, discardAndRotate], [discardAndRotate]);
}

/** @throws CancelledError unless the person agrees to the activation. */
export async function confirmStart(question: StartQuestion): Promise<void> {
	const { dontRotate, rotate, dontContinue, continueRotating } = rotationPromptLabels;
	const [decline, accept] = question.planned ? [dontContinue, continueRotating] : [dontRotate, rotate];
	// Enter presses the first button.
	const chosen = await promptBesideDashboard(describeStart(question, Date.now() / 1000), decline, accept);
	if (chosen !== accept) throw new CancelledError();
}

/** @returns true to delete the old certificate, too. @throws CancelledError unless the person agrees to finish. */
export async function confirmFinish(deps: ClientPromptDeps, question: FinishQuestion): Promise<boolean> {
	const { dontFinish, finish, finishAndDelete } = rotationPromptLabels;
	const text = describeFinish(question, { now: Date.now() / 1000, reminderDays: readReminderDays() });
	const chosen = await promptWithClients(deps, text, question.clients, dontFinish, finish, finishAndDelete);
	return chosen === finishAndDelete;
}

/** @throws CancelledError unless the person agrees to undo. */
export async function confirmUndo(question: UndoQuestion): Promise<void> {
	const { dontUndo, undo } = rotationPromptLabels;
	await promptModal(describeUndo(question), [dontUndo, undo], [undo]);
}

/** Shows that this extension would lock itself out, and offers the settings. @throws CancelledError */
export async function refuseLockOut(from: RotatedCertificate, to: RotatedCertificate, access: string): Promise<never> {
	return refuseAndOfferSettings(describeLockOut(from, to, access));
}

async function refuseAndOfferSettings(question: Parameters<typeof promptModal>[0]): Promise<never> {
	const setUp = labels.setUpClientCertificate;
	await promptModal(question, [setUp], [setUp]);
	await vscode.commands.executeCommand(COMMANDS.openSettings);
	throw new CancelledError();
}

/** Like `refuseLockOut`, for a rotation that could be neither finished nor undone. @throws CancelledError */
export async function refuseDeadEnd(old: RotatedCertificate, next: RotatedCertificate, access: string): Promise<never> {
	return refuseAndOfferSettings(describeDeadEnd(old, next, access));
}

/** Shows which certificate to delete first. @param inactive As in `describeNoRoom`. @throws CancelledError */
export async function refuseFull(inactive: readonly Certificate[]): Promise<never> {
	const show = labels.showCertificates;
	await promptModal(describeNoRoom(inactive, Date.now() / 1000), [show], [show]);
	await vscode.commands.executeCommand(`${CERTIFICATES_VIEW}.focus`);
	throw new CancelledError();
}

/** @param accepting The buttons that continue. @throws CancelledError after another button, or none */
async function promptModal(
	{ message, detail }: ModalText,
	buttons: readonly string[],
	accepting: readonly string[],
): Promise<string> {
	const chosen = await vscode.window.showWarningMessage(message, { modal: true, detail }, ...buttons);
	if (chosen === undefined || !accepting.includes(chosen)) throw new CancelledError();
	return chosen;
}

import * as l10n from "@vscode/l10n";
import * as vscode from "vscode";
import { CERTIFICATES_VIEW, COMMANDS } from "../../../common/manifestIds.ts";
import { formatCertificateName } from "../../../common/messages/certificateMessages.ts";
import { formatExpiry } from "../../../common/messages/dates.ts";
import { describeRotationIssue } from "../../../common/messages/rotationIssues.ts";
import { formatScopes, type ScopeSummary } from "../../../common/messages/scopes.ts";
import { type Choice, pickOne } from "../../../common/ui/prompts.ts";
import type { Certificate } from "../../../domain/certificate.ts";
import { CancelledError } from "../../../domain/problem.ts";
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
	const title = l10n.t("Rotate “{0}”", formatCertificateName(old));
	const question = { title, placeholder: l10n.t("Which certificate takes over?") };
	return pickOne(question, [{ label: l10n.t("Choose a File…"), value: null }, ...choices]);
}

/** Asks for direct activations in projects, which the lists do not show. @throws CancelledError */
export async function promptUnclear(old: Certificate, unclear: ScopeSummary): Promise<"own" | "imposed"> {
	const title = l10n.t("Where “{0}” is active", formatCertificateName(old));
	const placeholder = l10n.t("OpenAI's lists do not tell: do projects have it by themselves, too?");
	return pickOne<"own" | "imposed">({ title, placeholder }, [
		{
			label: l10n.t("Only through the organization"),
			detail: l10n.t("Nothing is activated in projects of which it is not known."),
			value: "imposed",
		},
		{
			label: l10n.t("By itself, too"),
			detail: l10n.t("The new one is activated in {0}, too.", formatScopes(unclear)),
			value: "own",
		},
	]);
}

/** @throws CancelledError unless the person agrees to discard the corrupt plan. */
export async function confirmDiscardCorruptPlan(old: Certificate): Promise<void> {
	const forget = l10n.t("Forget and Rotate");
	await promptModal(describeCorruptPlan(old), [l10n.t("Don't Rotate"), forget], [forget]);
}

/** @throws CancelledError unless the person agrees to the activation. */
export async function confirmStart(question: StartQuestion): Promise<void> {
	const rotate = l10n.t("Rotate");
	// Enter presses the first button.
	await promptModal(describeStart(question), [l10n.t("Don't Rotate"), rotate], [rotate]);
}

/** @returns true to delete the old certificate, too. @throws CancelledError unless the person agrees to finish. */
export async function confirmFinish(question: FinishQuestion): Promise<boolean> {
	const finish = l10n.t("Finish");
	const finishAndDelete = l10n.t("Finish and Delete");
	const accepting = [finish, finishAndDelete];
	return (
		(await promptModal(describeFinish(question), [l10n.t("Not Yet"), ...accepting], accepting)) === finishAndDelete
	);
}

/** @throws CancelledError unless the person agrees to undo. */
export async function confirmUndo(question: UndoQuestion): Promise<void> {
	const undo = l10n.t("Undo");
	await promptModal(describeUndo(question), [l10n.t("Don't Undo"), undo], [undo]);
}

/** Shows that this extension would lock itself out, and offers the settings. @throws CancelledError */
export async function refuseLockOut(from: RotatedCertificate, to: RotatedCertificate, access: string): Promise<never> {
	return refuseAndOfferSettings(describeLockOut(from, to, access));
}

async function refuseAndOfferSettings(question: Parameters<typeof promptModal>[0]): Promise<never> {
	const setUp = l10n.t("Set Up Client Certificate");
	await promptModal(question, [setUp], [setUp]);
	await vscode.commands.executeCommand(COMMANDS.openSettings);
	throw new CancelledError();
}

/** Shows that the rotation could not be ended; else as `refuseLockOut`. @throws CancelledError */
export async function refuseDeadEnd(old: RotatedCertificate, next: RotatedCertificate, access: string): Promise<never> {
	return refuseAndOfferSettings(describeDeadEnd(old, next, access));
}

/** Shows which certificate to delete first. @param inactive As in `describeNoRoom`. @throws CancelledError */
export async function refuseFull(inactive: readonly Certificate[]): Promise<never> {
	const show = l10n.t("Show Certificates");
	await promptModal(describeNoRoom(inactive, Date.now() / 1000), [show], [show]);
	await vscode.commands.executeCommand(`${CERTIFICATES_VIEW}.focus`);
	throw new CancelledError();
}

/** @param accepting The buttons that continue. @throws CancelledError after another button, or none */
async function promptModal(
	{ message, detail }: { readonly message: string; readonly detail: string },
	buttons: readonly string[],
	accepting: readonly string[],
): Promise<string> {
	const chosen = await vscode.window.showWarningMessage(message, { modal: true, detail }, ...buttons);
	if (chosen === undefined || !accepting.includes(chosen)) throw new CancelledError();
	return chosen;
}

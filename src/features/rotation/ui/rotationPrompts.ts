import * as l10n from "@vscode/l10n";
import * as vscode from "vscode";
import { COMMANDS, VIEW } from "../../../common/manifestIds.ts";
import { nameWords } from "../../../common/messages/certificateMessages.ts";
import { expiryWords } from "../../../common/messages/dates.ts";
import { describeRotationIssue } from "../../../common/messages/rotationIssues.ts";
import { formatScopes, type ScopeSummary } from "../../../common/messages/scopes.ts";
import { type Choice, pickOne } from "../../../common/ui/prompts.ts";
import type { Certificate } from "../../../domain/certificate.ts";
import { CancelledError } from "../../../domain/problem.ts";
import { findRotationIssues, type RotatedCertificate } from "../rotationPlan.ts";
import {
	deadEndWords,
	type FinishQuestion,
	finishWords,
	lockOutWords,
	noRoomWords,
	type StartQuestion,
	spoiltPlanWords,
	startWords,
	type UndoQuestion,
	undoWords,
} from "../rotationPromptMessages.ts";

/**
 * Asks which certificate is to take over: a file's, or one that is there already, those that fit first.
 * @param soonDays As in `rotationFlaws`.
 * @returns `null` for a file's.
 * @throws Cancelled
 */
export async function askForNext(
	old: Certificate,
	listed: readonly Certificate[],
	soonDays: number,
): Promise<Certificate | null> {
	const now = Date.now() / 1000;
	const others = listed
		.filter(({ id }) => id !== old.id)
		.map((certificate) => {
			const [one, other] = [old, certificate].map((each) => ({ certificate: each, content: null }));
			const flaws = one && other ? findRotationIssues(one, other, now, soonDays) : [];
			// What the list does not tell the content may, which is read once it is chosen.
			return { certificate, flaws: flaws.filter((flaw) => flaw !== "dates-unknown") };
		})
		.toSorted((one, other) => Number(one.flaws.length > 0) - Number(other.flaws.length > 0));
	const choices = others.map(
		({ certificate, flaws }): Choice<Certificate | null> => ({
			label: nameWords(certificate),
			description: `${certificate.id} · ${expiryWords(certificate.expiresAt, now)}`,
			...(flaws.length > 0 && { detail: flaws.map(describeRotationIssue).join(" ") }),
			value: certificate,
		}),
	);
	const title = l10n.t("Rotate “{0}”", nameWords(old));
	const question = { title, placeholder: l10n.t("Which certificate takes over?") };
	return pickOne(question, [{ label: l10n.t("Choose a File…"), value: null }, ...choices]);
}

/** Asks what nothing here can tell: whether the old one is active in these projects by itself. @throws Cancelled */
export async function askUnclear(old: Certificate, unclear: ScopeSummary): Promise<"own" | "imposed"> {
	const title = l10n.t("Where “{0}” is active", nameWords(old));
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

/** @throws Cancelled unless what cannot be read of a rotation is to be forgotten. */
export async function confirmForgetting(old: Certificate): Promise<void> {
	const forget = l10n.t("Forget and Rotate");
	await ask(spoiltPlanWords(old), [l10n.t("Don't Rotate"), forget], [forget]);
}

/** @throws Cancelled unless the new one is to be activated. */
export async function confirmStart(question: StartQuestion): Promise<void> {
	const goOn = l10n.t("Rotate");
	// Enter takes the first button.
	await ask(startWords(question), [l10n.t("Don't Rotate"), goOn], [goOn]);
}

/** @returns whether the old one is to be deleted, too. @throws Cancelled unless the rotation is to be finished. */
export async function confirmFinish(question: FinishQuestion): Promise<boolean> {
	const finish = l10n.t("Finish");
	const remove = l10n.t("Finish and Delete");
	return (await ask(finishWords(question), [l10n.t("Not Yet"), finish, remove], [finish, remove])) === remove;
}

/** @throws Cancelled unless the rotation is to be undone. */
export async function confirmUndo(question: UndoQuestion): Promise<void> {
	const undo = l10n.t("Undo");
	await ask(undoWords(question), [l10n.t("Don't Undo"), undo], [undo]);
}

/** Says that this extension would lock itself out, and leads to what keeps it from that. @throws Cancelled */
export async function refuseLockOut(from: RotatedCertificate, to: RotatedCertificate, access: string): Promise<never> {
	return refuseForAccess(lockOutWords(from, to, access));
}

async function refuseForAccess(question: Parameters<typeof ask>[0]): Promise<never> {
	const setUp = l10n.t("Set Up Client Certificate");
	await ask(question, [setUp], [setUp]);
	await vscode.commands.executeCommand(COMMANDS.openSettings);
	throw new CancelledError();
}

/** Says that a rotation could not be ended, and leads to what mends that. @param access As in `refuseLockOut`. @throws Cancelled */
export async function refuseDeadEnd(old: RotatedCertificate, next: RotatedCertificate, access: string): Promise<never> {
	return refuseForAccess(deadEndWords(old, next, access));
}

/** Says which certificate to delete first. @param idle As in `noRoomWords`. @throws Cancelled */
export async function refuseFull(idle: readonly Certificate[]): Promise<never> {
	const show = l10n.t("Show Certificates");
	await ask(noRoomWords(idle, Date.now() / 1000), [show], [show]);
	await vscode.commands.executeCommand(`${VIEW}.focus`);
	throw new CancelledError();
}

/** @param goOn The buttons that go on. @throws Cancelled where it was another one, or none. */
async function ask(
	{ message, detail }: { readonly message: string; readonly detail: string },
	buttons: readonly string[],
	goOn: readonly string[],
): Promise<string> {
	const chosen = await vscode.window.showWarningMessage(message, { modal: true, detail }, ...buttons);
	if (chosen === undefined || !goOn.includes(chosen)) throw new CancelledError();
	return chosen;
}

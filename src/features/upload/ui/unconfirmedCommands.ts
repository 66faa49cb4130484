import * as l10n from "@vscode/l10n";
import * as vscode from "vscode";
import { VIEW } from "../../../common/manifestIds.ts";
import { sanitize } from "../../../common/messages/sanitize.ts";
import { type NotificationDeps, showMessage } from "../../../common/ui/notifications.ts";
import { withCancellableProgress, withDelayedProgress } from "../../../common/ui/progress.ts";
import { pickOne } from "../../../common/ui/prompts.ts";
import type { Certificate } from "../../../domain/certificate.ts";
import { CancelledError, ProblemError, problemOf } from "../../../domain/problem.ts";
import { LATE_ARRIVAL_MS, type UploadAttempt } from "../uploadAttempt.ts";
import { againWords, arrivedWords, forgetWords, unconfirmedDescription } from "../uploadMessages.ts";
import type { UploadResult } from "../uploadSender.ts";
import type { UnconfirmedUpload, UploadService } from "../uploadService.ts";
import { tellMore } from "./uploadPrompts.ts";

/** The part of the certificates view that these commands use. */
export interface UploadRows {
	/** Returns the unconfirmed upload that a row shows. @throws Failure `nothing-selected` */
	unconfirmedOf(row: unknown): UnconfirmedUpload;
	/** Selects the row of a certificate that was just uploaded. */
	revealUploaded(certificate: Pick<Certificate, "id">): Promise<void>;
}

/** What the commands on an upload that is not confirmed act on. */
export interface UnconfirmedCommands extends NotificationDeps {
	readonly uploads: UploadService;
	readonly view: UploadRows;
}

/**
 * Looks whether an upload has arrived after all.
 * @param row What the menu handed over; without it the only one is meant, or the person is asked.
 * @throws Failure, Cancelled
 */
export async function checkUpload(commands: UnconfirmedCommands, row: unknown): Promise<void> {
	await tellArrived(commands, await lookFor(commands, await chooseUpload(commands, row)));
}

/** Uploads once more what a look does not see, after a question. @param row As in `checkUpload`. @throws Failure, Cancelled */
export async function uploadAgain(commands: UnconfirmedCommands, row: unknown): Promise<void> {
	const { uploads, view } = commands;
	const upload = await chooseOwnUpload(commands, row);
	try {
		return await tellArrived(commands, await lookFor(commands, upload));
	} catch (thrown) {
		const problem = problemOf(thrown);
		if (problem?.reason !== "unconfirmed" || problem.look.outcome !== "not-seen") throw thrown;
		await confirmAgain(upload.pending, problem.look.at);
	}
	const uploaded = await uploads.retry(upload);
	if (uploaded.how === "found") return tellArrived(commands, uploaded);
	await view.revealUploaded(uploaded.certificate);
	tellMore(commands, uploaded);
}

/**
 * Takes an upload out of the list without looking for it, after a question that offers to look.
 * @param row As in `checkUpload`. @throws Failure, Cancelled
 */
export async function forgetUpload(commands: UnconfirmedCommands, row: unknown): Promise<void> {
	const upload = await chooseOwnUpload(commands, row);
	const { message, detail } = forgetWords(upload.pending);
	const check = l10n.t("Check Now");
	const forget = l10n.t("Forget");
	// Enter takes the first button.
	const chosen = await vscode.window.showWarningMessage(message, { modal: true, detail }, check, forget);
	if (chosen === check) return tellArrived(commands, await lookFor(commands, upload));
	if (chosen !== forget) throw new CancelledError();
	// A window that died may have been sending it, which takes some seconds to be known.
	const title = l10n.t("Forgetting the upload of “{0}”…", sanitize(upload.pending.name));
	await withCancellableProgress(title, (signal) => commands.uploads.discard(upload, signal));
}

/** @throws Failure `nothing-selected`; Cancelled */
async function chooseUpload({ uploads, view }: UnconfirmedCommands, row: unknown): Promise<UnconfirmedUpload> {
	if (row !== undefined) return view.unconfirmedOf(row);
	const [only, ...others] = uploads.unconfirmed;
	if (!only) throw new ProblemError({ reason: "nothing-selected" });
	if (others.length === 0) return only;
	const now = Date.now();
	const choices = [only, ...others].map((upload) => ({
		label: sanitize(upload.pending.name),
		description: unconfirmedDescription(upload, now),
		value: upload,
	}));
	return pickOne({ title: l10n.t("Uploads that are not confirmed"), placeholder: l10n.t("Which one?") }, choices);
}

/** What another window has on its way is that window's. @throws Failure `nothing-selected`, `upload-pending`; Cancelled */
async function chooseOwnUpload(commands: UnconfirmedCommands, row: unknown): Promise<UnconfirmedUpload> {
	const upload = await chooseUpload(commands, row);
	if (upload.elsewhere) throw new ProblemError({ reason: "upload-pending", name: upload.pending.name, running: true });
	return upload;
}

/** @throws Failure `unconfirmed` where it was not found; Cancelled */
async function lookFor({ uploads }: UnconfirmedCommands, upload: UnconfirmedUpload): Promise<UploadResult> {
	const abort = new AbortController();
	const title = l10n.t("Looking for “{0}” among the organization's certificates…", sanitize(upload.pending.name));
	return vscode.window.withProgress({ location: { viewId: VIEW } }, () =>
		withDelayedProgress(title, uploads.check(upload, abort.signal), abort),
	);
}

async function tellArrived(commands: UnconfirmedCommands, uploaded: UploadResult): Promise<void> {
	await commands.view.revealUploaded(uploaded.certificate);
	void showMessage(commands, "information", arrivedWords(uploaded.certificate, Date.now()));
	tellMore(commands, uploaded);
}

/** @throws Cancelled unless it is to be sent again. */
async function confirmAgain(pending: UploadAttempt, notSeenAt: number): Promise<void> {
	const now = Date.now();
	const { message, detail } = againWords(pending, notSeenAt, now);
	const mayArrive = now < pending.startedAt + LATE_ARRIVAL_MS;
	const goOn = mayArrive ? l10n.t("Upload Anyway") : l10n.t("Upload Again");
	// Enter takes the first button.
	const buttons = mayArrive ? [l10n.t("Wait"), goOn] : [goOn];
	const chosen = await vscode.window.showWarningMessage(message, { modal: true, detail }, ...buttons);
	if (chosen !== goOn) throw new CancelledError();
}

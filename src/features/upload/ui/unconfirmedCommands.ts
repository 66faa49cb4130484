import * as vscode from "vscode";
import { CERTIFICATES_VIEW } from "../../../common/manifestIds.ts";
import { labels } from "../../../common/messages/labels.ts";
import { sanitize } from "../../../common/text/sanitize.ts";
import { type NotificationDeps, showMessage } from "../../../common/ui/notifications.ts";
import { withCancellableProgress, withDelayedProgress } from "../../../common/ui/progress.ts";
import { pickOne } from "../../../common/ui/prompts.ts";
import type { Certificate } from "../../../domain/certificate.ts";
import { CancelledError, ProblemError, problemOf } from "../../../domain/problem.ts";
import { LATE_ARRIVAL_MS, type UploadAttempt } from "../uploadAttempt.ts";
import { checkingTitle, describeArrival, forgettingTitle, formatUnconfirmedUpload } from "../uploadMessages.ts";
import { describeForgetPrompt, describeRetryPrompt, uploadPromptLabels } from "../uploadPromptMessages.ts";
import type { UploadResult } from "../uploadSender.ts";
import type { UnconfirmedUpload, UploadService } from "../uploadService.ts";
import { notifyDuplicates } from "./uploadPrompts.ts";

/** The part of the certificates view that these commands use. */
export interface UploadRows {
	/** Returns the unconfirmed upload that a row shows. @throws ProblemError `nothing-selected` */
	unconfirmedOf(row: unknown): UnconfirmedUpload;
	/** Selects the row of a certificate that was just uploaded. */
	revealUploaded(certificate: Pick<Certificate, "id">): Promise<void>;
}

/** The dependencies of the commands on an unconfirmed upload. */
export interface UnconfirmedUploadDeps extends NotificationDeps {
	readonly uploads: UploadService;
	readonly view: UploadRows;
}

/**
 * Checks whether an upload has arrived after all.
 * @param row The row from the menu; without a row, the only unconfirmed upload, or the person's choice.
 * @throws ProblemError, CancelledError
 */
export async function checkUpload(deps: UnconfirmedUploadDeps, row: unknown): Promise<void> {
	await notifyArrived(deps, await check(deps, await chooseUpload(deps, row)));
}

/**
 * Sends an upload again, after a check and a confirmation.
 * @param row As in `checkUpload`. @throws ProblemError, CancelledError
 */
export async function uploadAgain(deps: UnconfirmedUploadDeps, row: unknown): Promise<void> {
	const { uploads, view } = deps;
	const upload = await chooseOwnUpload(deps, row);
	try {
		return await notifyArrived(deps, await check(deps, upload));
	} catch (thrown) {
		const problem = problemOf(thrown);
		if (problem?.reason !== "unconfirmed" || problem.lookup.outcome !== "not-seen") throw thrown;
		await confirmRetry(upload.pending, problem.lookup.at);
	}
	const uploaded = await uploads.retry(upload);
	if (uploaded.how === "found") return notifyArrived(deps, uploaded);
	await view.revealUploaded(uploaded.certificate);
	notifyDuplicates(deps, uploaded);
}

/**
 * Removes an unconfirmed upload without a check, after a confirmation that offers a check.
 * @param row As in `checkUpload`. @throws ProblemError, CancelledError
 */
export async function forgetUpload(deps: UnconfirmedUploadDeps, row: unknown): Promise<void> {
	const upload = await chooseOwnUpload(deps, row);
	const { message, detail } = describeForgetPrompt(upload.pending);
	const { checkNow, forget } = labels;
	// Enter presses the first button.
	const chosen = await vscode.window.showWarningMessage(message, { modal: true, detail }, checkNow, forget);
	if (chosen === checkNow) return notifyArrived(deps, await check(deps, upload));
	if (chosen !== forget) throw new CancelledError();
	// If the sending window died, its lock expires only after some seconds.
	await withCancellableProgress(forgettingTitle(upload.pending), (signal) => deps.uploads.discard(upload, signal));
}

/** @throws ProblemError `nothing-selected`; CancelledError */
async function chooseUpload({ uploads, view }: UnconfirmedUploadDeps, row: unknown): Promise<UnconfirmedUpload> {
	if (row !== undefined) return view.unconfirmedOf(row);
	const [only, ...others] = uploads.unconfirmed;
	if (!only) throw new ProblemError({ reason: "nothing-selected" });
	if (others.length === 0) return only;
	const now = Date.now();
	const choices = [only, ...others].map((upload) => ({
		label: sanitize(upload.pending.name),
		description: formatUnconfirmedUpload(upload, now),
		value: upload,
	}));
	const { unconfirmedUploads, selectUpload } = uploadPromptLabels;
	return pickOne({ title: unconfirmedUploads, placeholder: selectUpload }, choices);
}

/** @throws ProblemError `nothing-selected`; `upload-pending` if another window is sending the upload; CancelledError */
async function chooseOwnUpload(deps: UnconfirmedUploadDeps, row: unknown): Promise<UnconfirmedUpload> {
	const upload = await chooseUpload(deps, row);
	if (upload.inOtherWindow)
		throw new ProblemError({ reason: "upload-pending", name: upload.pending.name, running: true });
	return upload;
}

/** Checks an upload, showing progress. @throws ProblemError `unconfirmed` if not found; CancelledError */
async function check({ uploads }: UnconfirmedUploadDeps, upload: UnconfirmedUpload): Promise<UploadResult> {
	const abort = new AbortController();
	return vscode.window.withProgress({ location: { viewId: CERTIFICATES_VIEW } }, () =>
		withDelayedProgress(checkingTitle(upload.pending), uploads.check(upload, abort.signal), abort),
	);
}

async function notifyArrived(deps: UnconfirmedUploadDeps, uploaded: UploadResult): Promise<void> {
	await deps.view.revealUploaded(uploaded.certificate);
	void showMessage(deps, "information", describeArrival(uploaded.certificate, Date.now()));
	notifyDuplicates(deps, uploaded);
}

/** @throws CancelledError unless the person confirms the retry. */
async function confirmRetry(attempt: UploadAttempt, notSeenAt: number): Promise<void> {
	const now = Date.now();
	const { message, detail } = describeRetryPrompt(attempt, notSeenAt, now);
	const mayArrive = now < attempt.startedAt + LATE_ARRIVAL_MS;
	const upload = mayArrive ? uploadPromptLabels.uploadAnyway : uploadPromptLabels.uploadAgain;
	// Enter presses the first button.
	const buttons = mayArrive ? [uploadPromptLabels.dontUpload, upload] : [upload];
	const chosen = await vscode.window.showWarningMessage(message, { modal: true, detail }, ...buttons);
	if (chosen !== upload) throw new CancelledError();
}

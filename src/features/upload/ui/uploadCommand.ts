import * as vscode from "vscode";
import { STALE_MS } from "../../../common/freshness.ts";
import { CERTIFICATES_VIEW } from "../../../common/manifestIds.ts";
import { describeProblem } from "../../../common/messages/problems/problems.ts";
import { displayFileName, promptForFiles, readCertificateFile } from "../../../common/ui/certificateFilePicker.ts";
import { type NotificationDeps, showMessage } from "../../../common/ui/notifications.ts";
import { withDelayedProgress } from "../../../common/ui/progress.ts";
import { BackPressed, runSteps, type StepPosition } from "../../../common/ui/prompts.ts";
import { readReminderDays } from "../../../common/ui/settings.ts";
import type { Certificate } from "../../../domain/certificate.ts";
import {
	adjustForClockSkew,
	bySeverity,
	type CertificateReader,
	type Finding,
	isAlwaysBlocked,
	type ParsedCertificate,
} from "../../../domain/certificateFile.ts";
import type { Destination } from "../../../domain/connection.ts";
import { ProblemError, problemOf, type Reason } from "../../../domain/problem.ts";
import type { CertificateStore } from "../../organization/certificateStore.ts";
import type { RowSelection } from "../../organization/ui/commandContext.ts";
import { duplicateFindings, limitFindings, maybeUploadedFindings, nameFindings } from "../duplicateCheck.ts";
import {
	describeBlockedFile,
	describeUploadSummary,
	formatFilePosition,
	uploadingTitle,
	uploadLabels,
} from "../uploadMessages.ts";
import { uploadPromptLabels } from "../uploadPromptMessages.ts";
import type { UploadResult } from "../uploadSender.ts";
import type { UploadRequest, UploadService } from "../uploadService.ts";
import type { UploadRows } from "./unconfirmedCommands.ts";
import {
	confirmDiscard,
	confirmLimit,
	confirmUpload,
	isBlocked,
	notifyDuplicates,
	type PreviewActions,
	promptForCandidate,
	promptForName,
	refuseUpload,
	UploadBlockedError,
} from "./uploadPrompts.ts";

/** Problems that concern only one of several files; the others are still uploaded. */
const SINGLE_FILE_REASONS: readonly Reason[] = [
	"file-refused",
	"file-unreadable",
	"rejected",
	"upload-pending",
	"changed-meanwhile",
	"unconfirmed",
];

/** The dependencies of the upload command. */
export interface UploadDeps extends NotificationDeps {
	readonly reader: CertificateReader;
	readonly certificates: CertificateStore;
	readonly uploads: UploadService;
	/** Prompts for a key if there is none for the base URL's host. @throws CancelledError */
	readonly ensureKey: () => Promise<void>;
	/** Returns the upload's target. @throws ProblemError */
	readonly destination: () => Promise<Destination>;
	/** Shows a file's content. */
	readonly inspect: (file: vscode.Uri) => Promise<void>;
	/** The view that shows the upload's row, and later the certificate's. */
	readonly view: RowSelection &
		Pick<UploadRows, "revealUploaded"> & {
			readonly visible: boolean;
			/** Selects the row of an unconfirmed upload. */
			revealUnconfirmed(sha256: string): Promise<void>;
		};
}

/**
 * Uploads the selected files in turn, ending with one summary for several files. Escape cancels the remaining files.
 * @param clicked,selection The arguments of a menu command.
 * @throws ProblemError, CancelledError
 */
export async function uploadFiles(deps: UploadDeps, clicked: unknown, selection: unknown): Promise<void> {
	const files = await promptForFiles(uploadPromptLabels.chooseFiles, clicked, selection);
	const [only, ...others] = files;
	if (only && others.length === 0) return showUploaded(deps, await uploadFile(deps, only));

	const failures: string[] = [];
	let uploaded = 0;
	try {
		for (const [index, file] of files.entries()) {
			try {
				const result = await uploadFile(deps, file, {
					filePosition: formatFilePosition(displayFileName(file), index + 1, files.length),
				});
				if (result.how !== "already-present") uploaded++;
				await showUploaded(deps, result);
			} catch (thrown) {
				failures.push(describeFailure(thrown, file));
			}
		}
	} finally {
		if (uploaded + failures.length > 0)
			void showMessage(deps, "information", describeUploadSummary(files.length, uploaded, failures));
	}
}

async function showUploaded(deps: UploadDeps, uploaded: UploadResult): Promise<void> {
	await deps.view.revealUploaded(uploaded.certificate);
	notifyDuplicates(deps, uploaded);
}

/** Returns why a file was not uploaded. Rethrows an error that concerns the remaining files too. */
function describeFailure(thrown: unknown, file: vscode.Uri): string {
	if (thrown instanceof UploadBlockedError) return describeBlockedFile(displayFileName(file));
	const problem = problemOf(thrown);
	if (problem && SINGLE_FILE_REASONS.includes(problem.reason)) return describeProblem(problem);
	throw thrown;
}

/** Constraints that a caller imposes on the certificate. */
interface UploadConstraints {
	/** Runs before the prompts. @throws ProblemError if the certificate is unsuitable */
	readonly validate: (candidate: ParsedCertificate) => void;
	/** Runs if the limit of certificates is reached. Must throw. */
	readonly refuseFull: (signal: AbortSignal) => Promise<never>;
}

/**
 * Uploads one file: checks, prompts, confirmation and sending.
 * @param options.constraints If set, an already uploaded certificate is returned without prompts.
 * @param options.filePosition The file's position among several files, for the prompts.
 * @throws ProblemError, CancelledError
 */
export async function uploadFile(
	deps: UploadDeps,
	uri: vscode.Uri,
	{ constraints, filePosition }: { readonly constraints?: UploadConstraints; readonly filePosition?: string } = {},
): Promise<UploadResult> {
	const { reader, certificates, uploads, ensureKey, destination, inspect, view } = deps;
	const { name: file, bytes, unsaved } = await readCertificateFile(uri);
	const { candidates, reason, skipped } = await reader.read(bytes, Date.now() / 1000, readReminderDays());
	const [first] = candidates;
	if (!first)
		throw new ProblemError({ reason: "file-refused", file, wanted: "anchor", refusal: reason ?? "no-block", skipped });
	const actions: PreviewActions = { inspect: () => inspect(uri), reveal: (id) => view.reveal({ id }) };
	if (candidates.every(({ findings }) => isAlwaysBlocked(findings))) await refuseUpload(first, first.findings, actions);

	await ensureKey();
	const { organizationRef } = await destination();
	if (organizationRef !== certificates.organizationRef) certificates.reset(organizationRef);
	await uploads.reload();
	if (candidates.length === 1) assertNotPending(uploads, first);
	const abort = new AbortController();
	try {
		// Load the list during the prompts. It is needed for the comparison, and loading opens the upload's connection.
		const loading = inBackground(certificates.loadIfStale(STALE_MS, abort.signal));
		const compare = <T>(promise: Promise<T>) => withDelayedProgress(uploadLabels.comparing, promise, abort);
		const [limit] = limitFindings(certificates.state.listing ?? (await compare(loading)));
		if (limit && !constraints)
			await confirmLimit(limit, () => vscode.commands.executeCommand(`${CERTIFICATES_VIEW}.focus`));

		let candidate = first;
		let findings: readonly Finding[] = [];
		let duplicates: Promise<readonly Finding[]> = Promise.resolve([]);
		let name = "";
		let existing: Certificate | undefined;
		const validate = async (chosen: ParsedCertificate) => {
			const key = { organizationRef, sha256: chosen.sha256 };
			if (uploads.isCorrupt(key)) {
				await confirmDiscard(chosen);
				await uploads.discardCorrupt(key);
			}
			assertNotPending(uploads, chosen);
			const { servedAt } = await compare(loading);
			const localTime = (certificates.state.loadedAt ?? Date.now()) / 1000;
			candidate = chosen;
			findings = adjustForClockSkew(chosen.findings, localTime, servedAt ?? localTime);
			if (isBlocked(findings))
				await refuseUpload(chosen, findings, actions).catch(backOnBlocked(candidates.length > 1));
			duplicates = inBackground(
				loading.then((listing) => duplicateFindings(chosen, listing, certificates, abort.signal)),
			);
			if (!constraints) return;
			constraints.validate(chosen);
			const ids = uploadedIds(await compare(duplicates));
			existing = (await loading).certificates.find(({ id }) => ids.includes(id));
			if (limit && !existing) await constraints.refuseFull(abort.signal);
		};
		const promptCandidate = async (position: StepPosition) =>
			validate(await promptForCandidate(file, candidates, { position, filePosition }));
		const promptName = async (position: StepPosition) => {
			if (existing) return;
			const listed = () => certificates.state.listing?.certificates ?? [];
			name = await promptForName(candidate, listed, { position, filePosition });
		};
		if (candidates.length === 1) await validate(first);
		await runSteps(candidates.length > 1 ? [promptCandidate, promptName] : [promptName]);

		const listing = await loading;
		if (existing) return { certificate: existing, duplicates: [], how: "already-present" };
		const sameName = nameFindings(candidate, name, listing, certificates, abort.signal);
		const newFindings = (await compare(Promise.all([duplicates, sameName]))).flat();
		newFindings.push(...maybeUploadedFindings(uploads.unconfirmed, candidate.sha256));
		if (unsaved) newFindings.push({ code: "unsaved", level: "warn" });
		const all = [...findings, ...newFindings].sort(bySeverity);
		const confirmed = await destination();
		// All findings concern the organization at the start.
		if (confirmed.organizationRef !== organizationRef) throw new ProblemError({ reason: "connection-changed" });
		await confirmUpload({ candidate, name, destination: confirmed, filePosition }, all, actions);
		// Another window may have changed the connection: send only to the confirmed host. The key is checked last.
		if ((await destination()).host !== confirmed.host) throw new ProblemError({ reason: "connection-changed" });
		return await send(deps, { candidate, name, organizationRef, knownDuplicateIds: uploadedIds(newFindings) });
	} finally {
		abort.abort();
	}
}

/** Uploads, showing progress in a visible view's row, else in a notification. Reveals an unconfirmed upload's row. */
async function send({ uploads, view }: UploadDeps, request: UploadRequest): Promise<UploadResult> {
	const cancel = new AbortController();
	const sending = uploads.upload(request, cancel.signal);
	try {
		if (view.visible) return await sending;
		return await withDelayedProgress(uploadingTitle(request.name), sending, cancel);
	} catch (thrown) {
		if (problemOf(thrown)?.reason === "unconfirmed") await view.revealUnconfirmed(request.candidate.sha256);
		throw thrown;
	}
}

/** Returns the ids of identical certificates. */
function uploadedIds(findings: readonly Finding[]): readonly string[] {
	return findings.flatMap((finding) => (finding.code === "already-uploaded" ? [finding.id] : []));
}

/** @throws ProblemError `upload-pending` if an upload of the certificate is unconfirmed. */
function assertNotPending({ unconfirmed }: UploadService, { sha256 }: ParsedCertificate): void {
	const upload = unconfirmed.find(({ pending, unplaced }) => pending.sha256 === sha256 && !unplaced);
	if (upload)
		throw new ProblemError({ reason: "upload-pending", name: upload.pending.name, running: upload.inOtherWindow });
}

/** Prevents an unhandled rejection if a promise fails before it is awaited; awaiting still throws. */
function inBackground<T>(promise: Promise<T>): Promise<T> {
	promise.catch(() => {});
	return promise;
}

/** Returns to the choice of a certificate if one is blocked and the file contains others. */
function backOnBlocked(hasChoice: boolean): (thrown: unknown) => never {
	return (thrown) => {
		throw hasChoice && thrown instanceof UploadBlockedError ? new BackPressed() : thrown;
	};
}

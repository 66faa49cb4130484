import * as l10n from "@vscode/l10n";
import * as vscode from "vscode";
import { STALE_MS } from "../../../common/freshness.ts";
import { VIEW } from "../../../common/manifestIds.ts";
import { describeProblem } from "../../../common/messages/problems.ts";
import { sanitize } from "../../../common/messages/sanitize.ts";
import { fileName, promptForFiles, readCertificateFile } from "../../../common/ui/certificateFilePicker.ts";
import { type NotificationDeps, showMessage } from "../../../common/ui/notifications.ts";
import { withDelayedProgress } from "../../../common/ui/progress.ts";
import { BackPressed, type Position, runSteps } from "../../../common/ui/prompts.ts";
import { reminderDays } from "../../../common/ui/settings.ts";
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
import type { RowReveal } from "../../organization/ui/commandContext.ts";
import { duplicateFindings, limitFindings, nameFindings, unplacedFindings } from "../duplicateCheck.ts";
import type { UploadResult } from "../uploadSender.ts";
import type { UploadRequest, UploadService } from "../uploadService.ts";
import { amongWords, blockedWords, summaryWords } from "../uploadSummary.ts";
import type { UploadRows } from "./unconfirmedCommands.ts";
import {
	askForCandidate,
	askForName,
	confirmDiscarding,
	confirmLimit,
	confirmUpload,
	isBlocked,
	type Looks,
	Refused,
	refuseUpload,
	tellMore,
} from "./uploadPrompts.ts";

/** What concerns one of several files only. */
const ITS_OWN: readonly Reason[] = [
	"file-refused",
	"file-unreadable",
	"rejected",
	"upload-pending",
	"changed-meanwhile",
	"unconfirmed",
];

/** What an upload from the interface needs. */
export interface UploadCommand extends NotificationDeps {
	readonly reader: CertificateReader;
	readonly certificates: CertificateStore;
	readonly uploads: UploadService;
	/** Asks for a key where there is none. @throws Cancelled */
	readonly ensureKey: () => Promise<void>;
	/** Where the upload would go. @throws Failure */
	readonly destination: () => Promise<Destination>;
	/** Shows what is in a file. */
	readonly inspect: (file: vscode.Uri) => Promise<void>;
	/** Where its row is while it goes on, and in the end. */
	readonly view: RowReveal &
		Pick<UploadRows, "revealUploaded"> & {
			readonly visible: boolean;
			/** Selects the row of an unconfirmed upload. */
			revealUnconfirmed(sha256: string): Promise<void>;
		};
}

/**
 * The way from a click to a row, for each file in turn. Several files end with one summary, and Escape ends them all.
 * @param clicked,selection What the editor hands to a command from its menus.
 * @throws Failure, Cancelled
 */
export async function uploadFiles(command: UploadCommand, clicked: unknown, selection: unknown): Promise<void> {
	const files = await promptForFiles(l10n.t("Upload a certificate to OpenAI"), clicked, selection);
	const [only, ...others] = files;
	if (only && others.length === 0) return showUploaded(command, await uploadFile(command, only));

	const refused: string[] = [];
	let uploaded = 0;
	try {
		for (const [index, file] of files.entries()) {
			try {
				const result = await uploadFile(command, file, { among: amongWords(fileName(file), index + 1, files.length) });
				if (result.how !== "there-before") uploaded++;
				await showUploaded(command, result);
			} catch (thrown) {
				refused.push(refusalOf(thrown, file));
			}
		}
	} finally {
		if (uploaded + refused.length > 0)
			void showMessage(command, "information", summaryWords(files.length, uploaded, refused));
	}
}

async function showUploaded(command: UploadCommand, uploaded: UploadResult): Promise<void> {
	await command.view.revealUploaded(uploaded.certificate);
	tellMore(command, uploaded);
}

/** Why one of several files was not uploaded. @throws what was thrown, where it ends the others' way too. */
function refusalOf(thrown: unknown, file: vscode.Uri): string {
	if (thrown instanceof Refused) return blockedWords(fileName(file));
	const problem = problemOf(thrown);
	if (problem && ITS_OWN.includes(problem.reason)) return describeProblem(problem);
	throw thrown;
}

/** What a certificate is uploaded for, where that is not all. */
interface Purpose {
	/** @throws Failure where it will not do, before anything else is asked. */
	readonly judge: (candidate: ParsedCertificate) => void;
	/** Says what to do where there is no room for one more. @throws always */
	readonly refuseFull: (signal: AbortSignal) => Promise<never>;
}

/**
 * The way from one file to a certificate at the service.
 * @param options.purpose With one, a certificate that is uploaded already is taken as it is, and nothing more is asked.
 * @param options.among Which of several files it is; each question says so.
 * @throws Failure, Cancelled
 */
export async function uploadFile(
	command: UploadCommand,
	uri: vscode.Uri,
	{ purpose, among }: { readonly purpose?: Purpose; readonly among?: string } = {},
): Promise<UploadResult> {
	const { reader, certificates, uploads, ensureKey, destination, inspect, view } = command;
	const { name: file, bytes, unsaved } = await readCertificateFile(uri);
	const { candidates, reason, skipped } = await reader.read(bytes, Date.now() / 1000, reminderDays());
	const [first] = candidates;
	if (!first)
		throw new ProblemError({ reason: "file-refused", file, wanted: "anchor", refusal: reason ?? "no-block", skipped });
	const looks: Looks = { inspect: () => inspect(uri), reveal: (id) => view.reveal({ id }) };
	if (candidates.every(({ findings }) => isAlwaysBlocked(findings))) await refuseUpload(first, first.findings, looks);

	await ensureKey();
	const { organizationRef } = await destination();
	if (organizationRef !== certificates.organizationRef) certificates.reset(organizationRef);
	await uploads.reload();
	if (candidates.length === 1) refusePending(uploads, first);
	const abort = new AbortController();
	try {
		// Read while the person answers: it is what the certificate is compared with, and opens the connection for the upload.
		const loading = inBackground(certificates.recent(STALE_MS, abort.signal));
		const compare = <T>(promise: Promise<T>) =>
			withDelayedProgress(l10n.t("Comparing with the organization's certificates…"), promise, abort);
		const [limit] = limitFindings(certificates.state.listing ?? (await compare(loading)));
		if (limit && !purpose) await confirmLimit(limit, () => vscode.commands.executeCommand(`${VIEW}.focus`));

		let candidate = first;
		let findings: readonly Finding[] = [];
		let duplicates: Promise<readonly Finding[]> = Promise.resolve([]);
		let name = "";
		let there: Certificate | undefined;
		const judge = async (chosen: ParsedCertificate) => {
			const key = { organizationRef, sha256: chosen.sha256 };
			if (uploads.isSpoilt(key)) {
				await confirmDiscarding(chosen);
				await uploads.discardSpoilt(key);
			}
			refusePending(uploads, chosen);
			const { servedAt } = await compare(loading);
			const ours = (certificates.state.loadedAt ?? Date.now()) / 1000;
			candidate = chosen;
			findings = adjustForClockSkew(chosen.findings, ours, servedAt ?? ours);
			if (isBlocked(findings)) await refuseUpload(chosen, findings, looks).catch(backIf(candidates.length > 1));
			duplicates = inBackground(
				loading.then((listing) => duplicateFindings(chosen, listing, certificates, abort.signal)),
			);
			if (!purpose) return;
			purpose.judge(chosen);
			const ids = uploadedIds(await compare(duplicates));
			there = (await loading).certificates.find(({ id }) => ids.includes(id));
			if (limit && !there) await purpose.refuseFull(abort.signal);
		};
		const askWhich = async (position: Position) => judge(await askForCandidate(file, candidates, { position, among }));
		const askName = async (position: Position) => {
			if (there) return;
			name = await askForName(candidate, () => certificates.state.listing?.certificates ?? [], { position, among });
		};
		if (candidates.length === 1) await judge(first);
		await runSteps(candidates.length > 1 ? [askWhich, askName] : [askName]);

		const listing = await loading;
		if (there) return { certificate: there, duplicates: [], how: "there-before" };
		const named = nameFindings(candidate, name, listing, certificates, abort.signal);
		const compared = (await compare(Promise.all([duplicates, named]))).flat();
		compared.push(...unplacedFindings(uploads.unconfirmed, candidate.sha256));
		if (unsaved) compared.push({ code: "unsaved", level: "warn" });
		const all = [...findings, ...compared].sort(bySeverity);
		const confirmed = await destination();
		// All of this was found in the organization of the beginning.
		if (confirmed.organizationRef !== organizationRef) throw new ProblemError({ reason: "connection-changed" });
		await confirmUpload({ candidate, name, destination: confirmed, among }, all, looks);
		// It goes where the confirmation said, whatever another window has changed meanwhile; the key is looked at last.
		if ((await destination()).host !== confirmed.host) throw new ProblemError({ reason: "connection-changed" });
		return await send(command, { candidate, name, organizationRef, knownDuplicateIds: uploadedIds(compared) });
	} finally {
		abort.abort();
	}
}

/** Uploads in sight of the person: a row where the view is visible, else a notification; what is unconfirmed has its row shown. */
async function send({ uploads, view }: UploadCommand, request: UploadRequest): Promise<UploadResult> {
	const cancel = new AbortController();
	const sending = uploads.upload(request, cancel.signal);
	try {
		if (view.visible) return await sending;
		return await withDelayedProgress(l10n.t("Uploading “{0}”…", sanitize(request.name)), sending, cancel);
	} catch (thrown) {
		if (problemOf(thrown)?.reason === "unconfirmed") await view.revealUnconfirmed(request.candidate.sha256);
		throw thrown;
	}
}

/** The ids under which the same certificate was found. */
function uploadedIds(findings: readonly Finding[]): readonly string[] {
	return findings.flatMap((finding) => (finding.code === "already-uploaded" ? [finding.id] : []));
}

/** @throws Failure `upload-pending` where an upload of the same certificate is not confirmed. */
function refusePending({ unconfirmed }: UploadService, { sha256 }: ParsedCertificate): void {
	const same = unconfirmed.find(({ pending, unplaced }) => pending.sha256 === sha256 && !unplaced);
	if (same) throw new ProblemError({ reason: "upload-pending", name: same.pending.name, running: same.elsewhere });
}

/** Lets a promise fail before somebody awaits it; whoever does is still told. */
function inBackground<T>(promise: Promise<T>): Promise<T> {
	promise.catch(() => {});
	return promise;
}

/** Where there are others to choose from, a refusal leads back to the choice. */
function backIf(choice: boolean): (thrown: unknown) => never {
	return (thrown) => {
		throw choice && thrown instanceof Refused ? new BackPressed() : thrown;
	};
}

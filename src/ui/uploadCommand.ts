import * as l10n from "@vscode/l10n";
import * as vscode from "vscode";
import type { Certificates } from "../application/certificates.ts";
import { duplicateFindings, limitFindings, nameFindings } from "../application/comparison.ts";
import type { Uploads } from "../application/uploads.ts";
import type { Certificate } from "../domain/certificate.ts";
import {
	byWeight,
	type Candidate,
	type CertificateReader,
	type Finding,
	isHopeless,
	withServiceClock,
} from "../domain/certificateFile.ts";
import { Failure, problemOf } from "../domain/failure.ts";
import { chooseFiles, fileName, readCertificateFile } from "./certificateFiles.ts";
import type { Destination } from "./connections.ts";
import { VIEW } from "./names.ts";
import { askInOrder, Back, type Position } from "./prompts.ts";
import { reminderDays } from "./settings.ts";
import {
	askForCandidate,
	askForName,
	confirmLimit,
	confirmUpload,
	isBlocked,
	type Looks,
	Refused,
	refuseUpload,
} from "./uploadQuestions.ts";
import { problemWords } from "./words/problems.ts";
import { blockedWords, summaryWords } from "./words/summary.ts";

/** From when on a wait is shown, in milliseconds. */
const SLOW_MS = 500;

/** What an upload from the interface needs. */
export interface UploadCommand {
	readonly reader: CertificateReader;
	readonly certificates: Certificates;
	readonly uploads: Uploads;
	/** Asks for a key where there is none. @throws Cancelled */
	readonly ensureKey: () => Promise<void>;
	/** Where the upload would go. @throws Failure */
	readonly destination: () => Promise<Destination>;
	/** Shows what is in a file. */
	readonly inspect: (file: vscode.Uri) => Promise<void>;
	/** Shows a certificate's row. */
	readonly reveal: (certificate: Pick<Certificate, "id">) => Promise<void>;
}

/**
 * The way from a click to a row, for each file in turn. Several files end with one summary, and Escape ends them all.
 * @param clicked,selection What the editor hands to a command from its menus.
 * @throws Failure, Cancelled
 */
export async function uploadFiles(command: UploadCommand, clicked: unknown, selection: unknown): Promise<void> {
	const files = await chooseFiles(l10n.t("Upload a certificate to OpenAI"), clicked, selection);
	const [only, ...others] = files;
	if (only && others.length === 0) return command.reveal(await uploadFile(command, only));

	const refused: string[] = [];
	let uploaded = 0;
	try {
		for (const file of files) {
			try {
				const certificate = await uploadFile(command, file);
				uploaded++;
				await command.reveal(certificate);
			} catch (thrown) {
				refused.push(refusalOf(thrown, file));
			}
		}
	} finally {
		if (uploaded + refused.length > 0)
			void vscode.window.showInformationMessage(summaryWords(files.length, uploaded, refused));
	}
}

/** Why one of several files was not uploaded. @throws what was thrown, where it ends the others' way too. */
function refusalOf(thrown: unknown, file: vscode.Uri): string {
	if (thrown instanceof Refused) return blockedWords(fileName(file));
	const problem = problemOf(thrown);
	if (problem?.reason === "file-refused" || problem?.reason === "file-unreadable") return problemWords(problem);
	throw thrown;
}

async function uploadFile(command: UploadCommand, uri: vscode.Uri): Promise<Certificate> {
	const { reader, certificates, uploads, ensureKey, destination, inspect, reveal } = command;
	const { name: file, bytes, unsaved } = await readCertificateFile(uri);
	const { candidates, reason, skipped } = await reader.read(bytes, Date.now() / 1000, reminderDays());
	const [first] = candidates;
	if (!first) throw new Failure({ reason: "file-refused", file, refusal: reason ?? "no-block", skipped });
	const looks: Looks = { inspect: () => inspect(uri), reveal: (id) => reveal({ id }) };
	if (candidates.every(({ findings }) => isHopeless(findings))) await refuseUpload(first, first.findings, looks);

	await ensureKey();
	const abort = new AbortController();
	try {
		// Read while the person answers: it is what the certificate is compared with, and opens the connection for the upload.
		const loading = inBackground(certificates.load(abort.signal));
		const [limit] = limitFindings(certificates.state.listing ?? (await patiently(loading, abort)));
		if (limit) await confirmLimit(limit, () => vscode.commands.executeCommand(`${VIEW}.focus`));

		let candidate = first;
		let findings: readonly Finding[] = [];
		let duplicates: Promise<readonly Finding[]> = Promise.resolve([]);
		let name = "";
		const judge = async (chosen: Candidate) => {
			const { servedAt } = await patiently(loading, abort);
			const ours = (certificates.state.loadedAt ?? Date.now()) / 1000;
			candidate = chosen;
			findings = withServiceClock(chosen.findings, ours, servedAt ?? ours);
			if (isBlocked(findings)) await refuseUpload(chosen, findings, looks).catch(backIf(candidates.length > 1));
			duplicates = inBackground(
				loading.then((listing) => duplicateFindings(chosen, listing, certificates, abort.signal)),
			);
		};
		const askWhich = async (position: Position) => judge(await askForCandidate(file, candidates, position));
		const askName = async (position: Position) => {
			name = await askForName(candidate, () => certificates.state.listing?.certificates ?? [], position);
		};
		if (candidates.length === 1) await judge(first);
		await askInOrder(candidates.length > 1 ? [askWhich, askName] : [askName]);

		const listing = await loading;
		const named = nameFindings(candidate, name, listing, certificates, abort.signal);
		const compared = (await patiently(Promise.all([duplicates, named]), abort)).flat();
		if (unsaved) compared.push({ code: "unsaved", level: "warn" });
		const all = [...findings, ...compared].sort(byWeight);
		const confirmed = await destination();
		await confirmUpload({ candidate, name, destination: confirmed }, all, looks);
		const { id, host } = await destination();
		// It goes where the confirmation said, whatever another window has changed meanwhile.
		if (id !== confirmed.id || host !== confirmed.host) throw new Failure({ reason: "connection-changed" });
		return await uploads.upload({ pem: candidate.pem, name });
	} finally {
		abort.abort();
	}
}

/** Lets a promise fail before somebody awaits it; whoever does is still told. */
function inBackground<T>(promise: Promise<T>): Promise<T> {
	promise.catch(() => {});
	return promise;
}

/** Where there are others to choose from, a refusal leads back to the choice. */
function backIf(choice: boolean): (thrown: unknown) => never {
	return (thrown) => {
		throw choice && thrown instanceof Refused ? new Back() : thrown;
	};
}

/** Shows that something takes longer than expected, with a way to end it. */
async function patiently<T>(promise: Promise<T>, abort: AbortController): Promise<T> {
	let timer: NodeJS.Timeout | undefined;
	const slow = new Promise<"slow">((resolve) => {
		timer = setTimeout(() => resolve("slow"), SLOW_MS);
	});
	try {
		if ((await Promise.race([promise, slow])) !== "slow") return await promise;
	} finally {
		clearTimeout(timer);
	}
	const options = {
		location: vscode.ProgressLocation.Notification,
		title: l10n.t("Comparing with the organization's certificates…"),
		cancellable: true,
	};
	return vscode.window.withProgress(options, (_, cancelled) => {
		cancelled.onCancellationRequested(() => abort.abort());
		return promise;
	});
}

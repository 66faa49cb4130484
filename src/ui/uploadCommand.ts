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
import { Failure, type Problem, problemOf } from "../domain/failure.ts";
import { chooseFiles, readCertificateFile } from "./certificateFiles.ts";
import type { Destination } from "./connections.ts";
import { inspectFile } from "./inspection.ts";
import { VIEW } from "./names.ts";
import { askInOrder, type Position } from "./prompts.ts";
import { reminderDays } from "./settings.ts";
import {
	askForCandidate,
	askForName,
	confirmLimit,
	confirmUpload,
	isBlocked,
	type Looks,
	refuseUpload,
} from "./uploadQuestions.ts";
import { summaryWords } from "./words/summary.ts";

/** What an upload from the interface needs. */
export interface UploadCommand {
	readonly reader: CertificateReader;
	readonly certificates: Certificates;
	readonly uploads: Uploads;
	/** Asks for a key where there is none. @throws Cancelled */
	readonly ensureKey: () => Promise<void>;
	/** Where the upload would go. @throws Failure */
	readonly destination: () => Promise<Destination>;
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

	const refused: Problem[] = [];
	let uploaded = 0;
	try {
		for (const file of files) {
			try {
				const certificate = await uploadFile(command, file);
				uploaded++;
				await command.reveal(certificate);
			} catch (thrown) {
				const problem = problemOf(thrown);
				if (problem?.reason !== "file-refused" && problem?.reason !== "file-unreadable") throw thrown;
				refused.push(problem);
			}
		}
	} finally {
		if (uploaded + refused.length > 0)
			void vscode.window.showInformationMessage(summaryWords(files.length, uploaded, refused));
	}
}

async function uploadFile(command: UploadCommand, uri: vscode.Uri): Promise<Certificate> {
	const { reader, certificates, uploads, ensureKey, destination, reveal } = command;
	const { name: file, bytes, unsaved } = await readCertificateFile(uri);
	const { candidates, reason, skipped } = await reader.read(bytes, Date.now() / 1000, reminderDays());
	const [first] = candidates;
	if (!first) throw new Failure({ reason: "file-refused", file, refusal: reason ?? "no-block", skipped });
	const looks: Looks = { inspect: () => inspectFile(uri), reveal: (id) => reveal({ id }) };
	if (candidates.every(({ findings }) => isHopeless(findings))) await refuseUpload(first, first.findings, looks);

	await ensureKey();
	const abort = new AbortController();
	try {
		// Read while the person answers: it is what the certificate is compared with, and opens the connection for the upload.
		const loading = inBackground(certificates.load(abort.signal));
		const [limit] = limitFindings(certificates.state.listing ?? (await loading));
		if (limit) await confirmLimit(limit, () => vscode.commands.executeCommand(`${VIEW}.focus`));

		let candidate = first;
		let findings: readonly Finding[] = [];
		let duplicates: Promise<readonly Finding[]> = Promise.resolve([]);
		let name = "";
		const judge = async (chosen: Candidate) => {
			const { servedAt } = await loading;
			const ours = (certificates.state.loadedAt ?? Date.now()) / 1000;
			candidate = chosen;
			findings = withServiceClock(chosen.findings, ours, servedAt ?? ours);
			if (isBlocked(findings)) await refuseUpload(chosen, findings, looks);
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
		const compared = [
			...(await duplicates),
			...(await nameFindings(candidate, name, listing, certificates, abort.signal)),
		];
		if (unsaved) compared.push({ code: "unsaved", level: "warn" });
		const all = [...findings, ...compared].sort(byWeight);
		await confirmUpload({ candidate, name, destination: await destination() }, all, looks);
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

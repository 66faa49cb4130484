import * as l10n from "@vscode/l10n";
import type * as vscode from "vscode";
import type { Certificates } from "../application/certificates.ts";
import type { Uploads } from "../application/uploads.ts";
import type { Certificate } from "../domain/certificate.ts";
import type { Candidate, CertificateReader } from "../domain/certificateFile.ts";
import { Failure } from "../domain/failure.ts";
import { nameFlaw, suggestName } from "../domain/name.ts";
import { chooseFiles, readCertificateFile } from "./certificateFiles.ts";
import { askChoice, askInOrder, askText, type Position, type Verdict } from "./prompts.ts";
import { reminderDays } from "./settings.ts";
import { candidateChoiceWords } from "./words/candidates.ts";
import { inert } from "./words/inert.ts";
import { nameFlawWords } from "./words/names.ts";

/** What an upload from the interface needs. */
export interface UploadCommand {
	readonly reader: () => Promise<CertificateReader>;
	readonly certificates: Certificates;
	readonly uploads: Uploads;
	/** Asks for a key where there is none. @throws Cancelled */
	readonly ensureKey: () => Promise<void>;
	/** Shows a certificate's row. */
	readonly reveal: (certificate: Certificate) => Promise<void>;
}

/**
 * The way from a click to a row, for each file in turn; cancelling one ends them all.
 * @param clicked,selection What the editor hands to a command from its menus.
 * @throws Failure, Cancelled
 */
export async function uploadFiles(command: UploadCommand, clicked: unknown, selection: unknown): Promise<void> {
	for (const uri of await chooseFiles(clicked, selection)) {
		const certificate = await uploadFile(command, uri);
		await command.reveal(certificate);
	}
}

async function uploadFile(command: UploadCommand, uri: vscode.Uri): Promise<Certificate> {
	const { reader, certificates, uploads, ensureKey } = command;
	const { name: file, bytes } = await readCertificateFile(uri);
	const { candidates, reason, skipped } = await (await reader()).read(bytes, Date.now() / 1000, reminderDays());
	const [first] = candidates;
	if (!first) throw new Failure({ reason: "file-refused", file, refusal: reason ?? "no-block", skipped });

	await ensureKey();
	// Read while the person answers: it shows names in use, and opens the connection that the upload then finds warm.
	void certificates.refresh().catch(() => {});

	let candidate = first;
	let name = "";
	const askWhich = async (position: Position) => {
		candidate = await askForCandidate(file, candidates, position);
	};
	const askName = async (position: Position) => {
		name = await askForName(candidate, certificates, position);
	};
	await askInOrder(candidates.length > 1 ? [askWhich, askName] : [askName]);
	if (candidate.findings.some(({ level }) => level === "block"))
		throw new Failure({ reason: "certificate-blocked", file });
	return uploads.upload({ pem: candidate.pem, name });
}

function askForCandidate(file: string, candidates: readonly Candidate[], position: Position): Promise<Candidate> {
	const now = Date.now() / 1000;
	const choices = candidates.map((candidate, index) => ({
		...candidateChoiceWords(candidate, index + 1, candidates.length, now),
		value: candidate,
	}));
	const title = l10n.t("Upload {0}", inert(file));
	const placeholder = l10n.t("The file holds {0} certificates. Which one is the trust anchor?", candidates.length);
	const authorities = choices.filter(({ value }) => value.isCa);
	return askChoice({ title, placeholder, position }, choices, authorities.length === 1 ? authorities[0] : choices[0]);
}

function askForName(candidate: Candidate, certificates: Certificates, position: Position): Promise<string> {
	return askText({
		title: l10n.t("Upload {0}", inert(candidate.commonName ?? candidate.subject)),
		prompt: l10n.t("The certificate's name at OpenAI. It can be changed later."),
		placeholder: l10n.t("Name"),
		value: suggestName(candidate),
		position,
		judge: (text) => judgeName(text, certificates.state.listing?.certificates ?? []),
	});
}

function judgeName(text: string, existing: readonly Certificate[]): Verdict | null {
	const flaw = nameFlaw(text);
	if (flaw) return { message: nameFlawWords(flaw), severity: "error" };
	if (existing.some(({ name }) => name === text.trim()))
		return { message: l10n.t("Another certificate has this name already."), severity: "warning" };
	return null;
}

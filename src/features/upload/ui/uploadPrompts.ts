import * as l10n from "@vscode/l10n";
import * as vscode from "vscode";
import { validateNameInput } from "../../../common/messages/certificateNameMessages.ts";
import { describeFinding } from "../../../common/messages/findings.ts";
import {
	candidateChoiceWords,
	candidateName,
	factWords,
	findingLines,
} from "../../../common/messages/parsedCertificateMessages.ts";
import { sanitize } from "../../../common/messages/sanitize.ts";
import { type NotificationDeps, showMessage } from "../../../common/ui/notifications.ts";
import { type Position, pickOne, promptText } from "../../../common/ui/prompts.ts";
import type { Certificate } from "../../../domain/certificate.ts";
import type { Finding, ParsedCertificate } from "../../../domain/certificateFile.ts";
import { suggestName } from "../../../domain/certificateName.ts";
import type { Destination } from "../../../domain/connection.ts";
import { CancelledError } from "../../../domain/problem.ts";
import { duplicatesWords, spoiltWords, thereBeforeWords } from "../uploadMessages.ts";
import type { UploadResult } from "../uploadSender.ts";

/** Where a question is in an upload. */
interface Place {
	readonly position: Position;
	/** Which of several files it is about. */
	readonly among: string | undefined;
}

function titled(title: string, among: string | undefined): string {
	return among === undefined ? title : `${title} · ${among}`;
}

/** Which of several certificates. The first valid CA is preselected. @throws Cancelled, Back */
export function askForCandidate(
	file: string,
	candidates: readonly ParsedCertificate[],
	{ position, among }: Place,
): Promise<ParsedCertificate> {
	const now = Date.now() / 1000;
	const choices = candidates.map((candidate, index) => ({
		...candidateChoiceWords(candidate, index + 1, candidates.length, now),
		value: candidate,
	}));
	const authority = choices.find(({ value }) => value.isCa && !isBlocked(value.findings));
	const question = {
		title: titled(l10n.t("Upload {0}", sanitize(file)), among),
		placeholder: l10n.t("The file holds {0} certificates. Which one is the trust anchor?", candidates.length),
		position,
	};
	return pickOne(question, choices, authority ?? choices[0]);
}

/** The certificate's name at the service. @param existing What is there, asked anew at each key. @throws Cancelled, Back */
export function askForName(
	candidate: ParsedCertificate,
	existing: () => readonly Certificate[],
	{ position, among }: Place,
): Promise<string> {
	return promptText({
		title: titled(l10n.t("Upload {0}", candidateName(candidate)), among),
		prompt: l10n.t("The certificate's name at OpenAI. It can be changed later."),
		placeholder: l10n.t("Name"),
		value: suggestName(candidate),
		position,
		validate: (text) => validateNameInput(text, existing()),
	});
}

/** What a person may want to look at before deciding. */
export interface Looks {
	readonly inspect: () => Promise<void>;
	readonly reveal: (id: string) => Promise<void>;
}

/**
 * The one confirmation: what is sent where, and all that was found. With something grave in it, the first button, which
 * Enter takes, only looks.
 * @throws Cancelled unless it is to be uploaded.
 */
export async function confirmUpload(
	upload: {
		readonly candidate: ParsedCertificate;
		readonly name: string;
		readonly destination: Destination;
		readonly among: string | undefined;
	},
	findings: readonly Finding[],
	looks: Looks,
): Promise<void> {
	const { candidate, name, destination, among } = upload;
	const message = l10n.t("Upload “{0}” to {1}?", sanitize(name), destination.host);
	const facts = factWords(candidate, Date.now() / 1000).map(([label, value]) => `${label}: ${value}`);
	if (destination.label !== destination.host) facts.push(l10n.t("Connection: {0}", sanitize(destination.label)));
	if (among !== undefined) facts.push(l10n.t("File: {0}", among));
	const detail = [facts.join("\n"), findingLines(findings).join("\n")].filter((part) => part !== "").join("\n\n");
	const isGrave = findings.some(({ level }) => level === "strong");
	const goOn = isGrave ? l10n.t("Upload Anyway") : l10n.t("Upload");
	const inspect = l10n.t("Inspect");
	const show = l10n.t("Show the Uploaded One");
	const [twin] = findings.filter((finding) => finding.code === "already-uploaded");
	const buttons = [...(twin ? [show] : []), ...(isGrave ? [inspect] : []), goOn];
	const ask = isGrave ? vscode.window.showWarningMessage : vscode.window.showInformationMessage;
	const chosen = await ask(message, { modal: true, detail }, ...buttons);
	if (chosen === goOn) return;
	if (chosen === inspect) await looks.inspect();
	if (chosen === show && twin) await looks.reveal(twin.id);
	throw new CancelledError();
}

/** Asks before what was written down of an earlier upload of the same is discarded, unread. @throws Cancelled unless it is to be. */
export async function confirmDiscarding(candidate: ParsedCertificate): Promise<void> {
	const { message, detail } = spoiltWords(candidateName(candidate));
	const discard = l10n.t("Discard and Go On");
	// Enter takes the first button.
	const buttons = [l10n.t("Don't Upload"), discard];
	const chosen = await vscode.window.showWarningMessage(message, { modal: true, detail }, ...buttons);
	if (chosen !== discard) throw new CancelledError();
}

/** Says that there is no room for one more. @throws Cancelled unless the person wants to try. */
export async function confirmLimit(limit: Finding, showView: () => Thenable<unknown>): Promise<void> {
	const show = l10n.t("Show Certificates");
	const goOn = l10n.t("Upload Anyway");
	const message = l10n.t("There is no room for another certificate.");
	const chosen = await vscode.window.showWarningMessage(
		message,
		{ modal: true, detail: describeFinding(limit) },
		show,
		goOn,
	);
	if (chosen === goOn) return;
	if (chosen === show) await showView();
	throw new CancelledError();
}

/** Thrown where a certificate cannot be uploaded, and the person was told why. */
export class Refused extends CancelledError {}

/** Says why a certificate cannot be uploaded, and what to do instead. @throws Refused; Cancelled where it was looked at. */
export async function refuseUpload(
	candidate: ParsedCertificate,
	findings: readonly Finding[],
	looks: Looks,
): Promise<never> {
	const message = l10n.t("{0} cannot be uploaded.", candidateName(candidate));
	const inspect = l10n.t("Inspect");
	const detail = findingLines(findings).join("\n");
	const chosen = await vscode.window.showWarningMessage(message, { modal: true, detail }, inspect);
	if (chosen !== inspect) throw new Refused();
	await looks.inspect();
	throw new CancelledError();
}

/** Says what is to be said of a certificate that is there now: mostly nothing, since its row is in sight. */
export function tellMore(notices: NotificationDeps, { certificate, duplicates, how }: UploadResult): void {
	if (how === "there-before") void showMessage(notices, "information", thereBeforeWords(certificate));
	if (duplicates.length > 0) void showMessage(notices, "warning", duplicatesWords(certificate, duplicates));
}

/** Whether something was found with which there is no way on. */
export function isBlocked(findings: readonly Finding[]): boolean {
	return findings.some(({ level }) => level === "block");
}

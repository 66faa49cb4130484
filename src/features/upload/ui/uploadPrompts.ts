import * as l10n from "@vscode/l10n";
import * as vscode from "vscode";
import { validateNameInput } from "../../../common/messages/certificateNameMessages.ts";
import { describeFinding } from "../../../common/messages/findingMessages.ts";
import {
	formatCertificateChoice,
	formatFindingLines,
	formatMainFields,
	formatParsedCertificateName,
} from "../../../common/messages/parsedCertificateMessages.ts";
import { sanitize } from "../../../common/text/sanitize.ts";
import { type NotificationDeps, showMessage } from "../../../common/ui/notifications.ts";
import { pickOne, promptText, type StepPosition } from "../../../common/ui/prompts.ts";
import type { Certificate } from "../../../domain/certificate.ts";
import type { Finding, ParsedCertificate } from "../../../domain/certificateFile.ts";
import { suggestName } from "../../../domain/certificateName.ts";
import type { Destination } from "../../../domain/connection.ts";
import { CancelledError } from "../../../domain/problem.ts";
import { describeAlreadyPresent, describeDiscardPrompt, describeDuplicates } from "../uploadMessages.ts";
import type { UploadResult } from "../uploadSender.ts";

interface PromptContext {
	/** The prompt's step within the upload. */
	readonly position: StepPosition;
	/** The file's name and position among several files. */
	readonly filePosition: string | undefined;
}

function formatTitle(title: string, filePosition: string | undefined): string {
	return filePosition === undefined ? title : `${title} · ${filePosition}`;
}

/** Prompts for one of several certificates. Preselects the first valid CA. @throws CancelledError, BackPressed */
export function promptForCandidate(
	file: string,
	candidates: readonly ParsedCertificate[],
	{ position, filePosition }: PromptContext,
): Promise<ParsedCertificate> {
	const now = Date.now() / 1000;
	const choices = candidates.map((candidate, index) => ({
		...formatCertificateChoice(candidate, index + 1, candidates.length, now),
		value: candidate,
	}));
	const firstCa = choices.find(({ value }) => value.isCa && !isBlocked(value.findings));
	const question = {
		title: formatTitle(l10n.t("Upload {0}", sanitize(file)), filePosition),
		placeholder: l10n.t("The file holds {0} certificates. Which one is the trust anchor?", candidates.length),
		position,
	};
	return pickOne(question, choices, firstCa ?? choices[0]);
}

/**
 * Prompts for the certificate's name at the service.
 * @param existing Returns the listed certificates; called on each keystroke.
 * @throws CancelledError, BackPressed
 */
export function promptForName(
	candidate: ParsedCertificate,
	existing: () => readonly Certificate[],
	{ position, filePosition }: PromptContext,
): Promise<string> {
	return promptText({
		title: formatTitle(l10n.t("Upload {0}", formatParsedCertificateName(candidate)), filePosition),
		prompt: l10n.t("The certificate's name at OpenAI. It can be changed later."),
		placeholder: l10n.t("Name"),
		value: suggestName(candidate),
		position,
		validate: (text) => validateNameInput(text, existing()),
	});
}

/** Actions that show details before the person decides. */
export interface PreviewActions {
	readonly inspect: () => Promise<void>;
	readonly reveal: (id: string) => Promise<void>;
}

/**
 * Asks for confirmation, showing certificate, target and findings. With a `strong` finding, the first button only shows
 * details, because Enter presses it.
 * @throws CancelledError unless the person confirms.
 */
export async function confirmUpload(
	upload: {
		readonly candidate: ParsedCertificate;
		readonly name: string;
		readonly destination: Destination;
		readonly filePosition: string | undefined;
	},
	findings: readonly Finding[],
	actions: PreviewActions,
): Promise<void> {
	const { candidate, name, destination, filePosition } = upload;
	const message = l10n.t("Upload “{0}” to {1}?", sanitize(name), destination.host);
	const facts = formatMainFields(candidate, Date.now() / 1000).map(([label, value]) => `${label}: ${value}`);
	if (destination.label !== destination.host) facts.push(l10n.t("Connection: {0}", sanitize(destination.label)));
	if (filePosition !== undefined) facts.push(l10n.t("File: {0}", filePosition));
	const detail = [facts.join("\n"), formatFindingLines(findings).join("\n")].filter((part) => part !== "").join("\n\n");
	const hasStrong = findings.some(({ level }) => level === "strong");
	const confirm = hasStrong ? l10n.t("Upload Anyway") : l10n.t("Upload");
	const inspect = l10n.t("Inspect");
	const show = l10n.t("Show the Uploaded One");
	const [duplicate] = findings.filter((finding) => finding.code === "already-uploaded");
	const buttons = [...(duplicate ? [show] : []), ...(hasStrong ? [inspect] : []), confirm];
	const showModal = hasStrong ? vscode.window.showWarningMessage : vscode.window.showInformationMessage;
	const chosen = await showModal(message, { modal: true, detail }, ...buttons);
	if (chosen === confirm) return;
	if (chosen === inspect) await actions.inspect();
	if (chosen === show && duplicate) await actions.reveal(duplicate.id);
	throw new CancelledError();
}

/** Asks before discarding a corrupt record of an earlier upload. @throws CancelledError unless the person confirms. */
export async function confirmDiscard(candidate: ParsedCertificate): Promise<void> {
	const { message, detail } = describeDiscardPrompt(formatParsedCertificateName(candidate));
	const discard = l10n.t("Discard and Go On");
	// Enter presses the first button.
	const buttons = [l10n.t("Don't Upload"), discard];
	const chosen = await vscode.window.showWarningMessage(message, { modal: true, detail }, ...buttons);
	if (chosen !== discard) throw new CancelledError();
}

/** Warns that the limit of certificates is reached. @throws CancelledError unless the person uploads anyway. */
export async function confirmLimit(limit: Finding, showView: () => Thenable<unknown>): Promise<void> {
	const show = l10n.t("Show Certificates");
	const upload = l10n.t("Upload Anyway");
	const message = l10n.t("There is no room for another certificate.");
	const chosen = await vscode.window.showWarningMessage(
		message,
		{ modal: true, detail: describeFinding(limit) },
		show,
		upload,
	);
	if (chosen === upload) return;
	if (chosen === show) await showView();
	throw new CancelledError();
}

/** Thrown after a message that a certificate cannot be uploaded. */
export class UploadBlockedError extends CancelledError {}

/** Shows why a certificate cannot be uploaded. @throws UploadBlockedError; CancelledError if the person inspects. */
export async function refuseUpload(
	candidate: ParsedCertificate,
	findings: readonly Finding[],
	actions: PreviewActions,
): Promise<never> {
	const message = l10n.t("{0} cannot be uploaded.", formatParsedCertificateName(candidate));
	const inspect = l10n.t("Inspect");
	const detail = formatFindingLines(findings).join("\n");
	const chosen = await vscode.window.showWarningMessage(message, { modal: true, detail }, inspect);
	if (chosen !== inspect) throw new UploadBlockedError();
	await actions.inspect();
	throw new CancelledError();
}

/** Notifies of duplicates of an uploaded certificate, if any. */
export function notifyDuplicates(deps: NotificationDeps, { certificate, duplicates, how }: UploadResult): void {
	if (how === "there-before") void showMessage(deps, "information", describeAlreadyPresent(certificate));
	if (duplicates.length > 0) void showMessage(deps, "warning", describeDuplicates(certificate, duplicates));
}

/** True if a finding prevents the upload. */
export function isBlocked(findings: readonly Finding[]): boolean {
	return findings.some(({ level }) => level === "block");
}

import * as vscode from "vscode";
import { validateNameInput } from "../../../common/messages/certificateNameMessages.ts";
import { labels } from "../../../common/messages/labels.ts";
import {
	formatCertificateChoice,
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
import { describeAlreadyPresent, describeDuplicates } from "../uploadMessages.ts";
import {
	certificateChoicePlaceholder,
	describeBlockedUpload,
	describeDiscardPrompt,
	describeLimitPrompt,
	describeUploadPrompt,
	uploadPromptLabels,
	uploadTitle,
} from "../uploadPromptMessages.ts";
import type { UploadResult } from "../uploadSender.ts";

interface PromptContext {
	/** The prompt's step within the upload. */
	readonly position: StepPosition;
	/** The file's name and position among several files. */
	readonly filePosition: string | undefined;
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
		title: uploadTitle(sanitize(file), filePosition),
		placeholder: certificateChoicePlaceholder(candidates.length),
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
		title: uploadTitle(formatParsedCertificateName(candidate), filePosition),
		prompt: uploadPromptLabels.namePrompt,
		placeholder: labels.name,
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
	const { message, detail } = describeUploadPrompt(upload, findings, Date.now() / 1000);
	const hasStrong = findings.some(({ level }) => level === "strong");
	const { showDetails } = labels;
	const { showExisting } = uploadPromptLabels;
	const confirm = hasStrong ? uploadPromptLabels.uploadAnyway : uploadPromptLabels.upload;
	const [duplicate] = findings.filter((finding) => finding.code === "already-uploaded");
	const buttons = [...(duplicate ? [showExisting] : []), ...(hasStrong ? [showDetails] : []), confirm];
	const showModal = hasStrong ? vscode.window.showWarningMessage : vscode.window.showInformationMessage;
	const chosen = await showModal(message, { modal: true, detail }, ...buttons);
	if (chosen === confirm) return;
	if (chosen === showDetails) await actions.inspect();
	if (chosen === showExisting && duplicate) await actions.reveal(duplicate.id);
	throw new CancelledError();
}

/** Asks before discarding a corrupt record of an earlier upload. @throws CancelledError unless the person confirms. */
export async function confirmDiscard(candidate: ParsedCertificate): Promise<void> {
	const { message, detail } = describeDiscardPrompt(formatParsedCertificateName(candidate));
	const { dontDiscard } = labels;
	const { discard } = uploadPromptLabels;
	// Enter presses the first button.
	const chosen = await vscode.window.showWarningMessage(message, { modal: true, detail }, dontDiscard, discard);
	if (chosen !== discard) throw new CancelledError();
}

/** Warns that the limit of certificates is reached. @throws CancelledError unless the person uploads anyway. */
export async function confirmLimit(limit: Finding, showView: () => Thenable<unknown>): Promise<void> {
	const { showCertificates } = labels;
	const { uploadAnyway } = uploadPromptLabels;
	const { message, detail } = describeLimitPrompt(limit);
	const chosen = await vscode.window.showWarningMessage(
		message,
		{ modal: true, detail },
		showCertificates,
		uploadAnyway,
	);
	if (chosen === uploadAnyway) return;
	if (chosen === showCertificates) await showView();
	throw new CancelledError();
}

/** Thrown after a message that a certificate cannot be uploaded. */
export class UploadBlockedError extends CancelledError {}

/** Shows why a certificate cannot be uploaded. @throws UploadBlockedError; CancelledError after the details. */
export async function refuseUpload(
	candidate: ParsedCertificate,
	findings: readonly Finding[],
	actions: PreviewActions,
): Promise<never> {
	const { showDetails } = labels;
	const { message, detail } = describeBlockedUpload(candidate, findings);
	const chosen = await vscode.window.showWarningMessage(message, { modal: true, detail }, showDetails);
	if (chosen !== showDetails) throw new UploadBlockedError();
	await actions.inspect();
	throw new CancelledError();
}

/** Notifies that the certificate was already uploaded, or that it has duplicates, if so. */
export function notifyDuplicates(deps: NotificationDeps, { certificate, duplicates, how }: UploadResult): void {
	if (how === "already-present") void showMessage(deps, "information", describeAlreadyPresent(certificate));
	if (duplicates.length > 0) void showMessage(deps, "warning", describeDuplicates(certificate, duplicates));
}

/** True if a finding prevents the upload. */
export function isBlocked(findings: readonly Finding[]): boolean {
	return findings.some(({ level }) => level === "block");
}

import * as l10n from "@vscode/l10n";
import { formatTimeOfDay } from "../../common/messages/dates.ts";
import { describeFinding } from "../../common/messages/findingMessages.ts";
import type { ModalText } from "../../common/messages/interfaceMessages.ts";
import {
	formatFindingLines,
	formatMainFields,
	formatParsedCertificateName,
} from "../../common/messages/parsedCertificateMessages.ts";
import { sanitize } from "../../common/text/sanitize.ts";
import type { Finding, ParsedCertificate } from "../../domain/certificateFile.ts";
import type { Destination } from "../../domain/connection.ts";
import { LATE_ARRIVAL_MS, type UploadAttempt } from "./uploadAttempt.ts";

export const uploadPromptLabels = {
	/** Title of the choice of files. */
	get chooseFiles() {
		return l10n.t("Upload a certificate to OpenAI");
	},
	get namePrompt() {
		return l10n.t("Name of the certificate at OpenAI. You can change it later.");
	},
	/** Title of the choice of an unconfirmed upload. */
	get unconfirmedUploads() {
		return l10n.t("Unconfirmed uploads");
	},
	get selectUpload() {
		return l10n.t("Select an upload");
	},
	get upload() {
		return l10n.t("Upload");
	},
	get uploadAnyway() {
		return l10n.t("Upload Anyway");
	},
	get uploadAgain() {
		return l10n.t("Upload Again");
	},
	get dontUpload() {
		return l10n.t("Don't Upload");
	},
	get showExisting() {
		return l10n.t("Show Existing Certificate");
	},
	get discard() {
		return l10n.t("Discard and Continue");
	},
};

/**
 * Returns the title of a prompt of an upload.
 * @param name The display name of the file or certificate.
 * @param filePosition The file's name and position among several files.
 */
export function uploadTitle(name: string, filePosition: string | undefined): string {
	const title = l10n.t("Upload {0}", name);
	return filePosition === undefined ? title : `${title} · ${filePosition}`;
}

/** Returns the placeholder of the choice between a file's certificates. @param count At least two. */
export function certificateChoicePlaceholder(count: number): string {
	return l10n.t("This file contains {0} certificates. Select the trust anchor.", count);
}

/**
 * Asks whether to upload a certificate, with its main fields, the target, the findings and the effect of a CA.
 * @param now Unix seconds.
 */
export function describeUploadPrompt(
	upload: {
		readonly candidate: ParsedCertificate;
		readonly name: string;
		readonly destination: Pick<Destination, "host" | "label">;
		readonly filePosition: string | undefined;
	},
	findings: readonly Finding[],
	now: number,
): ModalText {
	const { candidate, name, destination, filePosition } = upload;
	const facts = formatMainFields(candidate, now).map(([label, value]) => `${label}: ${value}`);
	if (destination.label !== destination.host) facts.push(l10n.t("Connection: {0}", sanitize(destination.label)));
	if (filePosition !== undefined) facts.push(l10n.t("File: {0}", filePosition));
	const effect = candidate.isCa
		? l10n.t(
				"Once active, every client certificate that chains to this CA is accepted. If the CA also issues for other systems, set a CEL filter.",
			)
		: "";
	return {
		message: l10n.t("Upload “{0}” to {1}?", sanitize(name), destination.host),
		detail: [facts.join("\n"), formatFindingLines(findings).join("\n"), effect]
			.filter((part) => part !== "")
			.join("\n\n"),
	};
}

/** Asks whether to upload although the organization has its maximum number of certificates. */
export function describeLimitPrompt(limit: Finding): ModalText {
	return {
		message: l10n.t("Your organization has reached OpenAI's documented maximum of certificates. Upload anyway?"),
		detail: describeFinding(limit),
	};
}

/** Describes why a certificate can't be uploaded. */
export function describeBlockedUpload(candidate: ParsedCertificate, findings: readonly Finding[]): ModalText {
	return {
		message: l10n.t("{0} can't be uploaded.", formatParsedCertificateName(candidate)),
		detail: formatFindingLines(findings).join("\n"),
	};
}

/**
 * Asks whether to repeat an upload that a check didn't find.
 * @param notSeenAt When the lookup ran, Unix milliseconds.
 * @param now Unix milliseconds.
 */
export function describeRetryPrompt({ name, startedAt }: UploadAttempt, notSeenAt: number, now: number): ModalText {
	const latestArrival = startedAt + LATE_ARRIVAL_MS;
	return {
		message: l10n.t("“{0}” wasn't found at {1}. Upload it again?", sanitize(name), formatTimeOfDay(notSeenAt, now)),
		detail:
			now < latestArrival
				? l10n.t(
						"The first upload might still arrive until {0}; then you'd have two copies.",
						formatTimeOfDay(latestArrival, now),
					)
				: l10n.t(
						"The first upload was started at {0}. If it arrives after all, you'll have two copies.",
						formatTimeOfDay(startedAt, now),
					),
	};
}

/** Asks whether to discard an upload's corrupt record. @param name The certificate's display name. */
export function describeDiscardPrompt(name: string): ModalText {
	return {
		message: l10n.t("The record of an earlier upload of “{0}” can't be read. Discard it?", name),
		detail: l10n.t(
			"That upload might have arrived, so check the list of certificates first. Without the record, this extension won't prevent a second upload.",
		),
	};
}

/** Asks whether to forget an unconfirmed upload. */
export function describeForgetPrompt({ name }: UploadAttempt): ModalText {
	return {
		message: l10n.t("Forget the unconfirmed upload of “{0}”?", sanitize(name)),
		detail: l10n.t("If it arrived, it appears in the list. This extension will no longer prevent a second upload."),
	};
}

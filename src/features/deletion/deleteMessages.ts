import * as l10n from "@vscode/l10n";
import {
	type CertificateWithContent,
	describeChangedMeanwhile,
	formatCertificateLines,
	formatCertificateName,
	joinParagraphs,
	type Time,
} from "../../common/messages/certificateMessages.ts";
import type { ModalText } from "../../common/messages/interfaceMessages.ts";
import { formatScopeLines, type ScopeSummary } from "../../common/messages/scopes.ts";
import type { Certificate } from "../../domain/certificate.ts";
import { describeImpact, describeWorkloads, type ImpactSummary } from "../activation/activationMessages.ts";
import type { ClientImpact } from "../clientImpact/clientImpact.ts";
import { describeClientImpact } from "../clientImpact/clientImpactMessages.ts";

/** Limit of named projects, because a dialog has room for no more. */
const MAX_NAMED = 20;

/** Texts of a deletion. */
export const deleteLabels = {
	// Buttons
	get deactivateAndDelete() {
		return l10n.t("Deactivate Everywhere and Delete");
	},
	get delete() {
		return l10n.t("Delete");
	},
	get dontDelete() {
		return l10n.t("Don't Delete");
	},
	get savePem() {
		return l10n.t("Save PEM As…");
	},

	// Title of progress
	get checkingActivation() {
		return l10n.t("Checking where the certificate is active…");
	},
};

/** Describes the deletion of an inactive certificate. @param changed True if a change made the prompt repeat. */
export function describeInactiveDeletion(subject: CertificateWithContent, changed: boolean, time: Time): ModalText {
	return {
		message: l10n.t("Delete “{0}”?", formatCertificateName(subject.certificate)),
		detail: joinParagraphs(
			changed && describeChangedMeanwhile(),
			formatCertificateLines([subject], time),
			describeLoss(),
		),
	};
}

/** The prompt before an active certificate is deleted. */
export interface ActiveDeletionQuestion extends ImpactSummary {
	readonly subject: CertificateWithContent;
	/** The scopes to deactivate in first. */
	readonly scopes: ScopeSummary;
	readonly access: string | null;
	/** The effect on the known clients; `null` if none is known. */
	readonly clients: ClientImpact | null;
	readonly changed: boolean;
}

/** Describes the deactivation of a certificate everywhere and its deletion. */
export function describeActiveDeletion(question: ActiveDeletionQuestion, time: Time): ModalText {
	const { subject, access, clients, changed } = question;
	return {
		message: l10n.t("Deactivate “{0}” everywhere and delete it?", formatCertificateName(subject.certificate)),
		detail: joinParagraphs(
			changed && describeChangedMeanwhile(),
			formatCertificateLines([subject], time),
			describeActiveScopes(question.scopes),
			...describeImpact(question),
			clients && describeClientImpact(clients, time),
			describeWorkloads(),
			access,
			l10n.t(
				"It's deactivated in one place after the other, then deleted; OpenAI keeps no copy. If a deactivation fails, the rest is skipped.",
			),
		),
	};
}

/** Describes the loss of an inactive certificate. */
export function describeLoss(): string {
	return l10n.t("It isn't active anywhere. OpenAI keeps no copy, so you'd have to upload it again.");
}

/** Lists where a certificate is active. */
export function describeActiveScopes(scopes: ScopeSummary): string {
	return `${l10n.t("It's active in:")}\n${formatScopeLines(scopes, MAX_NAMED)}`;
}

/** Returns the title of the progress of a deletion. @param isActive True if it is deactivated everywhere first. */
export function deletionProgressTitle(certificate: Certificate, isActive: boolean): string {
	const name = formatCertificateName(certificate);
	return isActive ? l10n.t("Deactivating “{0}” everywhere and deleting it…", name) : l10n.t("Deleting “{0}”…", name);
}

export function describeDeleted(certificate: Certificate): string {
	return l10n.t("Deleted “{0}”.", formatCertificateName(certificate));
}

import * as l10n from "@vscode/l10n";
import {
	type CertificateWithContent,
	describeChangedMeanwhile,
	formatCertificateLines,
	formatCertificateName,
	joinParagraphs,
	type Time,
} from "../../common/messages/certificateMessages.ts";
import { formatScopeLines, type ScopeSummary } from "../../common/messages/scopes.ts";
import { describeImpact, type ImpactSummary } from "../activation/activationMessages.ts";

/** Limit of named projects, because a dialog has room for no more. */
const MAX_NAMED = 20;

/** Describes the deletion of an inactive certificate. @param changed True if a change made the prompt repeat. */
export function describeInactiveDeletion(
	subject: CertificateWithContent,
	changed: boolean,
	time: Time,
): { message: string; detail: string } {
	return {
		message: l10n.t("Delete “{0}”?", formatCertificateName(subject.certificate)),
		detail: joinParagraphs(
			changed && describeChangedMeanwhile(),
			formatCertificateLines([subject], time),
			l10n.t(
				"It is active nowhere. Once it is deleted, OpenAI has no copy of it: whoever needs it again has to upload it.",
			),
		),
	};
}

/** The prompt before an active certificate is deleted. */
export interface ActiveDeletionQuestion extends ImpactSummary {
	readonly subject: CertificateWithContent;
	/** The scopes to deactivate in first. */
	readonly scopes: ScopeSummary;
	readonly access: string | null;
	readonly changed: boolean;
}

/** Describes the deactivation of a certificate everywhere and its deletion. */
export function describeActiveDeletion(
	question: ActiveDeletionQuestion,
	time: Time,
): { message: string; detail: string } {
	const { subject, access, changed } = question;
	return {
		message: l10n.t("“{0}” cannot be deleted while it is active.", formatCertificateName(subject.certificate)),
		detail: joinParagraphs(
			changed && describeChangedMeanwhile(),
			formatCertificateLines([subject], time),
			`${l10n.t("It is active in:")}\n${formatScopeLines(question.scopes, MAX_NAMED)}`,
			...describeImpact(question),
			access,
			l10n.t(
				"“Deactivate Everywhere and Delete” deactivates it in each of these, one after the other, then deletes it. It stops where one of them fails.",
			),
		),
	};
}

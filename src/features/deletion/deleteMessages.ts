import * as l10n from "@vscode/l10n";
import {
	type CertificateWithContent,
	changedWords,
	nameWords,
	paragraphs,
	subjectLines,
	type Time,
} from "../../common/messages/certificateMessages.ts";
import { formatScopeLines, type ScopeSummary } from "../../common/messages/scopes.ts";
import { offWords } from "../activation/activationMessages.ts";

/** So many projects are named one by one: all that a dialog has room for. */
const MOST_NAMED = 20;

/** The question before a certificate is deleted that is active nowhere. @param changed Whether it is asked again because something changed. */
export function removalWords(
	subject: CertificateWithContent,
	changed: boolean,
	time: Time,
): { message: string; detail: string } {
	return {
		message: l10n.t("Delete “{0}”?", nameWords(subject.certificate)),
		detail: paragraphs(
			changed && changedWords(),
			subjectLines([subject], time),
			l10n.t(
				"It is active nowhere. Once it is deleted, OpenAI has no copy of it: whoever needs it again has to upload it.",
			),
		),
	};
}

/** What is asked before a certificate is deleted that is active. */
export interface ActiveRemovalQuestion {
	readonly subject: CertificateWithContent;
	/** Where it has to be deactivated first. */
	readonly places: ScopeSummary;
	/** As in the question before a deactivation. */
	readonly off: ScopeSummary;
	readonly left: ScopeSummary;
	readonly unclear: ScopeSummary;
	readonly access: string | null;
	readonly changed: boolean;
}

/** The question before a certificate is deactivated everywhere and deleted. */
export function activeRemovalWords(question: ActiveRemovalQuestion, time: Time): { message: string; detail: string } {
	const { subject, places, access, changed } = question;
	return {
		message: l10n.t("“{0}” cannot be deleted while it is active.", nameWords(subject.certificate)),
		detail: paragraphs(
			changed && changedWords(),
			subjectLines([subject], time),
			`${l10n.t("It is active in:")}\n${formatScopeLines(places, MOST_NAMED)}`,
			...offWords(question),
			access,
			l10n.t(
				"“Deactivate Everywhere and Delete” deactivates it in each of these, one after the other, then deletes it. It stops where one of them fails.",
			),
		),
	};
}

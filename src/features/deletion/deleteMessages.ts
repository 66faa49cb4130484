import * as l10n from "@vscode/l10n";
import {
	changedWords,
	nameWords,
	paragraphs,
	type Subject,
	subjectLines,
	type Time,
} from "../../common/messages/certificateMessages.ts";
import { type Places, placeLines } from "../../common/messages/scopes.ts";
import { offWords } from "../activation/activationMessages.ts";

/** So many projects are named one by one: all that a dialog has room for. */
const MOST_NAMED = 20;

/** The question before a certificate is deleted that is active nowhere. @param changed Whether it is asked again because something changed. */
export function removalWords(subject: Subject, changed: boolean, time: Time): { message: string; detail: string } {
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
	readonly subject: Subject;
	/** Where it has to be deactivated first. */
	readonly places: Places;
	/** As in the question before a deactivation. */
	readonly off: Places;
	readonly left: Places;
	readonly unclear: Places;
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
			`${l10n.t("It is active in:")}\n${placeLines(places, MOST_NAMED)}`,
			...offWords(question),
			access,
			l10n.t(
				"“Deactivate Everywhere and Delete” deactivates it in each of these, one after the other, then deletes it. It stops where one of them fails.",
			),
		),
	};
}

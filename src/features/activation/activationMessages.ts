import * as l10n from "@vscode/l10n";
import {
	type CertificateWithContent,
	changedWords,
	nameWords,
	paragraphs,
	subjectLines,
	subjectsWords,
	type Time,
} from "../../common/messages/certificateMessages.ts";
import { describeProblem } from "../../common/messages/problems.ts";
import { formatScopes, type ScopeSummary } from "../../common/messages/scopes.ts";
import type { Certificate } from "../../domain/certificate.ts";
import type { Problem } from "../../domain/problem.ts";

/** So many scopes are named in a question, which has more room than a notification. */
const MOST_PLACES = 10;

/** What is asked before certificates are activated. */
export interface ActivationQuestion {
	readonly subjects: readonly CertificateWithContent[];
	/** Where they are to be activated. */
	readonly places: ScopeSummary;
	/** Where no client certificate is demanded so far, as far as it is known. */
	readonly open: ScopeSummary;
	/** Scopes that are left alone because they could not be read. */
	readonly unread: Unread | null;
	/** What will become of this extension's own calls; `null` where the organization is not among the scopes. */
	readonly access: string | null;
	/** Whether to say that filters do not come along. */
	readonly policies: boolean;
	/** Whether it is asked again because something changed. */
	readonly changed: boolean;
}

export interface Unread {
	readonly places: ScopeSummary;
	/** What the first of them met. */
	readonly problem: Problem;
}

/** The question before an activation: what, where, and what follows from it. */
export function activationWords(question: ActivationQuestion, time: Time): { message: string; detail: string } {
	const { subjects, places, open, unread, access, policies, changed } = question;
	const certificates = subjects.map(({ certificate }) => certificate);
	return {
		message: l10n.t("Activate {0} in {1}?", subjectsWords(certificates), formatScopes(places, MOST_PLACES)),
		detail: paragraphs(
			changed && changedWords(),
			subjectLines(subjects, time),
			consequenceWords(places, open),
			access !== null &&
				l10n.t(
					"Calls of the Admin API are refused likewise, which all of this extension's are. {0} The dashboard at OpenAI does not demand a client certificate: it is the way back.",
					access,
				),
			policies &&
				l10n.t(
					"A filter (CEL policy) that was set on another certificate in the dashboard does not come along: set it on this one there. This is said once.",
				),
			unread && unreadWords(unread),
		),
	};
}

function consequenceWords(places: ScopeSummary, open: ScopeSummary): string {
	const isDemandedAll = !open.organization && open.projects.length === 0;
	const scope = places.organization
		? l10n.t("the organization and all of its projects")
		: formatScopes(places, MOST_PLACES);
	const consequence = l10n.t(
		"From then on, OpenAI refuses every request in {0} that does not come with a client certificate which chains to an active certificate.",
		scope,
	);
	return isDemandedAll ? `${consequence} ${l10n.t("Others are active there already.")}` : consequence;
}

/** What a person types to go on: the name as it is shown, the id where nobody could type that; for several, how many. */
export function textToType(subjects: readonly CertificateWithContent[]): string {
	const [only] = subjects;
	if (!only || subjects.length > 1) return l10n.t("activate {0}", subjects.length);
	const { id, name } = only.certificate;
	const text = name?.trim() ?? "";
	return text === "" || text !== nameWords(only.certificate) || /\s{2}|[^\S ]/.test(text) ? id : text;
}

/** What is asked before certificates are deactivated. */
export interface DeactivationQuestion {
	readonly subjects: readonly CertificateWithContent[];
	readonly places: ScopeSummary;
	/** Where nothing stays active, so that nothing is checked any more. */
	readonly off: ScopeSummary;
	/** Projects in which nothing of their own stays active, and the organization's goes on to count. */
	readonly left: ScopeSummary;
	/** Where it is not known whether something stays active. */
	readonly unclear: ScopeSummary;
	readonly unread: Unread | null;
	/** What will become of this extension's own calls; `null` where that is not touched. */
	readonly access: string | null;
	readonly changed: boolean;
}

/** The question before a deactivation: what, where, and what follows from it. */
export function deactivationWords(question: DeactivationQuestion, time: Time): { message: string; detail: string } {
	const { subjects, places, off, unread, access, changed } = question;
	const certificates = subjects.map(({ certificate }) => certificate);
	const isStillDemanded = off.organization !== places.organization || off.projects.length < places.projects.length;
	return {
		message: l10n.t("Deactivate {0} in {1}?", subjectsWords(certificates), formatScopes(places, MOST_PLACES)),
		detail: paragraphs(
			changed && changedWords(),
			subjectLines(subjects, time),
			...offWords(question),
			isStillDemanded &&
				l10n.t("Clients whose certificates chain to nothing else that is active there are refused from then on."),
			access,
			unread && unreadWords(unread),
		),
	};
}

/** Where nothing will be checked any more. */
export function offWords({ off, left, unclear }: Pick<DeactivationQuestion, "off" | "left" | "unclear">): string[] {
	const some = ({ organization, projects }: ScopeSummary) => organization || projects.length > 0;
	return [
		...(some(off)
			? [
					l10n.t(
						"Nothing else is active in {0}. From then on, no client certificate is demanded there: a key alone is enough.",
						formatScopes(off, MOST_PLACES),
					),
					...(off.organization ? [l10n.t("A project with active certificates of its own still demands one.")] : []),
				]
			: []),
		...(some(left)
			? [
					l10n.t(
						"Nothing else of its own is active in {0}. What is active in the organization still counts there.",
						formatScopes(left, MOST_PLACES),
					),
				]
			: []),
		...(some(unclear)
			? [
					l10n.t(
						"It is not known whether anything else is active in {0}. If not, no client certificate is demanded there from then on.",
						formatScopes(unclear, MOST_PLACES),
					),
				]
			: []),
	];
}

/** That certificates are as they were to be already. */
export function settledWords(certificates: readonly Certificate[], places: ScopeSummary, active: boolean): string {
	const [subjects, where] = [subjectsWords(certificates), formatScopes(places)];
	if (where === "") return l10n.t("{0}: active nowhere.", subjects);
	return active
		? l10n.t("{0}: active in {1} already.", subjects, where)
		: l10n.t("{0}: not active in {1}.", subjects, where);
}

function unreadWords({ places, problem }: Unread): string {
	return l10n.t(
		"Nothing is changed in {0}, which could not be read. {1}",
		formatScopes(places, MOST_PLACES),
		describeProblem(problem),
	);
}

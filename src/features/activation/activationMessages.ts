import * as l10n from "@vscode/l10n";
import { nameWords } from "../../common/messages/certificateMessages.ts";
import { expiryWords } from "../../common/messages/dates.ts";
import { findingWords } from "../../common/messages/findings.ts";
import { currentLocale } from "../../common/messages/locale.ts";
import { fingerprintStart } from "../../common/messages/parsedCertificateMessages.ts";
import { problemWords } from "../../common/messages/problems.ts";
import { type Places, placeWords } from "../../common/messages/scopes.ts";
import { type Certificate, expiryState } from "../../domain/certificate.ts";
import { type Candidate, leafFinding } from "../../domain/certificateFile.ts";
import type { Problem } from "../../domain/problem.ts";

/** A certificate that something is to be done to. */
export interface Subject {
	readonly certificate: Certificate;
	/** `null` where it could not be read. */
	readonly content: Candidate | null;
}

/** A moment, and from when on before its expiry a certificate counts as expiring. */
export interface Time {
	/** Unix seconds. */
	readonly now: number;
	readonly reminderDays: number;
}

/** So many certificates are told of one by one. */
const MOST_TOLD = 8;
/** So many scopes are named in a question, which has more room than a notification. */
const MOST_PLACES = 10;

/** Certificates in one phrase. */
export function subjectsWords(certificates: readonly Certificate[]): string {
	const [only] = certificates;
	if (only && certificates.length === 1) return l10n.t("“{0}”", nameWords(only));
	return new Intl.PluralRules(currentLocale()).select(certificates.length) === "one"
		? l10n.t("{0} certificate", certificates.length)
		: l10n.t("{0} certificates", certificates.length);
}

/** Which certificates they are, a line each, and below each what gives pause. */
export function subjectLines(subjects: readonly Subject[], time: Time): string {
	const lines = subjects
		.slice(0, MOST_TOLD)
		.flatMap((subject) => [subjectLine(subject, time), ...cautions(subject, time)]);
	const more = subjects.length - MOST_TOLD;
	return [...lines, ...(more > 0 ? [l10n.t("… and {0} more", more)] : [])].join("\n");
}

function subjectLine({ certificate, content }: Subject, { now }: Time): string {
	const fingerprint = content ? fingerprintStart(content.sha256) : l10n.t("could not be read");
	const expiry = expiryWords(content?.notAfter ?? certificate.expiresAt, now);
	return l10n.t("“{0}”: {1}, SHA-256 {2}, {3}", nameWords(certificate), certificate.id, fingerprint, expiry);
}

/** What about a certificate gives pause before it is enforced. */
export function cautions({ certificate, content }: Subject, { now, reminderDays }: Time): readonly string[] {
	const expiresAt = content?.notAfter ?? certificate.expiresAt;
	const validAt = content?.notBefore ?? certificate.validAt;
	const words: string[] = [];
	const leaf = content && leafFinding(content);
	if (leaf) words.push(findingWords(leaf));
	if (validAt !== null && validAt > now)
		words.push(findingWords({ code: "not-yet-valid", level: "warn", seconds: validAt - now }));
	if (expiresAt !== null) {
		const state = expiryState(expiresAt, now, reminderDays);
		if (state === "expired") words.push(l10n.t("It {0}: its clients are refused.", expiryWords(expiresAt, now)));
		if (state === "expiring")
			words.push(findingWords({ code: "expires-soon", level: "warn", seconds: expiresAt - now }));
	}
	return words.map((sentence) => l10n.t("Careful: {0}", sentence));
}

/** What is asked before certificates are activated. */
export interface ActivationQuestion {
	readonly subjects: readonly Subject[];
	/** Where they are to be activated. */
	readonly places: Places;
	/** Where no client certificate is demanded so far, as far as it is known. */
	readonly open: Places;
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
	readonly places: Places;
	/** What the first of them met. */
	readonly problem: Problem;
}

/** The question before an activation: what, where, and what follows from it. */
export function activationWords(question: ActivationQuestion, time: Time): { message: string; detail: string } {
	const { subjects, places, open, unread, access, policies, changed } = question;
	const certificates = subjects.map(({ certificate }) => certificate);
	return {
		message: l10n.t("Activate {0} in {1}?", subjectsWords(certificates), placeWords(places, MOST_PLACES)),
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

function consequenceWords(places: Places, open: Places): string {
	const isDemandedAll = !open.organization && open.projects.length === 0;
	const scope = places.organization
		? l10n.t("the organization and all of its projects")
		: placeWords(places, MOST_PLACES);
	const consequence = l10n.t(
		"From then on, OpenAI refuses every request in {0} that does not come with a client certificate which chains to an active certificate.",
		scope,
	);
	return isDemandedAll ? `${consequence} ${l10n.t("Others are active there already.")}` : consequence;
}

/** What a person types to go on: the name as it is shown, the id where nobody could type that; for several, how many. */
export function textToType(subjects: readonly Subject[]): string {
	const [only] = subjects;
	if (!only || subjects.length > 1) return l10n.t("activate {0}", subjects.length);
	const { id, name } = only.certificate;
	const text = name?.trim() ?? "";
	return text === "" || text !== nameWords(only.certificate) || /\s{2}|[^\S ]/.test(text) ? id : text;
}

/** What is asked before certificates are deactivated. */
export interface DeactivationQuestion {
	readonly subjects: readonly Subject[];
	readonly places: Places;
	/** Where nothing stays active, so that nothing is checked any more. */
	readonly off: Places;
	/** Projects in which nothing of their own stays active, and the organization's goes on to count. */
	readonly left: Places;
	/** Where it is not known whether something stays active. */
	readonly unclear: Places;
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
		message: l10n.t("Deactivate {0} in {1}?", subjectsWords(certificates), placeWords(places, MOST_PLACES)),
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
	const some = ({ organization, projects }: Places) => organization || projects.length > 0;
	return [
		...(some(off)
			? [
					l10n.t(
						"Nothing else is active in {0}. From then on, no client certificate is demanded there: a key alone is enough.",
						placeWords(off, MOST_PLACES),
					),
					...(off.organization ? [l10n.t("A project with active certificates of its own still demands one.")] : []),
				]
			: []),
		...(some(left)
			? [
					l10n.t(
						"Nothing else of its own is active in {0}. What is active in the organization still counts there.",
						placeWords(left, MOST_PLACES),
					),
				]
			: []),
		...(some(unclear)
			? [
					l10n.t(
						"It is not known whether anything else is active in {0}. If not, no client certificate is demanded there from then on.",
						placeWords(unclear, MOST_PLACES),
					),
				]
			: []),
	];
}

/** That certificates are as they were to be already. */
export function settledWords(certificates: readonly Certificate[], places: Places, active: boolean): string {
	const [subjects, where] = [subjectsWords(certificates), placeWords(places)];
	if (where === "") return l10n.t("{0}: active nowhere.", subjects);
	return active
		? l10n.t("{0}: active in {1} already.", subjects, where)
		: l10n.t("{0}: not active in {1}.", subjects, where);
}

function unreadWords({ places, problem }: Unread): string {
	return l10n.t(
		"Nothing is changed in {0}, which could not be read. {1}",
		placeWords(places, MOST_PLACES),
		problemWords(problem),
	);
}

/** That a question is asked again, and why. */
export function changedWords(): string {
	return l10n.t("Something was changed meanwhile, so nothing was done. This is how it is now.");
}

/** Parts of a text with a blank line between them. */
export function paragraphs(...parts: readonly (string | false | null)[]): string {
	return parts.filter((part) => part).join("\n\n");
}

import * as l10n from "@vscode/l10n";
import {
	type CertificateWithContent,
	describeChangedMeanwhile,
	formatCertificateLines,
	formatCertificateName,
	formatCertificates,
	joinParagraphs,
	type Time,
} from "../../common/messages/certificateMessages.ts";
import { describeProblem } from "../../common/messages/problems.ts";
import { formatScopes, type ScopeSummary } from "../../common/messages/scopes.ts";
import type { Certificate } from "../../domain/certificate.ts";
import type { Problem } from "../../domain/problem.ts";

/** Limit of named scopes in a dialog, which has more room than a notification. */
const MAX_NAMED_SCOPES = 10;

/** The part that the prompts before an activation and a deactivation share. */
export interface ConfirmationQuestion {
	readonly subjects: readonly CertificateWithContent[];
	/** The scopes to activate or deactivate in. */
	readonly scopes: ScopeSummary;
	/** Scopes that stay unchanged because they could not be read. */
	readonly unread: UnreadScopes | null;
	/** The effect on this extension's own calls; `null` if there is none. */
	readonly access: string | null;
	/** True if a change made the prompt repeat. */
	readonly changed: boolean;
}

/** The prompt before certificates are activated. */
export interface ActivationQuestion extends ConfirmationQuestion {
	/** Scopes in which no client certificate is known to be required yet. */
	readonly unenforced: ScopeSummary;
	/** Whether to say that filters are not copied. */
	readonly showPolicyNote: boolean;
}

export interface UnreadScopes {
	readonly scopes: ScopeSummary;
	/** The problem of the first unread scope. */
	readonly problem: Problem;
}

/** Describes an activation before the user confirms it: certificates, scopes and consequences. */
export function describeActivationQuestion(
	question: ActivationQuestion,
	time: Time,
): { message: string; detail: string } {
	const { subjects, unread, access, changed } = question;
	const scopes = question.scopes;
	const certificates = subjects.map(({ certificate }) => certificate);
	return {
		message: l10n.t("Activate {0} in {1}?", formatCertificates(certificates), formatScopes(scopes, MAX_NAMED_SCOPES)),
		detail: joinParagraphs(
			changed && describeChangedMeanwhile(),
			formatCertificateLines(subjects, time),
			describeConsequence(scopes, question.unenforced),
			access !== null &&
				l10n.t(
					"Calls of the Admin API are refused likewise, which all of this extension's are. {0} The dashboard at OpenAI does not demand a client certificate: it is the way back.",
					access,
				),
			question.showPolicyNote &&
				l10n.t(
					"A filter (CEL policy) that was set on another certificate in the dashboard does not come along: set it on this one there. This is said once.",
				),
			unread && describeUnread(unread),
		),
	};
}

function describeConsequence(scopes: ScopeSummary, unenforced: ScopeSummary): string {
	const isEnforcedInAll = !unenforced.organization && unenforced.projects.length === 0;
	const where = scopes.organization
		? l10n.t("the organization and all of its projects")
		: formatScopes(scopes, MAX_NAMED_SCOPES);
	const consequence = l10n.t(
		"From then on, OpenAI refuses every request in {0} that does not come with a client certificate which chains to an active certificate.",
		where,
	);
	return isEnforcedInAll ? `${consequence} ${l10n.t("Others are active there already.")}` : consequence;
}

/** Returns the text to type: the shown name, or the id if nobody could type the name; for several, their number. */
export function confirmationText(subjects: readonly CertificateWithContent[]): string {
	const [only] = subjects;
	if (!only || subjects.length > 1) return l10n.t("activate {0}", subjects.length);
	const { id, name } = only.certificate;
	const text = name?.trim() ?? "";
	return text === "" || text !== formatCertificateName(only.certificate) || /\s{2}|[^\S ]/.test(text) ? id : text;
}

/** `DeactivationImpact` with the names of the projects. */
export interface ImpactSummary {
	readonly unenforced: ScopeSummary;
	readonly inheritedOnly: ScopeSummary;
	readonly unknown: ScopeSummary;
}

/** The prompt before certificates are deactivated. */
export interface DeactivationQuestion extends ConfirmationQuestion, ImpactSummary {}

/** Describes a deactivation before the user confirms it: certificates, scopes and consequences. */
export function describeDeactivationQuestion(
	question: DeactivationQuestion,
	time: Time,
): { message: string; detail: string } {
	const { subjects, unread, access, changed } = question;
	const [scopes, unenforced] = [question.scopes, question.unenforced];
	const certificates = subjects.map(({ certificate }) => certificate);
	const isStillEnforced =
		unenforced.organization !== scopes.organization || unenforced.projects.length < scopes.projects.length;
	return {
		message: l10n.t("Deactivate {0} in {1}?", formatCertificates(certificates), formatScopes(scopes, MAX_NAMED_SCOPES)),
		detail: joinParagraphs(
			changed && describeChangedMeanwhile(),
			formatCertificateLines(subjects, time),
			...describeImpact(question),
			isStillEnforced &&
				l10n.t("Clients whose certificates chain to nothing else that is active there are refused from then on."),
			access,
			unread && describeUnread(unread),
		),
	};
}

/** Describes where nothing is enforced any longer, in paragraphs. */
export function describeImpact(impact: ImpactSummary): string[] {
	const isAny = ({ organization, projects }: ScopeSummary) => organization || projects.length > 0;
	return [
		...(isAny(impact.unenforced)
			? [
					l10n.t(
						"Nothing else is active in {0}. From then on, no client certificate is demanded there: a key alone is enough.",
						formatScopes(impact.unenforced, MAX_NAMED_SCOPES),
					),
					...(impact.unenforced.organization
						? [l10n.t("A project with active certificates of its own still demands one.")]
						: []),
				]
			: []),
		...(isAny(impact.inheritedOnly)
			? [
					l10n.t(
						"Nothing else of its own is active in {0}. What is active in the organization still counts there.",
						formatScopes(impact.inheritedOnly, MAX_NAMED_SCOPES),
					),
				]
			: []),
		...(isAny(impact.unknown)
			? [
					l10n.t(
						"It is not known whether anything else is active in {0}. If not, no client certificate is demanded there from then on.",
						formatScopes(impact.unknown, MAX_NAMED_SCOPES),
					),
				]
			: []),
	];
}

/** Says that certificates already have the requested state. */
export function describeAlreadyApplied(
	certificates: readonly Certificate[],
	scopes: ScopeSummary,
	active: boolean,
): string {
	const [subjects, where] = [formatCertificates(certificates), formatScopes(scopes)];
	if (where === "") return l10n.t("{0}: active nowhere.", subjects);
	return active
		? l10n.t("{0}: active in {1} already.", subjects, where)
		: l10n.t("{0}: not active in {1}.", subjects, where);
}

function describeUnread(unread: UnreadScopes): string {
	return l10n.t(
		"Nothing is changed in {0}, which could not be read. {1}",
		formatScopes(unread.scopes, MAX_NAMED_SCOPES),
		describeProblem(unread.problem),
	);
}

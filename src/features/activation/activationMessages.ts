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
import type { ModalText } from "../../common/messages/interfaceMessages.ts";
import { describeCause } from "../../common/messages/problems/problems.ts";
import { formatScopes, hasScopes, type ScopeSummary } from "../../common/messages/scopes.ts";
import { isOne } from "../../common/text/counts.ts";
import type { Certificate } from "../../domain/certificate.ts";
import { GLOBAL_MTLS_URL, type MtlsEndpoint } from "../../domain/openaiHosts.ts";
import type { Problem } from "../../domain/problem.ts";
import type { ClientImpact } from "../clientImpact/clientImpact.ts";
import { describeClientImpact } from "../clientImpact/clientImpactMessages.ts";

/** Limit of named scopes in a dialog, which has more room than a notification. */
const MAX_NAMED_SCOPES = 10;

/** Buttons and titles of the prompts before an activation or deactivation. */
export const activationLabels = {
	get activate() {
		return l10n.t("Activate");
	},
	/** Another prompt follows. */
	get activateInOrganization() {
		return l10n.t("Activate…");
	},
	get deactivate() {
		return l10n.t("Deactivate");
	},
	/** Another prompt follows. */
	get deactivateExpired() {
		return l10n.t("Deactivate…");
	},
	get dontActivate() {
		return l10n.t("Don't Activate");
	},
	get dontDeactivate() {
		return l10n.t("Don't Deactivate");
	},
	get saveAllPems() {
		return l10n.t("Save All as PEM…");
	},
	get typedConfirmationTitle() {
		return l10n.t("Activate in the organization");
	},
};

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
	/** Where clients must send their requests. */
	readonly endpoint: MtlsEndpoint;
	/** Whether to say that filters are not copied. */
	readonly showPolicyNote: boolean;
}

export interface UnreadScopes {
	readonly scopes: ScopeSummary;
	/** The problem of the first unread scope. */
	readonly problem: Problem;
}

/** Describes an activation before the user confirms it: certificates, scopes and consequences. */
export function describeActivationQuestion(question: ActivationQuestion, time: Time): ModalText {
	const { subjects, scopes, unread, access, changed } = question;
	const certificates = subjects.map(({ certificate }) => certificate);
	return {
		message: l10n.t("Activate {0} in {1}?", formatCertificates(certificates), formatScopes(scopes, MAX_NAMED_SCOPES)),
		detail: joinParagraphs(
			changed && describeChangedMeanwhile(),
			formatCertificateLines(subjects, time),
			describeRequirement(scopes, question.unenforced),
			describeEndpoint(question.endpoint),
			access !== null && describeOwnRequirement(access),
			question.showPolicyNote && describeFilterNote(subjects.length),
			unread && describeUnread(unread),
		),
	};
}

/** Describes which requests will be rejected after an activation. */
export function describeRequirement(scopes: ScopeSummary, unenforced: ScopeSummary): string {
	const where = scopes.organization
		? l10n.t("the organization and all of its projects")
		: formatScopes(scopes, MAX_NAMED_SCOPES);
	const requirement = l10n.t(
		"OpenAI will reject every request in {0} that doesn't present a client certificate chaining to a certificate that's active in the project or the organization.",
		where,
	);
	return hasScopes(unenforced)
		? requirement
		: `${requirement} ${l10n.t("Other certificates are already active there, so OpenAI already requires this.")}`;
}

/** Describes where clients must send their requests after an activation. */
export function describeEndpoint(endpoint: MtlsEndpoint): string {
	if (endpoint.kind === "undocumented")
		return l10n.t(
			"No mTLS host is known for {0}. OpenAI might reject all requests in its region, even with a client certificate.",
			endpoint.host,
		);
	const url = endpoint.kind === "known" ? endpoint.url.origin + endpoint.url.path : GLOBAL_MTLS_URL;
	return url === GLOBAL_MTLS_URL
		? l10n.t("Clients must use {0} or its regional host.", url)
		: l10n.t("Clients must use {0}.", url);
}

/**
 * Describes what an activation in the organization means for this extension.
 * @param access The effect on this extension's own calls, described.
 */
export function describeOwnRequirement(access: string): string {
	return l10n.t(
		"The Admin API, which this extension uses, will require a client certificate, too. {0} If you're locked out, use the OpenAI dashboard, which doesn't require one. Before you continue, make sure that someone can sign in there and deactivate certificates.",
		access,
	);
}

/** Explains that CEL filters are not copied. @param count The number of certificates to activate. */
export function describeFilterNote(count: number): string {
	return isOne(count)
		? l10n.t(
				"CEL filters of other certificates don't apply to this one. Set its filter in the OpenAI dashboard before you continue; until then, every client certificate that chains to it is accepted.",
			)
		: l10n.t(
				"CEL filters of other certificates don't apply to these. Set their filters in the OpenAI dashboard before you continue; until then, every client certificate that chains to one of them is accepted.",
			);
}

/** Returns the text to type: the shown name, or the id if nobody could type the name; for several, `activate` and their number. */
export function confirmationText(subjects: readonly CertificateWithContent[]): string {
	const [only] = subjects;
	if (!only || subjects.length > 1) return l10n.t("activate {0}", subjects.length);
	const { id, name } = only.certificate;
	const text = name?.trim() ?? "";
	return text === "" || text !== formatCertificateName(only.certificate) || /\s{2}|[^\S ]/.test(text) ? id : text;
}

/** Asks for the text to type. @param expected As returned by `confirmationText`. */
export function describeTypedConfirmation(expected: string): string {
	return l10n.t("To activate, type: {0}", expected);
}

/** Rejects a typed text. @param expected As returned by `confirmationText`. */
export function describeConfirmationMismatch(expected: string): string {
	return l10n.t("Doesn't match. Type: {0}", expected);
}

/** `DeactivationImpact` with the names of the projects. */
export interface ImpactSummary {
	readonly unenforced: ScopeSummary;
	readonly inheritedOnly: ScopeSummary;
	readonly unknown: ScopeSummary;
}

/** The prompt before certificates are deactivated. */
export interface DeactivationQuestion extends ConfirmationQuestion, ImpactSummary {
	/** The effect on the known clients; `null` if none is known. */
	readonly clients: ClientImpact | null;
}

/** Describes a deactivation before the user confirms it: certificates, scopes and consequences. */
export function describeDeactivationQuestion(question: DeactivationQuestion, time: Time): ModalText {
	const { subjects, scopes, unread, access, changed, clients } = question;
	const certificates = subjects.map(({ certificate }) => certificate);
	return {
		message: l10n.t("Deactivate {0} in {1}?", formatCertificates(certificates), formatScopes(scopes, MAX_NAMED_SCOPES)),
		detail: joinParagraphs(
			changed && describeChangedMeanwhile(),
			formatCertificateLines(subjects, time),
			...describeImpact(question),
			...describeRejectedClients(scopes, question),
			clients && describeClientImpact(clients, time),
			describeWorkloads(),
			access,
			unread && describeUnread(unread),
		),
	};
}

/** Describes where a client certificate will no longer be required, in paragraphs. */
export function describeImpact({ unenforced, inheritedOnly, unknown }: ImpactSummary): string[] {
	const paragraphs: string[] = [];
	if (hasScopes(unenforced))
		paragraphs.push(
			l10n.t(
				"No other certificate is active in {0}. Requests there will no longer need a client certificate; an API key will be enough.",
				formatScopes(unenforced, MAX_NAMED_SCOPES),
			),
		);
	if (unenforced.organization)
		paragraphs.push(l10n.t("Projects with their own active certificates will still require one."));
	if (hasScopes(inheritedOnly))
		paragraphs.push(
			l10n.t(
				"In {0}, only certificates inherited from the organization will still be active.",
				formatScopes(inheritedOnly, MAX_NAMED_SCOPES),
			),
		);
	if (hasScopes(unknown))
		paragraphs.push(
			l10n.t(
				"Couldn't check whether other certificates are active in {0}. If none are, requests there will no longer need a client certificate.",
				formatScopes(unknown, MAX_NAMED_SCOPES),
			),
		);
	return paragraphs;
}

/**
 * Describes which clients a deactivation locks out, in paragraphs.
 * @param scopes The scopes to deactivate in.
 */
export function describeRejectedClients(
	scopes: ScopeSummary,
	{ unenforced, unknown }: Pick<ImpactSummary, "unenforced" | "unknown">,
): string[] {
	const certain = withoutScopes(withoutScopes(scopes, unenforced), unknown);
	const paragraphs: string[] = [];
	if (hasScopes(certain))
		paragraphs.push(
			l10n.t(
				"In {0}, clients whose certificates don't chain to a certificate that stays active will be rejected.",
				formatScopes(certain, MAX_NAMED_SCOPES),
			),
		);
	if (hasScopes(unknown))
		paragraphs.push(
			l10n.t(
				"In {0}, clients whose certificates don't chain to a certificate that stays active might be rejected.",
				formatScopes(unknown, MAX_NAMED_SCOPES),
			),
		);
	return paragraphs;
}

/** Says that other clients depend on trust anchors too (API guide, "Mutual TLS"). */
export function describeWorkloads(): string {
	return l10n.t(
		"Workloads that use X.509 workload identity federation might be rejected, too; the Admin API can't show which.",
	);
}

/** Describes that certificates already have the requested state. */
export function describeAlreadyApplied(
	certificates: readonly Certificate[],
	scopes: ScopeSummary,
	active: boolean,
): string {
	const subjects = formatCertificates(certificates);
	if (!hasScopes(scopes)) return l10n.t("{0}: not active anywhere.", subjects);
	return active
		? l10n.t("{0}: already active in {1}.", subjects, formatScopes(scopes))
		: l10n.t("{0}: not active in {1}.", subjects, formatScopes(scopes));
}

/** Describes, in a question, which scopes an activation or deactivation leaves unchanged. */
export function describeUnread(unread: UnreadScopes): string {
	return l10n.t(
		"Couldn't read {0}, so nothing changes there. {1}",
		formatScopes(unread.scopes, MAX_NAMED_SCOPES),
		describeCause(unread.problem),
	);
}

/** Returns the title of the progress of an activation or deactivation. */
export function activationProgressTitle(certificates: readonly Certificate[], active: boolean): string {
	const subjects = formatCertificates(certificates);
	return active ? l10n.t("Activating {0}…", subjects) : l10n.t("Deactivating {0}…", subjects);
}

function withoutScopes(all: ScopeSummary, removed: ScopeSummary): ScopeSummary {
	return {
		organization: all.organization && !removed.organization,
		projects: all.projects.filter((project) => !removed.projects.some(({ id }) => id === project.id)),
	};
}

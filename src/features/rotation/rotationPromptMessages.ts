import * as l10n from "@vscode/l10n";
import {
	describeChangedMeanwhile,
	formatCertificateName,
	joinParagraphs,
} from "../../common/messages/certificateMessages.ts";
import { formatExpiry, formatUtcDay } from "../../common/messages/dates.ts";
import { formatKeyDetails, formatShortFingerprint } from "../../common/messages/parsedCertificateMessages.ts";
import { formatScopeLines, formatScopes, type ScopeSummary } from "../../common/messages/scopes.ts";
import { sanitize } from "../../common/text/sanitize.ts";
import type { Certificate } from "../../domain/certificate.ts";
import type { ParsedCertificate } from "../../domain/certificateFile.ts";
import { CERTIFICATE_LIMIT } from "../../domain/limits.ts";
import { type RotatedCertificate, type TrustAnchor, validityOf } from "./rotationPlan.ts";
import { rotatedName } from "./rotationStatusMessages.ts";

/** Maximum number of scopes or certificates with a line in a question. */
const MAX_LINES = 8;

/** The texts of a modal. */
interface Question {
	readonly message: string;
	readonly detail: string;
}

/** Compares two certificates, a line for each fact: the old certificate's value, then the new certificate's. */
export function comparisonLines(old: TrustAnchor, next: TrustAnchor): readonly string[] {
	const line = (label: string, one: string, other: string) =>
		one === other ? l10n.t("{0}: {1} (both)", label, one) : l10n.t("{0}: {1} → {2}", label, one, other);
	const dates = (anchor: TrustAnchor) => {
		const day = (at: number | null) => (at === null ? l10n.t("not known") : formatUtcDay(at));
		const { from, until } = validityOf(anchor);
		return l10n.t("{0} to {1} (UTC)", day(from), day(until));
	};
	const valid = line(l10n.t("Valid"), dates(old), dates(next));
	const unread = [old, next].filter(({ content }) => !content);
	const [one, other] = [old.content, next.content];
	if (!one || !other)
		return [
			valid,
			...unread.map(({ certificate }) =>
				l10n.t("The content of “{0}” could not be read.", formatCertificateName(certificate)),
			),
		];
	const text = (of: (content: ParsedCertificate) => string): [string, string] => [of(one), of(other)];
	const subjects = text(({ subject }) => sanitize(subject) || l10n.t("(empty)"));
	const issuers = text(({ issuer }) => sanitize(issuer) || l10n.t("(empty)"));
	const [key, otherKey] = text(formatKeyDetails);
	return [
		line(l10n.t("Subject"), ...subjects),
		line(l10n.t("Issuer"), ...issuers),
		one.publicKeySha256 === other.publicKeySha256
			? l10n.t("Key: {0} (the same)", key)
			: l10n.t("Key: {0} → {1} (another one)", key, otherKey),
		valid,
		line(l10n.t("SHA-256"), ...text(({ sha256 }) => formatShortFingerprint(sha256))),
	];
}

/** The input of `describeStart`. */
export interface StartQuestion {
	readonly old: TrustAnchor;
	readonly next: TrustAnchor;
	/** Where `next` will be activated. */
	readonly missing: ScopeSummary;
	/** Where `next` is active already, beside `old`. */
	readonly present: ScopeSummary;
	/** True if this machine has already stored the plan. */
	readonly planned: boolean;
	/** True if the question is repeated after a change. */
	readonly changed: boolean;
}

/** Returns the question before a rotation starts: both certificates, the changes now, and the later steps. */
export function describeStart({ old, next, missing, present, planned, changed }: StartQuestion): Question {
	const [from, to] = [formatCertificateName(old.certificate), formatCertificateName(next.certificate)];
	const already = l10n.t("“{0}” is active already in {1}.", to, formatScopes(present, MAX_LINES));
	const unknown = l10n.t("Whether it was before the rotation is not known here: Undo will leave it active there.");
	return {
		message: planned ? l10n.t("Go on rotating “{0}” to “{1}”?", from, to) : l10n.t("Rotate “{0}” to “{1}”?", from, to),
		detail: joinParagraphs(
			changed && describeChangedMeanwhile(),
			comparisonLines(old, next).join("\n"),
			hasScopes(missing) &&
				[l10n.t("Now, “{0}” is activated in:", to), formatScopeLines(missing, MAX_LINES)].join("\n"),
			hasScopes(present) && (planned ? already : `${already} ${unknown}`),
			l10n.t(
				"“{0}” stays active beside it. Later, once the clients have moved, Finish deactivates it in these scopes and deletes it if you wish. Until then there is Undo.",
				from,
			),
			l10n.t(
				"A filter (CEL policy) that the dashboard holds on “{0}” does not come along: set it on “{1}” there.",
				from,
				to,
			),
		),
	};
}

/** States that nothing is left to activate. */
export function describeCompletedStart(old: Certificate, next: Certificate): string {
	return l10n.t(
		"“{0}” is active wherever “{1}” is. Move the clients, then Finish.",
		formatCertificateName(next),
		formatCertificateName(old),
	);
}

/** Returns the question before a corrupt plan is discarded, with the consequences. */
export function describeCorruptPlan(old: Certificate): Question {
	return {
		message: l10n.t(
			"What was written down of a rotation of “{0}” cannot be read. Forget it?",
			formatCertificateName(old),
		),
		detail: l10n.t(
			"Nothing is changed at OpenAI by that. What that rotation has activated stays active, and Undo will leave it there.",
		),
	};
}

/** The input of `describeFinish`. */
export interface FinishQuestion {
	readonly old: Certificate;
	readonly next: RotatedCertificate;
	/** Where `old` will be deactivated. */
	readonly scopes: ScopeSummary;
	/** The `scopes` where `next` is not active yet. */
	readonly missing: ScopeSummary;
	/** The effect on this extension's own calls; `null` if the organization is not among the `scopes`. */
	readonly access: string | null;
	readonly changed: boolean;
}

/** Returns the question before a rotation is finished. */
export function describeFinish({ old, next, scopes, missing, access, changed }: FinishQuestion): Question {
	const [from, to] = [formatCertificateName(old), rotatedName(next)];
	const isActive = hasScopes(scopes);
	return {
		message: isActive
			? l10n.t("Have all clients moved from “{0}” to “{1}”?", from, to)
			: l10n.t("“{0}” is active nowhere any more. End its rotation to “{1}”?", from, to),
		detail: joinParagraphs(
			changed && describeChangedMeanwhile(),
			isActive &&
				l10n.t(
					"Nothing here can show whether they have. Without “{0}”, clients are refused whose certificates chain to it alone, and identities that log in by it no longer can.",
					from,
				),
			isActive && [l10n.t("“{0}” is deactivated in:", from), formatScopeLines(scopes, MAX_LINES)].join("\n"),
			hasScopes(missing) &&
				l10n.t("“{0}” is not active yet in {1}: it is activated there first.", to, formatScopes(missing, MAX_LINES)),
			access,
			l10n.t(
				"“Finish and Delete” deletes “{0}” afterwards, too: OpenAI has no copy of it then. There is no Undo after Finish.",
				from,
			),
		),
	};
}

/** Explains that this extension's own calls depend on `from`. @param access The effect on these calls. */
export function describeLockOut(from: RotatedCertificate, to: RotatedCertificate, access: string): Question {
	return {
		message: l10n.t("“{0}” cannot go yet: this extension would lock itself out.", rotatedName(from)),
		detail: joinParagraphs(
			access,
			l10n.t(
				"Set up a client certificate that chains to “{0}”, or to another one that stays active in the organization. Nothing was changed.",
				rotatedName(to),
			),
		),
	};
}

/** Explains that a rotation could be neither finished nor undone. @param access As in `describeLockOut`. */
export function describeDeadEnd(old: RotatedCertificate, next: RotatedCertificate, access: string): Question {
	return {
		message: l10n.t("Can't rotate “{0}”: this extension could neither finish nor undo it.", rotatedName(old)),
		detail: joinParagraphs(
			access,
			l10n.t(
				"Set a client certificate that chains to “{0}” or “{1}”, or to another one that stays active in the organization. Nothing was changed.",
				rotatedName(old),
				rotatedName(next),
			),
		),
	};
}

/** The input of `describeUndo`. */
export interface UndoQuestion {
	readonly old: Certificate;
	readonly next: RotatedCertificate;
	/** Where `next` will be deactivated. */
	readonly scopes: ScopeSummary;
	/** Where `next` was active before, and stays. */
	readonly kept: ScopeSummary;
	/** Where `old` will be activated again. */
	readonly reactivated: ScopeSummary;
	readonly access: string | null;
	readonly changed: boolean;
}

/** Returns the question before a rotation is undone. */
export function describeUndo({ old, next, scopes, kept, reactivated, access, changed }: UndoQuestion): Question {
	const [from, to] = [formatCertificateName(old), rotatedName(next)];
	return {
		message: l10n.t("Undo the rotation of “{0}” to “{1}”?", from, to),
		detail: joinParagraphs(
			changed && describeChangedMeanwhile(),
			hasScopes(reactivated) && l10n.t("“{0}” is activated again in {1}.", from, formatScopes(reactivated, MAX_LINES)),
			hasScopes(scopes) && [l10n.t("“{0}” is deactivated in:", to), formatScopeLines(scopes, MAX_LINES)].join("\n"),
			hasScopes(scopes) && l10n.t("Clients that have moved are refused there from then on."),
			hasScopes(kept) &&
				l10n.t("It stays active in {0}, where it was before the rotation.", formatScopes(kept, MAX_LINES)),
			!hasScopes(scopes) &&
				!hasScopes(reactivated) &&
				l10n.t("Nothing is left to be deactivated: only the plan is removed."),
			access,
			l10n.t("“{0}” is not deleted.", to),
		),
	};
}

/**
 * Explains that the organization is full, and which certificate to delete first.
 * @param inactive The certificates active nowhere, in order of deletion.
 * @param now Unix seconds.
 */
export function describeNoRoom(inactive: readonly Certificate[], now: number): Question {
	const lines = inactive.slice(0, MAX_LINES).map((certificate) => {
		const { id, expiresAt } = certificate;
		return `• ${l10n.t("“{0}”: {1}, {2}", formatCertificateName(certificate), id, formatExpiry(expiresAt, now))}`;
	});
	const more = inactive.length - MAX_LINES;
	if (more > 0) lines.push(l10n.t("… and {0} more", more));
	return {
		message: l10n.t("There is no room for the new certificate."),
		detail: joinParagraphs(
			l10n.t("OpenAI keeps {0} at most. Delete one first, then rotate.", CERTIFICATE_LIMIT),
			inactive.length > 0
				? `${l10n.t("Active nowhere:")}\n${lines.join("\n")}`
				: l10n.t("None is known to be active nowhere: deactivate one first that nobody needs."),
		),
	};
}

function hasScopes({ organization, projects }: ScopeSummary): boolean {
	return organization || projects.length > 0;
}

import * as l10n from "@vscode/l10n";
import { changedWords, nameWords, paragraphs } from "../../common/messages/certificateMessages.ts";
import { dayWords, expiryWords } from "../../common/messages/dates.ts";
import { fingerprintStart, keyWords } from "../../common/messages/parsedCertificateMessages.ts";
import { sanitize } from "../../common/messages/sanitize.ts";
import { formatScopeLines, formatScopes, type ScopeSummary } from "../../common/messages/scopes.ts";
import { CERTIFICATE_LIMIT, type Certificate } from "../../domain/certificate.ts";
import type { ParsedCertificate } from "../../domain/certificateFile.ts";
import { type RotatedCertificate, type TrustAnchor, validityOf } from "./rotationPlan.ts";
import { rotatedName } from "./rotationStatusMessages.ts";

/** So many scopes or certificates have a line in a question. */
const MOST_LINES = 8;

/** A question: what a modal says. */
interface Question {
	readonly message: string;
	readonly detail: string;
}

/** What two certificates are and where they differ, a line for each fact: the old one's, then the new one's. */
export function comparisonLines(old: TrustAnchor, next: TrustAnchor): readonly string[] {
	const line = (label: string, one: string, other: string) =>
		one === other ? l10n.t("{0}: {1} (both)", label, one) : l10n.t("{0}: {1} → {2}", label, one, other);
	const dates = (anchor: TrustAnchor) => {
		const day = (at: number | null) => (at === null ? l10n.t("not known") : dayWords(at));
		const { from, until } = validityOf(anchor);
		return l10n.t("{0} to {1} (UTC)", day(from), day(until));
	};
	const valid = line(l10n.t("Valid"), dates(old), dates(next));
	const unread = [old, next].filter(({ content }) => !content);
	const [one, other] = [old.content, next.content];
	if (!one || !other)
		return [
			valid,
			...unread.map(({ certificate }) => l10n.t("The content of “{0}” could not be read.", nameWords(certificate))),
		];
	const text = (of: (content: ParsedCertificate) => string): [string, string] => [of(one), of(other)];
	const subjects = text(({ subject }) => sanitize(subject) || l10n.t("(empty)"));
	const issuers = text(({ issuer }) => sanitize(issuer) || l10n.t("(empty)"));
	const [key, otherKey] = text(keyWords);
	return [
		line(l10n.t("Subject"), ...subjects),
		line(l10n.t("Issuer"), ...issuers),
		one.publicKeySha256 === other.publicKeySha256
			? l10n.t("Key: {0} (the same)", key)
			: l10n.t("Key: {0} → {1} (another one)", key, otherKey),
		valid,
		line(l10n.t("SHA-256"), ...text(({ sha256 }) => fingerprintStart(sha256))),
	];
}

/** What is asked before a certificate takes over. */
export interface StartQuestion {
	readonly old: TrustAnchor;
	readonly next: TrustAnchor;
	/** Where the new one is to be activated. */
	readonly missing: ScopeSummary;
	/** Where it is active already, as the old one is. */
	readonly present: ScopeSummary;
	/** Whether this machine wrote the plan down before. */
	readonly planned: boolean;
	/** Whether it is asked again because something changed. */
	readonly changed: boolean;
}

/** The question before a certificate takes over: both, what is done now, and what is left to do later. */
export function startWords({ old, next, missing, present, planned, changed }: StartQuestion): Question {
	const [from, to] = [nameWords(old.certificate), nameWords(next.certificate)];
	const already = l10n.t("“{0}” is active already in {1}.", to, formatScopes(present, MOST_LINES));
	const unknown = l10n.t("Whether it was before the rotation is not known here: Undo will leave it active there.");
	return {
		message: planned ? l10n.t("Go on rotating “{0}” to “{1}”?", from, to) : l10n.t("Rotate “{0}” to “{1}”?", from, to),
		detail: paragraphs(
			changed && changedWords(),
			comparisonLines(old, next).join("\n"),
			isSome(missing) && [l10n.t("Now, “{0}” is activated in:", to), formatScopeLines(missing, MOST_LINES)].join("\n"),
			isSome(present) && (planned ? already : `${already} ${unknown}`),
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

/** That nothing is left to be activated. */
export function settledRotationWords(old: Certificate, next: Certificate): string {
	return l10n.t("“{0}” is active wherever “{1}” is. Move the clients, then Finish.", nameWords(next), nameWords(old));
}

/** That what was written down of a rotation cannot be read, and what it means to go on without it. */
export function spoiltPlanWords(old: Certificate): Question {
	return {
		message: l10n.t("What was written down of a rotation of “{0}” cannot be read. Forget it?", nameWords(old)),
		detail: l10n.t(
			"Nothing is changed at OpenAI by that. What that rotation has activated stays active, and Undo will leave it there.",
		),
	};
}

/** What is asked before the old one goes. */
export interface FinishQuestion {
	readonly old: Certificate;
	readonly next: RotatedCertificate;
	/** Where the old one is to be deactivated. */
	readonly places: ScopeSummary;
	/** Those of them where the new one is not active yet. */
	readonly missing: ScopeSummary;
	/** What will become of this extension's own calls; `null` where the organization is not among them. */
	readonly access: string | null;
	readonly changed: boolean;
}

/** The question before the old one goes. */
export function finishWords({ old, next, places, missing, access, changed }: FinishQuestion): Question {
	const [from, to] = [nameWords(old), rotatedName(next)];
	const isActive = isSome(places);
	return {
		message: isActive
			? l10n.t("Have all clients moved from “{0}” to “{1}”?", from, to)
			: l10n.t("“{0}” is active nowhere any more. End its rotation to “{1}”?", from, to),
		detail: paragraphs(
			changed && changedWords(),
			isActive &&
				l10n.t(
					"Nothing here can show whether they have. Without “{0}”, clients are refused whose certificates chain to it alone, and identities that log in by it no longer can.",
					from,
				),
			isActive && [l10n.t("“{0}” is deactivated in:", from), formatScopeLines(places, MOST_LINES)].join("\n"),
			isSome(missing) &&
				l10n.t("“{0}” is not active yet in {1}: it is activated there first.", to, formatScopes(missing, MOST_LINES)),
			access,
			l10n.t(
				"“Finish and Delete” deletes “{0}” afterwards, too: OpenAI has no copy of it then. There is no Undo after Finish.",
				from,
			),
		),
	};
}

/** That a certificate must not go while this extension's own calls depend on it. @param access What would become of them. */
export function lockOutWords(from: RotatedCertificate, to: RotatedCertificate, access: string): Question {
	return {
		message: l10n.t("“{0}” cannot go yet: this extension would lock itself out.", rotatedName(from)),
		detail: paragraphs(
			access,
			l10n.t(
				"Set up a client certificate that chains to “{0}”, or to another one that stays active in the organization. Nothing was changed.",
				rotatedName(to),
			),
		),
	};
}

/** The same for a rotation that could then be neither finished nor undone. @param access As in `lockOutWords`. */
export function deadEndWords(old: RotatedCertificate, next: RotatedCertificate, access: string): Question {
	return {
		message: l10n.t("Can't rotate “{0}”: this extension could neither finish nor undo it.", rotatedName(old)),
		detail: paragraphs(
			access,
			l10n.t(
				"Set a client certificate that chains to “{0}” or “{1}”, or to another one that stays active in the organization. Nothing was changed.",
				rotatedName(old),
				rotatedName(next),
			),
		),
	};
}

/** What is asked before a rotation is undone. */
export interface UndoQuestion {
	readonly old: Certificate;
	readonly next: RotatedCertificate;
	/** Where the new one is to be deactivated. */
	readonly places: ScopeSummary;
	/** Where it was active before, and stays. */
	readonly kept: ScopeSummary;
	/** Where the old one is activated again. */
	readonly back: ScopeSummary;
	readonly access: string | null;
	readonly changed: boolean;
}

/** The question before a rotation is undone. */
export function undoWords({ old, next, places, kept, back, access, changed }: UndoQuestion): Question {
	const [from, to] = [nameWords(old), rotatedName(next)];
	return {
		message: l10n.t("Undo the rotation of “{0}” to “{1}”?", from, to),
		detail: paragraphs(
			changed && changedWords(),
			isSome(back) && l10n.t("“{0}” is activated again in {1}.", from, formatScopes(back, MOST_LINES)),
			isSome(places) && [l10n.t("“{0}” is deactivated in:", to), formatScopeLines(places, MOST_LINES)].join("\n"),
			isSome(places) && l10n.t("Clients that have moved are refused there from then on."),
			isSome(kept) &&
				l10n.t("It stays active in {0}, where it was before the rotation.", formatScopes(kept, MOST_LINES)),
			!isSome(places) && !isSome(back) && l10n.t("Nothing is left to be deactivated: only the plan is removed."),
			access,
			l10n.t("“{0}” is not deleted.", to),
		),
	};
}

/**
 * That there is no room for one more certificate, and which to delete first.
 * @param idle Those that are active nowhere, the first to go first.
 * @param now Unix seconds.
 */
export function noRoomWords(idle: readonly Certificate[], now: number): Question {
	const lines = idle.slice(0, MOST_LINES).map((certificate) => {
		const { id, expiresAt } = certificate;
		return `• ${l10n.t("“{0}”: {1}, {2}", nameWords(certificate), id, expiryWords(expiresAt, now))}`;
	});
	const more = idle.length - MOST_LINES;
	if (more > 0) lines.push(l10n.t("… and {0} more", more));
	return {
		message: l10n.t("There is no room for the new certificate."),
		detail: paragraphs(
			l10n.t("OpenAI keeps {0} at most. Delete one first, then rotate.", CERTIFICATE_LIMIT),
			idle.length > 0
				? `${l10n.t("Active nowhere:")}\n${lines.join("\n")}`
				: l10n.t("None is known to be active nowhere: deactivate one first that nobody needs."),
		),
	};
}

function isSome({ organization, projects }: ScopeSummary): boolean {
	return organization || projects.length > 0;
}

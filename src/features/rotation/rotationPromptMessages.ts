import * as l10n from "@vscode/l10n";
import {
	describeChangedMeanwhile,
	formatCertificateName,
	joinParagraphs,
	type Time,
} from "../../common/messages/certificateMessages.ts";
import { formatExpiry } from "../../common/messages/dates.ts";
import type { ModalText } from "../../common/messages/interfaceMessages.ts";
import { formatScopeLines, formatScopes, hasScopes, type ScopeSummary } from "../../common/messages/scopes.ts";
import type { Certificate } from "../../domain/certificate.ts";
import { hasSameSubjectAndKey } from "../../domain/certificateContent.ts";
import { CERTIFICATE_LIMIT } from "../../domain/limits.ts";
import type { ClientImpact } from "../clientImpact/clientImpact.ts";
import { describeClientImpact } from "../clientImpact/clientImpactMessages.ts";
import { comparisonLines } from "./comparisonMessages.ts";
import { type RotatedCertificate, type TrustAnchor, validityOf } from "./rotationPlan.ts";
import { describeDiscardedPlan, rotatedName } from "./rotationStatusMessages.ts";

/** Maximum number of scopes or certificates with a line in a question. */
const MAX_LINES = 8;

/** The buttons of the questions below. */
export const rotationPromptLabels = {
	get rotate() {
		return l10n.t("Rotate");
	},
	get dontRotate() {
		return l10n.t("Don't Rotate");
	},
	get continueRotating() {
		return l10n.t("Continue");
	},
	get dontContinue() {
		return l10n.t("Don't Continue");
	},
	get discardAndRotate() {
		return l10n.t("Discard and Rotate");
	},
	get finish() {
		return l10n.t("Finish");
	},
	get finishAndDelete() {
		return l10n.t("Finish and Delete");
	},
	get dontFinish() {
		return l10n.t("Don't Finish");
	},
	get undo() {
		return l10n.t("Undo");
	},
	get dontUndo() {
		return l10n.t("Don't Undo");
	},
};

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

/**
 * Returns the question before a rotation starts: both certificates, the changes now, and the later steps.
 * @param now Unix seconds.
 */
export function describeStart(question: StartQuestion, now: number): ModalText {
	const { old, next, missing, present, planned, changed } = question;
	const [from, to] = [formatCertificateName(old.certificate), formatCertificateName(next.certificate)];
	const already = l10n.t("“{0}” is already active in {1}.", to, formatScopes(present, MAX_LINES));
	const unknown = l10n.t(
		"It's unknown whether it was active there before the rotation, so Undo Rotation will leave it active.",
	);
	return {
		message: planned
			? l10n.t("Continue rotating “{0}” to “{1}”?", from, to)
			: l10n.t("Rotate “{0}” to “{1}”?", from, to),
		detail: joinParagraphs(
			changed && describeChangedMeanwhile(),
			comparisonLines(old, next).join("\n"),
			hasScopes(missing) &&
				[l10n.t("“{0}” will be activated in:", to), formatScopeLines(missing, MAX_LINES)].join("\n"),
			hasScopes(present) && (planned ? already : `${already} ${unknown}`),
			l10n.t(
				"“{0}” stays active too. When your clients have switched, run Finish Rotation to deactivate it and, if you want, delete it. Until then, you can undo.",
				from,
			),
			isExpiredBesideRenewal(old, next, now) &&
				l10n.t(
					"“{0}” has expired. Until you finish, OpenAI might use it instead of its renewal “{1}”, which has the same subject and key.",
					from,
					to,
				),
			l10n.t(
				"A CEL filter on “{0}” isn't copied. Set it on “{1}” in the OpenAI dashboard before you continue; until then, every client certificate that chains to “{1}” is accepted.",
				from,
				to,
			),
		),
	};
}

/** True if OpenAI doesn't document which of the two certificates it selects (API guide, "Mutual TLS"). */
function isExpiredBesideRenewal(old: TrustAnchor, next: TrustAnchor, now: number): boolean {
	return (validityOf(old).until ?? Infinity) <= now && hasSameSubjectAndKey(old.content, next.content);
}

/** States that nothing is left to activate. */
export function describeCompletedStart(old: Certificate, next: Certificate): string {
	return l10n.t(
		"“{0}” is active wherever “{1}” is. Switch your clients, then run Finish Rotation.",
		formatCertificateName(next),
		formatCertificateName(old),
	);
}

/** Returns the question before a corrupt plan is discarded, with the consequences. */
export function describeCorruptPlan(old: Certificate): ModalText {
	return {
		message: l10n.t("The saved rotation plan for “{0}” can't be read. Discard it?", formatCertificateName(old)),
		detail: describeDiscardedPlan(),
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
	/** The effect on the known clients; `null` if none is known, or `old` is active nowhere. */
	readonly clients: ClientImpact | null;
	readonly changed: boolean;
}

/** Returns the question before a rotation is finished. It leads with the known clients. */
export function describeFinish(question: FinishQuestion, time: Time): ModalText {
	const { old, next, scopes, missing, access, clients, changed } = question;
	const [from, to] = [formatCertificateName(old), rotatedName(next)];
	const isActive = hasScopes(scopes);
	return {
		message: l10n.t("Finish rotating “{0}” to “{1}”?", from, to),
		detail: joinParagraphs(
			changed && describeChangedMeanwhile(),
			clients && describeClientImpact(clients, time),
			isActive
				? l10n.t(
						"This extension can't see whether all clients have switched. Without “{0}”, clients whose certificates chain only to it are rejected, including workloads that use X.509 workload identity federation, which the Admin API can't show.",
						from,
					)
				: l10n.t("“{0}” isn't active anywhere anymore, so nothing has to be deactivated.", from),
			isActive && [l10n.t("“{0}” will be deactivated in:", from), formatScopeLines(scopes, MAX_LINES)].join("\n"),
			hasScopes(missing) &&
				l10n.t("“{0}” isn't active yet in {1}. It's activated there first.", to, formatScopes(missing, MAX_LINES)),
			access,
			l10n.t("Finish and Delete also deletes “{0}”; OpenAI keeps no copy. You can't undo after finishing.", from),
		),
	};
}

/** Explains that this extension's own calls depend on `from`. @param access The effect on these calls. */
export function describeLockOut(from: RotatedCertificate, to: RotatedCertificate, access: string): ModalText {
	return {
		// The check is offline, and not every certificate may have been read.
		message: l10n.t("Can't deactivate “{0}”: this extension might lock itself out.", rotatedName(from)),
		detail: joinParagraphs(
			access,
			l10n.t(
				"Set a client certificate that chains to “{0}”, or to another certificate that stays active in the organization. Nothing was changed.",
				rotatedName(to),
			),
		),
	};
}

/** Explains that a rotation could be neither finished nor undone. @param access As in `describeLockOut`. */
export function describeDeadEnd(old: RotatedCertificate, next: RotatedCertificate, access: string): ModalText {
	return {
		message: l10n.t(
			"Can't rotate “{0}”: this extension might not be able to finish or undo the rotation.",
			rotatedName(old),
		),
		detail: joinParagraphs(
			access,
			// Not “changed”: the new certificate may have been uploaded.
			l10n.t(
				"Set a client certificate that chains to “{0}” or “{1}”, or to another certificate that stays active in the organization. Nothing was activated.",
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
export function describeUndo({ old, next, scopes, kept, reactivated, access, changed }: UndoQuestion): ModalText {
	const [from, to] = [formatCertificateName(old), rotatedName(next)];
	return {
		message: l10n.t("Undo the rotation of “{0}” to “{1}”?", from, to),
		detail: joinParagraphs(
			changed && describeChangedMeanwhile(),
			hasScopes(reactivated) && l10n.t("“{0}” will be reactivated in {1}.", from, formatScopes(reactivated, MAX_LINES)),
			hasScopes(scopes) &&
				[l10n.t("“{0}” will be deactivated in:", to), formatScopeLines(scopes, MAX_LINES)].join("\n"),
			hasScopes(scopes) && l10n.t("Clients that have already switched might be rejected there."),
			hasScopes(kept) &&
				l10n.t("“{0}” stays active in {1}, as before the rotation.", to, formatScopes(kept, MAX_LINES)),
			!hasScopes(scopes) &&
				!hasScopes(reactivated) &&
				l10n.t("Nothing has to be deactivated or reactivated. Only the rotation plan is removed."),
			access,
			l10n.t("“{0}” won't be deleted.", to),
		),
	};
}

/**
 * Explains that the organization is full, and which certificate to delete first.
 * @param inactive The certificates active nowhere, in order of deletion.
 * @param now Unix seconds.
 */
export function describeNoRoom(inactive: readonly Certificate[], now: number): ModalText {
	const lines = inactive.slice(0, MAX_LINES).map((certificate) => {
		const { id, expiresAt } = certificate;
		return `• ${l10n.t("“{0}”: {1}, {2}", formatCertificateName(certificate), id, formatExpiry(expiresAt, now))}`;
	});
	const more = inactive.length - MAX_LINES;
	if (more > 0) lines.push(l10n.t("… and {0} more", more));
	return {
		message: l10n.t("Your organization has reached OpenAI's documented maximum of certificates."),
		detail: joinParagraphs(
			l10n.t("OpenAI's documented maximum is {0}. Delete a certificate first, then rotate.", CERTIFICATE_LIMIT),
			inactive.length > 0
				? `${l10n.t("Not active anywhere:")}\n${lines.join("\n")}`
				: l10n.t("No inactive certificate was found. Deactivate one that nobody needs first."),
		),
	};
}

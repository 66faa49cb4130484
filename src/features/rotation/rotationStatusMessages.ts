import * as l10n from "@vscode/l10n";
import type { Fact } from "../../common/messages/certificateFacts.ts";
import { formatDateTime } from "../../common/messages/dates.ts";
import type { ModalText } from "../../common/messages/interfaceMessages.ts";
import { formatScopeLines, formatScopes, summarizeScopesOf } from "../../common/messages/scopes.ts";
import { sanitize } from "../../common/text/sanitize.ts";
import type { RotatedCertificate, RotationPlan, RotationStage } from "./rotationPlan.ts";

/** The buttons of `describeForgetPlan`. */
export const rotationStatusLabels = {
	get dontForget() {
		return l10n.t("Don't Forget");
	},
};

/** A certificate's role in an unfinished rotation. */
export interface RotationRole {
	readonly part: "old" | "next";
	readonly stage: RotationStage;
	readonly plan: RotationPlan;
	/** The other certificate, with its current name. */
	readonly other: RotatedCertificate;
}

/** Maximum number of projects with a line. */
const MAX_LINES = 20;

/** Returns a certificate's name, else its id, also for a deleted certificate. */
export function rotatedName({ id, name }: RotatedCertificate): string {
	return sanitize(name ?? "") || id;
}

/** Returns a certificate's rotation status and the next step; `null` without a role. */
export function formatRoles(roles: readonly RotationRole[]): string | null {
	return roles.length === 0 ? null : roles.map(formatRole).join(" · ");
}

function formatRole({ part, stage, other }: RotationRole): string {
	if (part === "next") return l10n.t("replacing “{0}”", rotatedName(other));
	switch (stage) {
		case "activating":
			return l10n.t("rotating: run Rotate again to continue");
		case "waiting":
			return l10n.t("rotating: switch clients, then finish");
		case "finished":
			return l10n.t("rotating: old certificate inactive, ready to finish");
		case "unknown":
			return l10n.t("rotating: progress unknown");
	}
}

/** Returns the row's texts for a rotation of an unnamed organization. */
export function describeUnplacedPlan({ old, next, startedAt }: RotationPlan) {
	return {
		description: l10n.t("unfinished rotation · {0} · organization unknown", formatDateTime(startedAt)),
		tooltip: [
			l10n.t("Rotating “{0}” to “{1}”", rotatedName(old), rotatedName(next)),
			l10n.t("Started: {0}", formatDateTime(startedAt)),
			l10n.t(
				"OpenAI didn't name the organization, and the old certificate isn't in this list. If you no longer need the rotation, select Forget Rotation.",
			),
		].join("\n"),
	};
}

/** Returns the question before the plan of such a rotation is discarded. */
export function describeForgetPlan({ old, next }: RotationPlan): ModalText {
	return {
		message: l10n.t("Forget the rotation of “{0}” to “{1}”?", rotatedName(old), rotatedName(next)),
		detail: describeDiscardedPlan(),
	};
}

/** Describes the consequences of discarding a plan. */
export function describeDiscardedPlan(): string {
	return l10n.t(
		"Nothing changes at OpenAI. Certificates that the rotation activated stay active, and Undo Rotation won't deactivate them.",
	);
}

/** Returns a row for each of a certificate's roles. @param nameOf Returns a project's name by its id, if known. */
export function roleFacts(
	roles: readonly RotationRole[],
	nameOf: (projectId: string) => string | null,
): readonly Fact[] {
	return roles.map(({ part, plan, other }) => {
		const scopes = summarizeScopesOf(plan.scopes, nameOf);
		const more = [
			other.id,
			formatScopeLines(scopes, MAX_LINES),
			l10n.t("Started: {0}", formatDateTime(plan.startedAt)),
		];
		return {
			key: `rotation/${other.id}`,
			label: part === "old" ? l10n.t("Rotating to") : l10n.t("Replacing"),
			value: l10n.t("“{0}” in {1}", rotatedName(other), formatScopes(scopes)),
			more: more.join("\n"),
		};
	});
}

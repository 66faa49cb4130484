import * as l10n from "@vscode/l10n";
import { describePartialFailure } from "../../common/messages/problems/problems.ts";
import { formatScopes, summarizeScopesOf } from "../../common/messages/scopes.ts";
import type { Problem } from "../../domain/problem.ts";
import type { RotatedCertificate } from "./rotationPlan.ts";
import type { RotationResult, SwitchoverResult } from "./rotationResult.ts";
import { rotatedName } from "./rotationStatusMessages.ts";

/** Texts about the next step after an incomplete one. */
export const rotationResultLabels = {
	get rotateAgain() {
		return l10n.t("Run Rotate again to continue, or undo the rotation.");
	},
	get finishAgain() {
		return l10n.t("Run Finish Rotation again to continue.");
	},
	get undoAgain() {
		return l10n.t("Run Undo Rotation again to continue.");
	},
};

/** The intended end: `from` is deactivated, and `to` stays active. */
export interface RotationEnd {
	readonly step: "finish" | "undo";
	/** True if `from` was to be deleted, too. */
	readonly deleteOld: boolean;
	readonly from: RotatedCertificate;
	readonly to: RotatedCertificate;
}

/** True if everything ended as intended, so that no warning is needed. */
export function isEnded({ deleteOld }: RotationEnd, { scopes, ended, deleted }: RotationResult): boolean {
	return ended && deleted === deleteOld && scopes.every(isDone);
}

function isDone({ outcome }: SwitchoverResult): boolean {
	return outcome === "done" || outcome === "kept" || outcome === "returned";
}

/** Describes the result of ending a rotation, a line for each outcome. */
export function describeRotationResult(
	end: RotationEnd,
	{ scopes, ended, deleted, problem }: RotationResult,
	nameOf: (projectId: string) => string | null,
): string {
	const [from, to] = [rotatedName(end.from), rotatedName(end.to)];
	const isShown = scopes.some((each) => each.problem === problem);
	// One line for all scopes with the same outcome; incomplete ones first.
	const ordered = scopes.toSorted((one, other) => Number(isDone(one)) - Number(isDone(other)));
	const groups = Map.groupBy(ordered, (each) =>
		[formatOutcome(each, from, to), ...(each.problem ? [describePartialFailure(each.problem)] : [])].join(" "),
	);
	return [
		describeEnd(end, ended, deleted),
		...[...groups].map(([outcome, group]) =>
			l10n.t("In {0}: {1}", formatScopes(summarizeScopesOf(group, nameOf)), outcome),
		),
		...(problem && !isShown ? [describeStop(problem)] : []),
		...(ended ? [] : [end.step === "finish" ? rotationResultLabels.finishAgain : rotationResultLabels.undoAgain]),
	].join("\n");
}

/** Describes why a finish or undo stopped between two scopes. */
function describeStop(problem: Problem): string {
	return problem.reason === "changed-meanwhile"
		? l10n.t("The certificates changed in the meantime, or are active in a place that wasn't visible before.")
		: describePartialFailure(problem);
}

function describeEnd({ step, deleteOld, from, to }: RotationEnd, ended: boolean, deleted: boolean): string {
	if (step === "undo")
		return ended
			? l10n.t("The rotation of “{0}” was undone.", rotatedName(to))
			: l10n.t("Undoing the rotation of “{0}” isn't finished.", rotatedName(to));
	const name = rotatedName(from);
	if (!ended) return l10n.t("The rotation of “{0}” isn't finished.", name);
	if (deleted) return l10n.t("The rotation of “{0}” is finished, and the old certificate was deleted.", name);
	return deleteOld
		? l10n.t("The rotation of “{0}” is finished, but the old certificate wasn't deleted.", name)
		: l10n.t("The rotation of “{0}” is finished.", name);
}

function formatOutcome({ outcome }: SwitchoverResult, from: string, to: string): string {
	switch (outcome) {
		case "done":
			return l10n.t("“{0}” inactive, “{1}” active.", from, to);
		case "kept":
			return l10n.t("“{0}” unchanged.", from);
		case "returned":
			return l10n.t("“{0}” reactivated; “{1}” unchanged.", to, from);
		case "not-returned":
			return l10n.t("reactivating “{0}” failed or is unconfirmed.", to);
		case "failed":
			return l10n.t("“{0}” wasn't deactivated.", from);
		case "unread":
			return l10n.t("“{0}” deactivated, but the list couldn't be read afterward.", from);
		case "unknown":
			return l10n.t("unknown whether “{0}” is deactivated.", from);
		case "restored":
			return l10n.t("neither certificate was active afterward, so “{0}” was reactivated.", from);
		case "emptied":
			// The outcome of the reactivation may be unknown.
			return l10n.t(
				"neither “{0}” nor “{1}” was active afterward, and reactivating “{0}” failed or is unconfirmed. mTLS might be off there. Activate one of them.",
				from,
				to,
			);
		case "neither":
			return l10n.t("neither “{0}” nor “{1}” was active; nothing was done.", from, to);
		case "not-tried":
			return l10n.t("skipped.");
	}
}

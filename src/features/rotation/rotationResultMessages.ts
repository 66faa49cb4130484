import * as l10n from "@vscode/l10n";
import { describePartialFailure } from "../../common/messages/problems.ts";
import { formatScopes, summarizeScopesOf } from "../../common/messages/scopes.ts";
import type { Problem } from "../../domain/problem.ts";
import type { RotatedCertificate } from "./rotationPlan.ts";
import type { RotationResult, SwitchoverResult } from "./rotationResult.ts";
import { rotatedName } from "./rotationStatusMessages.ts";

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
		...(ended ? [] : [end.step === "finish" ? l10n.t("Finish again to go on.") : l10n.t("Undo again to go on.")]),
	].join("\n");
}

/** Describes why the end stopped between two scopes. */
function describeStop(problem: Problem): string {
	return problem.reason === "changed-meanwhile"
		? l10n.t("Something else was changed meanwhile, or only shows now.")
		: describePartialFailure(problem);
}

function describeEnd({ step, deleteOld, from, to }: RotationEnd, ended: boolean, deleted: boolean): string {
	if (step === "undo")
		return ended
			? l10n.t("The rotation of “{0}” is undone.", rotatedName(to))
			: l10n.t("The rotation of “{0}” is not undone.", rotatedName(to));
	const name = rotatedName(from);
	if (!ended) return l10n.t("The rotation of “{0}” is not finished.", name);
	if (deleted) return l10n.t("The rotation of “{0}” is finished, and it is deleted.", name);
	return deleteOld
		? l10n.t("The rotation of “{0}” is finished, but it was not deleted.", name)
		: l10n.t("The rotation of “{0}” is finished.", name);
}

function formatOutcome({ outcome }: SwitchoverResult, from: string, to: string): string {
	switch (outcome) {
		case "done":
			return l10n.t("“{0}” deactivated.", from);
		case "kept":
			return l10n.t("“{0}” stays, as before.", from);
		case "returned":
			return l10n.t("“{0}” activated again; “{1}” stays, as before.", to, from);
		case "not-returned":
			return l10n.t("“{0}” not activated again, or that is not known.", to);
		case "failed":
			return l10n.t("“{0}” not deactivated.", from);
		case "unread":
			return l10n.t("“{0}” deactivated, but not read back.", from);
		case "unknown":
			return l10n.t("not known whether “{0}” is deactivated.", from);
		case "restored":
			return l10n.t("neither was active after it, so “{0}” was activated again at once.", from);
		case "emptied":
			return l10n.t("neither “{0}” nor “{1}” is active now. Activate one of them.", from, to);
		case "neither":
			return l10n.t("neither “{0}” nor “{1}” was active; nothing was done.", from, to);
		case "not-tried":
			return l10n.t("not tried.");
	}
}

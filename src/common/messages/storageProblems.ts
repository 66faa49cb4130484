import * as l10n from "@vscode/l10n";
import type { Problem } from "../../domain/problem.ts";
import { sanitize } from "../text/sanitize.ts";

type StorageProblem = Extract<
	Problem,
	{ readonly reason: "not-recorded" | "record-newer" | "record-unreadable" | "locked" | "lock-lost" }
>;

/** Describes a problem with records or locks that prevented a change. */
export function describeStorageProblem(problem: StorageProblem): string {
	switch (problem.reason) {
		case "not-recorded":
			return l10n.t(
				"Nothing was sent: what is about to be done could not be written down first, which keeps it from being done twice. {0} Then try again.",
				describeDiskRemedy(problem.code),
			);
		case "record-newer":
			return l10n.t(
				"A newer version of this extension wrote down what this depends on, so nothing was done. Update this extension.",
			);
		case "record-unreadable":
			return l10n.t(
				"What was written down of an earlier upload of this certificate cannot be read, so nothing was sent. Choose its file again, and say what is to become of that.",
			);
		case "locked":
			return problem.host === ""
				? l10n.t("This is at work already, so nothing was done. Try again once that is done.")
				: l10n.t(
						"This is at work already, in this window or another one (process {0} on {1}), so nothing was done. Try again once that is done.",
						problem.process,
						sanitize(problem.host),
					);
		case "lock-lost":
			return l10n.t(
				"This window did not respond for so long that another one took over, so nothing was done. Try again.",
			);
	}
}

/** Like `describeStorageProblem`, for a problem after a change. */
export function describeLateStorageProblem(
	problem: Extract<StorageProblem, { readonly reason: "not-recorded" | "lock-lost" }>,
): string {
	return problem.reason === "lock-lost"
		? l10n.t("This window did not respond for so long that another one took over, so it went no further.")
		: l10n.t("What is written down of it could not be changed. {0}", describeDiskRemedy(problem.code));
}

/** Describes how to make a file writable. @param code The system's error code, such as `ENOSPC` */
function describeDiskRemedy(code: string | null): string {
	switch (code) {
		case "ENOSPC":
		case "EDQUOT":
			return l10n.t("The disk is full: make room.");
		case "EROFS":
		case "EACCES":
		case "EPERM":
			return l10n.t("The folder of this extension's data may not be written to: check its permissions.");
		default:
			return l10n.t("Check the disk with this extension's data ({0}).", code ?? l10n.t("no error code"));
	}
}

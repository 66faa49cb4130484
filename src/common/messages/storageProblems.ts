import * as l10n from "@vscode/l10n";
import type { Problem } from "../../domain/problem.ts";
import { sanitize } from "./sanitize.ts";

type RecordProblem = Extract<
	Problem,
	{ readonly reason: "not-recorded" | "record-newer" | "record-unreadable" | "locked" | "lock-lost" }
>;

/** What kept something from being written down before anything was done. */
export function describeStorageProblem(problem: RecordProblem): string {
	switch (problem.reason) {
		case "not-recorded":
			return l10n.t(
				"Nothing was sent: what is about to be done could not be written down first, which keeps it from being done twice. {0} Then try again.",
				diskWords(problem.code),
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

/** The same of what was met after something had been done. */
export function describeLateStorageProblem(
	problem: Extract<RecordProblem, { readonly reason: "not-recorded" | "lock-lost" }>,
): string {
	return problem.reason === "lock-lost"
		? l10n.t("This window did not respond for so long that another one took over, so it went no further.")
		: l10n.t("What is written down of it could not be changed. {0}", diskWords(problem.code));
}

/** What to look at where a file could not be written. @param code As the system said it, such as `ENOSPC` */
function diskWords(code: string | null): string {
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

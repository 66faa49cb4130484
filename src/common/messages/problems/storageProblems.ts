import * as l10n from "@vscode/l10n";
import type { Problem } from "../../../domain/problem.ts";
import { sanitize, sanitizePath } from "../../text/sanitize.ts";
import { type ProblemText, problemTextLabels } from "./problemText.ts";

type StorageProblem = Extract<
	Problem,
	{
		readonly reason:
			| "not-recorded"
			| "record-newer"
			| "record-unreadable"
			| "clients-unreadable"
			| "locked"
			| "lock-lost";
	}
>;

/** Describes a problem with records or locks that prevented a change. */
export function storageProblemText(problem: StorageProblem): ProblemText {
	const { nothingDone, nothingSent } = problemTextLabels;
	switch (problem.reason) {
		case "not-recorded":
			return {
				fact: l10n.t("Couldn't read or save the local record."),
				effect: nothingSent,
				action: describeDiskRemedy(problem.code),
			};
		case "record-newer":
			return {
				fact: l10n.t("A newer version of this extension saved data that this version can't read."),
				effect: nothingDone,
				action: l10n.t("Update this extension."),
			};
		case "record-unreadable":
			return {
				fact: l10n.t("Can't read the record of an earlier upload of this certificate."),
				effect: nothingSent,
				action: l10n.t("Upload the certificate's file again. You're then asked whether to discard the record."),
			};
		case "clients-unreadable":
			return {
				fact: l10n.t("Can't read the saved list of known clients."),
				effect: nothingDone,
				action: l10n.t("Restore {0}, or delete it and add the clients again.", sanitizePath(problem.path)),
			};
		case "locked":
			return {
				fact:
					problem.host === ""
						? l10n.t("Another command is still using the same data.")
						: l10n.t(
								"Another command is still using the same data, in this window or another one (process {0} on {1}).",
								problem.process,
								sanitize(problem.host),
							),
				effect: nothingDone,
				action: l10n.t("Try again when that operation is finished."),
			};
		case "lock-lost":
			// Saving a connection takes several steps, some of which might be done.
			return {
				fact: l10n.t(
					"This window didn't respond for so long that another window could start a command with the same data.",
				),
				action: l10n.t("Try again."),
			};
	}
}

/** Describes how to make a file writable. @param code The system's error code, such as `ENOSPC` */
function describeDiskRemedy(code: string | null): string {
	switch (code) {
		case "ENOSPC":
		case "EDQUOT":
			return l10n.t("The disk is full, or your quota is used up. Free some space, then try again.");
		case "EROFS":
		case "EACCES":
		case "EPERM":
			return l10n.t("Check that this extension's data folder is writable, then try again.");
		default:
			return code === null
				? l10n.t("Check the disk that contains this extension's data, then try again.")
				: l10n.t("Check the disk that contains this extension's data, then try again (error {0}).", code);
	}
}

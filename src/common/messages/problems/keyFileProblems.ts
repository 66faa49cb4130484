import * as l10n from "@vscode/l10n";
import type { Problem } from "../../../domain/problem.ts";
import { sanitize, sanitizePath } from "../../text/sanitize.ts";
import type { ProblemText } from "./problemText.ts";

type KeyFileProblem = Extract<Problem, { readonly reason: "key-file" | "not-on-this-computer" }>;

/** Describes why a CA can't be used, or the files of a new certificate weren't created. */
export function keyFileProblemText(problem: KeyFileProblem): ProblemText {
	const file = sanitize(problem.file);
	if (problem.reason === "not-on-this-computer")
		return {
			fact: l10n.t(
				"{0} isn't on {1}, the computer that this extension runs on. It reads and writes private keys only there.",
				file,
				sanitize(problem.computer),
			),
			action: l10n.t(
				"If the client runs on another computer, create a CSR there, and run Sign Request… with a CA on {0}.",
				sanitize(problem.computer),
			),
		};
	const issue = keyFileIssueText(problem, file);
	const action = remedyText(problem);
	const { left } = problem;
	const leftText = left && l10n.t("{0} couldn't be removed: delete it yourself.", sanitizePath(left));
	return {
		...(leftText ? { fact: `${issue} ${leftText}` } : { fact: issue, effect: l10n.t("Nothing was created.") }),
		...(action !== null && { action }),
	};
}

function keyFileIssueText({ why }: Extract<Problem, { readonly reason: "key-file" }>, file: string): string {
	switch (why) {
		case "exists":
			return l10n.t("{0} already exists, and this extension never replaces a file.", file);
		case "not-a-file":
			return l10n.t("{0} isn't a regular file.", file);
		case "readable-by-others":
			return l10n.t("Other users could read {0}, because the folder's file system doesn't protect it.", file);
		case "outside-profile":
			return l10n.t("{0} is outside your profile folder, so other users might be able to read a key there.", file);
		case "disk-full":
			return l10n.t("Couldn't write {0}: the disk is full, or your quota is used up.", file);
		case "no-permission":
			return l10n.t("Couldn't write {0}: the folder or disk isn't writable.", file);
		case "canceled":
			return l10n.t("You canceled while {0} was written.", file);
		case "other":
			return l10n.t("Couldn't write {0}.", file);
	}
}

function remedyText({ why, code }: Extract<Problem, { readonly reason: "key-file" }>): string | null {
	switch (why) {
		case "exists":
			return l10n.t("Choose another name or folder.");
		case "not-a-file":
			return l10n.t("Rename it or delete it, then try again.");
		case "readable-by-others":
		case "no-permission":
			return l10n.t("Choose another folder.");
		case "outside-profile":
			return l10n.t("Choose a folder in your profile folder.");
		case "disk-full":
			return l10n.t("Free some space, then try again.");
		case "canceled":
			return null;
		case "other":
			return code === null
				? l10n.t("Check the disk, then try again.")
				: l10n.t("Check the disk, then try again (error {0}).", code);
	}
}

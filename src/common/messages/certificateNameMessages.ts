import * as l10n from "@vscode/l10n";
import type { Certificate } from "../../domain/certificate.ts";
import { findNameIssue, type NameIssue } from "../../domain/certificateName.ts";
import { MAX_NAME_LENGTH } from "../../domain/limits.ts";

/** Describes why a typed name can't be used. @param maxLength The longest allowed name, in code points */
export function describeNameIssue(issue: NameIssue, maxLength = MAX_NAME_LENGTH): string {
	switch (issue) {
		case "blank":
			return l10n.t("Enter a name.");
		case "too-long":
			return l10n.t("A name can have at most {0} characters.", maxLength);
		case "control-characters":
			return l10n.t(
				"A name can't contain invisible or control characters, or characters that change the text direction.",
			);
	}
}

/** Validates a typed name. @param existing The certificates whose names may be equal. */
export function validateNameInput(
	text: string,
	existing: readonly Certificate[],
): { message: string; severity: "error" | "warning" } | null {
	const issue = findNameIssue(text);
	if (issue) return { message: describeNameIssue(issue), severity: "error" };
	if (existing.some(({ name }) => name === text.trim()))
		return { message: l10n.t("Another certificate already has this name."), severity: "warning" };
	return null;
}

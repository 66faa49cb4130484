import * as l10n from "@vscode/l10n";
import type { Certificate } from "../../domain/certificate.ts";
import { findNameIssue, MAX_NAME_LENGTH, type NameIssue } from "../../domain/certificateName.ts";

/** What is wrong with a typed name. */
export function describeNameIssue(flaw: NameIssue): string {
	switch (flaw) {
		case "blank":
			return l10n.t("Enter a name.");
		case "too-long":
			return l10n.t("A name has at most {0} characters.", MAX_NAME_LENGTH);
		case "control-characters":
			return l10n.t("A name holds no control characters and none that change the direction of writing.");
	}
}

/** What is to be said of a typed name. @param existing The certificates that may have it already. */
export function validateNameInput(
	text: string,
	existing: readonly Certificate[],
): { message: string; severity: "error" | "warning" } | null {
	const flaw = findNameIssue(text);
	if (flaw) return { message: describeNameIssue(flaw), severity: "error" };
	if (existing.some(({ name }) => name === text.trim()))
		return { message: l10n.t("Another certificate has this name already."), severity: "warning" };
	return null;
}

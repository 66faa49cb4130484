import * as l10n from "@vscode/l10n";
import type { Certificate } from "../../domain/certificate.ts";
import { LONGEST_NAME, type NameFlaw, nameFlaw } from "../../domain/certificateName.ts";

/** What is wrong with a typed name. */
export function nameFlawWords(flaw: NameFlaw): string {
	switch (flaw) {
		case "blank":
			return l10n.t("Enter a name.");
		case "too-long":
			return l10n.t("A name has at most {0} characters.", LONGEST_NAME);
		case "control-characters":
			return l10n.t("A name holds no control characters and none that change the direction of writing.");
	}
}

/** What is to be said of a typed name. @param existing The certificates that may have it already. */
export function judgeName(
	text: string,
	existing: readonly Certificate[],
): { message: string; severity: "error" | "warning" } | null {
	const flaw = nameFlaw(text);
	if (flaw) return { message: nameFlawWords(flaw), severity: "error" };
	if (existing.some(({ name }) => name === text.trim()))
		return { message: l10n.t("Another certificate has this name already."), severity: "warning" };
	return null;
}

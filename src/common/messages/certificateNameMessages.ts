import * as l10n from "@vscode/l10n";
import { LONGEST_NAME, type NameFlaw } from "../../domain/certificateName.ts";

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

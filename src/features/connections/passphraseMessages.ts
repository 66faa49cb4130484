import * as l10n from "@vscode/l10n";
import { sanitize } from "../../common/text/sanitize.ts";

export const passphraseLabels = {
	get passphrase() {
		return l10n.t("Passphrase");
	},
	get enterPassphrase() {
		return l10n.t("Enter the passphrase.");
	},
};

/** @param file Name of the key's file. */
export function passphraseTitle(file: string): string {
	return l10n.t("Passphrase for {0}", sanitize(file));
}

export function describePassphraseStorage(host: string): string {
	return l10n.t(
		"Unlocks the key on this computer, only for requests to {0}. The passphrase is saved in secret storage.",
		host,
	);
}

/** @param file Name of the key's file. */
export function describeUnneededPassphrase(file: string): string {
	return l10n.t("{0} isn't encrypted, so it doesn't need a passphrase.", sanitize(file));
}

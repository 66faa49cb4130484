import * as l10n from "@vscode/l10n";
import { sanitize } from "../../common/text/sanitize.ts";

export const clientCheckPromptLabels = {
	get title() {
		return l10n.t("Check client certificate");
	},
	get selectAnchor() {
		return l10n.t("Select the trust anchor to check against");
	},
	get chooseAnchorFile() {
		return l10n.t("Choose a CA certificate file…");
	},
	get anchorFileTitle() {
		return l10n.t("Choose the CA certificate (trust anchor)");
	},
	get clientFileTitle() {
		return l10n.t("Choose the client certificate (with its intermediates)");
	},
	get testWithOpenai() {
		return l10n.t("Test with OpenAI…");
	},
	get passphrasePrompt() {
		return l10n.t("Unlocks the key once, on this computer. The passphrase isn't saved.");
	},
	get isAdminKey() {
		return l10n.t("This is an admin key, which the test never sends. Paste a project API key.");
	},
};

/** @param file Name of the client certificate's file. */
export function keyFileTitle(file: string): string {
	return l10n.t("Choose the private key for {0}", sanitize(file));
}

export function projectKeyTitle(host: string): string {
	return l10n.t("Project API key for {0}", host);
}

export function describeProjectKeyUse(host: string): string {
	return l10n.t(
		"Sent to {0} for this test only, to list models with the client certificate. It isn't saved. The result depends on the certificates active for this key's project.",
		host,
	);
}

/** Title of the progress during the test. */
export function liveTestTitle(host: string): string {
	return l10n.t("Testing the client certificate with {0}…", host);
}

import * as l10n from "@vscode/l10n";
import { isOne } from "../../common/text/counts.ts";
import { sanitize } from "../../common/text/sanitize.ts";

export const clientCheckPromptLabels = {
	get title() {
		return l10n.t("Check client certificate");
	},
	get selectAnchor() {
		return l10n.t("Select the trust anchor to check against");
	},
	get chooseScope() {
		return l10n.t("All certificates active in the organization or a project…");
	},
	get selectScope() {
		return l10n.t("Select where the client certificate is used");
	},
	get saveInOrder() {
		return l10n.t("Save Chain in Order…");
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
	get addToClients() {
		return l10n.t("Add to Clients");
	},
	get passphrasePrompt() {
		return l10n.t("Unlocks the key once, on this computer. The passphrase isn't saved.");
	},
	get isAdminKey() {
		return l10n.t("This is an admin key, which the test never sends. Paste a project API key.");
	},
};

/** Returns how many certificates are active in a scope. */
export function formatActiveCount(count: number): string {
	return isOne(count) ? l10n.t("{0} active certificate", count) : l10n.t("{0} active certificates", count);
}

/** Returns the title of the dialog that asks where to save the chain of a client certificate's file. */
export function saveChainTitle(file: string): string {
	return l10n.t("Save the chain of {0} in order", sanitize(file));
}

/** Describes that the chain was saved. */
export function describeSavedChain(file: string): string {
	return l10n.t("Saved {0}: the client certificate first, then its issuers.", sanitize(file));
}

/** Returns the title of the dialog that asks for a key. @param file Name of the client certificate's file. */
export function keyFileTitle(file: string): string {
	return l10n.t("Choose the private key for {0}", sanitize(file));
}

export function projectKeyTitle(host: string): string {
	return l10n.t("Project API key for {0}", host);
}

export function describeProjectKeyUse(host: string): string {
	return l10n.t(
		"Sent to {0} for this test only, in two requests that list models: without and with the client certificate. It isn't saved. The result depends on the certificates active for this key's project.",
		host,
	);
}

/** Returns the title of the progress during the test. */
export function liveTestTitle(host: string): string {
	return l10n.t("Testing the client certificate with {0}…", host);
}

import * as l10n from "@vscode/l10n";
import type { ModalText } from "../../common/messages/interfaceMessages.ts";
import type { keyKind } from "../../domain/connection.ts";

export const keyLabels = {
	get saveInSecretStorage() {
		return l10n.t("Save in Secret Storage");
	},
	get saveInBrowser() {
		return l10n.t("Save in This Browser");
	},
	get keepUntilWindowCloses() {
		return l10n.t("Keep Only Until This Window Closes");
	},
	get dontSend() {
		return l10n.t("Don't Send");
	},
	get sendAnyway() {
		return l10n.t("Send Anyway");
	},
};

/** Where a key is kept. VS Code's secret storage is in the browser if VS Code runs in one. */
export type KeyStorage = "secret-storage" | "browser" | "memory";

export function keyTitle(host: string): string {
	return l10n.t("Admin key for {0}", host);
}

/** Describes what happens to a typed key. */
export function describeKeyStorage(storage: KeyStorage, host: string): string {
	switch (storage) {
		case "secret-storage":
			return l10n.t("The key is checked, then saved in secret storage, and sent only to {0}.", host);
		case "browser":
			return l10n.t(
				"The key is checked, then saved in this browser's storage (browsers have no keyring), and sent only to {0}. To keep it only until this window closes, use the button above.",
				host,
			);
		case "memory":
			return l10n.t("The key is checked, kept in memory until this window closes, and sent only to {0}.", host);
	}
}

/** Warns of a key that doesn't look like an admin key; returns `null` if it looks like one. */
export function describeKeyKind(kind: ReturnType<typeof keyKind>): string | null {
	switch (kind) {
		case "admin":
		case "emulator":
			return null;
		case "project":
			return l10n.t("This looks like a project API key. To manage certificates, you need an admin API key.");
		case "service-account":
			return l10n.t("This looks like a service account key. To manage certificates, you need an admin API key.");
		case "other":
			return l10n.t("Admin keys usually start with “sk-admin-”.");
	}
}

export function describeRejectedKey(host: string): string {
	return l10n.t("{0} rejected this key (401). Check it, or paste another one.", host);
}

/** Asks whether to send a key unencrypted to this computer. */
export function describeUnencryptedKey(host: string): ModalText {
	return {
		message: l10n.t("Send this key unencrypted to {0}?", host),
		detail: l10n.t(
			"Any program listening there on this computer receives the key and could take over your organization.",
		),
	};
}

/** Describes that a new key might belong to another organization. */
export function describeUnnamedOrganization(): string {
	return l10n.t(
		"OpenAI didn't name the organization, so this key might belong to a different one than before. Unfinished uploads and rotations are now shown with “organization unknown”.",
	);
}

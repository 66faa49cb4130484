import * as l10n from "@vscode/l10n";
import * as vscode from "vscode";
import { describeKeyIssue, describeProblem } from "../../../common/messages/problems.ts";
import { promptText, type Validation } from "../../../common/ui/prompts.ts";
import type { CertificatesApi, Credentials } from "../../../domain/adminApi.ts";
import type { BaseUrl } from "../../../domain/baseUrl.ts";
import type { CertificateListing } from "../../../domain/certificate.ts";
import { findKeyIssue, keyKind } from "../../../domain/connection.ts";
import { CancelledError, ProblemError, problemOf } from "../../../domain/problem.ts";

/** A key that the service accepted, and the list that proved it. */
export interface CheckedKey {
	readonly credentials: Credentials;
	readonly listing: CertificateListing;
	/** True if the key must be forgotten with this window. */
	readonly sessionOnly: boolean;
}

/**
 * Prompts for an admin key in a password field, and checks it by one list call before it is stored.
 * @param credentialsWith Returns the credentials for a key that is not stored yet.
 * @param openService Connects to the service with these credentials.
 * @throws CancelledError
 */
export async function promptForKey(
	baseUrl: BaseUrl,
	credentialsWith: (key: string) => Promise<Credentials>,
	openService: (credentials: Credentials) => CertificatesApi,
): Promise<CheckedKey> {
	let checked: Omit<CheckedKey, "sessionOnly"> | undefined;
	let sessionOnly = false;
	await promptText({
		title: l10n.t("Admin key for {0}", baseUrl.host),
		prompt: keyPromptText(baseUrl, sessionOnly),
		placeholder: "sk-admin-…",
		password: true,
		validate: validateKey,
		button: {
			icon: new vscode.ThemeIcon("history"),
			tooltip: () => (sessionOnly ? l10n.t("Keep the Key") : l10n.t("Forget the Key with This Window")),
			press() {
				sessionOnly = !sessionOnly;
				return keyPromptText(baseUrl, sessionOnly);
			},
		},
		async check(text, signal) {
			// A key of any other form may be a real one.
			if (!baseUrl.encrypted && keyKind(text) !== "emulator") await confirmUnencrypted(baseUrl);
			try {
				const credentials = await credentialsWith(text);
				checked = { credentials, listing: await openService(credentials).list(signal) };
				return null;
			} catch (thrown) {
				const problem = problemOf(thrown);
				if (!problem) throw thrown;
				return problem.reason === "unauthorized"
					? l10n.t("{0} did not accept this key (401). Check it, or paste another one.", baseUrl.host)
					: describeProblem(problem);
			}
		},
	});
	if (!checked) throw new ProblemError({ reason: "no-key" });
	return { ...checked, sessionOnly };
}

/** Returns the prompt's text. VS Code does not expose whether there is a keyring; a browser has none. */
function keyPromptText({ host }: BaseUrl, sessionOnly: boolean): string {
	if (sessionOnly)
		return l10n.t("It is checked, kept in memory until this window is closed, and sent to {0} only.", host);
	return vscode.env.uiKind === vscode.UIKind.Web
		? l10n.t(
				"It is checked, then kept in this browser's storage, since a browser has no keyring, and sent to {0} only. By the button above it is forgotten with this window.",
				host,
			)
		: l10n.t("It is checked, then kept in the editor's secret storage, and sent to {0} only.", host);
}

function validateKey(text: string): Validation | null {
	const issue = findKeyIssue(text);
	if (issue) return { message: describeKeyIssue(issue), severity: "error" };
	switch (keyKind(text.trim())) {
		case "admin":
		case "emulator":
			return null;
		case "project":
			return warning(l10n.t("This looks like a project key. Certificates need an admin key of the organization."));
		case "service-account":
			return warning(l10n.t("This looks like a service account's key. Certificates need an admin key."));
		case "other":
			return warning(l10n.t("Admin keys usually begin with sk-admin-."));
	}
}

function warning(message: string): Validation {
	return { message, severity: "warning" };
}

/** Asks whether to send a key unencrypted. @throws CancelledError unless the user confirms */
async function confirmUnencrypted({ host }: BaseUrl): Promise<void> {
	const use = l10n.t("Use Anyway");
	const chosen = await vscode.window.showWarningMessage(
		l10n.t("Send this key unencrypted to {0}?", host),
		{
			modal: true,
			detail: l10n.t(
				"Whatever program listens there on this machine will receive it, and could use it to take over the organization.",
			),
		},
		// Enter presses the first button.
		l10n.t("Don't Send"),
		use,
	);
	if (chosen !== use) throw new CancelledError();
}

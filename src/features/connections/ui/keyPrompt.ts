import * as vscode from "vscode";
import { describeKeyIssue, describeProblem } from "../../../common/messages/problems/problems.ts";
import { promptText, type Validation } from "../../../common/ui/prompts.ts";
import type { CertificatesApi, Credentials } from "../../../domain/adminApi.ts";
import type { BaseUrl } from "../../../domain/baseUrl.ts";
import type { CertificateListing } from "../../../domain/certificate.ts";
import { findKeyIssue, keyKind } from "../../../domain/connection.ts";
import { CancelledError, ProblemError, problemOf } from "../../../domain/problem.ts";
import {
	describeKeyKind,
	describeKeyStorage,
	describeRejectedKey,
	describeUnencryptedKey,
	keyLabels,
	keyTitle,
} from "../keyMessages.ts";

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
		title: keyTitle(baseUrl.host),
		prompt: keyPromptText(baseUrl, sessionOnly),
		placeholder: "sk-admin-…",
		password: true,
		validate: validateKey,
		button: {
			icon: new vscode.ThemeIcon("history"),
			tooltip: () => keyButtonTooltip(sessionOnly),
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
				return problem.reason === "unauthorized" ? describeRejectedKey(baseUrl.host) : describeProblem(problem);
			}
		},
	});
	if (!checked) throw new ProblemError({ reason: "no-key" });
	return { ...checked, sessionOnly };
}

/** True in a browser, which has no keyring. VS Code doesn't expose whether another system has one. */
function isBrowser(): boolean {
	return vscode.env.uiKind === vscode.UIKind.Web;
}

function keyPromptText({ host }: BaseUrl, sessionOnly: boolean): string {
	return describeKeyStorage(sessionOnly ? "memory" : isBrowser() ? "browser" : "secret-storage", host);
}

/** Returns the effect of the button in the prompt. */
function keyButtonTooltip(sessionOnly: boolean): string {
	if (!sessionOnly) return keyLabels.keepUntilWindowCloses;
	return isBrowser() ? keyLabels.saveInBrowser : keyLabels.saveInSecretStorage;
}

function validateKey(text: string): Validation | null {
	const issue = findKeyIssue(text);
	if (issue) return { message: describeKeyIssue(issue), severity: "error" };
	const message = describeKeyKind(keyKind(text.trim()));
	return message === null ? null : { message, severity: "warning" };
}

/** Asks whether to send a key unencrypted. @throws CancelledError unless the user confirms */
async function confirmUnencrypted({ host }: BaseUrl): Promise<void> {
	const { message, detail } = describeUnencryptedKey(host);
	const { dontSend, sendAnyway } = keyLabels;
	// Enter presses the first button.
	const chosen = await vscode.window.showWarningMessage(message, { modal: true, detail }, dontSend, sendAnyway);
	if (chosen !== sendAnyway) throw new CancelledError();
}

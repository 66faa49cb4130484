import * as l10n from "@vscode/l10n";
import * as vscode from "vscode";
import { describeKeyIssue, describeProblem } from "../../../common/messages/problems.ts";
import { promptText, type Validation } from "../../../common/ui/prompts.ts";
import type { CertificatesApi, Credentials } from "../../../domain/adminApi.ts";
import type { BaseUrl } from "../../../domain/baseUrl.ts";
import type { CertificateListing } from "../../../domain/certificate.ts";
import { findKeyIssue, keyKind } from "../../../domain/connection.ts";
import { CancelledError, ProblemError, problemOf } from "../../../domain/problem.ts";

/** A key that the service accepted, and the list with which it showed that. */
export interface CheckedKey {
	readonly access: Credentials;
	readonly listing: CertificateListing;
	/** Whether it is to be forgotten with this window. */
	readonly sessionOnly: boolean;
}

/**
 * Asks for an admin key, masked, and checks it by one list call before anything keeps it.
 * @param accessWith What goes with a key that is not stored yet.
 * @param openService The service as it answers to that.
 * @throws Cancelled
 */
export async function promptForKey(
	baseUrl: BaseUrl,
	accessWith: (key: string) => Promise<Credentials>,
	openService: (access: Credentials) => CertificatesApi,
): Promise<CheckedKey> {
	let checked: Omit<CheckedKey, "sessionOnly"> | undefined;
	let sessionOnly = false;
	await promptText({
		title: l10n.t("Admin key for {0}", baseUrl.host),
		prompt: promptFor(baseUrl, sessionOnly),
		placeholder: "sk-admin-…",
		password: true,
		validate: judgeKey,
		button: {
			icon: new vscode.ThemeIcon("history"),
			tooltip: () => (sessionOnly ? l10n.t("Keep the Key") : l10n.t("Forget the Key with This Window")),
			press() {
				sessionOnly = !sessionOnly;
				return promptFor(baseUrl, sessionOnly);
			},
		},
		async check(text, signal) {
			// A key of whatever form may be a real one.
			if (!baseUrl.encrypted && keyKind(text) !== "emulator") await confirmUnencrypted(baseUrl);
			try {
				const access = await accessWith(text);
				checked = { access, listing: await openService(access).list(signal) };
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

/** The editor does not tell whether there is a keyring; in a browser there is none. */
function promptFor({ host }: BaseUrl, sessionOnly: boolean): string {
	if (sessionOnly)
		return l10n.t("It is checked, kept in memory until this window is closed, and sent to {0} only.", host);
	return vscode.env.uiKind === vscode.UIKind.Web
		? l10n.t(
				"It is checked, then kept in this browser's storage, since a browser has no keyring, and sent to {0} only. By the button above it is forgotten with this window.",
				host,
			)
		: l10n.t("It is checked, then kept in the editor's secret storage, and sent to {0} only.", host);
}

function judgeKey(text: string): Validation | null {
	const flaw = findKeyIssue(text);
	if (flaw) return { message: describeKeyIssue(flaw), severity: "error" };
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

/** @throws Cancelled unless the person insists. */
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
		// Enter takes the first button.
		l10n.t("Don't Send"),
		use,
	);
	if (chosen !== use) throw new CancelledError();
}

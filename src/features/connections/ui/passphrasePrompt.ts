import * as l10n from "@vscode/l10n";
import * as vscode from "vscode";
import { describeProblem } from "../../../common/messages/problems.ts";
import { sanitize } from "../../../common/messages/sanitize.ts";
import { promptText } from "../../../common/ui/prompts.ts";
import { baseUrl } from "../../../common/ui/settings.ts";
import type { ClientCertificateFiles } from "../../../domain/adminApi.ts";
import { ProblemError, problemOf } from "../../../domain/problem.ts";
import type { ClientCertificateSettings } from "./clientCertificateSettings.ts";

/**
 * Asks for the passphrase of the client key that the settings name, and keeps it once it opens the key. Where the key needs
 * none, it says so, and forgets the one that was kept.
 * @param judge Reads the files and checks that they belong together. @throws Failure
 * @throws Failure where the files will not do whatever the passphrase; Cancelled
 */
export async function setPassphrase(
	clientCertificates: ClientCertificateSettings,
	judge: (files: ClientCertificateFiles) => Promise<void>,
): Promise<void> {
	const { origin, host } = baseUrl();
	const files = await clientCertificates.filesFor(origin);
	if (!files) throw new ProblemError({ reason: "client-certificate", why: "not-set", file: "" });
	const file = files.key.split(/[\\/]/).at(-1) ?? "";
	const passphrase = await promptForPassphrase(
		file,
		l10n.t("It opens the key on this machine, for requests to {0} only, and is kept in secret storage.", host),
		(passphrase) => judge({ ...files, passphrase }),
	);
	if (passphrase !== null) return clientCertificates.storePassphrase(origin, passphrase);
	await clientCertificates.forgetPassphrase(origin);
	void vscode.window.showInformationMessage(l10n.t("{0} is not encrypted, so it needs no passphrase.", sanitize(file)));
}

/**
 * Asks for a passphrase until it opens a key.
 * @param file The key's, without folders.
 * @param prompt What becomes of it.
 * @param judge Tries the key without a passphrase, then each one. @throws Failure
 * @returns `null` where the key needs none.
 * @throws Failure where it is not for want of a passphrase; Cancelled
 */
export async function promptForPassphrase(
	file: string,
	prompt: string,
	judge: (passphrase: string | null) => void | Promise<void>,
): Promise<string | null> {
	try {
		await judge(null);
		return null;
	} catch (thrown) {
		const problem = problemOf(thrown);
		if (problem?.reason !== "client-certificate" || problem.why !== "passphrase-needed") throw thrown;
	}
	return promptText({
		title: l10n.t("Passphrase of {0}", sanitize(file)),
		prompt,
		placeholder: l10n.t("Passphrase"),
		password: true,
		keepWhitespace: true,
		validate: (text) => (text === "" ? { message: l10n.t("Enter the passphrase."), severity: "error" } : null),
		async check(text) {
			try {
				await judge(text);
				return null;
			} catch (thrown) {
				const problem = problemOf(thrown);
				if (!problem) throw thrown;
				return describeProblem(problem);
			}
		},
	});
}

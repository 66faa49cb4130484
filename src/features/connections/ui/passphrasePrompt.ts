import * as vscode from "vscode";
import { describeProblem } from "../../../common/messages/problems/problems.ts";
import { promptText } from "../../../common/ui/prompts.ts";
import { readBaseUrl } from "../../../common/ui/settings.ts";
import type { ClientCertificateFiles } from "../../../domain/adminApi.ts";
import { ProblemError, problemOf } from "../../../domain/problem.ts";
import {
	describePassphraseStorage,
	describeUnneededPassphrase,
	passphraseLabels,
	passphraseTitle,
} from "../passphraseMessages.ts";
import type { ClientCertificateSettings } from "./clientCertificateSettings.ts";

/**
 * Prompts for the passphrase of the configured client key, and stores it once it opens the key. If the key needs none,
 * says so and deletes the stored passphrase.
 * @param validate Reads the files and checks that they match. @throws ProblemError
 * @throws ProblemError if the files are unusable with any passphrase; CancelledError
 */
export async function setPassphrase(
	clientCertificates: ClientCertificateSettings,
	validate: (files: ClientCertificateFiles) => Promise<void>,
): Promise<void> {
	const { origin, host } = readBaseUrl();
	const files = await clientCertificates.filesFor(origin);
	if (!files) throw new ProblemError({ reason: "client-certificate", why: "not-set", file: "" });
	const file = files.key.split(/[\\/]/).at(-1) ?? "";
	const passphrase = await promptForPassphrase(file, describePassphraseStorage(host), (passphrase) =>
		validate({ ...files, passphrase }),
	);
	if (passphrase !== null) return clientCertificates.storePassphrase(origin, passphrase);
	await clientCertificates.deletePassphrase(origin);
	void vscode.window.showInformationMessage(describeUnneededPassphrase(file));
}

/**
 * Prompts for a passphrase until it opens a key.
 * @param file Name of the key's file, without folders.
 * @param prompt Says how the passphrase is used.
 * @param tryPassphrase Tries to open the key, first with `null`. @throws ProblemError
 * @returns `null` if the key needs no passphrase.
 * @throws ProblemError if the key fails for another reason than a missing passphrase; CancelledError
 */
export async function promptForPassphrase(
	file: string,
	prompt: string,
	tryPassphrase: (passphrase: string | null) => void | Promise<void>,
): Promise<string | null> {
	try {
		await tryPassphrase(null);
		return null;
	} catch (thrown) {
		const problem = problemOf(thrown);
		const isKeyProblem = problem?.reason === "client-certificate" || problem?.reason === "ca-refused";
		if (!isKeyProblem || problem.why !== "passphrase-needed") throw thrown;
	}
	return promptText({
		title: passphraseTitle(file),
		prompt,
		placeholder: passphraseLabels.passphrase,
		password: true,
		keepWhitespace: true,
		validate: (text) => (text === "" ? { message: passphraseLabels.enterPassphrase, severity: "error" } : null),
		async check(text) {
			try {
				await tryPassphrase(text);
				return null;
			} catch (thrown) {
				const problem = problemOf(thrown);
				if (!problem) throw thrown;
				return describeProblem(problem);
			}
		},
	});
}

import * as l10n from "@vscode/l10n";
import { Failure, problemOf } from "../domain/failure.ts";
import type { ClientCertificateFiles } from "../domain/service.ts";
import type { ClientCertificates } from "./clientCertificates.ts";
import { askText } from "./prompts.ts";
import { baseUrl } from "./settings.ts";
import { inert } from "./words/inert.ts";
import { problemWords } from "./words/problems.ts";

/**
 * Asks for the passphrase of the client key that the settings name, and keeps it once it opens the key.
 * @param judge Reads the files and checks that they belong together. @throws Failure
 * @throws Failure where no client certificate is set; Cancelled
 */
export async function setPassphrase(
	clientCertificates: ClientCertificates,
	judge: (files: ClientCertificateFiles) => Promise<void>,
): Promise<void> {
	const { origin, host } = baseUrl();
	const files = await clientCertificates.filesFor(origin);
	if (!files) throw new Failure({ reason: "client-certificate", why: "not-set", file: "" });
	const passphrase = await askForPassphrase(
		files.key.split(/[\\/]/).at(-1) ?? "",
		l10n.t("It opens the key on this machine, for requests to {0} only, and is kept in secret storage.", host),
		(text) => judge({ ...files, passphrase: text }),
	);
	await clientCertificates.storePassphrase(origin, passphrase);
}

/**
 * Asks for a passphrase until it opens a key.
 * @param file The key's, without folders.
 * @param prompt What becomes of it.
 * @param judge Tries it. @throws Failure
 * @throws Cancelled
 */
export function askForPassphrase(
	file: string,
	prompt: string,
	judge: (passphrase: string) => void | Promise<void>,
): Promise<string> {
	return askText({
		title: l10n.t("Passphrase of {0}", inert(file)),
		prompt,
		placeholder: l10n.t("Passphrase"),
		masked: true,
		patient: true,
		verbatim: true,
		judge: (text) => (text === "" ? { message: l10n.t("Enter the passphrase."), severity: "error" } : null),
		async check(text) {
			try {
				await judge(text);
				return null;
			} catch (thrown) {
				const problem = problemOf(thrown);
				if (!problem) throw thrown;
				return problemWords(problem);
			}
		},
	});
}

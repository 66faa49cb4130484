import { basename } from "node:path";
import * as vscode from "vscode";
import { interfaceLabels } from "../../../common/messages/interfaceMessages.ts";
import { formatParsedCertificateName } from "../../../common/messages/parsedCertificateMessages.ts";
import { pickFiles } from "../../../common/ui/certificateFilePicker.ts";
import { readReminderDays } from "../../../common/ui/settings.ts";
import type { CertificateReader } from "../../../domain/certificateFile.ts";
import type { CertificateMaker, OpenCa } from "../../../domain/certificateMaking.ts";
import { CancelledError } from "../../../domain/problem.ts";
import { keyFileTitle } from "../../clientCheck/clientCheckPromptMessages.ts";
import { promptForPassphrase } from "../../connections/ui/passphrasePrompt.ts";
import { caKeyPath } from "../fileNames.ts";
import { issuingPromptLabels } from "../issuingPromptMessages.ts";
import { readLocalFile } from "../localFile.ts";
import { localPath } from "./issuingPrompts.ts";

/** A CA that the user chose and unlocked. */
export interface ChosenCa {
	/** The absolute path of its certificate. */
	readonly path: string;
	/** For display. */
	readonly name: string;
	/** The CA certificate's DER. */
	readonly der: Uint8Array;
	readonly ca: OpenCa;
}

/**
 * Prompts for a CA certificate, its key and the key's passphrase, which are used once.
 * @param clicked A menu's file; any other value is ignored.
 * @throws ProblemError, CancelledError
 */
export async function promptForCa(
	{ maker, reader }: { readonly maker: CertificateMaker; readonly reader: CertificateReader },
	clicked: unknown,
): Promise<ChosenCa> {
	const file = clicked instanceof vscode.Uri ? clicked : (await pickFiles(issuingPromptLabels.chooseCa, false))[0];
	if (!file) throw new CancelledError();
	const path = localPath(file);
	const certificateFile = await readLocalFile(path);
	const keyPath = await promptForKeyFile(path);
	const keyFile = await readLocalFile(keyPath);
	try {
		let ca: OpenCa | undefined;
		await promptForPassphrase(basename(keyPath), issuingPromptLabels.caPassphraseUse, async (passphrase) => {
			ca = await maker.openCa(certificateFile, keyFile, passphrase);
		});
		if (!ca) throw new CancelledError();
		const { subject } = ca;
		const { candidates } = await reader.read(certificateFile, Date.now() / 1000, readReminderDays());
		const found = candidates.find((each) => each.subject === subject) ?? candidates[0];
		if (!found) throw new CancelledError();
		return { path, name: formatParsedCertificateName(found), der: found.der, ca };
	} finally {
		keyFile.fill(0);
	}
}

/** Prompts for the key of a CA, in the CA's folder at first. @throws ProblemError `not-on-this-computer`; CancelledError */
async function promptForKeyFile(caPath: string): Promise<string> {
	const [file] =
		(await vscode.window.showOpenDialog({
			title: keyFileTitle(basename(caPath)),
			openLabel: interfaceLabels.choose,
			defaultUri: vscode.Uri.file(caKeyPath(caPath)),
			filters: { [issuingPromptLabels.keyFiles]: ["pem", "key", "der"], [interfaceLabels.allFiles]: ["*"] },
		})) ?? [];
	if (!file) throw new CancelledError();
	return localPath(file);
}

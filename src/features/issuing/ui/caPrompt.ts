import { homedir } from "node:os";
import { basename } from "node:path";
import * as vscode from "vscode";
import { interfaceLabels } from "../../../common/messages/interfaceMessages.ts";
import { formatParsedCertificateName } from "../../../common/messages/parsedCertificateMessages.ts";
import { initialFolder } from "../../../common/ui/saveFile.ts";
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
	const { chooseCa, keyFiles } = issuingPromptLabels;
	const certificates = { [interfaceLabels.certificateFiles]: ["pem", "crt", "cer", "der"] };
	const path = clicked instanceof vscode.Uri ? localPath(clicked) : await promptForLocalFile(chooseCa, certificates);
	const certificateFile = await readLocalFile(path);
	const keyTypes = { [keyFiles]: ["pem", "key", "der"] };
	const keyPath = await promptForLocalFile(keyFileTitle(basename(path)), keyTypes, caKeyPath(path));
	const keyFile = await readLocalFile(keyPath);
	try {
		let ca: OpenCa | undefined;
		await promptForPassphrase(basename(keyPath), issuingPromptLabels.caPassphraseUse, async (passphrase) => {
			ca = await maker.openCa(certificateFile, keyFile, passphrase);
		});
		if (!ca) throw new CancelledError();
		const { sha256 } = ca;
		const { candidates } = await reader.read(certificateFile, Date.now() / 1000, readReminderDays());
		const found = candidates.find((each) => each.sha256 === sha256);
		if (!found) throw new CancelledError();
		return { path, name: formatParsedCertificateName(found), der: found.der, ca };
	} finally {
		keyFile.fill(0);
	}
}

/**
 * Prompts for a file on the computer that this extension runs on.
 * @param suggested The absolute path of the suggested file. Default: the workspace or the home folder.
 * @throws ProblemError `not-on-this-computer`; CancelledError
 */
async function promptForLocalFile(
	title: string,
	filters: Readonly<Record<string, string[]>>,
	suggested?: string,
): Promise<string> {
	const workspace = initialFolder();
	const folder = workspace.scheme === "file" ? workspace.fsPath : homedir();
	const [file] =
		(await vscode.window.showOpenDialog({
			title,
			openLabel: interfaceLabels.choose,
			// In a remote window, a local address makes the dialog show this computer's files.
			defaultUri: vscode.Uri.file(suggested ?? folder),
			filters: { ...filters, [interfaceLabels.allFiles]: ["*"] },
		})) ?? [];
	if (!file) throw new CancelledError();
	return localPath(file);
}

import * as l10n from "@vscode/l10n";
import * as vscode from "vscode";
import { INSPECTION_SCHEME } from "../../../common/manifestIds.ts";
import { promptForFiles, readCertificateFile } from "../../../common/ui/certificateFilePicker.ts";
import { reminderDays } from "../../../common/ui/settings.ts";
import type { CertificateReader } from "../../../domain/certificateFile.ts";
import type { CertificateStore } from "../../organization/certificateStore.ts";
import { inspectionWords } from "../inspectionDocument.ts";

/** Shows what is in certificate files, as read-only documents. @throws Failure, Cancelled */
export async function inspectFiles(
	changed: vscode.EventEmitter<vscode.Uri>,
	clicked: unknown,
	selection: unknown,
): Promise<void> {
	const files = await promptForFiles(l10n.t("Inspect a certificate"), clicked, selection);
	for (const file of files) await inspectFile(changed, file);
}

/**
 * Shows what is in one certificate file.
 * @param changed Tells the editor that a document which may be open already is to be read anew.
 * @throws Failure where it cannot be read.
 */
export async function inspectFile(changed: vscode.EventEmitter<vscode.Uri>, file: vscode.Uri): Promise<void> {
	// Read here first: what a document's provider throws is shown by the editor in its own words.
	await readCertificateFile(file);
	const path = l10n.t("{0} (inspected)", file.path);
	const uri = vscode.Uri.from({ scheme: INSPECTION_SCHEME, path, query: file.toString() });
	changed.fire(uri);
	await vscode.window.showTextDocument(await vscode.workspace.openTextDocument(uri), { preview: true });
}

/** The text of a document that `inspectFile` opened. It needs no key and no network. @throws Failure */
export async function inspectionText(
	{ query }: vscode.Uri,
	reader: CertificateReader,
	certificates: CertificateStore,
): Promise<string> {
	const now = Date.now() / 1000;
	const { name, bytes } = await readCertificateFile(vscode.Uri.parse(query, true));
	const file = await reader.read(bytes, now, reminderDays());
	return inspectionWords(name, file, (sha256) => certificates.knownAs(sha256), now);
}

import * as vscode from "vscode";
import { INSPECTION_SCHEME } from "../../../common/manifestIds.ts";
import { promptForFiles, readCertificateFile } from "../../../common/ui/certificateFilePicker.ts";
import { readReminderDays } from "../../../common/ui/settings.ts";
import type { CertificateReader } from "../../../domain/certificateFile.ts";
import type { CertificateStore } from "../../organization/certificateStore.ts";
import { formatInspection } from "../inspectionDocument.ts";
import { inspectionLabels, inspectionPath } from "../inspectionMessages.ts";

/** Shows the content of certificate files in read-only documents. @throws ProblemError, CancelledError */
export async function inspectFiles(
	didChange: vscode.EventEmitter<vscode.Uri>,
	clicked: unknown,
	selection: unknown,
): Promise<void> {
	const files = await promptForFiles(inspectionLabels.inspectCertificate, clicked, selection);
	for (const file of files) await inspectFile(didChange, file);
}

/**
 * Shows the content of one certificate file.
 * @param didChange Makes VS Code reload the document if already open.
 * @throws ProblemError if the file can't be read.
 */
export async function inspectFile(didChange: vscode.EventEmitter<vscode.Uri>, file: vscode.Uri): Promise<void> {
	// Read first, because VS Code shows a provider's error in its own words.
	await readCertificateFile(file);
	const path = inspectionPath(file.path);
	const uri = vscode.Uri.from({ scheme: INSPECTION_SCHEME, path, query: file.toString() });
	didChange.fire(uri);
	await vscode.window.showTextDocument(await vscode.workspace.openTextDocument(uri), { preview: true });
}

/** Returns the text of a document that `inspectFile` opened. Needs no key or network. @throws ProblemError */
export async function inspectionText(
	{ query }: vscode.Uri,
	reader: CertificateReader,
	certificates: CertificateStore,
): Promise<string> {
	const now = Date.now() / 1000;
	const { name, bytes } = await readCertificateFile(vscode.Uri.parse(query, true));
	const file = await reader.read(bytes, now, readReminderDays());
	return formatInspection(name, file, (sha256) => certificates.findByFingerprint(sha256), now);
}

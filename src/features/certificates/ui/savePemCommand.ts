import * as vscode from "vscode";
import { loadingTitle } from "../../../common/messages/certificateMessages.ts";
import { type NotificationDeps, showMessage } from "../../../common/ui/notifications.ts";
import { withCancellableProgress } from "../../../common/ui/progress.ts";
import { initialFolder, saveFile } from "../../../common/ui/saveFile.ts";
import { notifyDone } from "../../../common/ui/statusNotifications.ts";
import type { Certificate } from "../../../domain/certificate.ts";
import { MAX_FILE_BYTES } from "../../../domain/limits.ts";
import { CancelledError, ProblemError } from "../../../domain/problem.ts";
import type { CertificateStore } from "../../organization/certificateStore.ts";
import { fetchContent, loadContents } from "../../organization/ui/commandContext.ts";
import { describeSavedPem, describeSavedPems, type SavedPem, savePemLabels, saveTitle } from "../savePemMessages.ts";

export interface SavePemDeps extends NotificationDeps {
	readonly certificates: CertificateStore;
}

/**
 * Saves certificates as PEM: one in a file that the user names, several in a folder.
 * @throws ProblemError; CancelledError
 */
export async function savePem(deps: SavePemDeps, chosen: readonly Certificate[]): Promise<void> {
	const [only, ...others] = chosen;
	if (!only) throw new ProblemError({ reason: "nothing-selected" });
	if (others.length > 0) return saveInFolder(deps, chosen);
	const { pem } = await fetchContent(deps, only);
	const fileName = await saveFile(saveTitle([only]), fileNameFor(only), pem);
	notifyDone(describeSavedPem(fileName));
}

/** Saves all certificates of the organization in a folder that the user picks. @throws CancelledError */
export async function saveAllPems(deps: SavePemDeps): Promise<void> {
	await saveInFolder(deps, deps.certificates.state.listing?.certificates ?? []);
}

async function saveInFolder(deps: SavePemDeps, chosen: readonly Certificate[]): Promise<void> {
	const picked = await vscode.window.showOpenDialog({
		title: saveTitle(chosen),
		openLabel: savePemLabels.saveHere,
		canSelectFolders: true,
		canSelectFiles: false,
		defaultUri: initialFolder(),
	});
	const [folder] = picked ?? [];
	if (!folder) throw new CancelledError();
	const subjects = await withCancellableProgress(loadingTitle(chosen), (signal) => loadContents(deps, chosen, signal));
	const saved: SavedPem[] = [];
	for (const { certificate, content } of subjects) {
		const file = vscode.Uri.joinPath(folder, fileNameFor(certificate));
		saved.push({ certificate, outcome: content ? await writeUnlessDifferent(file, content.pem) : "unreadable" });
	}
	const message = describeSavedPems(saved);
	if (saved.every(({ outcome }) => outcome === "saved")) notifyDone(message);
	else void showMessage(deps, "warning", message);
}

/** Writes a file, but never over a file with other content. */
async function writeUnlessDifferent(file: vscode.Uri, pem: string): Promise<SavedPem["outcome"]> {
	const bytes = new TextEncoder().encode(pem);
	const { fs } = vscode.workspace;
	try {
		const stat = await fs.stat(file).then(
			(found) => found,
			() => null,
		);
		if (!stat) {
			await fs.writeFile(file, bytes);
			return "saved";
		}
		if (stat.type !== vscode.FileType.File || stat.size > MAX_FILE_BYTES) return "taken";
		return Buffer.compare(await fs.readFile(file), bytes) === 0 ? "saved" : "taken";
	} catch {
		return "failed";
	}
}

/** Returns a file name made of the id alone: a name could contain a path. */
function fileNameFor({ id }: Certificate): string {
	return `${id}.pem`;
}

import * as vscode from "vscode";
import { formatCertificateName } from "../../../common/messages/certificateMessages.ts";
import { type FileContent, readCertificateFile } from "../../../common/ui/certificateFilePicker.ts";
import { type NotificationDeps, showMessage } from "../../../common/ui/notifications.ts";
import { withCancellableProgress } from "../../../common/ui/progress.ts";
import { pickOne } from "../../../common/ui/prompts.ts";
import { initialFolder, saveFile } from "../../../common/ui/saveFile.ts";
import { notifyDone } from "../../../common/ui/statusNotifications.ts";
import type { CertificateReader } from "../../../domain/certificateFile.ts";
import { CancelledError, ProblemError, problemOf } from "../../../domain/problem.ts";
import type { DestinationProvider } from "../../organization/ui/commandContext.ts";
import {
	askRemoval,
	clientCommandLabels,
	describeAdded,
	describeExported,
	describeRemoved,
} from "../clientCommandMessages.ts";
import { exportClients, MAX_LIST_BYTES, readExportedClients } from "../clientExchange.ts";
import type { ClientStore } from "../clientStore.ts";
import type { KnownClient } from "../knownClient.ts";
import type { FoundClients } from "../readClients.ts";
import { type FileSource, scanFiles } from "../scanFiles.ts";

export interface ClientCommandDeps extends NotificationDeps {
	readonly connections: DestinationProvider;
	readonly clients: ClientStore;
	readonly clientFiles: FileSource;
	readonly reader: CertificateReader;
}

/**
 * Adds the clients in files and folders, and shows what happened to each.
 * @param clicked,selection Arguments that a drop passes; without files, the person chooses.
 * @throws ProblemError; CancelledError
 */
export async function addClients(deps: ClientCommandDeps, clicked: unknown, selection: unknown): Promise<void> {
	const { organizationRef } = await deps.connections.destination();
	const chosen = await chooseFiles(clicked, selection);
	const locations = chosen.map((uri) => uri.toString());
	await addFound(deps, organizationRef, (signal) =>
		scanFiles(locations, deps.clientFiles, deps.reader, Date.now() / 1000, signal),
	);
}

/** Saves all known clients as a list for other computers. @throws ProblemError; CancelledError */
export async function exportKnownClients(deps: ClientCommandDeps): Promise<void> {
	const { organizationRef } = await deps.connections.destination();
	const clients = await deps.clients.list(organizationRef);
	if (clients.length === 0) return void showMessage(deps, "information", clientCommandLabels.nothingToExport);
	const file = await saveFile(clientCommandLabels.exportTitle, "openai-clients.json", exportClients(clients));
	notifyDone(describeExported(clients.length, file));
}

/** Adds the clients of an exported list. @throws ProblemError; CancelledError */
export async function importKnownClients(deps: ClientCommandDeps): Promise<void> {
	const { organizationRef } = await deps.connections.destination();
	const [uri] = await chooseBy({ title: clientCommandLabels.importTitle, filters: { JSON: ["json"] } });
	if (!uri) throw new CancelledError();
	const { name, bytes } = await readList(uri);
	await addFound(deps, organizationRef, (signal) =>
		readExportedClients(bytes, name, deps.reader, Date.now() / 1000, signal),
	);
}

/** Removes clients from the list after a confirmation. @throws ProblemError; CancelledError */
export async function removeClients(deps: ClientCommandDeps, removed: readonly KnownClient[]): Promise<void> {
	const { organizationRef } = await deps.connections.destination();
	const { remove, dontRemove, removalEffect: detail } = clientCommandLabels;
	const question = askRemoval(removed.map(formatCertificateName));
	// Enter presses the first button.
	const chosen = await vscode.window.showWarningMessage(question, { modal: true, detail }, dontRemove, remove);
	if (chosen !== remove) throw new CancelledError();
	await deps.clients.remove(
		organizationRef,
		removed.map(({ sha256 }) => sha256),
	);
	notifyDone(describeRemoved(removed.length));
}

/** @throws ProblemError `file-unreadable`, `client-list-refused` */
async function readList(uri: vscode.Uri): Promise<FileContent> {
	try {
		return await readCertificateFile(uri, MAX_LIST_BYTES);
	} catch (thrown) {
		const problem = problemOf(thrown);
		if (problem?.reason !== "file-unreadable" || problem.why !== "too-large") throw thrown;
		throw new ProblemError({ reason: "client-list-refused", file: problem.file, why: "too-large" });
	}
}

async function addFound(
	deps: ClientCommandDeps,
	organizationRef: string,
	find: (signal: AbortSignal) => Promise<FoundClients>,
): Promise<void> {
	const { found, result } = await withCancellableProgress(clientCommandLabels.readingFiles, async (signal) => {
		const found = await find(signal);
		return { found, result: await deps.clients.add(organizationRef, found.clients, signal) };
	});
	void showMessage(deps, "information", describeAdded(result, found, Date.now() / 1000));
}

/** @throws CancelledError */
async function chooseFiles(clicked: unknown, selection: unknown): Promise<readonly vscode.Uri[]> {
	const given = [clicked, ...(Array.isArray(selection) ? selection : [])].filter((each) => each instanceof vscode.Uri);
	const unique = new Map(given.map((uri) => [uri.toString(), uri]));
	if (unique.size > 0) return [...unique.values()];
	const { title, selectSource: placeholder } = clientCommandLabels;
	// Most systems have no dialog for both.
	const canSelectFolders = await pickOne({ title, placeholder }, [
		{ label: clientCommandLabels.chooseFiles, value: false },
		{ label: clientCommandLabels.chooseFolder, value: true },
	]);
	return chooseBy({ title, canSelectMany: true, canSelectFolders, canSelectFiles: !canSelectFolders });
}

/** @throws CancelledError */
async function chooseBy(options: vscode.OpenDialogOptions): Promise<readonly vscode.Uri[]> {
	const chosen = await vscode.window.showOpenDialog({ defaultUri: initialFolder(), ...options });
	if (!chosen) throw new CancelledError();
	return chosen;
}

import * as l10n from "@vscode/l10n";
import * as vscode from "vscode";
import type { Certificates } from "../application/certificates.ts";
import type { Uploads } from "../application/uploads.ts";
import type { CertificateReader } from "../domain/certificateFile.ts";
import { Cancelled, Failure, problemOf } from "../domain/failure.ts";
import type { AccessSource, Service } from "../domain/service.ts";
import type { CertificatesView } from "./certificatesView.ts";
import type { Connections } from "./connections.ts";
import { inspectFile, inspectFiles } from "./inspection.ts";
import { askForKey } from "./keyPrompt.ts";
import { COMMANDS, type CommandId, SETTINGS_OF_THIS, VIEW } from "./names.ts";
import { baseUrl } from "./settings.ts";
import { type UploadCommand, uploadFiles } from "./uploadCommand.ts";

/** What commands act on. */
export interface ActionContext {
	readonly certificates: Certificates;
	readonly uploads: Uploads;
	readonly connections: Connections;
	readonly view: CertificatesView;
	readonly log: vscode.LogOutputChannel;
	/** Tells the editor which inspections are to be read anew. */
	readonly inspections: vscode.EventEmitter<vscode.Uri>;
	readonly reader: CertificateReader;
	readonly openService: (access: AccessSource) => Service;
}

/** What each command does. It is loaded with the first one. @throws Failure, Cancelled */
export type Actions = Readonly<Record<CommandId, (...args: unknown[]) => unknown>>;

export function createActions(context: ActionContext): Actions {
	const { reader, uploads, connections, certificates, view, log, inspections } = context;
	const upload: UploadCommand = {
		reader,
		certificates,
		uploads,
		ensureKey: async () => {
			const reason = await connections.destination().then(
				() => null,
				(thrown) => problemOf(thrown)?.reason,
			);
			if (reason === "no-key" || reason === "key-elsewhere") await setKey(context);
		},
		destination: () => connections.destination(),
		reveal: (certificate) => view.reveal(certificate),
		inspect: (file) => inspectFile(inspections, file),
	};
	return {
		[COMMANDS.upload]: (clicked, selection) => uploadFiles(upload, clicked, selection),
		[COMMANDS.inspect]: (clicked, selection) => inspectFiles(inspections, clicked, selection),
		[COMMANDS.setKey]: () => setKey(context),
		[COMMANDS.removeKey]: () => removeKey(connections),
		[COMMANDS.refresh]: async () => {
			await vscode.commands.executeCommand(`${VIEW}.focus`);
			await view.refresh();
		},
		[COMMANDS.copyId]: (row) => copyId(view, row),
		[COMMANDS.cancelUpload]: (row) => view.uploadOf(row).cancel(),
		[COMMANDS.openSettings]: () => vscode.commands.executeCommand("workbench.action.openSettings", SETTINGS_OF_THIS),
		[COMMANDS.showLog]: () => log.show(),
	};
}

async function setKey({ openService, connections, certificates }: ActionContext): Promise<void> {
	const { access, listing } = await askForKey(baseUrl(), (access) => openService(async () => access));
	const { id } = await connections.store(access);
	certificates.forget(id);
	// The list that showed that the key is good is also the first one to show, unless the base URL was changed meanwhile.
	if (baseUrl().origin === access.baseUrl.origin) certificates.show(listing);
	else await certificates.refresh();
}

async function removeKey(connections: Connections): Promise<void> {
	const connection = await connections.current();
	if (!connection) {
		// Whatever lies there is no connection: it is of no use to anyone.
		await connections.remove();
		throw new Failure({ reason: "no-key" });
	}
	const remove = l10n.t("Remove Key");
	const chosen = await vscode.window.showWarningMessage(
		l10n.t("Remove the admin key for {0} from this computer?", connection.label),
		{ modal: true, detail: l10n.t("At OpenAI it stays valid until it is revoked there.") },
		remove,
	);
	if (chosen !== remove) throw new Cancelled();
	await connections.remove();
}

async function copyId(view: CertificatesView, row: unknown): Promise<void> {
	await vscode.env.clipboard.writeText(view.certificateOf(row).id);
	vscode.window.setStatusBarMessage(l10n.t("Copied the certificate's id."), 3000);
}

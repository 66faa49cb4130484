import * as l10n from "@vscode/l10n";
import * as vscode from "vscode";
import type { Certificates } from "../application/certificates.ts";
import type { Uploads } from "../application/uploads.ts";
import { Cancelled, Failure } from "../domain/failure.ts";
import type { Backend } from "../domain/service.ts";
import type { CertificatesView } from "./certificatesView.ts";
import type { Connections } from "./connections.ts";
import { showFailure } from "./failures.ts";
import { askForKey } from "./keyPrompt.ts";
import { COMMANDS, SETTINGS } from "./names.ts";
import { baseUrl } from "./settings.ts";
import { uploadFiles } from "./uploadCommand.ts";

/** What commands act on. */
export interface CommandContext {
	readonly certificates: Certificates;
	readonly uploads: Uploads;
	readonly connections: Connections;
	readonly view: CertificatesView;
	readonly log: vscode.LogOutputChannel;
	readonly backend: () => Promise<Backend>;
}

/** Registers every command; whatever one throws is shown here and nowhere else. */
export function registerCommands(context: CommandContext): vscode.Disposable {
	const { uploads, connections, certificates, view, log, backend } = context;
	const reader = async () => (await backend()).reader;
	const ensureKey = async () => {
		if (!(await connections.current())) await setKey(context);
	};
	const upload = { reader, certificates, uploads, ensureKey, reveal: view.reveal.bind(view) };

	const handlers: Readonly<Record<string, (...args: unknown[]) => unknown>> = {
		[COMMANDS.upload]: (clicked, selection) => uploadFiles(upload, clicked, selection),
		[COMMANDS.setKey]: () => setKey(context),
		[COMMANDS.removeKey]: () => removeKey(connections),
		[COMMANDS.refresh]: () => view.refresh(),
		[COMMANDS.copyId]: (row) => copyId(view, row),
		[COMMANDS.cancelUpload]: (row) => view.uploadOf(row).cancel(),
		[COMMANDS.openSettings]: () => vscode.commands.executeCommand("workbench.action.openSettings", SETTINGS.baseUrl),
		[COMMANDS.showLog]: () => log.show(),
	};
	return vscode.Disposable.from(
		...Object.entries(handlers).map(([id, handler]) =>
			vscode.commands.registerCommand(id, async (...args: unknown[]) => {
				try {
					await handler(...args);
				} catch (thrown) {
					await showFailure(thrown, log);
				}
			}),
		),
	);
}

async function setKey({ backend, connections, certificates }: CommandContext): Promise<void> {
	const { access, listing } = await askForKey(baseUrl(), async (access) =>
		(await backend()).openService(async () => access),
	);
	const { id } = await connections.store(access);
	certificates.forget(id);
	// The list that showed that the key is good is also the first one to show.
	certificates.show(listing);
}

async function removeKey(connections: Connections): Promise<void> {
	const connection = await connections.current();
	if (!connection) throw new Failure({ reason: "no-key" });
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

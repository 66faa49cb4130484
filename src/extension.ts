import * as vscode from "vscode";
import { registerCommands } from "./app/registerCommands.ts";
import { lazy } from "./common/lazy.ts";
import {
	CERTIFICATE_SCHEME,
	CERTIFICATES_VIEW,
	CLIENTS_VIEW,
	COMMANDS,
	type CommandId,
	INSPECTION_SCHEME,
	PROJECTS_VIEW,
} from "./common/manifestIds.ts";
import { setLanguage } from "./common/text/locale.ts";
import { Log } from "./common/ui/log.ts";
import { showUnexpectedError } from "./common/ui/unexpectedError.ts";
import { ExpiryMonitor } from "./features/expiry/ui/expiryMonitor.ts";
import { LazyTreeView, readDroppedFiles, URI_LIST } from "./features/sidebar/ui/lazyTreeView.ts";

/**
 * Registers empty views, and commands without handlers. Must not read a secret, a file or the network: the first
 * visible view or the first command loads everything else. Only the expiry monitor reads its state by itself, after
 * activation.
 */
export function activate(context: vscode.ExtensionContext): void {
	setLanguage(vscode.env.language, vscode.l10n.bundle);
	const { id, packageJSON } = context.extension;
	const log = new Log(packageJSON.displayName);
	const report = (thrown: unknown) => void showUnexpectedError(thrown, log);
	const inspections = new vscode.EventEmitter<vscode.Uri>();
	const certificateTexts = new vscode.EventEmitter<vscode.Uri>();

	const backend = lazy(() => loadBackend());

	const loadOnShow = () => void backend().catch(report);
	const trees = {
		certificates: new LazyTreeView(
			CERTIFICATES_VIEW,
			{ canSelectMany: true, dragAndDropController: runOnDrop(COMMANDS.upload) },
			loadOnShow,
		),
		projects: new LazyTreeView(PROJECTS_VIEW, {}, loadOnShow),
		clients: new LazyTreeView(
			CLIENTS_VIEW,
			{ canSelectMany: true, dragAndDropController: runOnDrop(COMMANDS.addClients) },
			loadOnShow,
		),
	};
	const expiryFolder = vscode.Uri.joinPath(context.globalStorageUri, "watch").fsPath;
	const remind = async () => (await backend()).remind();
	const expiryMonitor = new ExpiryMonitor({ view: trees.certificates.view, folder: expiryFolder, remind, report });
	const loadBackend = async () => {
		const { createBackend } = await import("./backend.js");
		return createBackend({
			userAgent: `${id}/${packageJSON.version}`,
			language: vscode.env.language,
			translations: vscode.l10n.bundle,
			...{ context, log, inspections, certificateTexts, trees, report },
			...{ expiryMonitor, expiryFolder },
		});
	};

	context.subscriptions.push(
		log,
		trees.certificates,
		trees.projects,
		trees.clients,
		expiryMonitor,
		inspections,
		certificateTexts,
		registerCommands(async () => (await backend()).commandHandlers, report),
		vscode.workspace.registerTextDocumentContentProvider(INSPECTION_SCHEME, {
			onDidChange: inspections.event,
			provideTextDocumentContent: async (uri) => (await backend()).inspectionText(uri),
		}),
		vscode.workspace.registerTextDocumentContentProvider(CERTIFICATE_SCHEME, {
			onDidChange: certificateTexts.event,
			provideTextDocumentContent: async (uri) => (await backend()).certificateText(uri),
		}),
		{
			dispose: () =>
				backend
					.begun()
					?.then(({ close }) => close())
					.catch(report),
		},
	);
}

/** Runs a command of the menus on dropped files, with its prompts. */
function runOnDrop(command: CommandId): vscode.TreeDragAndDropController<unknown> {
	return {
		dragMimeTypes: [],
		dropMimeTypes: [URI_LIST],
		handleDrop: async (_, dropped) => {
			const files = await readDroppedFiles(dropped);
			if (files.length > 0) await vscode.commands.executeCommand(command, files[0], files);
		},
	};
}

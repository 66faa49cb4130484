import * as vscode from "vscode";
import { registerCommands } from "./app/registerCommands.ts";
import { lazy } from "./common/lazy.ts";
import { CERTIFICATE_SCHEME, COMMANDS, INSPECTION_SCHEME, PROJECTS_VIEW, VIEW } from "./common/manifestIds.ts";
import { setLanguage } from "./common/messages/locale.ts";
import { Log } from "./common/ui/log.ts";
import { showUnexpectedError } from "./common/ui/unexpectedError.ts";
import { ExpiryMonitor } from "./features/expiry/ui/expiryMonitor.ts";
import { droppedFiles, FILES, LazyTreeView } from "./features/sidebar/ui/lazyTreeView.ts";

/**
 * Registers views without rows and commands that do nothing yet. Nothing here reads a secret, a file or the network: all
 * else is loaded when a person looks at a view or gives a command. The watch alone reads its record by itself, once this is
 * over.
 */
export function activate(context: vscode.ExtensionContext): void {
	setLanguage(vscode.env.language, vscode.l10n.bundle);
	const { id, packageJSON } = context.extension;
	const log = new Log(packageJSON.displayName);
	const report = (thrown: unknown) => void showUnexpectedError(thrown, log);
	const inspections = new vscode.EventEmitter<vscode.Uri>();
	const certificateTexts = new vscode.EventEmitter<vscode.Uri>();

	const backend = lazy(() => loadBackend());

	const look = () => void backend().catch(report);
	const trees = {
		certificates: new LazyTreeView(VIEW, { canSelectMany: true, dragAndDropController: UPLOADS_WHAT_IS_DROPPED }, look),
		projects: new LazyTreeView(PROJECTS_VIEW, {}, look),
	};
	const watchFolder = vscode.Uri.joinPath(context.globalStorageUri, "watch").fsPath;
	const remind = async () => (await backend()).remind();
	const watch = new ExpiryMonitor({ view: trees.certificates.view, folder: watchFolder, remind, report });
	const loadBackend = async () => {
		const { createBackend } = await import("./backend.js");
		return createBackend({
			userAgent: `${id}/${packageJSON.version}`,
			language: vscode.env.language,
			translations: vscode.l10n.bundle,
			...{ context, log, inspections, certificateTexts, trees, watch, watchFolder, report },
		});
	};

	context.subscriptions.push(
		log,
		trees.certificates,
		trees.projects,
		watch,
		inspections,
		certificateTexts,
		registerCommands(async () => (await backend()).actions, report),
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

/** By the same command as the menus, and so with the same questions. */
const UPLOADS_WHAT_IS_DROPPED: vscode.TreeDragAndDropController<unknown> = {
	dragMimeTypes: [],
	dropMimeTypes: [FILES],
	handleDrop: async (_, dropped) => {
		const files = await droppedFiles(dropped);
		if (files.length > 0) await vscode.commands.executeCommand(COMMANDS.upload, files[0], files);
	},
};

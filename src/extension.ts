import * as vscode from "vscode";
import { Certificates } from "./application/certificates.ts";
import { Uploads } from "./application/uploads.ts";
import type { Backend } from "./backend.js";
import { CertificatesView } from "./ui/certificatesView.ts";
import { registerCommands } from "./ui/commands.ts";
import { Connections } from "./ui/connections.ts";
import { showFailure } from "./ui/failures.ts";
import { followChanges } from "./ui/following.ts";
import { INSPECTION_SCHEME } from "./ui/names.ts";
import { baseUrl } from "./ui/settings.ts";
import { setLanguage } from "./ui/words/language.ts";

/** Builds everything from top to bottom. Nothing here reads a secret, a file or the network: that waits for a person. */
export function activate(context: vscode.ExtensionContext): void {
	setLanguage(vscode.env.language, vscode.l10n.bundle);
	const log = vscode.window.createOutputChannel(context.extension.packageJSON.displayName, { log: true });

	let loading: Promise<Backend> | undefined;
	const backend = () => {
		loading ??= loadBackend(context.extension, log);
		loading.catch(() => {
			loading = undefined;
		});
		return loading;
	};

	const connections = new Connections(context.secrets, baseUrl);
	const service = async () => (await backend()).openService(() => connections.access());
	const certificates = new Certificates(service, async () => (await backend()).reader);
	const uploads = new Uploads(service, certificates);
	const view = new CertificatesView(certificates, uploads, (thrown) => void showFailure(thrown, log));

	const inspections = new vscode.EventEmitter<vscode.Uri>();

	const actions = async () =>
		(await backend()).createActions({ certificates, uploads, connections, view, log, inspections });

	context.subscriptions.push(
		log,
		connections,
		view,
		followChanges(connections, certificates, view),
		inspections,
		registerCommands(actions, log),
		vscode.workspace.registerTextDocumentContentProvider(INSPECTION_SCHEME, {
			onDidChange: inspections.event,
			provideTextDocumentContent: async (uri) => (await backend()).inspectionText(uri, certificates),
		}),
		{ dispose: () => void loading?.then(({ close }) => close()) },
	);
}

/** The second bundle: what activation does not need. */
async function loadBackend(
	{ id, packageJSON }: vscode.Extension<unknown>,
	log: vscode.LogOutputChannel,
): Promise<Backend> {
	const { createBackend } = await import("./backend.js");
	return createBackend({
		userAgent: `${id}/${packageJSON.version}`,
		language: vscode.env.language,
		translations: vscode.l10n.bundle,
		observe: ({ method, route, status, milliseconds, requestId }) =>
			log.info(`${method} ${route} ${status ?? "no answer"} ${milliseconds} ms ${requestId ?? ""}`.trimEnd()),
	});
}

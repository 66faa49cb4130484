import * as vscode from "vscode";
import { Certificates } from "./application/certificates.ts";
import { Uploads } from "./application/uploads.ts";
import type { Access, Exchange } from "./domain/service.ts";
import { CertificatesView } from "./ui/certificatesView.ts";
import { registerCommands } from "./ui/commands.ts";
import { Connections } from "./ui/connections.ts";
import { followChanges } from "./ui/following.ts";
import { baseUrl } from "./ui/settings.ts";
import { setLanguage } from "./ui/words/language.ts";

/** Builds everything from top to bottom. Nothing here reads a secret, a file or the network: that waits for a person. */
export function activate(context: vscode.ExtensionContext): void {
	setLanguage(vscode.env.language, vscode.l10n.bundle);
	const log = vscode.window.createOutputChannel(context.extension.packageJSON.displayName, { log: true });

	let loading: ReturnType<typeof loadBackend> | undefined;
	const backend = () => {
		loading ??= loadBackend(context.extension, log);
		return loading;
	};

	const connections = new Connections(context.secrets, baseUrl);
	const openService = async (access: () => Promise<Access>) => (await backend()).openService(access);
	const service = () => openService(() => connections.access());
	const certificates = new Certificates(service);
	const uploads = new Uploads(service, certificates);
	const view = new CertificatesView(certificates, uploads);

	context.subscriptions.push(
		log,
		connections,
		view,
		followChanges(connections, certificates, view),
		registerCommands({ certificates, uploads, connections, view, log, backend }),
		{ dispose: () => void loading?.then(({ close }) => close()) },
	);
}

/** The second bundle: what needs undici and @peculiar/x509. */
async function loadBackend({ id, packageJSON }: vscode.Extension<unknown>, log: vscode.LogOutputChannel) {
	const { createBackend } = await import("./backend.js");
	return createBackend(`${id}/${packageJSON.version}`, ({ method, route, status, milliseconds, requestId }: Exchange) =>
		log.info(`${method} ${route} ${status ?? "no answer"} ${milliseconds} ms ${requestId ?? ""}`.trimEnd()),
	);
}

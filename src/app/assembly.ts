import * as vscode from "vscode";
import { sanitize } from "../common/messages/sanitize.ts";
import { FileLocks } from "../common/storage/locks.ts";
import { showProblem } from "../common/ui/problemNotification.ts";
import { baseUrl } from "../common/ui/settings.ts";
import { VirtualDocuments } from "../common/ui/virtualDocuments.ts";
import type { Certificate } from "../domain/certificate.ts";
import { ClientCertificateSettings } from "../features/connections/ui/clientCertificateSettings.ts";
import { ConnectionSecretStore } from "../features/connections/ui/connectionSecretStore.ts";
import { ConnectionStore } from "../features/connections/ui/connectionStore.ts";
import { ExpirySnapshotWriter } from "../features/expiry/expirySnapshotWriter.ts";
import type { ExpiryMonitor } from "../features/expiry/ui/expiryMonitor.ts";
import { remind } from "../features/expiry/ui/reminderNotification.ts";
import { inspectionText } from "../features/inspection/ui/inspectCommand.ts";
import { CertificateStore, tryGetContent } from "../features/organization/certificateStore.ts";
import { ContentCache } from "../features/organization/contentCache.ts";
import { EnforcementIndex } from "../features/organization/enforcementIndex.ts";
import { ProjectStore } from "../features/organization/projectStore.ts";
import { RotationPlanStore } from "../features/rotation/rotationPlanStore.ts";
import { type RotationCommands, rotateCertificate } from "../features/rotation/ui/startRotationCommand.ts";
import { CertificatesView } from "../features/sidebar/ui/certificatesView.ts";
import type { LazyTreeView } from "../features/sidebar/ui/lazyTreeView.ts";
import { ProjectsView } from "../features/sidebar/ui/projectsView.ts";
import { orderIn } from "../features/sidebar/ui/sortCommand.ts";
import { JournalStore } from "../features/upload/journalStore.ts";
import { UploadService } from "../features/upload/uploadService.ts";
import { type CommandDeps, type CommandHandlers, createCommandHandlers, uploadCommand } from "./commandHandlers.ts";
import { syncState } from "./stateSync.ts";

/** What activation made: views that wait to be filled, and what tells the editor of news. */
export interface EagerParts extends Pick<CommandDeps, "log" | "inspections"> {
	readonly context: Pick<vscode.ExtensionContext, "secrets" | "globalState" | "globalStorageUri">;
	readonly trees: { readonly certificates: LazyTreeView; readonly projects: LazyTreeView };
	readonly watch: Pick<ExpiryMonitor, "check" | "record" | "due" | "goBy" | "claimDayHere">;
	/** Where the record of what is watched is; an absolute path. */
	readonly watchFolder: string;
	/** Tells the editor which texts of what the service holds are to be read anew. */
	readonly certificateTexts: vscode.EventEmitter<vscode.Uri>;
	/** Shows what went wrong where no command was given. */
	readonly report: (thrown: unknown) => void;
}

/** What the service and the files are reached by. */
export type Adapters = Pick<CommandDeps, "reader" | "openService" | "checkLive"> &
	Pick<CommandDeps, "judgeClientFiles" | "traceClientCertificate" | "checkClient" | "judgeClient">;

/** All that a person has to do with. */
export interface Assembly extends vscode.Disposable {
	readonly actions: CommandHandlers;
	/** Tells what is to be told of certificates that expire, and shows what it met. */
	remind(): Promise<void>;
	/** What is in a certificate file, as a text. */
	inspectionText(uri: vscode.Uri): Promise<string>;
	/** What the service holds, as the text that a command showed. */
	certificateText(uri: vscode.Uri): string;
}

/** Builds it, when the first view is looked at or the first command is given. */
export function assemble(frame: EagerParts, access: Adapters): Assembly {
	const { trees, report, watch, watchFolder } = frame;
	const { secrets, globalState: memory, globalStorageUri } = frame.context;
	const folder = (name: string) => vscode.Uri.joinPath(globalStorageUri, name).fsPath;
	const clientCertificates = new ClientCertificateSettings(secrets);
	const locks = new FileLocks(folder("locks"));
	const secret = new ConnectionSecretStore(secrets, locks, folder("connections"));
	const connections = new ConnectionStore(secret, clientCertificates, baseUrl);
	const open = async (organizationRef?: string) => access.openService(() => connections.access(organizationRef));
	const certificates = new CertificateStore(
		async () => {
			certificates.bindConnection((await connections.current())?.organizationRef ?? null);
			return open(certificates.organizationRef ?? undefined);
		},
		async () => access.reader,
	);
	const projects = new ProjectStore(async () =>
		open(certificates.organizationRef ?? (await connections.current())?.organizationRef),
	);
	const organization = { open, certificates, projects };
	const pending = new JournalStore(folder("pending-uploads"), locks);
	const uploads = new UploadService({ service: open, certificates, pending });
	const enforcement = new EnforcementIndex(certificates, projects);
	const sources = { certificates, projects, enforcement };
	const snapshot = new ExpirySnapshotWriter(watchFolder, sources, watch);
	const plans = new RotationPlanStore(folder("rotations"), locks);
	const contents = new ContentCache(certificates);
	for (const each of [certificates, projects, uploads, contents, plans]) each.on("error", report);

	const projectsView = new ProjectsView(trees.projects, sources, report);
	const view = new CertificatesView(
		trees.certificates,
		{
			certificates,
			uploads,
			projects,
			enforcement,
			plans,
			contents,
			needProjects: () => projectsView.need(),
			order: () => orderIn(memory),
			connectionName: async () => {
				// Where connections cannot be read the list says so.
				const { length } = await connections.all().catch(() => []);
				const current = length > 1 ? await connections.current().catch(() => null) : null;
				return current && sanitize(current.label);
			},
		},
		report,
	);

	const documents = new VirtualDocuments(frame.certificateTexts);
	const rotations: CommandDeps["rotations"] = {
		organization,
		plans,
		contentOf: (id, signal, service) => tryGetContent(id, certificates, signal, service),
	};
	const context: CommandDeps = {
		...{ ...frame, ...access, memory, certificates, projects, enforcement, organization, uploads, rotations },
		...{ connections, clientCertificates, view, projectsView, documents },
	};
	const rotation: RotationCommands = { ...context, upload: uploadCommand(context) };
	const rotate = (certificate: Certificate) => rotateCertificate(rotation, certificate);
	const following = syncState(connections, { certificates, projects, plans, uploads, report, view, projectsView });
	for (const each of [view, projectsView]) each.refreshIfStale();

	return {
		actions: createCommandHandlers(context),
		remind: () =>
			remind({ watchFolder, snapshot, certificates, view, watch, rotate, documents }).catch((thrown) =>
				showProblem(thrown, context),
			),
		certificateText: (uri) => documents.textOf(uri),
		inspectionText: (uri) => inspectionText(uri, access.reader, certificates),
		dispose: () => vscode.Disposable.from(following, view, projectsView, connections, documents, uploads).dispose(),
	};
}

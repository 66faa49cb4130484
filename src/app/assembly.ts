import * as vscode from "vscode";
import { inert } from "../common/messages/sanitize.ts";
import { Locks } from "../common/storage/locks.ts";
import { showFailure } from "../common/ui/problemNotification.ts";
import { baseUrl } from "../common/ui/settings.ts";
import { Documents } from "../common/ui/virtualDocuments.ts";
import type { Certificate } from "../domain/certificate.ts";
import { ClientCertificates } from "../features/connections/ui/clientCertificateSettings.ts";
import { ConnectionSecret } from "../features/connections/ui/connectionSecretStore.ts";
import { Connections } from "../features/connections/ui/connectionStore.ts";
import { SnapshotFile } from "../features/expiry/expirySnapshotWriter.ts";
import type { Watch } from "../features/expiry/ui/expiryMonitor.ts";
import { remind } from "../features/expiry/ui/reminderNotification.ts";
import { inspectionText } from "../features/inspection/ui/inspectCommand.ts";
import { Certificates, contentOf } from "../features/organization/certificateStore.ts";
import { Contents } from "../features/organization/contentCache.ts";
import { Enforcement } from "../features/organization/enforcementIndex.ts";
import { Projects } from "../features/organization/projectStore.ts";
import { RotationPlans } from "../features/rotation/rotationPlanStore.ts";
import { type RotationCommands, rotateCertificate } from "../features/rotation/ui/startRotationCommand.ts";
import { CertificatesView } from "../features/sidebar/ui/certificatesView.ts";
import type { Tree } from "../features/sidebar/ui/lazyTreeView.ts";
import { ProjectsView } from "../features/sidebar/ui/projectsView.ts";
import { orderIn } from "../features/sidebar/ui/sortCommand.ts";
import { PendingUploads } from "../features/upload/journalStore.ts";
import { Uploads } from "../features/upload/uploadService.ts";
import { type ActionContext, type Actions, createActions, uploadCommand } from "./commandHandlers.ts";
import { followChanges } from "./stateSync.ts";

/** What activation made: views that wait to be filled, and what tells the editor of news. */
export interface Frame extends Pick<ActionContext, "log" | "inspections"> {
	readonly context: Pick<vscode.ExtensionContext, "secrets" | "globalState" | "globalStorageUri">;
	readonly trees: { readonly certificates: Tree; readonly projects: Tree };
	readonly watch: Pick<Watch, "check" | "record" | "due" | "goBy" | "claimDayHere">;
	/** Where the record of what is watched is; an absolute path. */
	readonly watchFolder: string;
	/** Tells the editor which texts of what the service holds are to be read anew. */
	readonly certificateTexts: vscode.EventEmitter<vscode.Uri>;
	/** Shows what went wrong where no command was given. */
	readonly report: (thrown: unknown) => void;
}

/** What the service and the files are reached by. */
export type Access = Pick<ActionContext, "reader" | "openService" | "checkLive"> &
	Pick<ActionContext, "judgeClientFiles" | "traceClientCertificate" | "checkClient" | "judgeClient">;

/** All that a person has to do with. */
export interface Assembly extends vscode.Disposable {
	readonly actions: Actions;
	/** Tells what is to be told of certificates that expire, and shows what it met. */
	remind(): Promise<void>;
	/** What is in a certificate file, as a text. */
	inspectionText(uri: vscode.Uri): Promise<string>;
	/** What the service holds, as the text that a command showed. */
	certificateText(uri: vscode.Uri): string;
}

/** Builds it, when the first view is looked at or the first command is given. */
export function assemble(frame: Frame, access: Access): Assembly {
	const { trees, report, watch, watchFolder } = frame;
	const { secrets, globalState: memory, globalStorageUri } = frame.context;
	const folder = (name: string) => vscode.Uri.joinPath(globalStorageUri, name).fsPath;
	const clientCertificates = new ClientCertificates(secrets);
	const locks = new Locks(folder("locks"));
	const secret = new ConnectionSecret(secrets, locks, folder("connections"));
	const connections = new Connections(secret, clientCertificates, baseUrl);
	const open = async (organizationRef?: string) => access.openService(() => connections.access(organizationRef));
	const certificates = new Certificates(
		async () => {
			certificates.identify((await connections.current())?.organizationRef ?? null);
			return open(certificates.organizationRef ?? undefined);
		},
		async () => access.reader,
	);
	const projects = new Projects(async () =>
		open(certificates.organizationRef ?? (await connections.current())?.organizationRef),
	);
	const organization = { open, certificates, projects };
	const pending = new PendingUploads(folder("pending-uploads"), locks);
	const uploads = new Uploads({ service: open, certificates, pending });
	const enforcement = new Enforcement(certificates, projects);
	const sources = { certificates, projects, enforcement };
	const snapshot = new SnapshotFile(watchFolder, sources, watch);
	const plans = new RotationPlans(folder("rotations"), locks);
	const contents = new Contents(certificates);
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
				return current && inert(current.label);
			},
		},
		report,
	);

	const documents = new Documents(frame.certificateTexts);
	const rotations: ActionContext["rotations"] = {
		organization,
		plans,
		contentOf: (id, signal, service) => contentOf(id, certificates, signal, service),
	};
	const context: ActionContext = {
		...{ ...frame, ...access, memory, certificates, projects, enforcement, organization, uploads, rotations },
		...{ connections, clientCertificates, view, projectsView, documents },
	};
	const rotation: RotationCommands = { ...context, upload: uploadCommand(context) };
	const rotate = (certificate: Certificate) => rotateCertificate(rotation, certificate);
	const following = followChanges(connections, { certificates, projects, plans, uploads, report, view, projectsView });
	for (const each of [view, projectsView]) each.refreshIfStale();

	return {
		actions: createActions(context),
		remind: () =>
			remind({ watchFolder, snapshot, certificates, view, watch, rotate, documents }).catch((thrown) =>
				showFailure(thrown, context),
			),
		certificateText: (uri) => documents.textOf(uri),
		inspectionText: (uri) => inspectionText(uri, access.reader, certificates),
		dispose: () => vscode.Disposable.from(following, view, projectsView, connections, documents, uploads).dispose(),
	};
}

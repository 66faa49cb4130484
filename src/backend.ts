import * as vscode from "vscode";
import {
	type CommandDeps,
	type CommandHandlers,
	createCommandHandlers,
	createUploadDeps,
} from "./app/commandHandlers.ts";
import { syncState } from "./app/stateSync.ts";
import { FileLocks } from "./common/storage/locks.ts";
import { excerpt } from "./common/text/excerpt.ts";
import { setLanguage } from "./common/text/locale.ts";
import { sanitize } from "./common/text/sanitize.ts";
import { showProblem } from "./common/ui/problemNotification.ts";
import { readBaseUrl, readNetworkSettings } from "./common/ui/settings.ts";
import { VirtualDocuments } from "./common/ui/virtualDocuments.ts";
import type { ClientCertificateFiles, RequestLogEntry } from "./domain/adminApi.ts";
import type { Certificate } from "./domain/certificate.ts";
import type { CertificateReader } from "./domain/certificateFile.ts";
import type { CertificateMaker } from "./domain/certificateMaking.ts";
import type { ChainChecks } from "./domain/clientCertificateCheck.ts";
import { ClientList } from "./features/clients/clientList.ts";
import { ClientStore } from "./features/clients/clientStore.ts";
import { ClientJudge } from "./features/clients/judgeClients.ts";
import { readRenewedFiles } from "./features/clients/renewedFiles.ts";
import { FILE_SOURCE } from "./features/clients/ui/fileSource.ts";
import { ClientCertificateSettings } from "./features/connections/ui/clientCertificateSettings.ts";
import { ConnectionSecretStore } from "./features/connections/ui/connectionSecretStore.ts";
import { ConnectionStore } from "./features/connections/ui/connectionStore.ts";
import { ExpirySnapshotWriter } from "./features/expiry/expirySnapshotWriter.ts";
import type { ExpiryMonitor } from "./features/expiry/ui/expiryMonitor.ts";
import { remind } from "./features/expiry/ui/reminderNotification.ts";
import { inspectionText } from "./features/inspection/ui/inspectCommand.ts";
import { CertificateStore, tryGetContent } from "./features/organization/certificateStore.ts";
import { ContentCache } from "./features/organization/contentCache.ts";
import { EnforcementIndex } from "./features/organization/enforcementIndex.ts";
import { ProjectStore } from "./features/organization/projectStore.ts";
import { RotationPlanStore } from "./features/rotation/rotationPlanStore.ts";
import { type RotationCommandDeps, rotateCertificate } from "./features/rotation/ui/startRotationCommand.ts";
import { CertificatesView } from "./features/sidebar/ui/certificatesView.ts";
import { ClientsView } from "./features/sidebar/ui/clientsView.ts";
import type { LazyTreeView } from "./features/sidebar/ui/lazyTreeView.ts";
import { ProjectsView } from "./features/sidebar/ui/projectsView.ts";
import { storedSortOrder } from "./features/sidebar/ui/sortCommand.ts";
import { JournalStore } from "./features/upload/journalStore.ts";
import { UploadService } from "./features/upload/uploadService.ts";
import { AdminClient } from "./openai/adminClient.ts";
import { HttpTransport, type TransportOptions } from "./openai/httpTransport.ts";
import { checkLive } from "./openai/liveCheck.ts";
import { parseTlsKeyPair, readTlsKeyPair } from "./openai/tlsKeyPair.ts";

/** The parts that activation creates: empty views and event emitters. */
interface EagerParts extends Pick<CommandDeps, "log" | "inspections"> {
	readonly context: Pick<vscode.ExtensionContext, "secrets" | "globalState" | "globalStorageUri">;
	readonly trees: Readonly<Record<"certificates" | "projects" | "clients", LazyTreeView>>;
	readonly expiryMonitor: Pick<
		ExpiryMonitor,
		"check" | "readState" | "readDueReminder" | "setUnsavedSnapshot" | "claimDayLocally"
	>;
	/** The folder of the expiry reminder's state; an absolute path. */
	readonly expiryFolder: string;
	/** Makes VS Code read these virtual documents of certificates again. */
	readonly certificateTexts: vscode.EventEmitter<vscode.Uri>;
	/** Shows an error that no command caused. */
	readonly report: (thrown: unknown) => void;
}

export interface BackendOptions extends EagerParts {
	/** The name and version of this extension. */
	readonly userAgent: string;
	/** VS Code's language and translations: each bundle has its own copy of the messages. */
	readonly language: string;
	readonly translations: Record<string, string> | undefined;
}

/** The second bundle, loaded on the first visible view or the first command. */
export interface Backend {
	readonly commandHandlers: CommandHandlers;
	/** Shows due reminders of expiring certificates, and any error. */
	remind(): Promise<void>;
	/** Returns the text of an inspected certificate file. */
	inspectionText(uri: vscode.Uri): Promise<string>;
	/** Returns the text of a virtual document that a command opened. */
	certificateText(uri: vscode.Uri): string;
	/** Stops everything and closes all connections. */
	close(): Promise<void>;
}

/** What the features use of the API and of certificate files. */
type Adapters = Pick<CommandDeps, "reader" | "maker" | "openService" | "checkLive"> &
	Pick<CommandDeps, "validateClientFiles" | "traceClientCertificate" | "checkChain" | "validateClientCredentials"> & {
		/** Like `openChecks` in `x509`. */
		readonly openChecks: () => Promise<ChainChecks>;
	};

/** Loads @peculiar/x509 with the first file: it loads about as long as everything else, and rows must not wait. */
const reader: CertificateReader = {
	read: async (...file) => {
		const { X509CertificateFileReader } = await import("./x509/certificateFileReader.ts");
		return new X509CertificateFileReader().read(...file);
	},
};

/** Loads @peculiar/x509 on first use too. */
const loadMaker = async (): Promise<CertificateMaker> => {
	const { X509CertificateMaker } = await import("./x509/making/certificateMaker.ts");
	return new X509CertificateMaker();
};

const maker: CertificateMaker = {
	createCa: async (...request) => (await loadMaker()).createCa(...request),
	openCa: async (...files) => (await loadMaker()).openCa(...files),
	readRequest: async (...file) => (await loadMaker()).readRequest(...file),
};

/** Loads @peculiar/x509 on first use too. */
const checkClient: Adapters["checkChain"] = async (file, anchors) => {
	const { checkChain } = await import("./x509/chainCheck.ts");
	return checkChain(file, anchors, Date.now() / 1000);
};

/** Creates everything that activation does not need: undici, @peculiar/x509, and all behind the views and commands. */
export function createBackend({ userAgent, language, translations, ...eager }: BackendOptions): Backend {
	setLanguage(language, translations);
	const observe = ({ message, ...entry }: RequestLogEntry) =>
		eager.log.logRequest({ ...entry, message: message && excerpt(message) });
	const options: TransportOptions = { userAgent, observe, network: readNetworkSettings };
	const transport = new HttpTransport(options);
	const features = createFeatures(eager, {
		reader,
		maker,
		openService: (credentials) => new AdminClient(transport, credentials),
		validateClientFiles: async (files: ClientCertificateFiles) => {
			parseTlsKeyPair(await readTlsKeyPair(files));
		},
		traceClientCertificate: async (files, anchors) => {
			const { cert } = parseTlsKeyPair(await readTlsKeyPair(files));
			return checkClient(new TextEncoder().encode(cert), anchors);
		},
		checkChain: checkClient,
		openChecks: async () => {
			const { openChecks } = await import("./x509/chainCheck.ts");
			return openChecks();
		},
		validateClientCredentials: (credentials) => void parseTlsKeyPair(credentials),
		checkLive: (request, signal) => checkLive(options, request, signal),
	});
	return {
		...features,
		close: async () => {
			features.dispose();
			await transport.close();
		},
	};
}

/** Creates the stores, the views' content and the commands. */
function createFeatures(eager: EagerParts, adapters: Adapters): Omit<Backend, "close"> & vscode.Disposable {
	const { trees, report } = eager;
	const { secrets, globalState, globalStorageUri } = eager.context;
	const folder = (name: string) => vscode.Uri.joinPath(globalStorageUri, name).fsPath;
	const clientCertificates = new ClientCertificateSettings(secrets);
	const locks = new FileLocks(folder("locks"));
	const secretStore = new ConnectionSecretStore(secrets, locks, folder("connections"));
	const connections = new ConnectionStore(secretStore, clientCertificates, readBaseUrl);
	const open = async (organizationRef?: string) => adapters.openService(() => connections.credentials(organizationRef));
	const certificates = new CertificateStore(
		async () => {
			certificates.bindConnection((await connections.current())?.organizationRef ?? null);
			return open(certificates.organizationRef ?? undefined);
		},
		async () => adapters.reader,
	);
	const projects = new ProjectStore(async () =>
		open(certificates.organizationRef ?? (await connections.current())?.organizationRef),
	);
	const organization = { open, certificates, projects };
	const pending = new JournalStore(folder("pending-uploads"), locks);
	const uploads = new UploadService({ service: open, certificates, store: pending });
	const enforcement = new EnforcementIndex(certificates, projects);
	const sources = { certificates, projects, enforcement };
	const plans = new RotationPlanStore(folder("rotations"), locks);
	const contents = new ContentCache(certificates);
	const clients = new ClientStore(folder("clients"), locks);
	const snapshot = new ExpirySnapshotWriter(eager.expiryFolder, { ...sources, clients }, eager.expiryMonitor);
	const judge = new ClientJudge(adapters.openChecks);
	const { reader } = adapters;
	const clientList = new ClientList({ ...sources, contents, store: clients, judge, files: FILE_SOURCE, reader });
	for (const each of [certificates, projects, uploads, contents, plans, clients, clientList]) each.on("error", report);

	const projectsView = new ProjectsView(trees.projects, sources, report);
	const ensureProjects = () => projectsView.ensureFresh();
	const clientSources = { certificates, projects, contents, clients, clientList, ensureProjects };
	const clientsView = new ClientsView(trees.clients, clientSources, report);
	const view = new CertificatesView(
		trees.certificates,
		{
			certificates,
			uploads,
			projects,
			enforcement,
			plans,
			contents,
			ensureProjects,
			sortOrder: () => storedSortOrder(globalState),
			connectionName: async () => {
				// If connections cannot be read, the list shows the problem.
				const { length } = await connections.all().catch(() => []);
				const current = length > 1 ? await connections.current().catch(() => null) : null;
				return current && sanitize(current.label);
			},
		},
		report,
	);

	const documents = new VirtualDocuments(eager.certificateTexts);
	const rotations: CommandDeps["rotations"] = {
		organization,
		plans,
		readContent: (id, signal, service) => tryGetContent(id, certificates, signal, service),
	};
	const deps: CommandDeps = {
		...{ ...eager, ...adapters, globalState },
		...{ certificates, projects, enforcement, organization, uploads, rotations },
		...{ connections, clientCertificates, view, projectsView, clientsView, documents, locks },
		...{ clients, clientFiles: FILE_SOURCE },
		clientJudge: judge,
		readKnownClients: (organizationRef, signal) =>
			readRenewedFiles(organizationRef, clients, FILE_SOURCE, reader, signal),
	};
	const rotationDeps: RotationCommandDeps = { ...deps, upload: createUploadDeps(deps) };
	const rotate = (certificate: Certificate) => rotateCertificate(rotationDeps, certificate);
	const stateSync = syncState(connections, {
		certificates,
		projects,
		plans,
		uploads,
		report,
		view,
		projectsView,
		clientsView,
	});
	for (const each of [view, projectsView]) each.refreshIfStale();
	clientsView.refreshIfVisible();

	return {
		commandHandlers: createCommandHandlers(deps),
		remind: () =>
			remind({
				...{ folder: eager.expiryFolder, monitor: eager.expiryMonitor },
				...{ snapshotWriter: snapshot, certificates, view, rotate, documents },
			}).catch((thrown) => showProblem(thrown, deps)),
		certificateText: (uri) => documents.textOf(uri),
		inspectionText: (uri) => inspectionText(uri, adapters.reader, certificates),
		dispose: () =>
			vscode.Disposable.from(stateSync, view, projectsView, clientsView, connections, documents, uploads).dispose(),
	};
}

import * as vscode from "vscode";
import { CERTIFICATES_VIEW, COMMANDS, type CommandId, SETTINGS_QUERY } from "../common/manifestIds.ts";
import { openDashboard } from "../common/ui/dashboard.ts";
import type { Log } from "../common/ui/log.ts";
import { showProblem } from "../common/ui/problemNotification.ts";
import type { VirtualDocuments } from "../common/ui/virtualDocuments.ts";
import type { AdminApi, ClientCertificateFiles, CredentialsProvider } from "../domain/adminApi.ts";
import type { CertificateReader } from "../domain/certificateFile.ts";
import { problemOf } from "../domain/problem.ts";
import type { ClientCheckDeps } from "../features/clientCheck/ui/clientCheckCommand.ts";
import type { SelfAccessDeps } from "../features/clientCheck/ui/selfAccess.ts";
import type { ClientImpactDeps } from "../features/clientImpact/ui/clientImpactPrompt.ts";
import type { ClientStore } from "../features/clients/clientStore.ts";
import type { FileSource } from "../features/clients/scanFiles.ts";
import type { ClientCertificateSettings } from "../features/connections/ui/clientCertificateSettings.ts";
import { renameConnection, switchConnection } from "../features/connections/ui/connectionCommands.ts";
import type { ConnectionStore } from "../features/connections/ui/connectionStore.ts";
import { removeKey, setKey } from "../features/connections/ui/keyCommands.ts";
import { setPassphrase } from "../features/connections/ui/passphrasePrompt.ts";
import { inspectFile, inspectFiles } from "../features/inspection/ui/inspectCommand.ts";
import { createTestCa } from "../features/issuing/ui/createCaCommand.ts";
import { createClientCertificate } from "../features/issuing/ui/createClientCommand.ts";
import type { IssuingDeps } from "../features/issuing/ui/issuing.ts";
import { signRequest } from "../features/issuing/ui/signRequestCommand.ts";
import type { CertificateStore } from "../features/organization/certificateStore.ts";
import type { EnforcementIndex } from "../features/organization/enforcementIndex.ts";
import type { OrganizationContext } from "../features/organization/organizationSession.ts";
import type { ProjectStore } from "../features/organization/projectStore.ts";
import type { RotationDeps } from "../features/rotation/rotation.ts";
import { forgetPlan } from "../features/rotation/ui/forgetPlanCommand.ts";
import type { CertificatesView } from "../features/sidebar/ui/certificatesView.ts";
import type { ClientsView } from "../features/sidebar/ui/clientsView.ts";
import type { ProjectsView } from "../features/sidebar/ui/projectsView.ts";
import { promptForSortOrder } from "../features/sidebar/ui/sortCommand.ts";
import { checkUpload, forgetUpload, uploadAgain } from "../features/upload/ui/unconfirmedCommands.ts";
import { type UploadDeps, uploadFiles } from "../features/upload/ui/uploadCommand.ts";
import type { UploadService } from "../features/upload/uploadService.ts";
import { createCertificateCommandHandlers } from "./certificateCommandHandlers.ts";
import { createClientCommandHandlers } from "./clientCommandHandlers.ts";

export interface CommandDeps
	extends Pick<ClientCheckDeps, "checkChain" | "validateClientCredentials" | "checkLive">,
		Pick<ClientImpactDeps, "clientJudge" | "readKnownClients">,
		Pick<IssuingDeps, "maker" | "locks"> {
	readonly certificates: CertificateStore;
	readonly projects: ProjectStore;
	readonly enforcement: EnforcementIndex;
	/** Every change in the organization must use this context. */
	readonly organization: OrganizationContext;
	readonly uploads: UploadService;
	readonly rotations: RotationDeps;
	readonly connections: ConnectionStore;
	readonly clientCertificates: ClientCertificateSettings;
	readonly view: CertificatesView;
	readonly projectsView: ProjectsView;
	readonly clientsView: ClientsView;
	readonly clients: ClientStore;
	readonly clientFiles: FileSource;
	/** Keeps values over a restart. */
	readonly globalState: vscode.Memento;
	readonly log: Log;
	/** Makes VS Code read these inspection documents again. */
	readonly inspections: vscode.EventEmitter<vscode.Uri>;
	readonly documents: VirtualDocuments;
	readonly reader: CertificateReader;
	readonly openService: (credentials: CredentialsProvider) => AdminApi;
	/** Checks that a client certificate can be presented. @throws ProblemError `client-certificate` */
	readonly validateClientFiles: (files: ClientCertificateFiles) => Promise<void>;
	readonly traceClientCertificate: SelfAccessDeps["traceClientCertificate"];
}

type Handler = (...args: unknown[]) => unknown;

/** The handler of each command, loaded on first use. */
export type CommandHandlers = Readonly<Record<CommandId, Handler>>;

/** Creates the handlers. They show every error of a command and never throw. */
export function createCommandHandlers(deps: CommandDeps): CommandHandlers {
	const handlers = Object.entries(handlersOf(deps)).map(([id, act]): [string, Handler] => [
		id,
		async (...args) => {
			try {
				await act(...withoutLostRow(args));
			} catch (thrown) {
				await showProblem(thrown, deps);
			}
		},
	]);
	return Object.fromEntries(handlers) as CommandHandlers;
}

/**
 * Replaces a lost row by `null`. During a refresh of a view, VS Code passes `undefined` for a menu's row. This must not
 * count as a call without a row, which acts on the selection.
 */
function withoutLostRow(args: readonly unknown[]): readonly unknown[] {
	return args.length > 0 && args[0] === undefined ? [null, ...args.slice(1)] : args;
}

/** @throws ProblemError; CancelledError */
function handlersOf(deps: CommandDeps): CommandHandlers {
	const { connections, view, log, inspections } = deps;
	const upload = createUploadDeps(deps);
	const certificateHandlers = createCertificateCommandHandlers({ ...deps, upload });
	return {
		[COMMANDS.upload]: (clicked, selection) => uploadFiles(upload, clicked, selection),
		[COMMANDS.inspect]: (clicked, selection) => inspectFiles(inspections, clicked, selection),
		[COMMANDS.createCa]: () => createTestCa(deps),
		[COMMANDS.createClient]: (clicked) => createClientCertificate(deps, clicked),
		[COMMANDS.signRequest]: (clicked) => signRequest(deps, clicked),
		[COMMANDS.setKey]: () => setKey(deps, true),
		[COMMANDS.removeKey]: () => removeKey(deps),
		[COMMANDS.setPassphrase]: async () => {
			await setPassphrase(deps.clientCertificates, deps.validateClientFiles);
			// Perhaps only the passphrase was missing.
			if (deps.certificates.state.problem) await refresh(deps);
		},
		[COMMANDS.addConnection]: () => setKey(deps, false),
		[COMMANDS.switchConnection]: () => switchConnection(connections),
		[COMMANDS.renameConnection]: () => renameConnection(connections),
		[COMMANDS.refresh]: () => refresh(deps),
		[COMMANDS.sortBy]: async () => {
			await promptForSortOrder(deps.globalState);
			view.redraw();
		},
		...certificateHandlers,
		...createClientCommandHandlers(deps, certificateHandlers),
		[COMMANDS.cancelUpload]: (row) => view.uploadOf(row).cancel(),
		[COMMANDS.checkUpload]: (row) => checkUpload(deps, row),
		[COMMANDS.uploadAgain]: (row) => uploadAgain(deps, row),
		[COMMANDS.forgetUpload]: (row) => forgetUpload(deps, row),
		[COMMANDS.forgetRotation]: (row) => forgetPlan(deps.rotations.plans, view.unplacedPlanOf(row)),
		[COMMANDS.openDashboard]: () => openDashboard("certificates"),
		[COMMANDS.openAdminKeys]: () => openDashboard("adminKeys"),
		[COMMANDS.openSettings]: () => vscode.commands.executeCommand("workbench.action.openSettings", SETTINGS_QUERY),
		[COMMANDS.showLog]: () => log.show(),
	};
}

export function createUploadDeps(deps: CommandDeps): UploadDeps {
	const { reader, certificates, uploads, connections, view, inspections, documents } = deps;
	return {
		reader,
		certificates,
		uploads,
		documents,
		ensureKey: async () => {
			const reason = await connections.destination().then(
				() => null,
				(thrown) => problemOf(thrown)?.reason,
			);
			if (reason === "no-key" || reason === "key-elsewhere") await setKey(deps, true);
		},
		destination: () => connections.destination(),
		view,
		inspect: (file) => inspectFile(inspections, file),
	};
}

/** Reads the certificates again, and the projects if visible or requested before: every row shows them then. */
async function refresh({ view, projects, projectsView }: CommandDeps): Promise<void> {
	if (!view.visible && !projectsView.visible) await vscode.commands.executeCommand(`${CERTIFICATES_VIEW}.focus`);
	const isProjectsNeeded = projectsView.visible || projects.state.askedAt !== null;
	await Promise.all([view.refresh(), isProjectsNeeded ? projectsView.refresh() : null]);
}

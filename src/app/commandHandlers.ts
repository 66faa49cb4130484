import * as vscode from "vscode";
import { COMMANDS, type CommandId, SETTINGS_OF_THIS, VIEW } from "../common/manifestIds.ts";
import type { Log } from "../common/ui/log.ts";
import { showProblem } from "../common/ui/problemNotification.ts";
import type { VirtualDocuments } from "../common/ui/virtualDocuments.ts";
import type { CertificatesApi, ClientCertificateFiles, CredentialsProvider } from "../domain/adminApi.ts";
import type { AdministrationApi } from "../domain/administration.ts";
import type { CertificateReader } from "../domain/certificateFile.ts";
import { problemOf } from "../domain/problem.ts";
import type { ClientCheckCommands } from "../features/clientCheck/ui/clientCheckCommand.ts";
import type { SelfAccessDeps } from "../features/clientCheck/ui/selfAccess.ts";
import type { ClientCertificateSettings } from "../features/connections/ui/clientCertificateSettings.ts";
import { renameConnection, switchConnection } from "../features/connections/ui/connectionCommands.ts";
import type { ConnectionStore } from "../features/connections/ui/connectionStore.ts";
import { removeKey, setKey } from "../features/connections/ui/keyCommands.ts";
import { setPassphrase } from "../features/connections/ui/passphrasePrompt.ts";
import { inspectFile, inspectFiles } from "../features/inspection/ui/inspectCommand.ts";
import type { CertificateStore } from "../features/organization/certificateStore.ts";
import type { EnforcementIndex } from "../features/organization/enforcementIndex.ts";
import type { OrganizationContext } from "../features/organization/organizationSession.ts";
import type { ProjectStore } from "../features/organization/projectStore.ts";
import type { Rotations } from "../features/rotation/rotation.ts";
import { forgetPlan } from "../features/rotation/ui/forgetPlanCommand.ts";
import type { CertificatesView } from "../features/sidebar/ui/certificatesView.ts";
import type { ProjectsView } from "../features/sidebar/ui/projectsView.ts";
import { chooseOrder } from "../features/sidebar/ui/sortCommand.ts";
import { checkUpload, forgetUpload, uploadAgain } from "../features/upload/ui/unconfirmedCommands.ts";
import { type UploadCommand, uploadFiles } from "../features/upload/ui/uploadCommand.ts";
import type { UploadService } from "../features/upload/uploadService.ts";
import { certificateActions } from "./certificateCommandHandlers.ts";

/** What commands act on. */
export interface CommandDeps extends Pick<ClientCheckCommands, "checkClient" | "judgeClient" | "checkLive"> {
	readonly certificates: CertificateStore;
	readonly projects: ProjectStore;
	readonly enforcement: EnforcementIndex;
	/** What changes something in the organization goes through. */
	readonly organization: OrganizationContext;
	readonly uploads: UploadService;
	readonly rotations: Rotations;
	readonly connections: ConnectionStore;
	readonly clientCertificates: ClientCertificateSettings;
	readonly view: CertificatesView;
	readonly projectsView: ProjectsView;
	/** What is remembered over a restart. */
	readonly memory: vscode.Memento;
	readonly log: Log;
	/** Tells the editor which inspections are to be read anew. */
	readonly inspections: vscode.EventEmitter<vscode.Uri>;
	readonly documents: VirtualDocuments;
	readonly reader: CertificateReader;
	readonly openService: (access: CredentialsProvider) => CertificatesApi & AdministrationApi;
	/** Whether a client certificate can be presented. @throws Failure `client-certificate` */
	readonly judgeClientFiles: (files: ClientCertificateFiles) => Promise<void>;
	readonly traceClientCertificate: SelfAccessDeps["traceClientCertificate"];
}

type Action = (...args: unknown[]) => unknown;

/** What each command does. It is loaded with the first one. */
export type CommandHandlers = Readonly<Record<CommandId, Action>>;

/** Whatever a command throws is shown here and nowhere else. */
export function createCommandHandlers(context: CommandDeps): CommandHandlers {
	const actions = Object.entries(actionsOf(context)).map(([id, act]): [string, Action] => [
		id,
		async (...args) => {
			try {
				await act(...withoutLostRow(args));
			} catch (thrown) {
				await showProblem(thrown, context);
			}
		},
	]);
	return Object.fromEntries(actions) as CommandHandlers;
}

/**
 * While the editor draws a view anew, it hands over `undefined` for the row whose menu was used. That must not be taken for
 * a call without a row, which is about what is selected.
 */
function withoutLostRow(args: readonly unknown[]): readonly unknown[] {
	return args.length > 0 && args[0] === undefined ? [null, ...args.slice(1)] : args;
}

/** @throws Failure, Cancelled */
function actionsOf(context: CommandDeps): CommandHandlers {
	const { connections, view, log, inspections } = context;
	const { clientCertificates, judgeClientFiles, memory } = context;
	const upload = uploadCommand(context);
	return {
		[COMMANDS.upload]: (clicked, selection) => uploadFiles(upload, clicked, selection),
		[COMMANDS.inspect]: (clicked, selection) => inspectFiles(inspections, clicked, selection),
		[COMMANDS.setKey]: () => setKey(context, true),
		[COMMANDS.removeKey]: () => removeKey(context),
		[COMMANDS.setPassphrase]: async () => {
			await setPassphrase(clientCertificates, judgeClientFiles);
			// It may have been all that was missing.
			if (context.certificates.state.problem) await refresh(context);
		},
		[COMMANDS.addConnection]: () => setKey(context, false),
		[COMMANDS.switchConnection]: () => switchConnection(connections),
		[COMMANDS.renameConnection]: () => renameConnection(connections),
		[COMMANDS.refresh]: () => refresh(context),
		[COMMANDS.sortBy]: async () => {
			await chooseOrder(memory);
			view.redraw();
		},
		...certificateActions({ ...context, upload }),
		[COMMANDS.cancelUpload]: (row) => view.uploadOf(row).cancel(),
		[COMMANDS.checkUpload]: (row) => checkUpload(context, row),
		[COMMANDS.uploadAgain]: (row) => uploadAgain(context, row),
		[COMMANDS.forgetUpload]: (row) => {
			const plan = view.unplacedPlanOf(row);
			return plan ? forgetPlan(context.rotations.plans, plan) : forgetUpload(context, row);
		},
		[COMMANDS.openSettings]: () => vscode.commands.executeCommand("workbench.action.openSettings", SETTINGS_OF_THIS),
		[COMMANDS.showLog]: () => log.show(),
	};
}

/** What an upload goes by, whoever wants one. */
export function uploadCommand(context: CommandDeps): UploadCommand {
	const { reader, certificates, uploads, connections, view, inspections, documents } = context;
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
			if (reason === "no-key" || reason === "key-elsewhere") await setKey(context, true);
		},
		destination: () => connections.destination(),
		view,
		inspect: (file) => inspectFile(inspections, file),
	};
}

/** Reads again what is in sight: the certificates, and the projects where a person looked at them; each row tells of them then. */
async function refresh({ view, projects, projectsView }: CommandDeps): Promise<void> {
	if (!view.visible && !projectsView.visible) await vscode.commands.executeCommand(`${VIEW}.focus`);
	const isWanted = projectsView.visible || projects.state.askedAt !== null;
	await Promise.all([view.refresh(), isWanted ? projectsView.refresh() : null]);
}

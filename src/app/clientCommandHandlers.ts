import * as vscode from "vscode";
import { COMMANDS } from "../common/manifestIds.ts";
import { notifyDone } from "../common/ui/statusNotifications.ts";
import { describeCopiedFingerprints } from "../features/certificates/viewAndCopyMessages.ts";
import { type ClientCheckDeps, checkClientCertificate } from "../features/clientCheck/ui/clientCheckCommand.ts";
import { copyClientSetup } from "../features/clientSetup/ui/copyClientSetup.ts";
import {
	addClients,
	exportKnownClients,
	importKnownClients,
	removeClients,
} from "../features/clients/ui/clientCommands.ts";
import type { ClientsView } from "../features/sidebar/ui/clientsView.ts";

interface ClientHandlerDeps extends ClientCheckDeps {
	readonly clientsView: Pick<ClientsView, "clientsOf" | "contains">;
}

/** The commands that rows of certificates have, too. */
type SharedCommand = typeof COMMANDS.checkClient | typeof COMMANDS.copyFingerprint;

type Handler = (row: unknown, rows: unknown) => Promise<void>;

/**
 * Returns the handlers of the commands for client rows.
 * @param ofCertificates The handlers of the shared commands for any other row, and for none.
 */
export function createClientCommandHandlers(deps: ClientHandlerDeps, ofCertificates: Record<SharedCommand, Handler>) {
	const { clientsView } = deps;
	const onClientRow =
		(id: SharedCommand, act: Handler): Handler =>
		(row, rows) =>
			(clientsView.contains(row) ? act : ofCertificates[id])(row, rows);
	return {
		[COMMANDS.addClients]: (clicked: unknown, selection: unknown) => addClients(deps, clicked, selection),
		[COMMANDS.exportClients]: () => exportKnownClients(deps),
		[COMMANDS.importClients]: () => importKnownClients(deps),
		[COMMANDS.removeClients]: (row: unknown, rows: unknown) => removeClients(deps, clientsView.clientsOf(row, rows)),
		[COMMANDS.copyClientSetup]: async (row: unknown) => {
			const [client] = clientsView.clientsOf(row, []);
			if (client) await copyClientSetup(deps, client);
		},
		[COMMANDS.checkClient]: onClientRow(COMMANDS.checkClient, async (row) => {
			const [client = null] = clientsView.clientsOf(row, []);
			await checkClientCertificate(deps, null, client);
		}),
		[COMMANDS.copyFingerprint]: onClientRow(COMMANDS.copyFingerprint, async (row, rows) => {
			const clients = clientsView.clientsOf(row, rows);
			await vscode.env.clipboard.writeText(clients.map(({ sha256 }) => sha256).join("\n"));
			notifyDone(describeCopiedFingerprints(clients));
		}),
	};
}

import * as l10n from "@vscode/l10n";
import * as vscode from "vscode";
import type { Certificates } from "../application/certificates.ts";
import { Cancelled, Failure } from "../domain/failure.ts";
import type { AccessSource, Service } from "../domain/service.ts";
import type { ClientCertificates } from "./clientCertificates.ts";
import type { Connections } from "./connections.ts";
import { keepKey } from "./keptKeys.ts";
import { askForKey } from "./keyPrompt.ts";
import { type Notices, notify } from "./notices.ts";
import { baseUrl } from "./settings.ts";
import { paragraphs } from "./words/activation.ts";
import { inert } from "./words/inert.ts";

/** What the commands around the admin key act on. */
export interface KeyCommands extends Notices {
	readonly connections: Connections;
	readonly certificates: Certificates;
	readonly openService: (access: AccessSource) => Service;
}

/**
 * Asks for an admin key, checks and keeps it.
 * @param replaces Whether it takes the place of the one in use for the same host, or is one more.
 * @throws Failure, Cancelled
 */
export async function setKey(
	{ openService, connections, certificates, documents }: KeyCommands,
	replaces: boolean,
): Promise<void> {
	// The question names this host: a key typed for it goes to no other one, whatever the setting becomes meanwhile.
	const asked = baseUrl();
	const { access, listing, passing } = await askForKey(
		asked,
		(key) => connections.accessWith(asked, key),
		(access) => openService(async () => access),
	);
	const answer = { organization: listing.organization, ids: listing.certificates.map(({ id }) => id) };
	const idsOf = (id: string) =>
		id === certificates.connectionId ? (certificates.state.listing?.certificates ?? []).map(({ id }) => id) : [];
	const { id, certain } = await keepKey(connections, access, answer, idsOf, { replaces, passing });
	certificates.forget(id);
	// The list that showed that the key is good is also the first one to show, unless the base URL was changed meanwhile.
	if (baseUrl().origin === asked.origin) certificates.show(listing);
	else await certificates.refresh();
	if (!certain)
		void notify(
			{ documents },
			"information",
			l10n.t(
				"It cannot be told whether this key belongs to the same organization as the one before. What is remembered of that one, such as uploads that are not confirmed, is not shown with this key.",
			),
		);
}

/**
 * Removes the connection in use with its key, after a question, and with the last key for a host the passphrase that was kept
 * for it.
 * @throws Failure, Cancelled
 */
export async function removeKey(connections: Connections, clientCertificates: ClientCertificates): Promise<void> {
	const connection = await connections.current();
	if (!connection) throw new Failure({ reason: "no-key" });
	const { id, origin, label } = connection;
	const isLast = (await connections.all()).every((each) => each.id === id || each.origin !== origin);
	const withPassphrase = isLast && (await clientCertificates.keepsPassphrase(origin));
	const remove = l10n.t("Remove Key");
	const detail = paragraphs(
		l10n.t("At OpenAI it stays valid until it is revoked there."),
		withPassphrase && l10n.t("The passphrase of the client key that is kept for this host is removed, too."),
	);
	const question = l10n.t("Remove the admin key for {0} from this computer?", inert(label));
	const chosen = await vscode.window.showWarningMessage(question, { modal: true, detail }, remove);
	if (chosen !== remove) throw new Cancelled();
	await connections.remove(id);
	if (withPassphrase) await clientCertificates.forgetPassphrase(origin);
}

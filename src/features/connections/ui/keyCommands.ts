import * as l10n from "@vscode/l10n";
import * as vscode from "vscode";
import { paragraphs } from "../../../common/messages/certificateMessages.ts";
import { sanitize } from "../../../common/messages/sanitize.ts";
import { isNamed, organizationRef } from "../../../common/organizationRef.ts";
import { type NotificationDeps, showMessage } from "../../../common/ui/notifications.ts";
import { baseUrl } from "../../../common/ui/settings.ts";
import type { CertificatesApi, ClientCertificateFiles, CredentialsProvider } from "../../../domain/adminApi.ts";
import type { Connection } from "../../../domain/connection.ts";
import { CancelledError, ProblemError, problemOf } from "../../../domain/problem.ts";
import type { CertificateStore } from "../../organization/certificateStore.ts";
import { unfinishedWords } from "../unfinishedWorkMessages.ts";
import type { ClientCertificateSettings } from "./clientCertificateSettings.ts";
import type { ConnectionStore } from "./connectionStore.ts";
import { promptForKey } from "./keyPrompt.ts";
import { setPassphrase } from "./passphrasePrompt.ts";
import { storeKey } from "./storeKey.ts";

/** What the commands around the admin key act on. */
export interface KeyCommands extends NotificationDeps {
	readonly clientCertificates: ClientCertificateSettings;
	/** Whether a client certificate can be presented. @throws Failure `client-certificate` */
	readonly judgeClientFiles: (files: ClientCertificateFiles) => Promise<void>;
	readonly connections: ConnectionStore;
	readonly certificates: CertificateStore;
	readonly openService: (access: CredentialsProvider) => CertificatesApi;
}

/**
 * Asks for an admin key, checks and keeps it; before that for the passphrase of the client key, where the check needs one.
 * @param replaces Whether it takes the place of the one in use for the same host, or is one more.
 * @throws Failure, Cancelled
 */
export async function setKey(commands: KeyCommands, replaces: boolean): Promise<void> {
	const { openService, connections, certificates, documents } = commands;
	// The question names this host: a key typed for it goes to no other one, whatever the setting becomes meanwhile.
	const asked = baseUrl();
	await ensurePassphrase(commands, asked.origin);
	const { access, listing, sessionOnly } = await promptForKey(
		asked,
		(key) => connections.accessWith(asked, key),
		(access) => openService(async () => access),
	);
	const answer = { organization: listing.organization, ids: listing.certificates.map(({ id }) => id) };
	const idsOf = (connection: Connection) =>
		organizationRef(connection) === certificates.organizationRef
			? (certificates.state.listing?.certificates ?? []).map(({ id }) => id)
			: [];
	const { organizationRef: ref, certain } = await storeKey(connections, access, answer, idsOf, {
		replaces,
		sessionOnly,
	});
	certificates.reset(ref);
	// The list that showed that the key is good is also the first one to show, unless the base URL was changed meanwhile.
	if (baseUrl().origin === asked.origin) certificates.replaceListing(listing);
	else await certificates.refresh();
	if (!certain)
		void showMessage(
			{ documents },
			"information",
			l10n.t(
				"OpenAI didn't name the organization, so it's unknown whether this key belongs to the same one as before. Unfinished work from before is shown as of an unknown organization.",
			),
		);
}

/** A key that was pasted must not be lost for want of a passphrase. @throws Failure, Cancelled */
async function ensurePassphrase({ clientCertificates, judgeClientFiles }: KeyCommands, origin: string): Promise<void> {
	const files = await clientCertificates.filesFor(origin);
	if (!files) return;
	try {
		await judgeClientFiles(files);
	} catch (thrown) {
		const problem = problemOf(thrown);
		if (!problem) throw thrown;
		// Whatever else is wrong with it the check of the key says.
		const isLocked = problem.reason === "client-certificate" && problem.why.startsWith("passphrase-");
		if (isLocked) await setPassphrase(clientCertificates, judgeClientFiles);
	}
}

/** What removing a key acts on. */
export interface RemoveKeyCommands extends Pick<KeyCommands, "connections" | "clientCertificates"> {
	readonly uploads: {
		reload(): Promise<void>;
		/** Returns how many uploads to an organization are unconfirmed. */
		unconfirmedIn(organizationRef: string): number;
	};
	readonly rotations: {
		readonly plans: {
			reload(): Promise<void>;
			readonly known: readonly { readonly organizationRef: string }[];
		};
	};
}

/**
 * Removes the connection in use with its key, after a question, and with the last key for a host the passphrase that was kept
 * for it.
 * @throws Failure, Cancelled
 */
export async function removeKey(commands: RemoveKeyCommands): Promise<void> {
	const { connections, clientCertificates, uploads, rotations } = commands;
	const connection = await connections.current();
	if (!connection) throw new ProblemError({ reason: "no-key" });
	const { id, origin, label, organizationRef } = connection;
	await Promise.all([uploads.reload(), rotations.plans.reload()]);
	const unfinished = {
		uploads: uploads.unconfirmedIn(organizationRef),
		rotations: rotations.plans.known.filter((plan) => plan.organizationRef === organizationRef).length,
	};
	const isLast = (await connections.all()).every((each) => each.id === id || each.origin !== origin);
	const withPassphrase = isLast && (await clientCertificates.keepsPassphrase(origin));
	const remove = l10n.t("Remove Key");
	const detail = paragraphs(
		unfinishedWords(unfinished, isNamed(organizationRef)),
		l10n.t("At OpenAI it stays valid until it is revoked there."),
		withPassphrase && l10n.t("The passphrase of the client key that is kept for this host is removed, too."),
	);
	const question = l10n.t("Remove the admin key for {0} from this computer?", sanitize(label));
	const chosen = await vscode.window.showWarningMessage(question, { modal: true, detail }, remove);
	if (chosen !== remove) throw new CancelledError();
	await connections.remove(id);
	if (withPassphrase) await clientCertificates.forgetPassphrase(origin);
}

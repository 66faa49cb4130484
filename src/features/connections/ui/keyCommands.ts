import * as vscode from "vscode";
import { isNamedOrganization, organizationRef } from "../../../common/organizationRef.ts";
import { type NotificationDeps, showMessage } from "../../../common/ui/notifications.ts";
import { readBaseUrl } from "../../../common/ui/settings.ts";
import type { CertificatesApi, ClientCertificateFiles, CredentialsProvider } from "../../../domain/adminApi.ts";
import type { Connection } from "../../../domain/connection.ts";
import { CancelledError, ProblemError, problemOf } from "../../../domain/problem.ts";
import type { CertificateStore } from "../../organization/certificateStore.ts";
import { connectionLabels, describeConnectionRemoval } from "../connectionMessages.ts";
import { describeUnnamedOrganization } from "../keyMessages.ts";
import type { ClientCertificateSettings } from "./clientCertificateSettings.ts";
import type { ConnectionStore } from "./connectionStore.ts";
import { promptForKey } from "./keyPrompt.ts";
import { setPassphrase } from "./passphrasePrompt.ts";
import { storeKey } from "./storeKey.ts";

export interface KeyCommandDeps extends NotificationDeps {
	readonly clientCertificates: ClientCertificateSettings;
	/** Checks that a client certificate can be presented. @throws ProblemError `client-certificate` */
	readonly validateClientFiles: (files: ClientCertificateFiles) => Promise<void>;
	readonly connections: ConnectionStore;
	readonly certificates: CertificateStore;
	readonly openService: (credentials: CredentialsProvider) => CertificatesApi;
}

/**
 * Prompts for an admin key, checks and stores it. If the check needs the client key's passphrase, prompts for it first.
 * @param replaces True to replace the key in use for the same host; false to add a connection.
 * @throws ProblemError, CancelledError
 */
export async function setKey(deps: KeyCommandDeps, replaces: boolean): Promise<void> {
	const { openService, connections, certificates, documents } = deps;
	// The prompt names this host. The key must never go to another host, even if the setting changes in the meantime.
	const target = readBaseUrl();
	await ensurePassphrase(deps, target.origin);
	const checked = await promptForKey(
		target,
		(key) => connections.credentialsWith(target, key),
		(credentials) => openService(async () => credentials),
	);
	const { listing, sessionOnly } = checked;
	const answer = { organization: listing.organization, ids: listing.certificates.map(({ id }) => id) };
	const idsOf = (connection: Connection) =>
		organizationRef(connection) === certificates.organizationRef
			? (certificates.state.listing?.certificates ?? []).map(({ id }) => id)
			: [];
	const { organizationRef: ref, certain } = await storeKey(connections, checked.credentials, answer, idsOf, {
		replaces,
		sessionOnly,
	});
	certificates.reset(ref);
	// The list that proved the key is the first one to show, unless the base URL was changed in the meantime.
	if (readBaseUrl().origin === target.origin) certificates.replaceListing(listing);
	else await certificates.refresh();
	if (!certain) void showMessage({ documents }, "information", describeUnnamedOrganization());
}

/** Prompts for a missing passphrase, so that a pasted key is not lost later. @throws ProblemError, CancelledError */
async function ensurePassphrase(
	{ clientCertificates, validateClientFiles }: KeyCommandDeps,
	origin: string,
): Promise<void> {
	const files = await clientCertificates.filesFor(origin);
	if (!files) return;
	try {
		await validateClientFiles(files);
	} catch (thrown) {
		const problem = problemOf(thrown);
		if (!problem) throw thrown;
		// The check of the admin key reports any other problem.
		const isLocked = problem.reason === "client-certificate" && problem.why.startsWith("passphrase-");
		if (isLocked) await setPassphrase(clientCertificates, validateClientFiles);
	}
}

export interface RemoveKeyDeps extends Pick<KeyCommandDeps, "connections" | "clientCertificates"> {
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
 * Removes the connection in use and its key after a confirmation. With the last key for a host, also deletes the
 * passphrase stored for that host.
 * @throws ProblemError, CancelledError
 */
export async function removeKey(deps: RemoveKeyDeps): Promise<void> {
	const { connections, clientCertificates, uploads, rotations } = deps;
	const connection = await connections.current();
	if (!connection) throw new ProblemError({ reason: "no-key" });
	const { id, origin, label, sessionOnly, organizationRef } = connection;
	await Promise.all([uploads.reload(), rotations.plans.reload()]);
	const unfinished = {
		uploads: uploads.unconfirmedIn(organizationRef),
		rotations: rotations.plans.known.filter((plan) => plan.organizationRef === organizationRef).length,
	};
	const isLast = (await connections.all()).every((each) => each.id === id || each.origin !== origin);
	const withPassphrase = isLast && (await clientCertificates.hasPassphrase(origin));
	const isNamed = isNamedOrganization(organizationRef);
	const { message, detail } = describeConnectionRemoval({ label, sessionOnly, isNamed, unfinished, withPassphrase });
	const { remove } = connectionLabels;
	const chosen = await vscode.window.showWarningMessage(message, { modal: true, detail }, remove);
	if (chosen !== remove) throw new CancelledError();
	await connections.remove(id);
	if (withPassphrase) await clientCertificates.deletePassphrase(origin);
}

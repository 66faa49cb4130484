import type * as vscode from "vscode";
import { organizationRef } from "../../../common/organizationRef.ts";
import type { Credentials } from "../../../domain/adminApi.ts";
import type { BaseUrl } from "../../../domain/baseUrl.ts";
import type { Connection, ConnectionSet, Destination } from "../../../domain/connection.ts";
import { ProblemError } from "../../../domain/problem.ts";
import type { ClientCertificateSettings } from "./clientCertificateSettings.ts";
import type { ConnectionSecretStore } from "./connectionSecretStore.ts";

/** A connection without its key. */
export interface ConnectionSummary extends Omit<Connection, "key"> {
	/** From `organizationRef`. */
	readonly organizationRef: string;
}

/** Manages the connections and the one in use. Reads them on each call: no field may contain a key. */
export class ConnectionStore implements vscode.Disposable {
	readonly #secret: ConnectionSecretStore;
	readonly #clientCertificates: ClientCertificateSettings;
	readonly #baseUrl: () => BaseUrl;

	/** Fires when a connection was added, changed, removed or selected, in this or another window. */
	readonly onDidChange: vscode.Event<void>;

	/** @param baseUrl Returns the configured base URL. @throws ProblemError */
	constructor(secret: ConnectionSecretStore, clientCertificates: ClientCertificateSettings, baseUrl: () => BaseUrl) {
		this.#secret = secret;
		this.onDidChange = this.#secret.onDidChange;
		this.#clientCertificates = clientCertificates;
		this.#baseUrl = baseUrl;
	}

	/** Returns the connection in use, or `null`. @throws ProblemError `secrets-unavailable`, `record-newer` */
	async current(): Promise<ConnectionSummary | null> {
		const { current } = await this.#secret.read();
		return current && toSummary(current);
	}

	/** Returns all connections, in the order in which they were added. @throws like `current` */
	async all(): Promise<readonly ConnectionSummary[]> {
		return (await this.#secret.read()).all.map(toSummary);
	}

	/** True if a text contains any connection's admin key. @throws ProblemError `secrets-unavailable` */
	containsKey(text: string): Promise<boolean> {
		return this.#secret.containsKey(text);
	}

	/**
	 * Returns the base URL and the credentials for a request.
	 * @param ref The required organization, from `organizationRef`.
	 * @throws ProblemError `base-url` before the secret is read; `no-key`; `secrets-unavailable`; `record-newer`;
	 * `key-elsewhere` if the key belongs to another origin; `connection-changed` if it belongs to another organization.
	 */
	async credentials(ref?: string): Promise<Credentials> {
		const { baseUrl, connection } = await this.#requireCurrent();
		if (ref !== undefined && organizationRef(connection) !== ref)
			throw new ProblemError({ reason: "connection-changed" });
		return this.credentialsWith(baseUrl, connection.key);
	}

	/** Returns credentials with a key that is not stored yet. */
	async credentialsWith(baseUrl: BaseUrl, key: string): Promise<Credentials> {
		return { baseUrl, key, clientCertificate: await this.#clientCertificates.filesFor(baseUrl.origin) };
	}

	/** Returns where a request would go, for display. @throws like `credentials` */
	async destination(): Promise<Destination> {
		const { baseUrl, connection } = await this.#requireCurrent();
		return { organizationRef: organizationRef(connection), host: baseUrl.host, label: connection.label };
	}

	async #requireCurrent(): Promise<{ readonly baseUrl: BaseUrl; readonly connection: Connection }> {
		const baseUrl = this.#baseUrl();
		const { current: connection } = await this.#secret.read();
		if (!connection) throw new ProblemError({ reason: "no-key" });
		if (connection.origin !== baseUrl.origin)
			throw new ProblemError({ reason: "key-elsewhere", host: baseUrl.host, keyHost: new URL(connection.origin).host });
		return { baseUrl, connection };
	}

	/**
	 * Stores a connection and selects it.
	 * @param decide Returns the new connections for the existing ones.
	 * @throws ProblemError `secrets-unavailable` if the connection was not stored.
	 */
	async save<T extends ConnectionSet & { readonly current: Connection }>(
		decide: (existing: ConnectionSet) => T,
	): Promise<T> {
		return this.#secret.change(decide);
	}

	/** Selects a connection. @throws ProblemError `secrets-unavailable` */
	async use(id: string): Promise<void> {
		await this.#secret.change(({ current, all }) => ({ current: all.find((each) => each.id === id) ?? current, all }));
	}

	/** Changes a connection's label. @throws ProblemError `secrets-unavailable` */
	async rename(id: string, label: string): Promise<void> {
		await this.#secret.change(({ current, all }) => {
			const renamed = all.map((each) => (each.id === id ? { ...each, label } : each));
			return { current: renamed.find((each) => each.id === current?.id) ?? null, all: renamed };
		});
	}

	/**
	 * Removes a connection and its key. If it was in use, selects the connection added last. After a session-only
	 * connection, selects another session-only one, else the one that other windows use.
	 * @throws ProblemError `secrets-unavailable` if the connection was not removed.
	 */
	async remove(id: string): Promise<void> {
		await this.#secret.change(({ current, all }) => {
			const others = all.filter((each) => each.id !== id);
			const next = others.findLast(({ sessionOnly }) => sessionOnly || !current?.sessionOnly) ?? null;
			return { current: current?.id === id ? next : current, all: others };
		});
	}

	dispose(): void {
		this.#secret.dispose();
	}
}

function toSummary({ key: _, ...rest }: Connection): ConnectionSummary {
	return { ...rest, organizationRef: organizationRef(rest) };
}

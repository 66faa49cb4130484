import type * as vscode from "vscode";
import { organizationRef } from "../../../common/organizationRef.ts";
import type { Credentials } from "../../../domain/adminApi.ts";
import type { BaseUrl } from "../../../domain/baseUrl.ts";
import type { Connection, ConnectionSet, Destination } from "../../../domain/connection.ts";
import { ProblemError } from "../../../domain/problem.ts";
import type { ClientCertificateSettings } from "./clientCertificateSettings.ts";
import type { ConnectionSecretStore } from "./connectionSecretStore.ts";

/** A connection as a person tells it from others. */
export interface ConnectionSummary extends Omit<Connection, "key"> {
	/** As `organizationRef` makes it. */
	readonly organizationRef: string;
}

/** The connections, and which of them is in use. What they are is read anew each time: no field holds a key. */
export class ConnectionStore implements vscode.Disposable {
	readonly #secret: ConnectionSecretStore;
	readonly #clientCertificates: ClientCertificateSettings;
	readonly #baseUrl: () => BaseUrl;

	/** Fires when a connection was added, changed, removed or taken into use, in this window or in another one. */
	readonly onDidChange: vscode.Event<void>;

	/**
	 * @param baseUrl Where the service answers now. @throws Failure
	 */
	constructor(secret: ConnectionSecretStore, clientCertificates: ClientCertificateSettings, baseUrl: () => BaseUrl) {
		this.#secret = secret;
		this.onDidChange = this.#secret.onDidChange;
		this.#clientCertificates = clientCertificates;
		this.#baseUrl = baseUrl;
	}

	/** The connection in use, or `null` where there is none. @throws Failure `secrets-unavailable`, `record-newer` */
	async current(): Promise<ConnectionSummary | null> {
		const { current } = await this.#secret.read();
		return current && summaryOf(current);
	}

	/** All connections, in the order in which they were added. @throws as `current` */
	async all(): Promise<readonly ConnectionSummary[]> {
		return (await this.#secret.read()).all.map(summaryOf);
	}

	/** Whether the admin key of one of them is in a text. @throws Failure `secrets-unavailable` where that cannot be told */
	containsKey(text: string): Promise<boolean> {
		return this.#secret.isIn(text);
	}

	/**
	 * Where a request may go, and what it is proved by.
	 * @param ref The only organization that will do, where there is one, as `organizationRef` makes it.
	 * @throws Failure `base-url` before the secret is even read; `no-key`; `secrets-unavailable`; `record-newer`; `key-elsewhere` where the key belongs to another
	 * origin; `connection-changed` where it is another organization's by now.
	 */
	async access(ref?: string): Promise<Credentials> {
		const { baseUrl, connection } = await this.#open();
		if (ref !== undefined && organizationRef(connection) !== ref)
			throw new ProblemError({ reason: "connection-changed" });
		return this.accessWith(baseUrl, connection.key);
	}

	/** The same with a key that is not stored yet. */
	async accessWith(baseUrl: BaseUrl, key: string): Promise<Credentials> {
		return { baseUrl, key, clientCertificate: await this.#clientCertificates.filesFor(baseUrl.origin) };
	}

	/** Where a request would go, for people. @throws Failure as `access` */
	async destination(): Promise<Destination> {
		const { baseUrl, connection } = await this.#open();
		return { organizationRef: organizationRef(connection), host: baseUrl.host, label: connection.label };
	}

	async #open(): Promise<{ readonly baseUrl: BaseUrl; readonly connection: Connection }> {
		const baseUrl = this.#baseUrl();
		const { current: connection } = await this.#secret.read();
		if (!connection) throw new ProblemError({ reason: "no-key" });
		if (connection.origin !== baseUrl.origin)
			throw new ProblemError({ reason: "key-elsewhere", host: baseUrl.host, keyHost: new URL(connection.origin).host });
		return { baseUrl, connection };
	}

	/**
	 * Keeps a connection and takes it into use.
	 * @param decide Which one, and what becomes of the others, by all that are there.
	 * @throws Failure `secrets-unavailable` where it was not kept.
	 */
	async keep<T extends ConnectionSet & { readonly current: Connection }>(
		decide: (seen: ConnectionSet) => T,
	): Promise<T> {
		return this.#secret.change(decide);
	}

	/** Takes a connection into use. @throws Failure `secrets-unavailable` */
	async use(id: string): Promise<void> {
		await this.#secret.change(({ current, all }) => ({ current: all.find((each) => each.id === id) ?? current, all }));
	}

	/** Calls a connection something else. @throws Failure `secrets-unavailable` */
	async rename(id: string, label: string): Promise<void> {
		await this.#secret.change(({ current, all }) => {
			const renamed = all.map((each) => (each.id === id ? { ...each, label } : each));
			return { current: renamed.find((each) => each.id === current?.id) ?? null, all: renamed };
		});
	}

	/**
	 * Removes a connection with its key; the one that was added last takes its place, and where it was to pass with this
	 * window, what the others use.
	 * @throws Failure `secrets-unavailable` where it was not removed.
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

function summaryOf({ key: _, ...rest }: Connection): ConnectionSummary {
	return { ...rest, organizationRef: organizationRef(rest) };
}

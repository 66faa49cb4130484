import { randomUUID } from "node:crypto";
import * as vscode from "vscode";
import type { BaseUrl } from "../domain/baseUrl.ts";
import { type Connection, parseConnection } from "../domain/connection.ts";
import { Failure } from "../domain/failure.ts";
import type { Access } from "../domain/service.ts";

const SECRET = "openaiCertificates.connection";

/** Where requests go, as a person knows it. */
export interface Destination {
	/** The connection's id. */
	readonly id: string;
	readonly host: string;
	/** What the person called the connection. */
	readonly label: string;
}

/** The connection, kept as one secret and read anew each time: no field holds a key. */
export class Connections implements vscode.Disposable {
	readonly #secrets: vscode.SecretStorage;
	readonly #baseUrl: () => BaseUrl;
	readonly #changed = new vscode.EventEmitter<void>();
	readonly #subscription: vscode.Disposable;

	/** Fires when the key was set, replaced or removed, in this window or in another one. */
	readonly onDidChange = this.#changed.event;

	/**
	 * @param secrets The editor's storage.
	 * @param baseUrl Where the service answers now. @throws Failure
	 */
	constructor(secrets: vscode.SecretStorage, baseUrl: () => BaseUrl) {
		this.#secrets = secrets;
		this.#baseUrl = baseUrl;
		this.#subscription = secrets.onDidChange(({ key }) => {
			if (key === SECRET) this.#changed.fire();
		});
	}

	/** The stored connection, or `null` where there is none or it cannot be read. */
	async current(): Promise<Connection | null> {
		try {
			return parseConnection(await this.#secrets.get(SECRET));
		} catch {
			return null;
		}
	}

	/**
	 * Where a request may go, and with which key.
	 * @throws Failure `base-url` before the secret is even read; `no-key`; `key-elsewhere` where the key belongs to another origin.
	 */
	async access(): Promise<Access> {
		const { baseUrl, connection } = await this.#open();
		return { baseUrl, key: connection.key };
	}

	/** Where a request would go, for people. @throws Failure as `access` */
	async destination(): Promise<Destination> {
		const { baseUrl, connection } = await this.#open();
		return { id: connection.id, host: baseUrl.host, label: connection.label };
	}

	async #open(): Promise<{ readonly baseUrl: BaseUrl; readonly connection: Connection }> {
		const baseUrl = this.#baseUrl();
		const connection = await this.current();
		if (!connection) throw new Failure({ reason: "no-key" });
		if (connection.origin !== baseUrl.origin)
			throw new Failure({ reason: "key-elsewhere", host: baseUrl.host, keyHost: new URL(connection.origin).host });
		return { baseUrl, connection };
	}

	/** Keeps a key that was just checked, as a new connection. @throws Failure `secrets-unavailable` where it was not kept. */
	async store({ baseUrl, key }: Access): Promise<Connection> {
		const connection: Connection = { id: randomUUID(), label: baseUrl.host, origin: baseUrl.origin, key };
		try {
			await this.#secrets.store(SECRET, JSON.stringify(connection));
			return connection;
		} catch {
			throw new Failure({ reason: "secrets-unavailable" });
		}
	}

	/** @throws Failure `secrets-unavailable` where it was not removed. */
	async remove(): Promise<void> {
		try {
			await this.#secrets.delete(SECRET);
		} catch {
			throw new Failure({ reason: "secrets-unavailable" });
		}
	}

	dispose(): void {
		this.#subscription.dispose();
		this.#changed.dispose();
	}
}

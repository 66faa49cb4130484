import { createHash } from "node:crypto";
import type { Credentials } from "../domain/adminApi.ts";
import type { NetworkSettings } from "../domain/networkSettings.ts";
import { connect } from "./connect.ts";
import { ConnectionPool } from "./connectionPool.ts";
import { type Endpoint, TlsContexts } from "./endpoint.ts";
import { resolveProxy } from "./proxyResolver.ts";
import { parseTlsKeyPair, readTlsKeyPair } from "./tlsKeyPair.ts";

/** An endpoint and its connections. */
export interface PooledEndpoint {
	readonly endpoint: Endpoint;
	readonly pool: ConnectionPool;
}

/** The connection pools of the endpoints in use. A pool is replaced when the settings of its endpoint change. */
export class EndpointPools {
	readonly #connectMilliseconds: number;
	/** By origin and client certificate. */
	readonly #pools = new Map<string, PooledEndpoint & { readonly settingsHash: string }>();

	/** @param connectMilliseconds Time limit for opening a connection. */
	constructor(connectMilliseconds: number) {
		this.#connectMilliseconds = connectMilliseconds;
	}

	/** Returns an endpoint with its pool. @throws ProblemError `proxy`, `client-certificate` for an unusable setting. */
	async get({ baseUrl, clientCertificate }: Credentials, network: NetworkSettings): Promise<PooledEndpoint> {
		const proxy = resolveProxy(baseUrl, network);
		const files = baseUrl.encrypted ? clientCertificate : null;
		const contents = files && (await readTlsKeyPair(files));
		const settingsHash = hashOf([proxy, network.systemCertificates, contents]);
		const poolKey = JSON.stringify([baseUrl.origin, files?.certificate, files?.key]);
		const existing = this.#pools.get(poolKey);
		if (existing?.settingsHash === settingsHash) return existing;

		const { origin, host, encrypted } = baseUrl;
		const tls = encrypted ? new TlsContexts(network.systemCertificates, contents && parseTlsKeyPair(contents)) : null;
		const endpoint: Endpoint = { origin, host, proxy, tls };
		const pool = new ConnectionPool(origin, (signal) =>
			connect(endpoint, AbortSignal.any([signal, AbortSignal.timeout(this.#connectMilliseconds)])),
		);
		const created = { endpoint, pool, settingsHash };
		this.#pools.set(poolKey, created);
		existing?.pool.close();
		return created;
	}

	/** Closes every connection, busy connections after their request. */
	close(): void {
		for (const { pool } of this.#pools.values()) pool.close();
		this.#pools.clear();
	}
}

/** Returns a hash to detect changes, including those of secrets, without keeping the secrets. */
function hashOf(settings: unknown): string {
	return createHash("sha256").update(JSON.stringify(settings)).digest("hex");
}

import { createHash } from "node:crypto";
import type { Credentials } from "../domain/adminApi.ts";
import type { NetworkSettings } from "../domain/networkSettings.ts";
import { connect } from "./connect.ts";
import { ConnectionPool } from "./connectionPool.ts";
import { type Endpoint, TlsContexts } from "./endpoint.ts";
import { resolveProxy } from "./proxyResolver.ts";
import { parseTlsKeyPair, readTlsKeyPair } from "./tlsKeyPair.ts";

/** A way and the connections that were made on it. */
export interface PooledEndpoint {
	readonly endpoint: Endpoint;
	readonly pool: ConnectionPool;
}

/** The ways that are in use: the connections of one last as long as nothing changes that decides it. */
export class EndpointPools {
	readonly #connectMilliseconds: number;
	/** By origin and client certificate. */
	readonly #open = new Map<string, PooledEndpoint & { readonly mark: string }>();

	/** @param connectMilliseconds How long a connection may take to be made. */
	constructor(connectMilliseconds: number) {
		this.#connectMilliseconds = connectMilliseconds;
	}

	/** @throws Failure `proxy` or `client-certificate`, where what is set cannot be used. */
	async to({ baseUrl, clientCertificate }: Credentials, network: NetworkSettings): Promise<PooledEndpoint> {
		const proxy = resolveProxy(baseUrl, network);
		const files = baseUrl.encrypted ? clientCertificate : null;
		const text = files && (await readTlsKeyPair(files));
		const mark = markOf([proxy, network.systemCertificates, text]);
		const place = JSON.stringify([baseUrl.origin, files?.certificate, files?.key]);
		const open = this.#open.get(place);
		if (open?.mark === mark) return open;

		const { origin, host, encrypted } = baseUrl;
		const tls = encrypted ? new TlsContexts(network.systemCertificates, text && parseTlsKeyPair(text)) : null;
		const endpoint: Endpoint = { origin, host, proxy, tls };
		const pool = new ConnectionPool(origin, (signal) =>
			connect(endpoint, AbortSignal.any([signal, AbortSignal.timeout(this.#connectMilliseconds)])),
		);
		const opened = { endpoint, pool, mark };
		this.#open.set(place, opened);
		open?.pool.close();
		return opened;
	}

	/** Ends every connection, the used ones after their request. */
	close(): void {
		for (const { pool } of this.#open.values()) pool.close();
		this.#open.clear();
	}
}

/** Tells a change of what is secret too, and keeps nothing of it. */
function markOf(decisive: unknown): string {
	return createHash("sha256").update(JSON.stringify(decisive)).digest("hex");
}

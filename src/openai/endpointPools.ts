import { createHash } from "node:crypto";
import type { Access } from "../domain/adminApi.ts";
import type { Network } from "../domain/networkSettings.ts";
import { connect } from "./connect.ts";
import { Pool } from "./connectionPool.ts";
import { type Way, WayTls } from "./endpoint.ts";
import { proxyFor } from "./proxyResolver.ts";
import { judgeClientCertificate, readClientCertificate } from "./tlsKeyPair.ts";

/** A way and the connections that were made on it. */
export interface OpenWay {
	readonly way: Way;
	readonly pool: Pool;
}

/** The ways that are in use: the connections of one last as long as nothing changes that decides it. */
export class Ways {
	readonly #connectMilliseconds: number;
	/** By origin and client certificate. */
	readonly #open = new Map<string, OpenWay & { readonly mark: string }>();

	/** @param connectMilliseconds How long a connection may take to be made. */
	constructor(connectMilliseconds: number) {
		this.#connectMilliseconds = connectMilliseconds;
	}

	/** @throws Failure `proxy` or `client-certificate`, where what is set cannot be used. */
	async to({ baseUrl, clientCertificate }: Access, network: Network): Promise<OpenWay> {
		const proxy = proxyFor(baseUrl, network);
		const files = baseUrl.encrypted ? clientCertificate : null;
		const text = files && (await readClientCertificate(files));
		const mark = markOf([proxy, network.systemCertificates, text]);
		const place = JSON.stringify([baseUrl.origin, files?.certificate, files?.key]);
		const open = this.#open.get(place);
		if (open?.mark === mark) return open;

		const { origin, host, encrypted } = baseUrl;
		const tls = encrypted ? new WayTls(network.systemCertificates, text && judgeClientCertificate(text)) : null;
		const way: Way = { origin, host, proxy, tls };
		const pool = new Pool(origin, (signal) =>
			connect(way, AbortSignal.any([signal, AbortSignal.timeout(this.#connectMilliseconds)])),
		);
		const opened = { way, pool, mark };
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

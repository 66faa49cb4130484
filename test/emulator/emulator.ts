// OpenAI's certificates API on loopback, for tests and for trying the extension out. It keeps one organization in memory
// and holds to the rules of the public documentation; what that leaves open is a switch, and what can go wrong is a fault.

import { constants } from "node:crypto";
import { createServer, type RequestListener, type Server } from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { AddressInfo } from "node:net";
import { Connections } from "./connections.ts";
import { Faults } from "./faults.ts";
import { Keys } from "./keys.ts";
import type { Exchange } from "./record.ts";
import { type HostKind, type Service, serve } from "./service.ts";
import { Organization } from "./state.ts";
import { type Switches, usualSwitches } from "./switches.ts";

export interface EmulatorOptions {
	/** Default: one that the system chooses. */
	readonly port?: number;
	readonly address?: "127.0.0.1" | "::1";
	readonly switches?: Partial<Switches>;
	/** Milliseconds since 1970. Default: `Date.now`. */
	readonly now?: () => number;
	/** The `openai-organization` header. */
	readonly organizationName?: string;
	readonly tls?: TlsOptions;
}

/** Serves https. Keys and certificates are PEM. */
export interface TlsOptions {
	readonly key: string;
	readonly cert: string;
	/** Asks for a client certificate on the ordinary host too; the mtls host always does. */
	readonly requestCert?: boolean;
	/** Host names that it answers to beside loopback's own, for a client that a proxy leads here. */
	readonly names?: readonly string[];
	/** Fails the handshake, not the request, of a client that presents no certificate of these anchors. */
	readonly demandCertificateOf?: readonly string[];
	/** The newest version of TLS that it speaks. Default: Node's own. */
	readonly maxVersion?: "TLSv1.2" | "TLSv1.3";
	/** The mtls host does not ask for a client certificate either. */
	readonly asksNobody?: boolean;
}

export interface Emulator {
	/** The base URL, with `/v1`. */
	readonly url: string;
	readonly origin: string;
	/** The base URL of the host that asks for a client certificate; `undefined` without TLS. */
	readonly mtlsUrl: string | undefined;
	/** A key with every permission. */
	readonly adminKey: string;
	/** Makes and revokes further keys. */
	readonly keys: Keys;
	/** The organization; changed here it is changed behind the client's back. */
	readonly state: Organization;
	/** Holds from the next request on. */
	readonly switches: Switches;
	readonly faults: Faults;
	/** Every exchange so far, in the order of the requests. Cleared by `length = 0`. */
	readonly exchanges: Exchange[];
	readonly connections: Pick<Connections, "total" | "open">;
	/** Has an empty organization, the switches of the start and no faults. Keys and the record of exchanges stay. */
	reset(): void;
	/** Cuts all connections and frees the ports. */
	close(): Promise<void>;
}

/** Starts the service on loopback, with an empty organization. */
export async function startEmulator(options: EmulatorOptions = {}): Promise<Emulator> {
	const { tls, address = "127.0.0.1", now = Date.now } = options;
	const switchesAtStart = () => ({ ...usualSwitches(), ...options.switches });
	const switches = switchesAtStart();
	const service: Service = {
		state: new Organization(switches, now),
		switches,
		keys: new Keys(),
		faults: new Faults(),
		exchanges: [],
		connections: new Connections(),
		organizationName: options.organizationName ?? "org-emulator",
		names: tls?.names ?? [],
		now,
	};
	const listenerOf =
		(host: HostKind): RequestListener =>
		(request, response) =>
			void serve(service, host, request, response);
	const ordinary = tls
		? startTlsServer(tls, tls.requestCert ?? false, listenerOf("api"))
		: createServer(listenerOf("api"));
	const mtls = tls && startTlsServer(tls, !tls.asksNobody, listenerOf("mtls"));
	const servers = mtls ? [ordinary, mtls] : [ordinary];
	const originOf = (server: Server) => {
		const { port } = server.address() as AddressInfo;
		return `${tls ? "https" : "http"}://${address === "::1" ? "[::1]" : address}:${port}`;
	};
	for (const server of servers) {
		service.connections.track(server);
		// An idle connection ends when a test ends it, not by the clock.
		server.keepAliveTimeout = 0;
		await listen(server, server === ordinary ? (options.port ?? 0) : 0, address);
	}
	return {
		...service,
		url: `${originOf(ordinary)}/v1`,
		origin: originOf(ordinary),
		mtlsUrl: mtls && `${originOf(mtls)}/v1`,
		adminKey: service.keys.add(),
		reset: () => {
			service.faults.reset();
			service.state.clear();
			Object.assign(switches, switchesAtStart());
		},
		close: async () => {
			const closed = servers.map((server) => new Promise((resolve) => server.close(resolve)));
			await service.connections.destroyAll();
			await Promise.all(closed);
		},
	};
}

function startTlsServer(tls: TlsOptions, requestCert: boolean, listener: RequestListener): Server {
	const anchors = tls.demandCertificateOf;
	const demands = anchors ? { ca: [...anchors], rejectUnauthorized: true } : { rejectUnauthorized: false };
	// A resumed session would not bring the client's chain again.
	const secureOptions = constants.SSL_OP_NO_TICKET;
	const { key, cert, maxVersion } = tls;
	const asks = { requestCert: requestCert || anchors !== undefined, ...demands };
	return createTlsServer({ key, cert, ...asks, secureOptions, ...(maxVersion && { maxVersion }) }, listener);
}

async function listen(server: Server, port: number, address: string): Promise<void> {
	await new Promise<void>((resolve, reject) => {
		server.once("error", reject);
		server.listen(port, address, resolve);
	});
}

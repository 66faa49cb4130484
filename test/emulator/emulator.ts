// Emulates OpenAI's certificates API on loopback, for tests and for manual use. Keeps one organization in memory and
// follows the public documentation. Undocumented behaviour is a switch, and an error is a fault.

import { constants } from "node:crypto";
import { createServer, type RequestListener, type Server } from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { AddressInfo } from "node:net";
import { TcpConnections } from "./connections.ts";
import { Faults } from "./faults.ts";
import { EmulatorKeys } from "./keys.ts";
import type { Exchange } from "./record.ts";
import { type HostKind, handleRequest, type ServiceContext } from "./service.ts";
import { Organization } from "./state.ts";
import { defaultSwitches, type Switches } from "./switches.ts";

export interface EmulatorOptions {
	/** Default: chosen by the system. */
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
	/** Requests a client certificate on the ordinary host too, as on the mtls host. */
	readonly requestCert?: boolean;
	/** Host names to accept besides loopback's, for clients behind a proxy. */
	readonly names?: readonly string[];
	/** Fails the handshake, not the request, of a client without a certificate of these anchors. */
	readonly requireCertificateFrom?: readonly string[];
	/** The newest supported TLS version. Default: Node's. */
	readonly maxVersion?: "TLSv1.2" | "TLSv1.3";
	/** Requests no client certificate on the mtls host. */
	readonly neverRequestsCert?: boolean;
}

export interface Emulator {
	/** The base URL, with `/v1`. */
	readonly url: string;
	readonly origin: string;
	/** The base URL of the host that requests a client certificate; `undefined` without TLS. */
	readonly mtlsUrl: string | undefined;
	/** A key with every permission. */
	readonly adminKey: string;
	/** Creates and revokes further keys. */
	readonly keys: EmulatorKeys;
	/** The organization, for changes behind the client's back. */
	readonly state: Organization;
	/** Changes apply from the next request on. */
	readonly switches: Switches;
	readonly faults: Faults;
	/** Every exchange so far, in the order of the requests. Cleared by `length = 0`. */
	readonly exchanges: Exchange[];
	readonly connections: Pick<TcpConnections, "total" | "open">;
	/** Empties the organization, restores the initial switches and removes faults. Keeps keys and recorded exchanges. */
	reset(): void;
	/** Closes all connections and frees the ports. */
	close(): Promise<void>;
}

/** Starts the service on loopback, with an empty organization. */
export async function startEmulator(options: EmulatorOptions = {}): Promise<Emulator> {
	const { tls, address = "127.0.0.1", now = Date.now } = options;
	const initialSwitches = () => ({ ...defaultSwitches(), ...options.switches });
	const switches = initialSwitches();
	const service: ServiceContext = {
		state: new Organization(switches, now),
		switches,
		keys: new EmulatorKeys(),
		faults: new Faults(),
		exchanges: [],
		connections: new TcpConnections(),
		organizationName: options.organizationName ?? "org-emulator",
		names: tls?.names ?? [],
		now,
	};
	const listenerOf =
		(host: HostKind): RequestListener =>
		(request, response) =>
			void handleRequest(service, host, request, response);
	const ordinary = tls
		? startTlsServer(tls, tls.requestCert ?? false, listenerOf("api"))
		: createServer(listenerOf("api"));
	const mtls = tls && startTlsServer(tls, !tls.neverRequestsCert, listenerOf("mtls"));
	const servers = mtls ? [ordinary, mtls] : [ordinary];
	const originOf = (server: Server) => {
		const { port } = server.address() as AddressInfo;
		return `${tls ? "https" : "http"}://${address === "::1" ? "[::1]" : address}:${port}`;
	};
	for (const server of servers) {
		service.connections.track(server);
		// Only a test ends an idle connection, never a timeout.
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
			Object.assign(switches, initialSwitches());
		},
		close: async () => {
			const closed = servers.map((server) => new Promise((resolve) => server.close(resolve)));
			await service.connections.destroyAll();
			await Promise.all(closed);
		},
	};
}

function startTlsServer(tls: TlsOptions, requestCert: boolean, listener: RequestListener): Server {
	const anchors = tls.requireCertificateFrom;
	const verification = anchors ? { ca: [...anchors], rejectUnauthorized: true } : { rejectUnauthorized: false };
	// A resumed session would lack the client's chain.
	const secureOptions = constants.SSL_OP_NO_TICKET;
	const { key, cert, maxVersion } = tls;
	const clientAuthentication = { requestCert: requestCert || anchors !== undefined, ...verification };
	return createTlsServer(
		{ key, cert, ...clientAuthentication, secureOptions, ...(maxVersion && { maxVersion }) },
		listener,
	);
}

async function listen(server: Server, port: number, address: string): Promise<void> {
	await new Promise<void>((resolve, reject) => {
		server.once("error", reject);
		server.listen(port, address, resolve);
	});
}

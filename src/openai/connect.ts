import { once } from "node:events";
import { connect as connectSocket, isIP, type Socket } from "node:net";
import { Duplex } from "node:stream";
import { connect as connectTls, type SecureContext } from "node:tls";
import Client from "undici/lib/dispatcher/client.js";
import { ProblemError, problemOf } from "../domain/problem.ts";
import type { Endpoint } from "./endpoint.ts";
import { problemFromConnectionError, serverCertificateIssue } from "./errorMapping.ts";
import type { HttpProxy } from "./proxyResolver.ts";

/** How long an idle connection is kept open. */
const KEEP_ALIVE_MILLISECONDS = 600_000;
/** Idle time before the system sends TCP keep-alive probes. */
const PROBE_MILLISECONDS = 60_000;
const SILENCE_MILLISECONDS = 30_000;

/**
 * Connects to an endpoint's origin, including TLS.
 * @param signal Aborts the attempt and closes its sockets.
 * @param onSent Called with the outgoing bytes, encrypted by TLS.
 * @throws ProblemError
 */
export async function connect(
	endpoint: Endpoint,
	signal: AbortSignal,
	onSent?: (chunk: Buffer) => void,
): Promise<Socket> {
	const { origin, proxy, tls } = endpoint;
	try {
		const socket = proxy
			? await openTunnel(proxy, endpoint, signal)
			: await connectTcp(origin, signal, () => tls?.toService);
		if (!tls) return socket;
		return await startTls(onSent ? tapWrites(socket, onSent) : socket, origin, tls.toService, true, signal);
	} catch (error) {
		throw problemOf(error) ? error : problemFromConnectionError(error, endpoint);
	}
}

/** Creates a client that connects with `open`, again after each lost connection. */
export function createClient(origin: string, open: () => Promise<Socket>): Client {
	return new Client(origin, {
		connect: (_, callback) =>
			void open().then(
				(socket) => callback(null, socket),
				(error) => callback(error, null),
			),
		headersTimeout: SILENCE_MILLISECONDS,
		bodyTimeout: SILENCE_MILLISECONDS,
		// Undici's four seconds are too short, because users need longer to answer a prompt. A shorter time from the
		// service has priority. Undici notices a close by the service before sending. The pool handles connections that
		// died silently.
		keepAliveTimeout: KEEP_ALIVE_MILLISECONDS,
		allowH2: false,
	});
}

/**
 * Opens a tunnel through a proxy to an endpoint's origin. The proxy cannot read requests: the tunnel carries TLS.
 *
 * Uses undici because VS Code replaces `node:http` for extensions by a version with its own proxy detection.
 */
async function openTunnel(proxy: HttpProxy, { origin, tls }: Endpoint, signal: AbortSignal): Promise<Socket> {
	const client = createClient(proxy.origin, async () => {
		try {
			const encrypted = tls && proxy.origin.startsWith("https:");
			const socket = await connectTcp(proxy.origin, signal, () => [encrypted && tls.toProxy, tls?.toService]);
			return encrypted ? await startTls(socket, proxy.origin, tls.toProxy, proxy.strict, signal) : socket;
		} catch (error) {
			const why = serverCertificateIssue(error) ? "untrusted" : "unreachable";
			throw new ProblemError({ reason: "proxy", proxy: proxy.host, why });
		}
	});
	const { hostname, port } = new URL(origin);
	const target = `${hostname}:${port || 443}`;
	const tunnelled = Promise.withResolvers<Socket>();
	let abort = () => {};
	const onAbort = () => abort();
	signal.addEventListener("abort", onAbort);
	client.dispatch(
		{
			method: "CONNECT",
			path: target,
			headers: { host: target, ...(proxy.authorization && { "proxy-authorization": proxy.authorization }) },
		},
		{
			onRequestStart(controller) {
				abort = () => controller.abort(signal.reason);
			},
			onRequestUpgrade(_, status, _headers, socket) {
				if (status >= 200 && status < 300) return tunnelled.resolve(socket as Socket);
				socket.on("error", () => {}).destroy();
				const why = status === 407 ? "credentials" : "refused";
				tunnelled.reject(new ProblemError({ reason: "proxy", proxy: proxy.host, why }));
			},
			onResponseError: (_, error) => tunnelled.reject(error),
		},
	);
	try {
		return await tunnelled.promise;
	} finally {
		signal.removeEventListener("abort", onAbort);
		void client.destroy();
	}
}

/**
 * Opens a TCP connection.
 * @param prepare Prepares the next step while waiting for the peer. Its errors are ignored; the next step must rethrow.
 */
function connectTcp(origin: string, signal: AbortSignal, prepare: () => unknown): Promise<Socket> {
	const { hostname, port, protocol } = new URL(origin);
	const keepAlive = { keepAlive: true, keepAliveInitialDelay: PROBE_MILLISECONDS };
	const defaultPort = protocol === "https:" ? 443 : 80;
	const socket = connectSocket({
		host: stripBrackets(hostname),
		port: Number(port) || defaultPort,
		noDelay: true,
		...keepAlive,
	});
	socket.once("connectionAttempt", () =>
		// Node sends the connection request right after this event. The name was resolved before.
		process.nextTick(() => {
			try {
				prepare();
			} catch {}
		}),
	);
	return whenReady(socket, "connect", signal);
}

/** Wraps a socket to observe its writes. Delivers received data before the end, because the data may be an alert. */
function tapWrites(socket: Socket, onSent: (chunk: Buffer) => void): Duplex {
	const tapped = new Duplex({
		read: () => void socket.resume(),
		write: (chunk, _, done) => {
			onSent(chunk);
			socket.write(chunk, done);
		},
		final: (done) => void socket.end(done),
		destroy: (error, done) => {
			socket.destroy();
			done(error);
		},
	});
	socket.on("data", (chunk) => tapped.push(chunk) || socket.pause());
	socket.on("end", () => tapped.push(null));
	socket.on("error", (error) => tapped.destroy(error));
	socket.on("close", () => tapped.destroy());
	return tapped;
}

/** Starts TLS on a connection. @param strict Whether to verify the peer's certificate, whatever the environment. */
function startTls(
	socket: Duplex,
	origin: string,
	secureContext: SecureContext,
	strict: boolean,
	signal: AbortSignal,
): Promise<Socket> {
	const host = stripBrackets(new URL(origin).hostname);
	// IP addresses must not be sent as server names (RFC 6066, 3).
	const servername = isIP(host) ? "" : host;
	const options = { host, servername, rejectUnauthorized: strict, ALPNProtocols: ["http/1.1"] };
	return whenReady(connectTls({ socket, secureContext, ...options }), "secureConnect", signal);
}

/** Waits for a socket to become ready; destroys the socket on failure. */
async function whenReady(socket: Socket, event: "connect" | "secureConnect", signal: AbortSignal): Promise<Socket> {
	// Never removed: an error without a listener would end the process. Destroys the socket with its first error, so
	// that undici gets the TLS 1.3 alert, and not the end of the connection that follows.
	socket.on("error", (error) => socket.destroy(error));
	try {
		await once(socket, event, { signal });
		return socket;
	} catch (error) {
		socket.destroy();
		throw error;
	}
}

function stripBrackets(hostname: string): string {
	return hostname.replace(/^\[(.*)\]$/, "$1");
}

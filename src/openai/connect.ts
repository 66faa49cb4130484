import { once } from "node:events";
import { connect as connectSocket, isIP, type Socket } from "node:net";
import { Duplex } from "node:stream";
import { connect as connectTls, type SecureContext } from "node:tls";
import Client from "undici/lib/dispatcher/client.js";
import { ProblemError, problemOf } from "../domain/problem.ts";
import type { Endpoint } from "./endpoint.ts";
import { problemFromConnectionError, serverCertificateIssue } from "./errorMapping.ts";
import type { HttpProxy } from "./proxyResolver.ts";

/** How long a connection is kept that nobody uses. */
const KEEP_ALIVE_MILLISECONDS = 600_000;
/** After this the system asks an idle one's other side whether it is still there. */
const PROBE_MILLISECONDS = 60_000;
const SILENCE_MILLISECONDS = 30_000;

/**
 * Makes a connection to a way's origin, TLS included.
 * @param signal Ends it, with whatever of it is open by then.
 * @param onSent Told what goes out, as TLS encrypts it.
 * @throws Failure
 */
export async function connect(way: Endpoint, signal: AbortSignal, onSent?: (chunk: Buffer) => void): Promise<Socket> {
	const { origin, proxy, tls } = way;
	try {
		const socket = proxy ? await tunnel(proxy, way, signal) : await reach(origin, signal, () => tls?.toService);
		if (!tls) return socket;
		return await secure(onSent ? overhear(socket, onSent) : socket, origin, tls.toService, true, signal);
	} catch (error) {
		throw problemOf(error) ? error : problemFromConnectionError(error, way);
	}
}

/** A client whose connection is made by `open`, and with it again whenever it was lost. */
export function createClient(origin: string, open: () => Promise<Socket>): Client {
	return new Client(origin, {
		connect: (_, callback) =>
			void open().then(
				(socket) => callback(null, socket),
				(error) => callback(error, null),
			),
		headersTimeout: SILENCE_MILLISECONDS,
		bodyTimeout: SILENCE_MILLISECONDS,
		// A person takes longer to answer a question than the four seconds after which it would be closed. Where the service
		// names a shorter time, that counts; where it closes first, that is seen before anything is sent, and for one that died
		// without a sign there is the pool.
		keepAliveTimeout: KEEP_ALIVE_MILLISECONDS,
		allowH2: false,
	});
}

/**
 * Has a proxy lead to a way's origin. Nothing of a request goes to the proxy: what follows in the tunnel is TLS.
 *
 * The client is undici's because the editor replaces `node:http` for extensions by one that looks for a proxy itself.
 */
async function tunnel(proxy: HttpProxy, { origin, tls }: Endpoint, signal: AbortSignal): Promise<Socket> {
	const client = createClient(proxy.origin, async () => {
		try {
			const encrypted = tls && proxy.origin.startsWith("https:");
			const socket = await reach(proxy.origin, signal, () => [encrypted && tls.toProxy, tls?.toService]);
			return encrypted ? await secure(socket, proxy.origin, tls.toProxy, proxy.strict, signal) : socket;
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
 * A TCP connection.
 * @param prepare What will be wanted next, made while the other side is waited for; where it throws, it is to do so again then.
 */
function reach(origin: string, signal: AbortSignal, prepare: () => unknown): Promise<Socket> {
	const { hostname, port, protocol } = new URL(origin);
	const keepAlive = { keepAlive: true, keepAliveInitialDelay: PROBE_MILLISECONDS };
	const defaultPort = protocol === "https:" ? 443 : 80;
	const socket = connectSocket({
		host: unbracketed(hostname),
		port: Number(port) || defaultPort,
		noDelay: true,
		...keepAlive,
	});
	socket.once("connectionAttempt", () =>
		// The other side is asked right after this event; before it, a name is looked up.
		process.nextTick(() => {
			try {
				prepare();
			} catch {}
		}),
	);
	return ready(socket, "connect", signal);
}

/** A connection of which it is told what goes out. What came in before it ends is handed on first: it may be an alert. */
function overhear(socket: Socket, onSent: (chunk: Buffer) => void): Duplex {
	const heard = new Duplex({
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
	socket.on("data", (chunk) => heard.push(chunk) || socket.pause());
	socket.on("end", () => heard.push(null));
	socket.on("error", (error) => heard.destroy(error));
	socket.on("close", () => heard.destroy());
	return heard;
}

/** TLS over a connection. @param strict Whether the other side's certificate must hold, whatever the environment says. */
function secure(
	socket: Duplex,
	origin: string,
	secureContext: SecureContext,
	strict: boolean,
	signal: AbortSignal,
): Promise<Socket> {
	const host = unbracketed(new URL(origin).hostname);
	// Addresses are not to be sent as names (RFC 6066, 3).
	const servername = isIP(host) ? "" : host;
	const options = { host, servername, rejectUnauthorized: strict, ALPNProtocols: ["http/1.1"] };
	return ready(connectTls({ socket, secureContext, ...options }), "secureConnect", signal);
}

/** Waits for a socket to become ready; it is destroyed where it does not. */
async function ready(socket: Socket, event: "connect" | "secureConnect", signal: AbortSignal): Promise<Socket> {
	// Stays, since an error that nobody listens to would end the process. It is the end of the connection, so that undici is
	// told of it and not of what follows from it: an alert of TLS 1.3 is followed by the connection's end.
	socket.on("error", (error) => socket.destroy(error));
	try {
		await once(socket, event, { signal });
		return socket;
	} catch (error) {
		socket.destroy();
		throw error;
	}
}

function unbracketed(hostname: string): string {
	return hostname.replace(/^\[(.*)\]$/, "$1");
}

// An HTTP proxy on loopback for tests: it leads to what a test says, whatever the name, and can fail in the usual ways.
import { once } from "node:events";
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type Server } from "node:http";
import { createServer as createTlsServer } from "node:https";
import { type AddressInfo, connect, type Socket } from "node:net";
import { Connections } from "../emulator/connections.ts";

export interface ProxyOptions {
	/** What `Proxy-Authorization` must be. Default: anything or nothing. */
	readonly authorization?: string;
	/** Makes it an https proxy. PEM. */
	readonly tls?: { readonly key: string; readonly cert: string };
	/** Where a name really is; `null` where there is no such host, which it says by a 502. */
	readonly resolve: (host: string, port: number) => { readonly host: string; readonly port: number } | null;
}

/** What it was asked for by one CONNECT. */
export interface Tunnel {
	/** `host:port` */
	readonly target: string;
	readonly headers: IncomingHttpHeaders;
	/** Everything that the client sent through it, as it came. */
	readonly sent: Buffer[];
}

export interface TestProxy {
	/** `http://127.0.0.1:port`, or https. */
	readonly url: string;
	/** `127.0.0.1:port` */
	readonly host: string;
	readonly tunnels: Tunnel[];
	/** What it does with the next CONNECT: a tunnel, no answer at all, or an answer of this status. */
	mode: "tunnel" | "silent" | number;
	readonly connections: Pick<Connections, "total" | "open">;
	/** Emits `connect` with each CONNECT, its socket second. */
	readonly server: Server;
	/** Cuts all connections and frees the port. */
	close(): Promise<void>;
}

/** Starts a proxy that leads only by CONNECT; any other request is refused with a 400. */
export async function startProxy(options: ProxyOptions): Promise<TestProxy> {
	const server: Server = options.tls ? createTlsServer(options.tls) : createServer();
	const connections = new Connections();
	connections.track(server);
	server.on("request", (_, response) => response.writeHead(400).end());
	server.on("connect", (request: IncomingMessage, socket: Socket, head: Buffer) => {
		socket.on("error", () => {}).on("end", () => socket.end());
		const target = request.url ?? "";
		const sent = [head];
		proxy.tunnels.push({ target, headers: request.headers, sent });
		const answer = (status: number) => void socket.end(`HTTP/1.1 ${status} Refused\r\nContent-Length: 0\r\n\r\n`);
		const { authorization } = options;
		if (proxy.mode === "silent") return void socket.resume();
		if (proxy.mode !== "tunnel") return answer(proxy.mode);
		if (authorization !== undefined && request.headers["proxy-authorization"] !== authorization) return answer(407);
		const { hostname, port } = new URL(`https://${target}`);
		const end = options.resolve(hostname, Number(port) || 443);
		if (end === null) return answer(502);

		const upstream = connect(end.port, end.host);
		upstream.on("error", () => socket.destroy());
		upstream.on("close", () => socket.destroy());
		socket.on("close", () => upstream.destroy());
		upstream.on("connect", () => {
			socket.write("HTTP/1.1 200 Connection established\r\n\r\n");
			upstream.write(head);
			socket.on("data", (chunk) => sent.push(chunk));
			socket.pipe(upstream).pipe(socket);
		});
	});
	server.listen(0, "127.0.0.1");
	await once(server, "listening");
	const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
	const proxy: TestProxy = {
		url: `${options.tls ? "https" : "http"}://${host}`,
		host,
		tunnels: [],
		mode: "tunnel",
		connections,
		server,
		close: async () => {
			const closed = new Promise((resolve) => server.close(resolve));
			await connections.destroyAll();
			await closed;
		},
	};
	return proxy;
}

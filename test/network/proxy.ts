// An HTTP proxy on loopback for tests. The test chooses the target of each name, and can cause common failures.
import { once } from "node:events";
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type Server } from "node:http";
import { createServer as createTlsServer } from "node:https";
import { type AddressInfo, connect, type Socket } from "node:net";
import { TcpConnections } from "../emulator/connections.ts";

export interface ProxyOptions {
	/** The required `Proxy-Authorization`. Default: not checked. */
	readonly authorization?: string;
	/** Serves https. PEM. */
	readonly tls?: { readonly key: string; readonly cert: string };
	/** Returns the address for a name; `null` for an unknown host, which causes a 502. */
	readonly resolve: (host: string, port: number) => { readonly host: string; readonly port: number } | null;
}

/** A CONNECT request. */
export interface Tunnel {
	/** `host:port` */
	readonly target: string;
	readonly headers: IncomingHttpHeaders;
	/** All chunks that the client sent through the tunnel. */
	readonly sent: Buffer[];
}

export interface TestProxy {
	/** `http://127.0.0.1:port`, or https. */
	readonly url: string;
	/** `127.0.0.1:port` */
	readonly host: string;
	readonly tunnels: Tunnel[];
	/** The response to the next CONNECT: a tunnel, no response, or this status. */
	mode: "tunnel" | "silent" | number;
	readonly connections: Pick<TcpConnections, "total" | "open">;
	/** Emits `connect` for each CONNECT, with the socket as second argument. */
	readonly server: Server;
	/** Closes all connections and frees the port. */
	close(): Promise<void>;
}

/** Starts a proxy that supports only CONNECT, and refuses any other request with a 400. */
export async function startProxy(options: ProxyOptions): Promise<TestProxy> {
	const server: Server = options.tls ? createTlsServer(options.tls) : createServer();
	const connections = new TcpConnections();
	connections.track(server);
	server.on("request", (_, response) => response.writeHead(400).end());
	server.on("connect", (request: IncomingMessage, socket: Socket, head: Buffer) => {
		socket.on("error", () => {}).on("end", () => socket.end());
		const target = request.url ?? "";
		const sent = [head];
		proxy.tunnels.push({ target, headers: request.headers, sent });
		const refuse = (status: number) => void socket.end(`HTTP/1.1 ${status} Refused\r\nContent-Length: 0\r\n\r\n`);
		const { authorization } = options;
		if (proxy.mode === "silent") return void socket.resume();
		if (proxy.mode !== "tunnel") return refuse(proxy.mode);
		if (authorization !== undefined && request.headers["proxy-authorization"] !== authorization) return refuse(407);
		const { hostname, port } = new URL(`https://${target}`);
		const address = options.resolve(hostname, Number(port) || 443);
		if (address === null) return refuse(502);

		const upstream = connect(address.port, address.host);
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

import { once } from "node:events";
import type { Server, Socket } from "node:net";

/** Tracks the TCP connections of servers, including connections that never send HTTP. */
export class TcpConnections {
	/** Number of connections since the start. */
	total = 0;
	readonly #open = new Map<string, Socket>();

	/** Number of connections now. */
	get open(): number {
		return this.#open.size;
	}

	track(server: Server): void {
		server.on("connection", (socket: Socket) => {
			const key = connectionKey(socket);
			this.total += 1;
			this.#open.set(key, socket);
			socket.on("close", () => this.#open.delete(key));
		});
	}

	/** Sends RST on the connection below a socket; a TLS socket cannot send RST itself. */
	reset(socket: Socket): void {
		const raw = this.#open.get(connectionKey(socket));
		if (raw === undefined) socket.destroy();
		else raw.resetAndDestroy();
	}

	/** Destroys all connections and waits until they are closed. */
	async destroyAll(): Promise<void> {
		await Promise.all([...this.#open.values()].map((socket) => once(socket.destroy(), "close")));
	}
}

/** Returns a key shared by a raw socket and the TLS socket on top. */
function connectionKey({ localPort, remotePort }: Socket): string {
	return `${localPort} ${remotePort}`;
}

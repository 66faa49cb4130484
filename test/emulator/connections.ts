import { once } from "node:events";
import type { Server, Socket } from "node:net";

/** The TCP connections of the emulator's servers. A connection that never gets as far as HTTP counts too. */
export class Connections {
	/** How many there were since the start. */
	total = 0;
	readonly #open = new Map<string, Socket>();

	/** How many there are now. */
	get open(): number {
		return this.#open.size;
	}

	track(server: Server): void {
		server.on("connection", (socket: Socket) => {
			const ends = endsOf(socket);
			this.total += 1;
			this.#open.set(ends, socket);
			socket.on("close", () => this.#open.delete(ends));
		});
	}

	/** Sends RST on the connection under a socket; a TLS socket cannot do it itself. */
	reset(socket: Socket): void {
		const raw = this.#open.get(endsOf(socket));
		if (raw === undefined) socket.destroy();
		else raw.resetAndDestroy();
	}

	/** Cuts every connection. */
	async destroyAll(): Promise<void> {
		await Promise.all([...this.#open.values()].map((socket) => once(socket.destroy(), "close")));
	}
}

/** What a raw socket and the TLS socket over it have in common. */
function endsOf({ localPort, remotePort }: Socket): string {
	return `${localPort} ${remotePort}`;
}

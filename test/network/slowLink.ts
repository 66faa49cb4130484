import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";

/** A delayed connection to a server. */
export interface SlowLink {
	readonly port: number;
	close(): Promise<void>;
}

/**
 * Forwards to a port of this machine as to a distant server. Each byte takes half of the round trip in each direction.
 * The client connects at once, but its data leaves only after a round trip, as after a real connection setup: a first
 * response over TLS 1.3 takes three round trips.
 */
export async function startSlowLink(port: number, roundTripMilliseconds: number): Promise<SlowLink> {
	const sockets = new Set<Socket>();
	const server = createServer({ pauseOnConnect: true }, (client) => {
		setTimeout(() => client.resume(), roundTripMilliseconds);
		const upstream = connect(port, "127.0.0.1");
		for (const socket of [client, upstream]) {
			sockets.add(socket);
			socket.setNoDelay(true);
			socket.on("error", () => {});
			socket.on("close", () => sockets.delete(socket));
		}
		delay(client, upstream, roundTripMilliseconds / 2);
		delay(upstream, client, roundTripMilliseconds / 2);
	});
	server.listen(0, "127.0.0.1");
	await once(server, "listening");
	return {
		port: (server.address() as AddressInfo).port,
		close: async () => {
			for (const socket of sockets) socket.destroy();
			server.close();
			await once(server, "close");
		},
	};
}

/** Forwards data, end and close in order, with a delay. */
function delay(from: Socket, to: Socket, milliseconds: number): void {
	const queue: (() => void)[] = [];
	const later = (action: () => void) => {
		queue.push(action);
		// Whichever timer fires first, the oldest action runs first.
		runAt(performance.now() + milliseconds, () => queue.shift()?.());
	};
	from.on("data", (chunk) => later(() => to.write(chunk)));
	from.on("end", () => later(() => to.end()));
	from.on("close", () => later(() => to.destroy()));
}

/** Runs an action at a precise time (`performance.now`); a timer can be up to a millisecond late. */
function runAt(time: number, action: () => void): void {
	const remaining = time - performance.now();
	if (remaining > 2) setTimeout(runAt, remaining - 2, time, action);
	else if (remaining > 0) setImmediate(runAt, time, action);
	else action();
}

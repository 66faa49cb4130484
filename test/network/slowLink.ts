import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";

/** A way to a server on which everything takes its time. */
export interface SlowLink {
	readonly port: number;
	close(): Promise<void>;
}

/**
 * Leads to a port of this machine as a far-away server would be reached. Each byte takes half of the round trip in each
 * direction. The client has its connection at once, but nothing that it sends leaves before it could have had it, so that a
 * first answer over TLS 1.3 takes three round trips.
 */
export async function startSlowLink(port: number, roundTripMilliseconds: number): Promise<SlowLink> {
	const sockets = new Set<Socket>();
	const server = createServer({ pauseOnConnect: true }, (near) => {
		setTimeout(() => near.resume(), roundTripMilliseconds);
		const far = connect(port, "127.0.0.1");
		for (const socket of [near, far]) {
			sockets.add(socket);
			socket.setNoDelay(true);
			socket.on("error", () => {});
			socket.on("close", () => sockets.delete(socket));
		}
		delay(near, far, roundTripMilliseconds / 2);
		delay(far, near, roundTripMilliseconds / 2);
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

/** Hands on what comes, in its order, that much later. */
function delay(from: Socket, to: Socket, milliseconds: number): void {
	const acts: (() => void)[] = [];
	const later = (act: () => void) => {
		acts.push(act);
		// Whichever time is seen to have come first, it is the first thing's turn.
		at(performance.now() + milliseconds, () => acts.shift()?.());
	};
	from.on("data", (chunk) => later(() => to.write(chunk)));
	from.on("end", () => later(() => to.end()));
	from.on("close", () => later(() => to.destroy()));
}

/** Does something at a time, not up to a millisecond after it as a timer would. */
function at(time: number, act: () => void): void {
	const left = time - performance.now();
	if (left > 2) setTimeout(at, left - 2, time, act);
	else if (left > 0) setImmediate(at, time, act);
	else act();
}

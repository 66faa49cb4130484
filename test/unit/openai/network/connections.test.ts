import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type Server, type ServerResponse } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { setImmediate } from "node:timers/promises";
import { CancelledError } from "../../../../src/domain/problem.ts";
import { benchForEachTest } from "../setup.ts";
import { plainNetwork } from "./directNetwork.ts";

describe("Connections", () => {
	const bench = benchForEachTest();

	/** So many lists whose answers are held back until `release()`. */
	const hold = async (count: number) => {
		const held = Array.from({ length: count }, () => bench.emulator.faults.next({ kind: "silence", when: "after" }));
		const lists = held.map(() => bench.api.list());
		for (const { reached } of held) await reached;
		return {
			release: async () => {
				for (const { release } of held) release();
				await Promise.all(lists);
			},
		};
	};

	it("are used again", async () => {
		await bench.api.list();
		await bench.api.list();
		await (await hold(2)).release();
		await (await hold(2)).release();
		assert.equal(bench.emulator.connections.total, 2);
	});

	it("are no more than sixteen at once: one more request waits for its turn", async () => {
		const { release } = await hold(16);
		const more = [bench.api.list(), bench.api.list()];
		assert.equal(bench.emulator.exchanges.length, 16);
		await release();
		await Promise.all(more);
		assert.equal(bench.emulator.connections.total, 16);
		assert.equal(bench.emulator.exchanges.length, 18);
		await (await hold(16)).release();
		assert.equal(bench.emulator.connections.total, 16);
	});

	it("R25 a cancel ends the waiting for one, and nothing is sent", async () => {
		const { release } = await hold(16);
		for (const wait of [() => {}, setImmediate]) {
			const abort = new AbortController();
			const ended = assert.rejects(bench.api.list(abort.signal), CancelledError);
			await wait();
			abort.abort();
			await ended;
		}
		await release();
		await bench.api.list();
		assert.equal(bench.emulator.exchanges.length, 17);
		assert.equal(bench.emulator.connections.total, 16);
	});

	it("are all closed with the transport, and what runs on them ends", async () => {
		const silence = bench.emulator.faults.next({ kind: "silence", when: "after" });
		const ended = assert.rejects(bench.api.list(), CancelledError);
		await silence.reached;
		await bench.transport.close();
		await ended;
		await silence.ended;
	});

	describe("to a server that promises to keep them", () => {
		const page = JSON.stringify({ object: "list", data: [], first_id: null, last_id: null, has_more: false });
		let server: Server;
		let responses: ServerResponse[];

		beforeEach(async () => {
			responses = [];
			server = createServer((_, response) => {
				responses.push(response);
				server.emit("asked");
			}).listen(0, "127.0.0.1");
			await once(server, "listening");
			bench.api = bench.apiFor(`http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`, "k");
		});

		afterEach(() => {
			server.close();
			server.closeAllConnections();
		});

		/** A list that is on its way, on a new connection. */
		const list = async () => {
			const connected = once(server, "connection") as Promise<[Socket]>;
			const listed = bench.api.list();
			await once(server, "asked");
			return { socket: (await connected)[0], listed };
		};
		const answer = () => responses.shift()?.setHeader("keep-alive", "timeout=600").end(page);

		it("are closed when the settings change: the idle one at once, the used one after its answer", async () => {
			const lists = [await list(), await list()];
			answer();
			answer();
			await Promise.all(lists.map(({ listed }) => listed));
			const slow = bench.api.list();
			await once(server, "asked");
			const sockets = lists.map(({ socket }) => socket);
			const closed = sockets.map((socket) => once(socket, "close"));
			bench.network = { ...plainNetwork, systemCertificates: false };
			const next = await list();
			await Promise.race(closed);
			assert.deepEqual(sockets.map((socket) => socket.closed).toSorted(), [false, true]);
			answer();
			await slow;
			await Promise.all(closed);
			answer();
			await next.listed;
			assert.equal(next.socket.closed, false);
		});

		it("are closed with the transport", async () => {
			const { socket, listed } = await list();
			answer();
			await listed;
			const closed = once(socket, "close");
			await bench.transport.close();
			await closed;
		});
	});
});

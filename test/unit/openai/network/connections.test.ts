import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type Server, type ServerResponse } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { setImmediate } from "node:timers/promises";
import { CancelledError } from "../../../../src/domain/problem.ts";
import { apiFixtureForEachTest } from "../setup.ts";
import { directNetwork } from "./directNetwork.ts";

describe("Connections", () => {
	const fixture = apiFixtureForEachTest();

	/** Requests `count` lists, whose responses are delayed until `release()`. */
	const requestLists = async (count: number) => {
		const silences = Array.from({ length: count }, () =>
			fixture.emulator.faults.arm({ kind: "silence", when: "after" }),
		);
		const lists = silences.map(() => fixture.api.list());
		for (const { reached } of silences) await reached;
		return {
			release: async () => {
				for (const { release } of silences) release();
				await Promise.all(lists);
			},
		};
	};

	it("are reused", async () => {
		await fixture.api.list();
		await fixture.api.list();
		await (await requestLists(2)).release();
		await (await requestLists(2)).release();
		assert.equal(fixture.emulator.connections.total, 2);
	});

	it("are limited to sixteen, and further requests wait", async () => {
		const { release } = await requestLists(16);
		const more = [fixture.api.list(), fixture.api.list()];
		assert.equal(fixture.emulator.exchanges.length, 16);
		await release();
		await Promise.all(more);
		assert.equal(fixture.emulator.connections.total, 16);
		assert.equal(fixture.emulator.exchanges.length, 18);
		await (await requestLists(16)).release();
		assert.equal(fixture.emulator.connections.total, 16);
	});

	it("R25 are not awaited after a cancellation, and nothing is sent", async () => {
		const { release } = await requestLists(16);
		for (const wait of [() => {}, setImmediate]) {
			const abort = new AbortController();
			const ended = assert.rejects(fixture.api.list(abort.signal), CancelledError);
			await wait();
			abort.abort();
			await ended;
		}
		await release();
		await fixture.api.list();
		assert.equal(fixture.emulator.exchanges.length, 17);
		assert.equal(fixture.emulator.connections.total, 16);
	});

	it("are closed with the transport, which ends their requests", async () => {
		const silence = fixture.emulator.faults.arm({ kind: "silence", when: "after" });
		const ended = assert.rejects(fixture.api.list(), CancelledError);
		await silence.reached;
		await fixture.transport.close();
		await ended;
		await silence.ended;
	});

	describe("to a server with keep-alive", () => {
		const page = JSON.stringify({ object: "list", data: [], first_id: null, last_id: null, has_more: false });
		let server: Server;
		let responses: ServerResponse[];

		beforeEach(async () => {
			responses = [];
			server = createServer((_, response) => {
				responses.push(response);
				server.emit("received");
			}).listen(0, "127.0.0.1");
			await once(server, "listening");
			fixture.api = fixture.createApi(`http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`, "k");
		});

		afterEach(() => {
			server.close();
			server.closeAllConnections();
		});

		/** Requests a list on a new connection. Returns when the server has received the request. */
		const requestList = async () => {
			const connected = once(server, "connection") as Promise<[Socket]>;
			const listed = fixture.api.list();
			await once(server, "received");
			return { socket: (await connected)[0], listed };
		};
		const respond = () => responses.shift()?.setHeader("keep-alive", "timeout=600").end(page);

		it("are closed when the settings change: an idle connection at once, a busy one after its response", async () => {
			const lists = [await requestList(), await requestList()];
			respond();
			respond();
			await Promise.all(lists.map(({ listed }) => listed));
			const slow = fixture.api.list();
			await once(server, "received");
			const sockets = lists.map(({ socket }) => socket);
			const closed = sockets.map((socket) => once(socket, "close"));
			fixture.network = { ...directNetwork, systemCertificates: false };
			const next = await requestList();
			await Promise.race(closed);
			assert.deepEqual(sockets.map((socket) => socket.closed).toSorted(), [false, true]);
			respond();
			await slow;
			await Promise.all(closed);
			respond();
			await next.listed;
			assert.equal(next.socket.closed, false);
		});

		it("are closed with the transport", async () => {
			const { socket, listed } = await requestList();
			respond();
			await listed;
			const closed = once(socket, "close");
			await fixture.transport.close();
			await closed;
		});
	});
});

import assert from "node:assert/strict";
import { once } from "node:events";
import { type AddressInfo, createServer, type Server, type Socket } from "node:net";
import { setImmediate } from "node:timers/promises";
import { parseBaseUrl } from "../../../../src/domain/baseUrl.ts";
import { CancelledError } from "../../../../src/domain/problem.ts";
import { AdminClient } from "../../../../src/openai/adminClient.ts";
import type { FaultKind } from "../../../emulator/faults.ts";
import { apiFixtureForEachTest, expectProblem, stopClock, TOTAL_MILLISECONDS } from "../setup.ts";

const unconfirmed = {
	reason: "unconfirmed",
	name: "n",
	lookup: { outcome: "failed" },
	ending: { kind: "no-response" },
};

const upload = { pem: "-----BEGIN CERTIFICATE-----", name: "n" };

/** Starts a server that accepts connections and never responds, so that no TLS handshake ends. */
async function startSilentServer(): Promise<{ server: Server; url: string; sockets: Socket[]; close: () => void }> {
	const sockets: Socket[] = [];
	const server = createServer((socket) => sockets.push(socket.on("error", () => {}))).listen(0, "127.0.0.1");
	await once(server, "listening");
	const { port } = server.address() as { port: number };
	const close = () => {
		server.close();
		for (const socket of sockets) socket.destroy();
	};
	return { server, url: `https://127.0.0.1:${port}/v1`, sockets, close };
}

describe("Cancelling", () => {
	const fixture = apiFixtureForEachTest();

	it("R25 before the start sends nothing", async () => {
		await assert.rejects(fixture.api.upload(upload, AbortSignal.abort()), CancelledError);
		await assert.rejects(fixture.api.list(AbortSignal.abort()), CancelledError);
		assert.equal(fixture.emulator.connections.total, 0);
	});

	it("R25 while the key is being read ends at once, and nothing is sent", async () => {
		const abort = new AbortController();
		const asked = Promise.withResolvers<void>();
		const api = new AdminClient(fixture.transport, () => {
			asked.resolve();
			return new Promise<never>(() => {});
		});
		const ended = assert.rejects(api.upload(upload, abort.signal), CancelledError);
		await asked.promise;
		abort.abort();
		await ended;
		assert.equal(fixture.emulator.connections.total, 0);
	});

	it("R25 during the TLS handshake ends at once, and nothing is sent", async () => {
		const silent = await startSilentServer();
		try {
			const abort = new AbortController();
			silent.server.on("connection", () => abort.abort());
			await assert.rejects(fixture.createApi(silent.url, "k").upload(upload, abort.signal), CancelledError);
			const [socket = assert.fail()] = silent.sockets;
			await once(socket.resume(), "close");
		} finally {
			silent.close();
		}
	});

	it("R25 during the TLS handshake keeps the connection of another request", async () => {
		const silent = await startSilentServer();
		try {
			const abort = new AbortController();
			const api = fixture.createApi(silent.url, "k");
			const list = async (signal?: AbortSignal) => {
				const ended = api.list(signal).catch((error: Error) => error);
				const [socket] = (await once(silent.server, "connection")) as [Socket];
				return { ended, socket: socket.resume() };
			};
			const cancelled = await list(abort.signal);
			const other = await list();
			abort.abort();
			await once(cancelled.socket, "close");
			assert.ok((await cancelled.ended) instanceof CancelledError);
			assert.equal(other.socket.closed, false);
			await fixture.transport.close();
			await other.ended;
		} finally {
			silent.close();
		}
	});

	it("R25 while connecting prevents sending on the new connection later", async () => {
		const { emulator, transport } = fixture;
		const abort = new AbortController();
		const api = new AdminClient(transport, async () => {
			// Abort after the transport starts to connect, before the system can report the connection.
			process.nextTick(() => abort.abort());
			return { baseUrl: parseBaseUrl(emulator.url), key: emulator.adminKey, clientCertificate: null };
		});
		await assert.rejects(api.upload(upload, abort.signal), CancelledError);
		// The next request uses the same connection or a later one.
		await fixture.api.list();
		assert.deepEqual(
			emulator.exchanges.map(({ operation }) => operation),
			["list"],
		);
	});

	it("R25 before the response closes the connection and leaves the upload unconfirmed", async () => {
		const silence = fixture.emulator.faults.arm({ kind: "silence", when: "before" });
		const abort = new AbortController();
		const problem = expectProblem(fixture.api.upload(upload, abort.signal));
		await silence.reached;
		abort.abort();
		assert.deepEqual(await problem, { ...unconfirmed, ending: { kind: "canceled" } });
		await silence.ended;
	});
});

describe("No connection", () => {
	for (const limits of [{ connectMilliseconds: 50 }, { totalMilliseconds: 50 }])
		describe(JSON.stringify(limits), () => {
			const fixture = apiFixtureForEachTest(limits);

			it("R26 because a handshake never ends is reported as unreachable, also for an upload", async () => {
				const silent = await startSilentServer();
				try {
					const { host } = new URL(silent.url);
					const api = fixture.createApi(silent.url, "k");
					assert.deepEqual(await expectProblem(api.list()), { reason: "unreachable", host, proxy: null });
					assert.deepEqual(await expectProblem(api.upload(upload)), { reason: "unreachable", host, proxy: null });
				} finally {
					silent.close();
				}
			});
		});

	const fixture = apiFixtureForEachTest();

	it("R26 because nothing listens is reported as unreachable, also for an upload", async () => {
		const closed = await startSilentServer();
		closed.close();
		await once(closed.server, "close");
		const { host } = new URL(closed.url);
		const api = fixture.createApi(`http://${host}/v1`, "k");
		assert.deepEqual(await expectProblem(api.list()), { reason: "unreachable", host, proxy: null });
		assert.deepEqual(await expectProblem(api.upload(upload)), { reason: "unreachable", host, proxy: null });
	});
});

describe("Response limits", () => {
	const fixture = apiFixtureForEachTest();
	const host = () => new URL(fixture.emulator.url).host;

	for (const [size, isAccepted] of [
		[1024 * 1024, true],
		[1024 * 1024 + 1, false],
	] as const)
		it(`R27 ${size} bytes are ${isAccepted ? "read" : "too many"}`, async () => {
			const text = '{"object":"list","data":[],"has_more":false}'.padEnd(size);
			fixture.emulator.faults.arm({ kind: "body", text, when: "after" });
			if (isAccepted) assert.equal((await fixture.api.list()).complete, true);
			else assert.deepEqual(await expectProblem(fixture.api.list()), { reason: "bad-answer", host: host() });
		});

	/** Runs a function, and returns the peak growth of this process's memory in the meantime, in bytes. */
	const measurePeakGrowth = async (run: () => Promise<unknown>): Promise<number> => {
		const memoryInUse = () => {
			const { heapUsed, external } = process.memoryUsage();
			return heapUsed + external;
		};
		const before = memoryInUse();
		let peak = before;
		const timer = setInterval(() => {
			peak = Math.max(peak, memoryInUse());
		}, 1);
		try {
			await run();
		} finally {
			clearInterval(timer);
		}
		return Math.max(peak, memoryInUse()) - before;
	};

	const MEGABYTES = 1_000_000;
	const large: readonly [string, FaultKind][] = [
		["without end", { kind: "endless" }],
		["of 100 MB", { kind: "long", bytes: 100 * MEGABYTES }],
		["of 100 MB in a gzip bomb", { kind: "gzipBomb", bytes: 100 * MEGABYTES }],
	];
	for (const [title, fault] of large)
		it(`R27 cuts off a body ${title}, using less than 50 MB of memory`, async () => {
			const armed = fixture.emulator.faults.arm({ ...fault, when: "after" });
			const growth = await measurePeakGrowth(async () => {
				assert.deepEqual(await expectProblem(fixture.api.list()), { reason: "bad-answer", host: host() });
				await armed.ended;
			});
			assert.ok(growth < 50 * MEGABYTES, `${growth} bytes`);
			assert.equal(fixture.emulator.exchanges.length, 1);
		});

	const unusable: readonly [string, FaultKind][] = [
		["with unrequested compression", { kind: "gzip" }],
		["shorter than its Content-Length", { kind: "contentLength", off: 1 }],
		["longer than its Content-Length", { kind: "contentLength", off: -1 }],
		["with 40 kB of headers", { kind: "headers", count: 200, bytes: 200 }],
	];
	for (const [title, fault] of unusable)
		it(`R27 rejects a response ${title}`, async () => {
			fixture.emulator.faults.arm({ ...fault, when: "after" });
			assert.deepEqual(await expectProblem(fixture.api.list()), { reason: "bad-answer", host: host() });
		});

	it("R27 accepts 200 short headers", async () => {
		fixture.emulator.faults.arm({ kind: "headers", count: 200, when: "after" });
		assert.equal((await fixture.api.list()).complete, true);
	});
});

describe("Time limit of a response", () => {
	const fixture = apiFixtureForEachTest();
	const clock = stopClock();

	it("R27 applies in total, even if bytes keep arriving", async () => {
		const [head, ...bytes] = ["HTTP/1.1 200 OK\r\ncontent-length: 99\r\n\r\n", "{", " ", " "];
		const server = createServer((socket) => {
			socket.on("error", () => {}).once("data", () => socket.write(head ?? "", () => server.emit("answered", socket)));
		}).listen(0, "127.0.0.1");
		await once(server, "listening");
		try {
			const answered = once(server, "answered") as Promise<[Socket]>;
			const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
			let ended = false;
			const problem = expectProblem(fixture.createApi(`http://${host}/v1`, "k").list()).finally(() => {
				ended = true;
			});
			const [socket] = await answered;
			const closed = once(socket, "close");
			for (const byte of bytes) {
				await new Promise((written) => socket.write(byte, written));
				await clock.advance(TOTAL_MILLISECONDS / bytes.length - 1);
				await setImmediate();
				assert.equal(ended, false);
			}
			await clock.advance(bytes.length);
			assert.deepEqual(await problem, { reason: "timeout", host });
			await closed;
		} finally {
			server.close();
		}
	});

	it("R59 applies if the key's storage does not respond", async () => {
		const api = new AdminClient(fixture.transport, () => new Promise<never>(() => {}));
		for (const call of [() => api.list(), () => api.upload(upload)]) {
			const problem = expectProblem(call());
			await clock.advance(TOTAL_MILLISECONDS);
			assert.deepEqual(await problem, { reason: "secrets-unavailable" });
		}
		assert.equal(fixture.emulator.exchanges.length, 0);
	});

	it("R20 applies to an upload too, which is then unconfirmed and was sent once", async () => {
		const silence = fixture.emulator.faults.arm({ kind: "silence", when: "before" });
		const problem = expectProblem(fixture.api.upload(upload));
		await silence.reached;
		await clock.advance(TOTAL_MILLISECONDS);
		assert.deepEqual(await problem, unconfirmed);
		await silence.ended;
		assert.equal(fixture.emulator.exchanges.length, 1);
	});
});

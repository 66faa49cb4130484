import assert from "node:assert/strict";
import { once } from "node:events";
import { type AddressInfo, createServer, type Server, type Socket } from "node:net";
import { setImmediate } from "node:timers/promises";
import { parseBaseUrl } from "../../../../src/domain/baseUrl.ts";
import { CancelledError } from "../../../../src/domain/problem.ts";
import { CertificatesClient } from "../../../../src/openai/certificates.ts";
import type { FaultKind } from "../../../emulator/faults.ts";
import { benchForEachTest, problemIn, stopClock, TOTAL_MILLISECONDS } from "../setup.ts";

const unconfirmed = { reason: "unconfirmed", name: "n", look: { outcome: "failed" }, ending: { kind: "no-response" } };

const upload = { pem: "-----BEGIN CERTIFICATE-----", name: "n" };

/** Takes connections and says nothing, so that no TLS handshake ends. */
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

describe("Cancelled", () => {
	const bench = benchForEachTest();

	it("R25 before the start: nothing is sent", async () => {
		await assert.rejects(bench.api.upload(upload, AbortSignal.abort()), CancelledError);
		await assert.rejects(bench.api.list(AbortSignal.abort()), CancelledError);
		assert.equal(bench.emulator.connections.total, 0);
	});

	it("R25 while the key is still being read: it ends at once, and nothing was sent", async () => {
		const abort = new AbortController();
		const asked = Promise.withResolvers<void>();
		const api = new CertificatesClient(bench.transport, () => {
			asked.resolve();
			return new Promise<never>(() => {});
		});
		const ended = assert.rejects(api.upload(upload, abort.signal), CancelledError);
		await asked.promise;
		abort.abort();
		await ended;
		assert.equal(bench.emulator.connections.total, 0);
	});

	it("R25 while TLS is being set up: it ends at once, and nothing was sent", async () => {
		const silent = await startSilentServer();
		try {
			const abort = new AbortController();
			silent.server.on("connection", () => abort.abort());
			await assert.rejects(bench.apiFor(silent.url, "k").upload(upload, abort.signal), CancelledError);
			const [socket = assert.fail()] = silent.sockets;
			await once(socket.resume(), "close");
		} finally {
			silent.close();
		}
	});

	it("R25 while TLS is being set up: the connection that another request waits for stays", async () => {
		const silent = await startSilentServer();
		try {
			const abort = new AbortController();
			const api = bench.apiFor(silent.url, "k");
			const list = async (signal?: AbortSignal) => {
				const ended = api.list(signal).catch((error: Error) => error);
				const [socket] = (await once(silent.server, "connection")) as [Socket];
				return { ended, socket: socket.resume() };
			};
			const given = await list(abort.signal);
			const kept = await list();
			abort.abort();
			await once(given.socket, "close");
			assert.ok((await given.ended) instanceof CancelledError);
			assert.equal(kept.socket.closed, false);
			await bench.transport.close();
			await kept.ended;
		} finally {
			silent.close();
		}
	});

	it("R25 while the connection is being made: nothing is sent on it later either", async () => {
		const { emulator, transport } = bench;
		const abort = new AbortController();
		const api = new CertificatesClient(transport, async () => {
			// After the code that waits for this has begun to connect, and before the system can say that it did.
			process.nextTick(() => abort.abort());
			return { baseUrl: parseBaseUrl(emulator.url), key: emulator.adminKey, clientCertificate: null };
		});
		await assert.rejects(api.upload(upload, abort.signal), CancelledError);
		// The next request waits for the same connection, or for a later one.
		await bench.api.list();
		assert.deepEqual(
			emulator.exchanges.map(({ operation }) => operation),
			["list"],
		);
	});

	it("R25 before the answer: the connection is closed, and what was sent is not confirmed", async () => {
		const silence = bench.emulator.faults.next({ kind: "silence", when: "before" });
		const abort = new AbortController();
		const problem = problemIn(bench.api.upload(upload, abort.signal));
		await silence.reached;
		abort.abort();
		assert.deepEqual(await problem, { ...unconfirmed, ending: { kind: "canceled" } });
		await silence.ended;
	});
});

describe("No connection", () => {
	for (const limits of [{ connectMilliseconds: 50 }, { totalMilliseconds: 50 }])
		describe(JSON.stringify(limits), () => {
			const bench = benchForEachTest(limits);

			it("R26 whose handshake never ends is told as not reached, also of an upload", async () => {
				const silent = await startSilentServer();
				try {
					const { host } = new URL(silent.url);
					const api = bench.apiFor(silent.url, "k");
					assert.deepEqual(await problemIn(api.list()), { reason: "unreachable", host, proxy: null });
					assert.deepEqual(await problemIn(api.upload(upload)), { reason: "unreachable", host, proxy: null });
				} finally {
					silent.close();
				}
			});
		});

	const bench = benchForEachTest();

	it("R26 where nothing listens is told as not reached, also of an upload", async () => {
		const nobody = await startSilentServer();
		nobody.close();
		await once(nobody.server, "close");
		const { host } = new URL(nobody.url);
		const api = bench.apiFor(`http://${host}/v1`, "k");
		assert.deepEqual(await problemIn(api.list()), { reason: "unreachable", host, proxy: null });
		assert.deepEqual(await problemIn(api.upload(upload)), { reason: "unreachable", host, proxy: null });
	});
});

describe("Bounds of an answer", () => {
	const bench = benchForEachTest();
	const host = () => new URL(bench.emulator.url).host;

	for (const [size, holds] of [
		[1024 * 1024, true],
		[1024 * 1024 + 1, false],
	] as const)
		it(`R27 ${size} bytes are ${holds ? "read" : "too many"}`, async () => {
			const text = '{"object":"list","data":[],"has_more":false}'.padEnd(size);
			bench.emulator.faults.next({ kind: "body", text, when: "after" });
			if (holds) assert.equal((await bench.api.list()).complete, true);
			else assert.deepEqual(await problemIn(bench.api.list()), { reason: "bad-answer", host: host() });
		});

	/** The most memory that this process took while something ran, beyond what it took before, in bytes. */
	const growthWhile = async (run: () => Promise<unknown>): Promise<number> => {
		const taken = () => {
			const { heapUsed, external } = process.memoryUsage();
			return heapUsed + external;
		};
		const before = taken();
		let most = before;
		const timer = setInterval(() => {
			most = Math.max(most, taken());
		}, 1);
		try {
			await run();
		} finally {
			clearInterval(timer);
		}
		return Math.max(most, taken()) - before;
	};

	const MEGABYTES = 1_000_000;
	const large: readonly [string, FaultKind][] = [
		["without end", { kind: "endless" }],
		["of 100 MB", { kind: "long", bytes: 100 * MEGABYTES }],
		["of 100 MB in a gzip bomb", { kind: "gzipBomb", bytes: 100 * MEGABYTES }],
	];
	for (const [title, fault] of large)
		it(`R27 a body ${title} is cut off, and takes no 50 MB of memory`, async () => {
			const armed = bench.emulator.faults.next({ ...fault, when: "after" });
			const growth = await growthWhile(async () => {
				assert.deepEqual(await problemIn(bench.api.list()), { reason: "bad-answer", host: host() });
				await armed.ended;
			});
			assert.ok(growth < 50 * MEGABYTES, `${growth} bytes`);
			assert.equal(bench.emulator.exchanges.length, 1);
		});

	const unusable: readonly [string, FaultKind][] = [
		["compressed, which was not asked for", { kind: "gzip" }],
		["shorter than it says", { kind: "contentLength", off: 1 }],
		["longer than it says", { kind: "contentLength", off: -1 }],
		["behind 40 kB of headers", { kind: "headers", count: 200, bytes: 200 }],
	];
	for (const [title, fault] of unusable)
		it(`R27 ${title} is no answer`, async () => {
			bench.emulator.faults.next({ ...fault, when: "after" });
			assert.deepEqual(await problemIn(bench.api.list()), { reason: "bad-answer", host: host() });
		});

	it("R27 200 short headers do no harm", async () => {
		bench.emulator.faults.next({ kind: "headers", count: 200, when: "after" });
		assert.equal((await bench.api.list()).complete, true);
	});
});

describe("Time for an answer", () => {
	const bench = benchForEachTest();
	const clock = stopClock();

	it("R27 ends in total, though a byte comes now and again", async () => {
		const [head, ...bytes] = ["HTTP/1.1 200 OK\r\ncontent-length: 99\r\n\r\n", "{", " ", " "];
		const server = createServer((socket) => {
			socket.on("error", () => {}).once("data", () => socket.write(head ?? "", () => server.emit("answered", socket)));
		}).listen(0, "127.0.0.1");
		await once(server, "listening");
		try {
			const answered = once(server, "answered") as Promise<[Socket]>;
			const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
			let ended = false;
			const problem = problemIn(bench.apiFor(`http://${host}/v1`, "k").list()).finally(() => {
				ended = true;
			});
			const [socket] = await answered;
			const closed = once(socket, "close");
			for (const byte of bytes) {
				await new Promise((written) => socket.write(byte, written));
				await clock.pass(TOTAL_MILLISECONDS / bytes.length - 1);
				await setImmediate();
				assert.equal(ended, false);
			}
			await clock.pass(bytes.length);
			assert.deepEqual(await problem, { reason: "timeout", host });
			await closed;
		} finally {
			server.close();
		}
	});

	it("R59 ends also where the key's storage does not answer", async () => {
		const api = new CertificatesClient(bench.transport, () => new Promise<never>(() => {}));
		for (const call of [() => api.list(), () => api.upload(upload)]) {
			const problem = problemIn(call());
			await clock.pass(TOTAL_MILLISECONDS);
			assert.deepEqual(await problem, { reason: "secrets-unavailable" });
		}
		assert.equal(bench.emulator.exchanges.length, 0);
	});

	it("R20 ends so for an upload too, which is then not confirmed and was sent once", async () => {
		const silence = bench.emulator.faults.next({ kind: "silence", when: "before" });
		const problem = problemIn(bench.api.upload(upload));
		await silence.reached;
		await clock.pass(TOTAL_MILLISECONDS);
		assert.deepEqual(await problem, unconfirmed);
		await silence.ended;
		assert.equal(bench.emulator.exchanges.length, 1);
	});
});

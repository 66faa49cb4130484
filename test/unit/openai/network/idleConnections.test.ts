import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { AddressInfo, Socket } from "node:net";
import { mock } from "node:test";
import { setImmediate } from "node:timers/promises";
import type { CertificatesClient } from "../../../../src/openai/certificates.ts";
import { benchForEachTest } from "../setup.ts";
import { trustedAuthority } from "./certificateAuthority.ts";

const upload = { pem: "-----BEGIN CERTIFICATE-----", name: "n" };
const page = { object: "list", data: [], first_id: null, last_id: null, has_more: false };
const uploaded = {
	...{ object: "certificate", id: "cert_1", name: "n", created_at: 1 },
	certificate_details: { valid_at: 1, expires_at: 2_000_000_000 },
};

for (const scheme of ["http", "https"])
	describe(`A connection over ${scheme} that nobody uses`, () => {
		const bench = benchForEachTest({ possiblyStaleMilliseconds: 50 });
		const authority = trustedAuthority();
		let api: CertificatesClient;
		let server: Server;
		/** Those that were made, oldest first. */
		let sockets: Socket[];
		/** The requests that came, as method and number of the connection, from 1. */
		let requests: string[];
		/** What the server says of how long it keeps one; by itself it keeps it. */
		let keepAlive: string | undefined;
		/** Those on which no answer comes any more, and no end. */
		let dead: ReadonlySet<Socket>;

		beforeEach(async () => {
			dead = new Set();
			sockets = [];
			requests = [];
			keepAlive = undefined;
			const answer = (request: IncomingMessage, response: ServerResponse) => {
				requests.push(`${request.method} ${sockets.indexOf(request.socket) + 1}`);
				if (dead.has(request.socket)) return;
				if (keepAlive) response.setHeader("keep-alive", keepAlive);
				request.resume().on("end", () => response.end(JSON.stringify(request.method === "POST" ? uploaded : page)));
			};
			server =
				scheme === "https" ? createTlsServer(await authority.serverAt(["127.0.0.1"]), answer) : createServer(answer);
			server.keepAliveTimeout = 0;
			server.on(scheme === "https" ? "secureConnection" : "connection", (socket) => sockets.push(socket));
			server.listen(0, "127.0.0.1");
			await once(server, "listening");
			api = bench.apiFor(`${scheme}://127.0.0.1:${(server.address() as AddressInfo).port}/v1`, "k");
		});

		afterEach(() => {
			mock.timers.reset();
			server.close();
			server.closeAllConnections();
		});

		const ends: readonly [string, (socket: Socket) => void][] = [
			["closes", (socket) => socket.end()],
			["cuts", (socket) => socket.destroy()],
		];
		for (const [how, end] of ends)
			it(`costs no upload where the server ${how} it: what follows is sent once, on a new one, and answered`, async () => {
				await api.list();
				const [socket] = sockets;
				assert.ok(socket);
				const closed = once(socket, "close");
				end(socket);
				await closed;
				// Where it is cut, the client has not had the time to see it.
				const { id } = await api.upload(upload);
				assert.equal(id, "cert_1");
				assert.deepEqual(requests, ["GET 1", "POST 2"]);
			});

		it("costs no upload either where there are several of them, and the server closes them all", async () => {
			await Promise.all([api.list(), api.list(), api.list()]);
			const closed = sockets.map((socket) => once(socket, "close"));
			for (const socket of sockets) socket.end();
			await Promise.all(closed);
			await api.upload(upload);
			assert.deepEqual(
				requests.filter((request) => request.startsWith("POST")),
				["POST 4"],
			);
		});

		/** So many seconds pass for the client, from when it is done with its last answer. */
		const pass = async (seconds: number) => {
			await setImmediate();
			mock.timers.tick(seconds * 1000);
		};
		const stopClock = () => mock.timers.enable({ apis: ["setTimeout", "Date"] });
		/** Until then the client keeps it, and after that it has closed it. */
		const lasts = async (seconds: number) => {
			stopClock();
			await api.list();
			await pass(seconds - 1);
			await api.list();
			assert.deepEqual(requests, ["GET 1", "GET 1"]);
			const closed = once(sockets[0] ?? assert.fail(), "close");
			await pass(seconds);
			await closed;
			await api.list();
			assert.deepEqual(requests, ["GET 1", "GET 1", "GET 2"]);
		};

		it("is kept for ten minutes, however long a person takes to answer", () => lasts(600));

		it("is closed two seconds before the server would, where it says when", async () => {
			keepAlive = "timeout=10, max=100";
			await lasts(8);
		});

		it("is kept no longer than ten minutes, whatever the server says", async () => {
			keepAlive = "timeout=3600";
			await lasts(600);
		});

		it("gets an upload only where something was heard on it within a minute: a read, or another upload", async () => {
			stopClock();
			await api.list();
			await pass(59);
			await api.upload(upload);
			await pass(59);
			await api.upload(upload);
			await pass(300);
			await api.list();
			await api.upload(upload);
			assert.deepEqual(requests, ["GET 1", "POST 1", "POST 1", "GET 1", "POST 1"]);
			const closed = once(sockets[0] ?? assert.fail(), "close");
			await pass(60);
			await api.upload(upload);
			await closed;
			assert.deepEqual(requests.slice(5), ["POST 2"]);
		});

		/** Is done as if so many seconds had passed since. */
		const ago = async (seconds: number, act: () => Promise<unknown>) => {
			mock.timers.enable({ apis: ["Date"], now: Date.now() - seconds * 1000 });
			await act();
			mock.timers.reset();
		};

		it("gets no upload where the computer's clock was put back", async () => {
			await ago(-10, () => api.list());
			await api.upload(upload);
			assert.deepEqual(requests, ["GET 1", "POST 2"]);
		});

		it("that died without a sign keeps a read waiting for a short time, and no upload; those that are as old are closed", async () => {
			await ago(61, () => Promise.all([api.list(), api.list(), api.list()]));
			const closed = sockets.map((socket) => once(socket, "close"));
			dead = new Set(sockets);
			await api.list();
			await api.upload(upload);
			await Promise.all(closed);
			assert.deepEqual(requests.slice(4), ["GET 4", "POST 4"]);
		});
	});

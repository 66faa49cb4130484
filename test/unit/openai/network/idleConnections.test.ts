import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { AddressInfo, Socket } from "node:net";
import { mock } from "node:test";
import { setImmediate } from "node:timers/promises";
import type { AdminClient } from "../../../../src/openai/adminClient.ts";
import { apiFixtureForEachTest } from "../setup.ts";
import { trustTestAuthority } from "./certificateAuthority.ts";

const upload = { pem: "-----BEGIN CERTIFICATE-----", name: "n" };
const page = { object: "list", data: [], first_id: null, last_id: null, has_more: false };
const uploaded = {
	...{ object: "certificate", id: "cert_1", name: "n", created_at: 1 },
	certificate_details: { valid_at: 1, expires_at: 2_000_000_000 },
};

for (const scheme of ["http", "https"])
	describe(`An idle connection over ${scheme}`, () => {
		const fixture = apiFixtureForEachTest({ possiblyStaleMilliseconds: 50 });
		const authority = trustTestAuthority();
		let api: AdminClient;
		let server: Server;
		/** All connections, oldest first. */
		let sockets: Socket[];
		/** All received requests, as method and number of the connection, from 1. */
		let requests: string[];
		/** The server's `keep-alive` header, if any. The server itself never closes an idle connection. */
		let keepAlive: string | undefined;
		/** Connections on which the server neither responds nor closes. */
		let unresponsive: ReadonlySet<Socket>;

		beforeEach(async () => {
			unresponsive = new Set();
			sockets = [];
			requests = [];
			keepAlive = undefined;
			const answer = (request: IncomingMessage, response: ServerResponse) => {
				requests.push(`${request.method} ${sockets.indexOf(request.socket) + 1}`);
				if (unresponsive.has(request.socket)) return;
				if (keepAlive) response.setHeader("keep-alive", keepAlive);
				request.resume().on("end", () => response.end(JSON.stringify(request.method === "POST" ? uploaded : page)));
			};
			server =
				scheme === "https"
					? createTlsServer(await authority.issueServerCertificate(["127.0.0.1"]), answer)
					: createServer(answer);
			server.keepAliveTimeout = 0;
			server.on(scheme === "https" ? "secureConnection" : "connection", (socket) => sockets.push(socket));
			server.listen(0, "127.0.0.1");
			await once(server, "listening");
			api = fixture.createApi(`${scheme}://127.0.0.1:${(server.address() as AddressInfo).port}/v1`, "k");
		});

		afterEach(() => {
			mock.timers.reset();
			server.close();
			server.closeAllConnections();
		});

		const ends: readonly [string, (socket: Socket) => void][] = [
			["closes", (socket) => socket.end()],
			["destroys", (socket) => socket.destroy()],
		];
		for (const [how, end] of ends)
			it(`does not affect an upload after the server ${how} it: the upload is sent once, on a new connection`, async () => {
				await api.list();
				const [socket] = sockets;
				assert.ok(socket);
				const closed = once(socket, "close");
				end(socket);
				await closed;
				// After `destroy`, the client has had no time to notice the end.
				const { id } = await api.upload(upload);
				assert.equal(id, "cert_1");
				assert.deepEqual(requests, ["GET 1", "POST 2"]);
			});

		it("does not affect an upload after the server closes several of them", async () => {
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

		/** Advances the client's clock, once the client has processed its last response. */
		const advance = async (seconds: number) => {
			await setImmediate();
			mock.timers.tick(seconds * 1000);
		};
		const stopClock = () => mock.timers.enable({ apis: ["setTimeout", "Date"] });
		/** Asserts that the client closes an idle connection after `seconds`, not earlier. */
		const assertLifetime = async (seconds: number) => {
			stopClock();
			await api.list();
			await advance(seconds - 1);
			await api.list();
			assert.deepEqual(requests, ["GET 1", "GET 1"]);
			const closed = once(sockets[0] ?? assert.fail(), "close");
			await advance(seconds);
			await closed;
			await api.list();
			assert.deepEqual(requests, ["GET 1", "GET 1", "GET 2"]);
		};

		it("is kept for ten minutes", () => assertLifetime(600));

		it("is closed two seconds before the server's announced time", async () => {
			keepAlive = "timeout=10, max=100";
			await assertLifetime(8);
		});

		it("is kept for ten minutes at most, whatever the server announces", async () => {
			keepAlive = "timeout=3600";
			await assertLifetime(600);
		});

		it("is used for an upload only within a minute of its last response, of a read or an upload", async () => {
			stopClock();
			await api.list();
			await advance(59);
			await api.upload(upload);
			await advance(59);
			await api.upload(upload);
			await advance(300);
			await api.list();
			await api.upload(upload);
			assert.deepEqual(requests, ["GET 1", "POST 1", "POST 1", "GET 1", "POST 1"]);
			const closed = once(sockets[0] ?? assert.fail(), "close");
			await advance(60);
			await api.upload(upload);
			await closed;
			assert.deepEqual(requests.slice(5), ["POST 2"]);
		});

		/** Runs a function with the clock set back by `seconds`. */
		const runInPast = async (seconds: number, act: () => Promise<unknown>) => {
			mock.timers.enable({ apis: ["Date"], now: Date.now() - seconds * 1000 });
			await act();
			mock.timers.reset();
		};

		it("is not used for an upload after the computer's clock is set back", async () => {
			await runInPast(-10, () => api.list());
			await api.upload(upload);
			assert.deepEqual(requests, ["GET 1", "POST 2"]);
		});

		it("that died silently delays a read only briefly and no upload, and equally old connections are closed", async () => {
			await runInPast(61, () => Promise.all([api.list(), api.list(), api.list()]));
			const closed = sockets.map((socket) => once(socket, "close"));
			unresponsive = new Set(sockets);
			await api.list();
			await api.upload(upload);
			await Promise.all(closed);
			assert.deepEqual(requests.slice(4), ["GET 4", "POST 4"]);
		});
	});

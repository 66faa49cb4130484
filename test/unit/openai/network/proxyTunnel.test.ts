import assert from "node:assert/strict";
import { once } from "node:events";
import { type AddressInfo, createServer, type Server, type Socket } from "node:net";
import { createServer as createTlsServer } from "node:tls";
import { parseBaseUrl } from "../../../../src/domain/baseUrl.ts";
import { CancelledError, type ProxyIssue } from "../../../../src/domain/problem.ts";
import { AdminClient } from "../../../../src/openai/adminClient.ts";
import { makeCertificate } from "../../../certificates.ts";
import { type Emulator, startEmulator } from "../../../emulator/emulator.ts";
import { type ProxyOptions, startProxy, type TestProxy } from "../../../network/proxy.ts";
import { assertNoSecrets } from "../../../secretScan.ts";
import { apiFixtureForEachTest, expectProblem } from "../setup.ts";
import { trustTestAuthority } from "./certificateAuthority.ts";
import { directNetwork } from "./directNetwork.ts";

const HOST = "api.example.test";
const BASE_URL = `https://${HOST}/v1`;
const upload = { pem: "-----BEGIN CERTIFICATE-----", name: "n" };

describe("Through a proxy", () => {
	const fixture = apiFixtureForEachTest();
	const authority = trustTestAuthority();
	let service: Emulator;
	let proxy: TestProxy;
	const resources: { close(): unknown }[] = [];

	/** Resolves `HOST` to the service, for all proxies. */
	const resolve: ProxyOptions["resolve"] = (host) =>
		host === HOST ? { host: "127.0.0.1", port: Number(new URL(service.url).port) } : null;

	const start = async (options: Partial<ProxyOptions> = {}): Promise<TestProxy> => {
		const started = await startProxy({ resolve, ...options });
		resources.push(started);
		return started;
	};

	beforeEach(async () => {
		service = await startEmulator({ tls: { ...(await authority.issueServerCertificate([HOST])), names: [HOST] } });
		resources.push(service);
		proxy = await start();
		fixture.network = { ...directNetwork, proxy: proxy.url };
		fixture.api = fixture.createApi(BASE_URL, service.adminKey);
	});

	afterEach(async () => {
		for (const each of resources.splice(0).reverse()) await each.close();
	});

	const proxyProblem = (why: ProxyIssue, host = proxy.host) => ({ reason: "proxy", proxy: host, why });

	it("R48 reaches the service, and reveals only the host's name to the proxy", async () => {
		service.state.put();
		assert.equal((await fixture.api.list()).certificates.length, 1);
		const [{ target, headers, sent } = assert.fail()] = proxy.tunnels;
		assert.equal(target, `${HOST}:443`);
		assert.deepEqual(Object.keys(headers).toSorted(), ["connection", "host"]);
		assert.equal(headers.host, target);
		assert.equal(Buffer.concat(sent)[0], 0x16, "a TLS handshake comes first");
		assertNoSecrets(proxy.tunnels, [service.adminKey], "the tunnel");
	});

	it("uses one tunnel for successive requests", async () => {
		await fixture.api.list();
		await fixture.api.list();
		assert.equal(proxy.tunnels.length, 1);
		assert.equal(service.exchanges.length, 2);
	});

	it("uses no proxy for loopback", async () => {
		const local = fixture.createApi(fixture.emulator.url, fixture.emulator.adminKey);
		await local.list();
		assert.equal(proxy.connections.total, 0);
	});

	it("sends an IPv6 address in brackets, with its port", async () => {
		await expectProblem(fixture.createApi("https://[2001:db8::1]:8443/v1", "k").list());
		assert.equal(proxy.tunnels[0]?.target, "[2001:db8::1]:8443");
	});

	describe("name and password", () => {
		const authorization = `Basic ${Buffer.from("me:pass word").toString("base64")}`;
		let strict: TestProxy;

		beforeEach(async () => {
			strict = await start({ authorization });
		});

		const withPassword = ({ url }: TestProxy) => url.replace("//", "//me:pass%20word@");

		it("of its URL are sent to it", async () => {
			fixture.network = { ...directNetwork, environment: { HTTPS_PROXY: withPassword(strict) } };
			await fixture.api.list();
			assert.equal(strict.tunnels.length, 1);
		});

		it("of the settings are sent to it", async () => {
			fixture.network = { ...directNetwork, proxy: strict.url, proxyAuthorization: authorization };
			await fixture.api.list();
			assert.equal(strict.tunnels.length, 1);
		});

		it("that it requires and does not receive are reported after one attempt, also for an upload", async () => {
			fixture.network = { ...directNetwork, proxy: strict.url };
			assert.deepEqual(await expectProblem(fixture.api.list()), proxyProblem("credentials", strict.host));
			assert.deepEqual(await expectProblem(fixture.api.upload(upload)), proxyProblem("credentials", strict.host));
			assert.equal(strict.tunnels.length, 2);
			assert.equal(service.connections.total, 0);
		});

		for (const [title, settings] of [
			["the settings", ({ url }: TestProxy) => ({ proxy: url })],
			["the environment", ({ url }: TestProxy) => ({ environment: { HTTPS_PROXY: url } })],
		] as const)
			it(`R45 of one proxy are not sent to the next, set in ${title}; the old connection is closed`, async () => {
				fixture.network = { ...directNetwork, proxy: withPassword(strict) };
				const connected = once(strict.server, "connect") as Promise<[unknown, Socket]>;
				await fixture.api.list();
				const [, socket] = await connected;
				const closed = once(socket, "close");
				fixture.network = { ...directNetwork, ...settings(proxy) };
				await fixture.api.list();
				await closed;
				assert.equal(strict.tunnels.length, 1);
				const [{ headers } = assert.fail()] = proxy.tunnels;
				assert.equal(headers["proxy-authorization"], undefined);
			});

		it("R45 of the settings' authorization are not sent to the environment's proxy", async () => {
			fixture.network = {
				...directNetwork,
				environment: { HTTPS_PROXY: proxy.url },
				proxyAuthorization: authorization,
			};
			await fixture.api.list();
			assert.equal(proxy.tunnels[0]?.headers["proxy-authorization"], undefined);
		});
	});

	for (const status of [403, 502, 302])
		it(`R26 reports a proxy that responds with ${status} as refusing, after one attempt`, async () => {
			proxy.mode = status;
			assert.deepEqual(await expectProblem(fixture.api.list()), proxyProblem("refused"));
			assert.deepEqual(await expectProblem(fixture.api.upload(upload)), proxyProblem("refused"));
			assert.equal(proxy.tunnels.length, 2);
		});

	it("R26 reports a proxy that does not know the host as refusing", async () => {
		assert.deepEqual(
			await expectProblem(fixture.createApi("https://other.test/v1", "k").list()),
			proxyProblem("refused"),
		);
	});

	it("R26 reports an unreachable proxy after three attempts, also for an upload", async () => {
		await proxy.close();
		assert.deepEqual(await expectProblem(fixture.api.list()), proxyProblem("unreachable"));
		assert.equal(fixture.logEntries.length, 3);
		assert.deepEqual(await expectProblem(fixture.api.upload(upload)), proxyProblem("unreachable"));
		assert.equal(fixture.logEntries.length, 6);
	});

	/** Starts a server that is neither a proxy nor the service. */
	const listen = async (onConnection: (socket: Socket) => void): Promise<{ server: Server; port: number }> => {
		const sockets: Socket[] = [];
		const server = createServer((socket) => {
			sockets.push(socket.on("error", () => {}));
			onConnection(socket);
		}).listen(0, "127.0.0.1");
		await once(server, "listening");
		resources.push({
			close: () => {
				server.close();
				for (const socket of sockets) socket.destroy();
			},
		});
		return { server, port: (server.address() as { port: number }).port };
	};

	it("R26 reports the service as unreachable through a server that is no proxy or connects to no TLS server", async () => {
		const sshServer = await listen((socket) => socket.end("SSH-2.0-x\r\n"));
		const closingServer = await listen((socket) => socket.end());
		for (const port of [sshServer.port, closingServer.port]) {
			const host = `127.0.0.1:${port}`;
			fixture.network = { ...directNetwork, proxy: `http://${host}` };
			assert.deepEqual(await expectProblem(fixture.api.list()), { reason: "unreachable", host: HOST, proxy: host });
		}
		for (const port of [sshServer.port, closingServer.port]) {
			const other = await start({ resolve: () => ({ host: "127.0.0.1", port }) });
			fixture.network = { ...directNetwork, proxy: other.url };
			const expected = { reason: "unreachable", host: HOST, proxy: other.host };
			assert.deepEqual(await expectProblem(fixture.api.list()), expected);
			assert.deepEqual(await expectProblem(fixture.api.upload(upload)), expected);
		}
	});

	it("sends the service's name in the TLS handshake, never an address", async () => {
		const names: unknown[] = [];
		const server = createTlsServer(await authority.issueServerCertificate([HOST, "127.0.0.1"]), (socket) => {
			names.push(socket.servername);
			socket.on("error", () => {}).destroy();
		}).listen(0, "127.0.0.1");
		await once(server, "listening");
		const { port } = server.address() as AddressInfo;
		const other = await start({ resolve: () => ({ host: "127.0.0.1", port }) });
		try {
			fixture.network = { ...directNetwork, proxy: other.url };
			await expectProblem(fixture.createApi(BASE_URL, "k").upload(upload));
			await expectProblem(fixture.createApi(`https://127.0.0.1:${port}/v1`, "k").upload(upload));
			assert.deepEqual(names, [HOST, false]);
		} finally {
			server.close();
		}
	});

	it("R26 retries an upload after a failed TLS handshake, and sends it once", async () => {
		const closingServer = await listen((socket) => socket.end());
		let connections = 0;
		const other = await start({
			resolve: (host, port) =>
				connections++ < 2 ? { host: "127.0.0.1", port: closingServer.port } : resolve(host, port),
		});
		fixture.network = { ...directNetwork, proxy: other.url };
		await fixture.api.upload({ pem: authority.certificate.pem, name: "n" });
		assert.deepEqual(
			fixture.logEntries.map(({ status }) => status),
			[null, null, 200],
		);
		assert.equal(service.exchanges.length, 1);
	});

	it("R05 sends no request to a server with an invalid certificate", async () => {
		const self = await makeCertificate({ ca: false, serverNames: [HOST] });
		const impostor = await startEmulator({ tls: { key: self.privateKeyPem, cert: self.pem, names: [HOST] } });
		resources.push(impostor);
		const other = await start({ resolve: () => ({ host: "127.0.0.1", port: Number(new URL(impostor.url).port) }) });
		fixture.network = { ...directNetwork, proxy: other.url, proxyStrictSSL: false };
		const expected = { reason: "untrusted-server", host: HOST, why: "self-signed" };
		assert.deepEqual(await expectProblem(fixture.api.list()), expected);
		assert.deepEqual(await expectProblem(fixture.api.upload(upload)), expected);
		assert.equal(impostor.connections.total, 2);
		assert.equal(impostor.exchanges.length, 0);
	});

	it("R25 closes the connection to a silent proxy when cancelled", async () => {
		proxy.mode = "silent";
		const abort = new AbortController();
		const connected = once(proxy.server, "connect") as Promise<[unknown, Socket]>;
		const cancelled = assert.rejects(fixture.api.upload(upload, abort.signal), CancelledError);
		const [, socket] = await connected;
		const closed = once(socket, "close");
		abort.abort();
		await cancelled;
		await closed;
	});

	it("R25 closes the tunnel when cancelled during the TLS handshake", async () => {
		const silent = await listen(() => {});
		const other = await start({ resolve: () => ({ host: "127.0.0.1", port: silent.port }) });
		fixture.network = { ...directNetwork, proxy: other.url };
		const abort = new AbortController();
		const connected = once(silent.server, "connection") as Promise<[Socket]>;
		const cancelled = assert.rejects(fixture.api.upload(upload, abort.signal), CancelledError);
		const [socket] = await connected;
		const closed = once(socket, "close");
		abort.abort();
		await cancelled;
		socket.resume();
		await closed;
	});

	describe("over https", () => {
		it("reaches the service", async () => {
			const encrypted = await start({ tls: await authority.issueServerCertificate(["127.0.0.1"]) });
			fixture.network = { ...directNetwork, proxy: encrypted.url };
			await fixture.api.list();
			assert.equal(encrypted.tunnels.length, 1);
			assert.equal(service.exchanges.length, 1);
		});

		for (const [title, tls] of [
			["self-signed", () => makeCertificate({ ca: false, serverNames: ["127.0.0.1"] })],
			[
				"for another name",
				() => makeCertificate({ ca: false, serverNames: ["p.test"], issuer: authority.certificate }),
			],
		] as const)
			it(`R05 uses a proxy whose certificate is ${title} only if VS Code does not verify certificates`, async () => {
				const { privateKeyPem, pem } = await tls();
				const encrypted = await start({ tls: { key: privateKeyPem, cert: pem } });
				fixture.network = { ...directNetwork, proxy: encrypted.url };
				assert.deepEqual(await expectProblem(fixture.api.list()), proxyProblem("untrusted", encrypted.host));
				assert.equal(encrypted.tunnels.length, 0);
				assert.equal(encrypted.connections.total, 1);
				fixture.network = { ...directNetwork, proxy: encrypted.url, proxyStrictSSL: false };
				await fixture.api.list();
				assert.equal(encrypted.tunnels.length, 1);
			});
	});

	it("R26 reports an unusable proxy before any connection", async () => {
		fixture.network = { ...directNetwork, proxy: "socks5://127.0.0.1:1080" };
		const api = new AdminClient(fixture.transport, async () => {
			return { baseUrl: parseBaseUrl(BASE_URL), key: "k", clientCertificate: null };
		});
		assert.deepEqual(await expectProblem(api.list()), proxyProblem("unsupported", "127.0.0.1:1080"));
		assert.equal(fixture.logEntries.length, 0);
	});
});

describe("Through a silent proxy", () => {
	for (const limits of [{ connectMilliseconds: 50 }, { totalMilliseconds: 50 }])
		describe(JSON.stringify(limits), () => {
			const fixture = apiFixtureForEachTest(limits);

			it("R26 reports the service as unreachable, and names the proxy", async () => {
				const proxy = await startProxy({ resolve: () => null });
				proxy.mode = "silent";
				try {
					fixture.network = { ...directNetwork, proxy: proxy.url };
					const expected = { reason: "unreachable", host: HOST, proxy: proxy.host };
					assert.deepEqual(await expectProblem(fixture.createApi(BASE_URL, "k").upload(upload)), expected);
				} finally {
					await proxy.close();
				}
			});
		});
});

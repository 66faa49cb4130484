import assert from "node:assert/strict";
import { once } from "node:events";
import { type AddressInfo, createServer, type Server, type Socket } from "node:net";
import { createServer as createTlsServer } from "node:tls";
import { parseBaseUrl } from "../../../../src/domain/baseUrl.ts";
import { CancelledError, type ProxyIssue } from "../../../../src/domain/problem.ts";
import { CertificatesClient } from "../../../../src/openai/certificates.ts";
import { makeCertificate } from "../../../certificates.ts";
import { type Emulator, startEmulator } from "../../../emulator/emulator.ts";
import { type ProxyOptions, startProxy, type TestProxy } from "../../../network/proxy.ts";
import { assertAbsent } from "../../../secretScan.ts";
import { benchForEachTest, problemIn } from "../setup.ts";
import { trustedAuthority } from "./certificateAuthority.ts";
import { plainNetwork } from "./directNetwork.ts";

const HOST = "api.example.test";
const BASE_URL = `https://${HOST}/v1`;
const upload = { pem: "-----BEGIN CERTIFICATE-----", name: "n" };

describe("Through a proxy", () => {
	const bench = benchForEachTest();
	const authority = trustedAuthority();
	let service: Emulator;
	let proxy: TestProxy;
	const ended: { close(): unknown }[] = [];

	/** The service is at this name for whoever asks one of the proxies. */
	const resolve: ProxyOptions["resolve"] = (host) =>
		host === HOST ? { host: "127.0.0.1", port: Number(new URL(service.url).port) } : null;

	const start = async (options: Partial<ProxyOptions> = {}): Promise<TestProxy> => {
		const started = await startProxy({ resolve, ...options });
		ended.push(started);
		return started;
	};

	beforeEach(async () => {
		service = await startEmulator({ tls: { ...(await authority.serverAt([HOST])), names: [HOST] } });
		ended.push(service);
		proxy = await start();
		bench.network = { ...plainNetwork, proxy: proxy.url };
		bench.api = bench.apiFor(BASE_URL, service.adminKey);
	});

	afterEach(async () => {
		for (const each of ended.splice(0).reverse()) await each.close();
	});

	const problem = (why: ProxyIssue, host = proxy.host) => ({ reason: "proxy", proxy: host, why });

	it("R48 it reaches the service, and the proxy is told the host's name and nothing else", async () => {
		service.state.put();
		assert.equal((await bench.api.list()).certificates.length, 1);
		const [{ target, headers, sent } = assert.fail()] = proxy.tunnels;
		assert.equal(target, `${HOST}:443`);
		assert.deepEqual(Object.keys(headers).toSorted(), ["connection", "host"]);
		assert.equal(headers.host, target);
		assert.equal(Buffer.concat(sent)[0], 0x16, "a TLS handshake comes first");
		assertAbsent(proxy.tunnels, [service.adminKey], "the tunnel");
	});

	it("one tunnel serves one request after the other", async () => {
		await bench.api.list();
		await bench.api.list();
		assert.equal(proxy.tunnels.length, 1);
		assert.equal(service.exchanges.length, 2);
	});

	it("it asks none to loopback", async () => {
		const local = bench.apiFor(bench.emulator.url, bench.emulator.adminKey);
		await local.list();
		assert.equal(proxy.connections.total, 0);
	});

	it("an IPv6 address is named in brackets, and with its port", async () => {
		await problemIn(bench.apiFor("https://[2001:db8::1]:8443/v1", "k").list());
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
			bench.network = { ...plainNetwork, environment: { HTTPS_PROXY: withPassword(strict) } };
			await bench.api.list();
			assert.equal(strict.tunnels.length, 1);
		});

		it("of the settings are sent to it", async () => {
			bench.network = { ...plainNetwork, proxy: strict.url, proxyAuthorization: authorization };
			await bench.api.list();
			assert.equal(strict.tunnels.length, 1);
		});

		it("that it demands and does not get are one problem, asked once, of an upload too", async () => {
			bench.network = { ...plainNetwork, proxy: strict.url };
			assert.deepEqual(await problemIn(bench.api.list()), problem("credentials", strict.host));
			assert.deepEqual(await problemIn(bench.api.upload(upload)), problem("credentials", strict.host));
			assert.equal(strict.tunnels.length, 2);
			assert.equal(service.connections.total, 0);
		});

		for (const [title, settings] of [
			["the settings", ({ url }: TestProxy) => ({ proxy: url })],
			["the environment", ({ url }: TestProxy) => ({ environment: { HTTPS_PROXY: url } })],
		] as const)
			it(`R45 of one proxy are not sent to the next, named by ${title}; the old connection is closed`, async () => {
				bench.network = { ...plainNetwork, proxy: withPassword(strict) };
				const connected = once(strict.server, "connect") as Promise<[unknown, Socket]>;
				await bench.api.list();
				const [, socket] = await connected;
				const closed = once(socket, "close");
				bench.network = { ...plainNetwork, ...settings(proxy) };
				await bench.api.list();
				await closed;
				assert.equal(strict.tunnels.length, 1);
				const [{ headers } = assert.fail()] = proxy.tunnels;
				assert.equal(headers["proxy-authorization"], undefined);
			});

		it("R45 of the settings' authorization are not sent to the environment's proxy", async () => {
			bench.network = {
				...plainNetwork,
				environment: { HTTPS_PROXY: proxy.url },
				proxyAuthorization: authorization,
			};
			await bench.api.list();
			assert.equal(proxy.tunnels[0]?.headers["proxy-authorization"], undefined);
		});
	});

	for (const status of [403, 502, 302])
		it(`R26 that answers ${status} is told as refusing, and asked once`, async () => {
			proxy.mode = status;
			assert.deepEqual(await problemIn(bench.api.list()), problem("refused"));
			assert.deepEqual(await problemIn(bench.api.upload(upload)), problem("refused"));
			assert.equal(proxy.tunnels.length, 2);
		});

	it("R26 that does not know the host is told as refusing", async () => {
		assert.deepEqual(await problemIn(bench.apiFor("https://other.test/v1", "k").list()), problem("refused"));
	});

	it("R26 where no proxy listens, it is told so, after three tries, of an upload too", async () => {
		await proxy.close();
		assert.deepEqual(await problemIn(bench.api.list()), problem("unreachable"));
		assert.equal(bench.observed.length, 3);
		assert.deepEqual(await problemIn(bench.api.upload(upload)), problem("unreachable"));
		assert.equal(bench.observed.length, 6);
	});

	/** Something else than a proxy, or than the service. */
	const listen = async (onConnection: (socket: Socket) => void): Promise<{ server: Server; port: number }> => {
		const sockets: Socket[] = [];
		const server = createServer((socket) => {
			sockets.push(socket.on("error", () => {}));
			onConnection(socket);
		}).listen(0, "127.0.0.1");
		await once(server, "listening");
		ended.push({
			close: () => {
				server.close();
				for (const socket of sockets) socket.destroy();
			},
		});
		return { server, port: (server.address() as { port: number }).port };
	};

	it("R26 that is no proxy, or leads to no TLS, is named as the way on which the service was not reached", async () => {
		const talker = await listen((socket) => socket.end("SSH-2.0-x\r\n"));
		const closer = await listen((socket) => socket.end());
		for (const port of [talker.port, closer.port]) {
			const host = `127.0.0.1:${port}`;
			bench.network = { ...plainNetwork, proxy: `http://${host}` };
			assert.deepEqual(await problemIn(bench.api.list()), { reason: "unreachable", host: HOST, proxy: host });
		}
		for (const port of [talker.port, closer.port]) {
			const other = await start({ resolve: () => ({ host: "127.0.0.1", port }) });
			bench.network = { ...plainNetwork, proxy: other.url };
			const expected = { reason: "unreachable", host: HOST, proxy: other.host };
			assert.deepEqual(await problemIn(bench.api.list()), expected);
			assert.deepEqual(await problemIn(bench.api.upload(upload)), expected);
		}
	});

	it("the service is told which name it is asked under, and no address", async () => {
		const names: unknown[] = [];
		const server = createTlsServer(await authority.serverAt([HOST, "127.0.0.1"]), (socket) => {
			names.push(socket.servername);
			socket.on("error", () => {}).destroy();
		}).listen(0, "127.0.0.1");
		await once(server, "listening");
		const { port } = server.address() as AddressInfo;
		const other = await start({ resolve: () => ({ host: "127.0.0.1", port }) });
		try {
			bench.network = { ...plainNetwork, proxy: other.url };
			await problemIn(bench.apiFor(BASE_URL, "k").upload(upload));
			await problemIn(bench.apiFor(`https://127.0.0.1:${port}/v1`, "k").upload(upload));
			assert.deepEqual(names, [HOST, false]);
		} finally {
			server.close();
		}
	});

	it("R26 an upload is tried again where TLS did not come about, and is sent once", async () => {
		const closer = await listen((socket) => socket.end());
		let asked = 0;
		const other = await start({
			resolve: (host, port) => (asked++ < 2 ? { host: "127.0.0.1", port: closer.port } : resolve(host, port)),
		});
		bench.network = { ...plainNetwork, proxy: other.url };
		await bench.api.upload({ pem: authority.certificate.pem, name: "n" });
		assert.deepEqual(
			bench.observed.map(({ status }) => status),
			[null, null, 200],
		);
		assert.equal(service.exchanges.length, 1);
	});

	it("R05 a server behind it whose certificate does not hold gets no request", async () => {
		const self = await makeCertificate({ ca: false, serverAt: [HOST] });
		const impostor = await startEmulator({ tls: { key: self.privateKeyPem, cert: self.pem, names: [HOST] } });
		ended.push(impostor);
		const other = await start({ resolve: () => ({ host: "127.0.0.1", port: Number(new URL(impostor.url).port) }) });
		bench.network = { ...plainNetwork, proxy: other.url, proxyStrictSSL: false };
		const expected = { reason: "untrusted-server", host: HOST, why: "self-signed" };
		assert.deepEqual(await problemIn(bench.api.list()), expected);
		assert.deepEqual(await problemIn(bench.api.upload(upload)), expected);
		assert.equal(impostor.connections.total, 2);
		assert.equal(impostor.exchanges.length, 0);
	});

	it("R25 a cancel while it is silent closes the connection to it", async () => {
		proxy.mode = "silent";
		const abort = new AbortController();
		const connected = once(proxy.server, "connect") as Promise<[unknown, Socket]>;
		const cancelled = assert.rejects(bench.api.upload(upload, abort.signal), CancelledError);
		const [, socket] = await connected;
		const closed = once(socket, "close");
		abort.abort();
		await cancelled;
		await closed;
	});

	it("R25 a cancel while TLS is being set up behind it closes the tunnel", async () => {
		const silent = await listen(() => {});
		const other = await start({ resolve: () => ({ host: "127.0.0.1", port: silent.port }) });
		bench.network = { ...plainNetwork, proxy: other.url };
		const abort = new AbortController();
		const connected = once(silent.server, "connection") as Promise<[Socket]>;
		const cancelled = assert.rejects(bench.api.upload(upload, abort.signal), CancelledError);
		const [socket] = await connected;
		const closed = once(socket, "close");
		abort.abort();
		await cancelled;
		socket.resume();
		await closed;
	});

	describe("by https", () => {
		it("it reaches the service", async () => {
			const encrypted = await start({ tls: await authority.serverAt(["127.0.0.1"]) });
			bench.network = { ...plainNetwork, proxy: encrypted.url };
			await bench.api.list();
			assert.equal(encrypted.tunnels.length, 1);
			assert.equal(service.exchanges.length, 1);
		});

		for (const [title, tls] of [
			["self-signed", () => makeCertificate({ ca: false, serverAt: ["127.0.0.1"] })],
			["for another name", () => makeCertificate({ ca: false, serverAt: ["p.test"], issuer: authority.certificate })],
		] as const)
			it(`R05 whose certificate is ${title}, it is asked only where the editor is told not to look`, async () => {
				const { privateKeyPem, pem } = await tls();
				const encrypted = await start({ tls: { key: privateKeyPem, cert: pem } });
				bench.network = { ...plainNetwork, proxy: encrypted.url };
				assert.deepEqual(await problemIn(bench.api.list()), problem("untrusted", encrypted.host));
				assert.equal(encrypted.tunnels.length, 0);
				assert.equal(encrypted.connections.total, 1);
				bench.network = { ...plainNetwork, proxy: encrypted.url, proxyStrictSSL: false };
				await bench.api.list();
				assert.equal(encrypted.tunnels.length, 1);
			});
	});

	it("R26 that cannot be used is told before anything is connected", async () => {
		bench.network = { ...plainNetwork, proxy: "socks5://127.0.0.1:1080" };
		const api = new CertificatesClient(bench.transport, async () => {
			return { baseUrl: parseBaseUrl(BASE_URL), key: "k", clientCertificate: null };
		});
		assert.deepEqual(await problemIn(api.list()), problem("unsupported", "127.0.0.1:1080"));
		assert.equal(bench.observed.length, 0);
	});
});

describe("Through a proxy that says nothing", () => {
	for (const limits of [{ connectMilliseconds: 50 }, { totalMilliseconds: 50 }])
		describe(JSON.stringify(limits), () => {
			const bench = benchForEachTest(limits);

			it("R26 the service is told as not reached, and the proxy named", async () => {
				const proxy = await startProxy({ resolve: () => null });
				proxy.mode = "silent";
				try {
					bench.network = { ...plainNetwork, proxy: proxy.url };
					const expected = { reason: "unreachable", host: HOST, proxy: proxy.host };
					assert.deepEqual(await problemIn(bench.apiFor(BASE_URL, "k").upload(upload)), expected);
				} finally {
					await proxy.close();
				}
			});
		});
});

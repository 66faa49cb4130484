import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { syncBuiltinESMExports } from "node:module";
import net from "node:net";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import tls from "node:tls";
import { fileURLToPath } from "node:url";
import type { ServerCertificateIssue } from "../../../../src/domain/problem.ts";
import { type CertificateOptions, makeCertificate } from "../../../certificates.ts";
import { type Emulator, startEmulator, type TlsOptions } from "../../../emulator/emulator.ts";
import { skipTest } from "../../../skipTest.ts";
import { temporaryFolder } from "../../../temporaryFolders.ts";
import { apiFixtureForEachTest, expectProblem } from "../setup.ts";
import { trustTestAuthority } from "./certificateAuthority.ts";
import { directNetwork } from "./directNetwork.ts";

const LOOPBACK = "127.0.0.1";
const upload = { pem: "-----BEGIN CERTIFICATE-----", name: "n" };

describe("TLS to the service", () => {
	const fixture = apiFixtureForEachTest();
	const authority = trustTestAuthority();
	let service: Emulator | undefined;

	const start = async (options: TlsOptions) => {
		service = await startEmulator({ tls: options });
		return { service, host: new URL(service.url).host, api: fixture.createApi(service.url, service.adminKey) };
	};

	afterEach(async () => {
		await service?.close();
		service = undefined;
	});

	const makeKeyPair = async (options: CertificateOptions) => {
		const { privateKeyPem, pem } = await makeCertificate({ ca: false, ...options });
		return { key: privateKeyPem, cert: pem };
	};
	const serverAt = [LOOPBACK];
	const issues: readonly [string, ServerCertificateIssue, () => Promise<TlsOptions>][] = [
		["self-signed", "self-signed", () => makeKeyPair({ serverNames: serverAt })],
		[
			"from an untrusted authority",
			"unknown-issuer",
			async () => makeKeyPair({ serverNames: serverAt, issuer: await makeCertificate() }),
		],
		["for another name", "wrong-name", () => authority.issueServerCertificate(["api.example.test"])],
		[
			"expired",
			"expired",
			() => authority.issueServerCertificate(serverAt, { notBefore: new Date(0), notAfter: new Date(1) }),
		],
		[
			"not yet valid",
			"expired",
			() => authority.issueServerCertificate(serverAt, { notBefore: new Date(Date.now() + 3_600_000) }),
		],
		["for clients", "other", () => makeKeyPair({ issuer: authority.certificate })],
	];
	for (const systemCertificates of [true, false])
		for (const [title, why, options] of issues)
			it(`R05 sends no request to a server whose certificate is ${title}, whatever environment and settings${systemCertificates ? "" : ", without the system's authorities"}`, async () => {
				const before = process.env.NODE_TLS_REJECT_UNAUTHORIZED;
				process.env.NODE_TLS_REJECT_UNAUTHORIZED = "0";
				fixture.network = { ...directNetwork, proxyStrictSSL: false, systemCertificates };
				try {
					const { service, host, api } = await start(await options());
					const expected = { reason: "untrusted-server", host, why };
					assert.deepEqual(await expectProblem(api.list()), expected);
					assert.deepEqual(await expectProblem(api.upload(upload)), expected);
					assert.equal(service.connections.total, 2, "it is not tried again");
					assert.equal(service.exchanges.length, 0);
				} finally {
					if (before === undefined) delete process.env.NODE_TLS_REJECT_UNAUTHORIZED;
					else process.env.NODE_TLS_REJECT_UNAUTHORIZED = before;
				}
			});

	it("accepts a valid certificate", async () => {
		for (const systemCertificates of [true, false]) {
			fixture.network = { ...directNetwork, systemCertificates };
			const { service, api } = await start(await authority.issueServerCertificate([LOOPBACK]));
			await api.list();
			assert.equal(service.exchanges.length, 1);
			await service.close();
		}
	});

	it("trusts the system's authorities if VS Code does", async function () {
		if (process.platform !== "linux") skipTest(this, "only on Linux can a test give a process authorities of its own");
		const root = await makeCertificate({ commonName: "System authority" });
		const { service, host } = await start(await makeKeyPair({ serverNames: serverAt, issuer: root }));
		const folder = temporaryFolder("system-authorities");
		try {
			const file = join(folder.path, "authorities.pem");
			writeFileSync(file, root.pem);
			// Node reads the system's authorities once, when a process starts.
			const list = async (systemCertificates: boolean) => {
				const program = fileURLToPath(new URL("listOnce.ts", import.meta.url));
				const child = spawn(process.execPath, [program, service.url, service.adminKey, String(systemCertificates)], {
					env: { ...process.env, SSL_CERT_FILE: file, NODE_OPTIONS: "" },
					stdio: ["ignore", "pipe", "inherit"],
				});
				const [output] = await Promise.all([text(child.stdout), once(child, "close")]);
				return JSON.parse(output);
			};
			assert.deepEqual(await list(true), { certificates: 0 });
			assert.deepEqual(await list(false), { problem: { reason: "untrusted-server", host, why: "unknown-issuer" } });
		} finally {
			folder.remove();
		}
	});

	it("creates its context once for all connections, while the first one connects, and never for http", async () => {
		const { createSecureContext } = tls;
		const { connect } = net;
		let newest: net.Socket | undefined;
		let createdWhileConnecting: (boolean | undefined)[] = [];
		net.connect = ((options: net.NetConnectOpts) => {
			newest = connect(options);
			return newest;
		}) as typeof connect;
		tls.createSecureContext = (options) => {
			createdWhileConnecting.push(newest?.connecting);
			return createSecureContext(options);
		};
		syncBuiltinESMExports();
		try {
			await fixture.api.list();
			assert.deepEqual(createdWhileConnecting, []);
			const { service, api } = await start(await authority.issueServerCertificate([LOOPBACK]));
			createdWhileConnecting = [];
			await api.list();
			const silences = [1, 2].map(() => service.faults.arm({ kind: "silence", when: "after" }));
			const lists = [api.list(), api.list()];
			for (const { reached } of silences) await reached;
			for (const { release } of silences) release();
			await Promise.all(lists);
			assert.equal(service.connections.total, 2);
			assert.deepEqual(createdWhileConnecting, [true]);
		} finally {
			Object.assign(tls, { createSecureContext });
			Object.assign(net, { connect });
			syncBuiltinESMExports();
		}
	});

	it("applies a change of the trusted authorities to the next request, on a new connection", async () => {
		const { service, api } = await start(await authority.issueServerCertificate([LOOPBACK]));
		await api.list();
		await api.list();
		assert.equal(service.connections.total, 1);
		fixture.network = { ...directNetwork, systemCertificates: false };
		await api.list();
		assert.equal(service.connections.total, 2);
	});

	it("completes a running request after the settings change", async () => {
		const { service, api } = await start(await authority.issueServerCertificate([LOOPBACK]));
		const silence = service.faults.arm({ kind: "silence", when: "after" });
		const slow = api.list();
		await silence.reached;
		fixture.network = { ...directNetwork, systemCertificates: false };
		await api.list();
		assert.equal(service.connections.open, 2);
		silence.release();
		assert.equal((await slow).complete, true);
	});
});

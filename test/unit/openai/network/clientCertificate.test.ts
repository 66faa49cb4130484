import assert from "node:assert/strict";
import { createPrivateKey, randomBytes } from "node:crypto";
import { once } from "node:events";
import fs, { mkdirSync, truncateSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { basename, join, relative } from "node:path";
import { mock } from "node:test";
import { createSecureContext } from "node:tls";
import type { ClientCertificateFiles } from "../../../../src/domain/adminApi.ts";
import { parseBaseUrl } from "../../../../src/domain/baseUrl.ts";
import { CancelledError, type TlsKeyPairIssue } from "../../../../src/domain/problem.ts";
import { AdminClient } from "../../../../src/openai/adminClient.ts";
import { makeCertificate, type TestCertificate } from "../../../certificates.ts";
import { type Emulator, startEmulator } from "../../../emulator/emulator.ts";
import { hasOpenssl3, withOpensslServer } from "../../../network/opensslServer.ts";
import { assertNoSecrets } from "../../../secretScan.ts";
import { skipTest } from "../../../skipTest.ts";
import { endlessDevice, makeLink, makePipe, makeUnreadable } from "../../../systemDifferences.ts";
import { temporaryFolder } from "../../../temporaryFolders.ts";
import { pemBlock } from "../../x509/der.ts";
import { FAST_KEYS, SLOW_KEYS } from "../../x509/encryptedKeys.ts";
import { apiFixtureForEachTest, expectProblem } from "../setup.ts";
import { trustTestAuthority } from "./certificateAuthority.ts";

const upload = { pem: "-----BEGIN CERTIFICATE-----", name: "n" };

describe("A client certificate", () => {
	const fixture = apiFixtureForEachTest();
	const authority = trustTestAuthority();
	const folder = temporaryFolder("client-certificates");
	const PASSPHRASE = randomBytes(12).toString("base64url");
	let root: TestCertificate;
	let intermediate: TestCertificate;
	let client: TestCertificate;
	let service: Emulator;

	before(async () => {
		root = await makeCertificate({ commonName: "Root" });
		intermediate = await makeCertificate({ commonName: "Intermediate", issuer: root });
		client = await makeCertificate({ ca: false, issuer: intermediate });
	});
	after(() => folder.remove());

	beforeEach(async () => {
		service = await startEmulator({
			tls: { ...(await authority.issueServerCertificate(["127.0.0.1"])), requestCert: true },
			switches: { lockOut: true },
		});
		const { id } = service.state.put({ pem: root.pem });
		service.state.setActive("organization", [id], true).commit();
	});
	afterEach(() => service.close());

	let written = 0;
	const file = (content: string | Uint8Array): string => {
		const path = join(folder.path, `${written++}.pem`);
		writeFileSync(path, content);
		return path;
	};
	const chain = () => file(client.pem + intermediate.pem);
	const keyPem = (type: "pkcs8" | "sec1", passphrase?: string) =>
		createPrivateKey(client.privateKeyPem)
			.export({ type, format: "pem", ...(passphrase !== undefined && { cipher: "aes-256-cbc", passphrase }) } as never)
			.toString();
	const files = (changes: Partial<ClientCertificateFiles> = {}): ClientCertificateFiles => ({
		certificate: chain(),
		key: file(client.privateKeyPem),
		passphrase: null,
		...changes,
	});
	const listWith = (clientCertificate: ClientCertificateFiles | null) =>
		fixture.createApi(service.url, service.adminKey, clientCertificate).list();

	it("issued by an active anchor gives access to a locked organization", async () => {
		const required = { reason: "mtls", code: "certificate_required", status: 401 };
		assert.deepEqual(await expectProblem(listWith(null)), required);
		assert.equal((await listWith(files())).certificates.length, 1);
	});

	const readable: readonly [string, (context: Mocha.Context) => ClientCertificateFiles][] = [
		["whose key is SEC 1", () => files({ key: file(keyPem("sec1")) })],
		["whose key is encrypted PKCS#8", () => files({ key: file(keyPem("pkcs8", PASSPHRASE)), passphrase: PASSPHRASE })],
		["whose key is encrypted SEC 1", () => files({ key: file(keyPem("sec1", PASSPHRASE)), passphrase: PASSPHRASE })],
		["with a passphrase that its key does not need", () => files({ passphrase: PASSPHRASE })],
		[
			"in one file with its key",
			() => {
				const one = file(`Bag Attributes\n${client.privateKeyPem}\n${client.pem}${intermediate.pem}`);
				return files({ certificate: one, key: one });
			},
		],
		["with Windows line endings", () => files({ key: file(client.privateKeyPem.replaceAll("\n", "\r\n")) })],
		[
			"behind symbolic links",
			(context) => {
				mkdirSync(join(folder.path, "a"), { recursive: true });
				const link = linkTo(context, file(client.privateKeyPem));
				const second = join(folder.path, "a", `${written++}`);
				makeLink(context, join("..", basename(link)), second);
				return files({ key: second });
			},
		],
	];
	for (const [title, make] of readable)
		it(`${title} is presented`, async function () {
			assert.equal((await listWith(make(this))).certificates.length, 1);
		});

	const RANDOM_SECRET = randomBytes(48).toString("base64");
	const block = (label: string) => `-----BEGIN ${label}-----\n${RANDOM_SECRET}\n-----END ${label}-----\n`;
	const sparse = (): string => {
		const path = file("");
		truncateSync(path, 1024 * 1024 + 1);
		return path;
	};
	const pipe = (context: Mocha.Context): string => {
		const path = join(folder.path, `${written++}`);
		makePipe(context, path);
		return path;
	};
	const linkTo = (context: Mocha.Context, target: string): string => {
		const path = join(folder.path, `${written++}`);
		makeLink(context, target, path);
		return path;
	};
	const unreadable = (context: Mocha.Context): string => {
		const path = file(client.privateKeyPem);
		makeUnreadable(context, path);
		return path;
	};
	const refusedPaths: readonly [string, TlsKeyPairIssue, (context: Mocha.Context) => string][] = [
		["does not exist", "missing", () => join(folder.path, "none.pem")],
		["is below a file", "missing", () => join(file(""), "x.pem")],
		["is relative", "missing", () => relative(process.cwd(), import.meta.filename)],
		["is empty", "missing", () => ""],
		["is a link to a missing file", "missing", (context) => linkTo(context, join(folder.path, "none.pem"))],
		["is a link to itself", "missing", (context) => linkTo(context, join(folder.path, `${written}`))],
		["is a folder", "not-a-file", () => folder.path],
		["is a FIFO", "not-a-file", pipe],
		["is a device", "not-a-file", endlessDevice],
		["is a link to a device", "not-a-file", (context) => linkTo(context, endlessDevice(context))],
		["is a UNC path", "not-a-file", () => "\\\\server.test\\share\\client.pem"],
		["is a UNC path with slashes", "not-a-file", () => "//server.test/share/client.pem"],
		["is a link to a UNC path", "not-a-file", (context) => linkTo(context, "//server.test/share/client.pem")],
		["is larger than 1 MiB", "too-large", sparse],
		["is not readable", "no-permission", unreadable],
	];
	for (const [title, why, make] of refusedPaths)
		it(`R46 whose path ${title} is refused before any connection`, async function () {
			const path = make(this);
			const expected = { reason: "client-certificate", why, file: path.split(/[\\/]/).at(-1) };
			assert.deepEqual(await expectProblem(listWith(files({ certificate: path, key: path }))), expected);
			assert.deepEqual(await expectProblem(listWith(files({ key: path }))), expected);
			assert.equal(service.connections.total, 0);
		});

	it("R59 on an unresponsive drive fails after nine seconds, or at once when cancelled", async () => {
		const asked = Promise.withResolvers<void>();
		mock.method(fs.promises, "lstat", () => {
			asked.resolve();
			return new Promise(() => {});
		});
		mock.timers.enable({ apis: ["setTimeout"] });
		try {
			const paths = files();
			const ended = expectProblem(listWith(paths));
			const abort = new AbortController();
			const credentials = { baseUrl: parseBaseUrl(service.url), key: "k", clientCertificate: paths };
			const cancelled = new AdminClient(fixture.transport, async () => credentials).list(abort.signal);
			await asked.promise;
			abort.abort();
			await assert.rejects(cancelled, CancelledError);
			mock.timers.tick(9000);
			const file = basename(paths.certificate);
			assert.deepEqual(await ended, { reason: "client-certificate", why: "no-answer", file });
		} finally {
			mock.restoreAll();
			mock.timers.reset();
		}
		assert.equal(service.connections.total, 0);
	});

	const contents: readonly [string, TlsKeyPairIssue, "certificate" | "key", () => Partial<ClientCertificateFiles>][] = [
		["has no certificate", "no-certificate", "certificate", () => ({ certificate: file(client.privateKeyPem) })],
		["is DER", "no-certificate", "certificate", () => ({ certificate: file(client.der) })],
		["is garbage", "no-certificate", "certificate", () => ({ certificate: file(block("CERTIFICATE")) })],
		["has no key", "no-key", "key", () => ({ key: file(client.pem) })],
		["has garbage as key", "no-key", "key", () => ({ key: file(block("PRIVATE KEY")) })],
		["has a key of OpenSSH", "no-key", "key", () => ({ key: file(block("OPENSSH PRIVATE KEY")) })],
		["has a public key", "no-key", "key", () => ({ key: file(block("PUBLIC KEY")) })],
		["has an encrypted key", "passphrase-needed", "key", () => ({ key: file(keyPem("pkcs8", PASSPHRASE)) })],
		["has an encrypted SEC 1 key", "passphrase-needed", "key", () => ({ key: file(keyPem("sec1", PASSPHRASE)) })],
		[
			"has a key with another passphrase",
			"passphrase-wrong",
			"key",
			() => ({ key: file(keyPem("pkcs8", "another one")), passphrase: PASSPHRASE }),
		],
		[
			"has a SEC 1 key with another passphrase",
			"passphrase-wrong",
			"key",
			() => ({ key: file(keyPem("sec1", "another one")), passphrase: PASSPHRASE }),
		],
		["has garbage as encrypted key", "no-key", "key", () => ({ key: file(block("ENCRYPTED PRIVATE KEY")) })],
		[
			"has an encrypted key that isn't labelled so",
			"no-key",
			"key",
			() => ({ key: file(keyPem("pkcs8", PASSPHRASE).replaceAll("ENCRYPTED ", "")), passphrase: PASSPHRASE }),
		],
		["has the key of another certificate", "not-a-pair", "key", () => ({ key: file(root.privateKeyPem) })],
	];
	for (const [title, why, which, make] of contents)
		it(`R46 whose file ${title} is refused before any connection, without revealing its content`, async () => {
			const changed = files(make());
			const thrown = await listWith(changed).catch((error: Error) => error);
			const name = basename(changed[which]);
			assert.deepEqual((thrown as { problem?: unknown }).problem, { reason: "client-certificate", why, file: name });
			const secrets = [RANDOM_SECRET, PASSPHRASE, client.privateKeyPem.split("\n")[1] ?? "", folder.path];
			assertNoSecrets(thrown, secrets, "the error");
			assertNoSecrets(fixture.logEntries, secrets, "the log");
			assert.equal(service.connections.total, 0);
		});

	it("R46 whose key would take long to unlock is refused before a passphrase is needed", async () => {
		for (const [why, keys] of [
			["slow-key", SLOW_KEYS],
			["passphrase-needed", FAST_KEYS],
		] as const)
			for (const der of keys) {
				const key = pemBlock("ENCRYPTED PRIVATE KEY", der);
				for (const text of [key, key.replace("\n", "\nComment: a\n\n")]) {
					const changed = files({ key: file(text) });
					const expected = { reason: "client-certificate", why, file: basename(changed.key) };
					assert.deepEqual(await expectProblem(listWith(changed)), expected);
					if (why !== "slow-key") continue;
					assert.deepEqual(await expectProblem(listWith({ ...changed, passphrase: PASSPHRASE })), expected);
				}
			}
		assert.equal(service.connections.total, 0);
	});

	it("R46 whose key is too short for this Node is refused before any connection", async function () {
		const short = await makeCertificate({ ca: false, keyType: "rsa-1024" });
		try {
			createSecureContext({ cert: short.pem, key: short.privateKeyPem });
		} catch {
			const paths = files({ certificate: file(short.pem), key: file(short.privateKeyPem) });
			const name = basename(paths.certificate);
			const expected = { reason: "client-certificate", why: "unusable", file: name };
			assert.deepEqual(await expectProblem(listWith(paths)), expected);
			assert.equal(service.connections.total, 0);
			return;
		}
		skipTest(this, "this Node takes 1024 bits");
	});

	it("R46 that cannot be presented prevents an upload too", async () => {
		const api = fixture.createApi(service.url, service.adminKey, files({ key: file(root.privateKeyPem) }));
		assert.equal((await expectProblem(api.upload(upload))).reason, "client-certificate");
		assert.equal(service.connections.total, 0);
	});

	it("is not read for http", async () => {
		const { url, adminKey } = fixture.emulator;
		const none = join(folder.path, "none.pem");
		await fixture.createApi(url, adminKey, { certificate: none, key: none, passphrase: null }).list();
	});

	it("is presented on a new connection after its file is replaced, and never shares a connection with another certificate", async () => {
		const paths = files();
		const otherPaths = files({ certificate: file(root.pem), key: file(root.privateKeyPem) });
		await listWith(paths);
		await listWith(otherPaths);
		await listWith(paths);
		assert.equal(service.connections.total, 2);
		const renewed = await makeCertificate({ ca: false, issuer: root });
		writeFileSync(paths.certificate, renewed.pem);
		writeFileSync(paths.key, renewed.privateKeyPem);
		await listWith(paths);
		assert.equal(service.connections.total, 3);
	});

	describe("that the server refuses", () => {
		/** Starts a server that responds to a handshake with a fatal alert (RFC 8446, 6). */
		const startAlertServer = async (alert: number) => {
			const server = createServer((socket) => {
				socket.on("error", () => {});
				socket.once("data", () => socket.end(Uint8Array.of(0x15, 3, 3, 0, 2, 2, alert)));
			}).listen(0, "127.0.0.1");
			await once(server, "listening");
			return { server, url: `https://127.0.0.1:${(server.address() as { port: number }).port}/v1` };
		};

		const alerts = { 42: "bad_certificate", 43: "unsupported_certificate", 44: "certificate_revoked" };
		const more = { 45: "certificate_expired", 46: "certificate_unknown", 48: "unknown_ca", 49: "access_denied" };
		for (const [alert, name] of Object.entries({
			...alerts,
			...more,
			116: "certificate_required",
			40: "handshake_failure",
		}))
			it(`by the alert ${name} is reported after one attempt, with whether a certificate was presented`, async () => {
				const { server, url } = await startAlertServer(Number(alert));
				let connections = 0;
				server.on("connection", () => connections++);
				try {
					const { host } = new URL(url);
					const refused = { reason: "client-certificate-refused", host };
					assert.deepEqual(await expectProblem(fixture.createApi(url, "k").list()), { ...refused, presented: false });
					const api = fixture.createApi(url, "k", files());
					assert.deepEqual(await expectProblem(api.list()), { ...refused, presented: true });
					assert.deepEqual(await expectProblem(api.upload(upload)), { ...refused, presented: true });
					assert.equal(connections, 3);
				} finally {
					server.close();
				}
			});

		it("by another alert is reported as unreachable", async () => {
			const { server, url } = await startAlertServer(80);
			try {
				const { host } = new URL(url);
				assert.deepEqual(await expectProblem(fixture.createApi(url, "k", files()).list()), {
					reason: "unreachable",
					host,
					proxy: null,
				});
			} finally {
				server.close();
			}
		});

		for (const version of ["tls1_2", "tls1_3"] as const)
			it(`by OpenSSL's server over ${version} is reported; in TLS 1.3 an upload was already sent`, async function () {
				if (!hasOpenssl3()) skipTest(this, "there is no OpenSSL 3");
				const pair = await authority.issueServerCertificate(["127.0.0.1"]);
				const served = { certificate: file(pair.cert), key: file(pair.key), authority: file(root.pem) };
				await withOpensslServer(served, version, async (host) => {
					const url = `https://${host}/v1`;
					const otherClient = files({
						certificate: file(authority.certificate.pem),
						key: file(authority.certificate.privateKeyPem),
					});
					for (const clientCertificate of [null, otherClient]) {
						const api = fixture.createApi(url, "k", clientCertificate ?? undefined);
						const refused = { reason: "client-certificate-refused", host, presented: clientCertificate !== null };
						assert.deepEqual(await expectProblem(api.list()), refused);
						const ending = { kind: "no-response" };
						const unconfirmed = { reason: "unconfirmed", name: "n", lookup: { outcome: "failed" }, ending };
						assert.deepEqual(await expectProblem(api.upload(upload)), version === "tls1_3" ? unconfirmed : refused);
					}
				});
			});

		it("by closing the connection after the handshake leaves an upload unconfirmed, sent once", async () => {
			const closing = await startEmulator({
				tls: { ...(await authority.issueServerCertificate(["127.0.0.1"])), requireCertificateFrom: [root.pem] },
			});
			try {
				const problem = await expectProblem(fixture.createApi(closing.url, closing.adminKey).upload(upload));
				assert.equal(problem.reason, "unconfirmed");
				assert.equal(closing.connections.total, 1);
				assert.equal(fixture.logEntries.length, 1);
			} finally {
				await closing.close();
			}
		});
	});
});

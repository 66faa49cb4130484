import assert from "node:assert/strict";
import { createPrivateKey, randomBytes } from "node:crypto";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { createServer, type Socket } from "node:net";
import { join } from "node:path";
import type { RequestLogEntry } from "../../../src/domain/adminApi.ts";
import { parseBaseUrl } from "../../../src/domain/baseUrl.ts";
import { type ClientCredentials, ProjectKey } from "../../../src/domain/liveCheck.ts";
import type { NetworkSettings } from "../../../src/domain/networkSettings.ts";
import { isCancelled } from "../../../src/domain/problem.ts";
import { certificateWasRequested, checkLive } from "../../../src/openai/liveCheck.ts";
import { type MadeCertificate, makeCertificate } from "../../certificates.ts";
import { type Emulator, startEmulator, type TlsOptions } from "../../emulator/emulator.ts";
import { isOpensslHere, withOpensslServer } from "../../network/opensslServer.ts";
import { startProxy } from "../../network/proxy.ts";
import { assertAbsent } from "../../secretScan.ts";
import { skip } from "../../skipTest.ts";
import { temporaryFolder } from "../../temporaryFolders.ts";
import { trustedAuthority } from "./network/certificateAuthority.ts";
import { plainNetwork } from "./network/directNetwork.ts";
import { problemIn } from "./setup.ts";

describe("A live check of a client certificate", () => {
	const authority = trustedAuthority();
	const folder = temporaryFolder("live-check");
	const passphrase = randomBytes(12).toString("base64url");
	let anchor: MadeCertificate;
	let intermediate: MadeCertificate;
	let client: MadeCertificate;
	let stranger: MadeCertificate;
	let service: Emulator;
	let projectKey: string;
	let projectId: string;
	let observed: RequestLogEntry[];
	let network: NetworkSettings;

	before(async () => {
		anchor = await makeCertificate({ commonName: "Anchor" });
		intermediate = await makeCertificate({ commonName: "Intermediate", issuer: anchor });
		client = await makeCertificate({ ca: false, commonName: "Client", issuer: intermediate });
		stranger = await makeCertificate({ ca: false, commonName: "Stranger", issuer: await makeCertificate() });
	});
	after(() => folder.remove());
	afterEach(() => service.close());
	beforeEach(() => {
		observed = [];
		network = plainNetwork;
	});

	const pairOf = (made: MadeCertificate, certificate = made.pem, key = made.privateKeyPem): ClientCredentials => ({
		certificate,
		key,
		passphrase: null,
		names: { certificate: "client.pem", key: "client.key" },
	});
	let files = 0;
	const file = (content: string) => {
		const path = join(folder.path, `${files++}.pem`);
		writeFileSync(path, content);
		return path;
	};

	const good = () => pairOf(client, client.pem + intermediate.pem);

	/** Starts the service, with the anchor active in a project. */
	const start = async (tls: Partial<TlsOptions> = {}, at = "127.0.0.1") => {
		service = await startEmulator({ tls: { ...(await authority.serverAt([at])), ...tls } });
		projectId = service.state.addProject("Production").id;
		projectKey = service.keys.addProjectKey(projectId);
		const { id } = service.state.put({ pem: anchor.pem });
		service.state.setActive(projectId, [id], true).commit();
	};

	const check = (pair: ClientCredentials, more: { url?: string; key?: string; signal?: AbortSignal } = {}) => {
		const key = ProjectKey.of(more.key ?? projectKey) ?? assert.fail("no project key");
		const options = {
			userAgent: "test/0",
			observe: (each: RequestLogEntry) => void observed.push(each),
			network: () => network,
		};
		const baseUrl = parseBaseUrl(more.url ?? service.mtlsUrl ?? "");
		return checkLive(options, { baseUrl, key, client: pair }, more.signal ?? new AbortController().signal);
	};

	for (const maxVersion of ["TLSv1.2", "TLSv1.3"] as const)
		describe(`by ${maxVersion}`, () => {
			it("says that it was accepted, after one harmless request on one connection", async () => {
				await start({ maxVersion });
				assert.deepEqual(await check(good()), { code: "accepted" });
				assert.equal(service.connections.total, 1);
				assert.deepEqual(
					service.exchanges.map(({ method, path, query, requestBody }) => [method, path, query, requestBody]),
					[["GET", "/v1/models", "", ""]],
				);
				assert.deepEqual(
					observed.map(({ method, route, status }) => [method, route, status]),
					[["GET", "/models", 200]],
				);
			});

			it("says that it was refused by the connection's end, without an answer", async () => {
				await start({ maxVersion, demandCertificateOf: [anchor.pem] });
				assert.deepEqual(await check(pairOf(stranger)), { code: "refused", how: "closed" });
				assert.equal(service.exchanges.length, 0);
				assert.equal(service.connections.total, 1);
				const direct = await makeCertificate({ ca: false, issuer: anchor });
				assert.deepEqual(await check(pairOf(direct)), { code: "accepted" });
			});

			it("says that it was refused by an alert, which comes after the request in TLS 1.3", async function () {
				if (!isOpensslHere()) skip(this, "there is no OpenSSL 3");
				await start();
				const { key, cert } = await authority.serverAt(["127.0.0.1"]);
				const served = { certificate: file(cert), key: file(key), authority: file(anchor.pem) };
				await withOpensslServer(served, maxVersion === "TLSv1.3" ? "tls1_3" : "tls1_2", async (host) => {
					const refused = { code: "refused", how: "alert" };
					assert.deepEqual(await check(pairOf(stranger), { url: `https://${host}/v1` }), refused);
				});
			});

			it("says that it was refused by an answer, for the project that the key is of", async () => {
				await start({ maxVersion });
				assert.deepEqual(await check(pairOf(stranger)), { code: "refused", how: "answer" });
				// The intermediate is missing.
				assert.deepEqual(await check(pairOf(client)), { code: "refused", how: "answer" });
				const free = service.keys.addProjectKey(service.state.addProject("Free").id);
				assert.deepEqual(await check(pairOf(stranger), { key: free }), { code: "accepted" });
			});

			it("says that nobody asked for it, whatever was answered", async () => {
				await start({ maxVersion, asksNobody: true });
				assert.deepEqual(await check(good()), { code: "unasked" });
				service.state.setActive(projectId, service.state.activeIn(projectId), false).commit();
				assert.deepEqual(await check(good()), { code: "unasked" });
				assert.deepEqual(
					service.exchanges.map(({ status }) => status),
					[401, 200],
				);
			});

			it("says that the connection was ended instead of an answer", async () => {
				await start({ maxVersion });
				service.faults.next({ kind: "reset", operation: "models", when: "before", times: 9 });
				assert.deepEqual(await check(good()), { code: "refused", how: "closed" });
				assert.equal(service.exchanges.length, 1);
				await service.close();
				await start({ maxVersion, asksNobody: true });
				service.faults.next({ kind: "reset", operation: "models", when: "before", times: 9 });
				const { host } = new URL(service.mtlsUrl ?? "");
				assert.deepEqual(await check(good()), { code: "failed", problem: { reason: "connection-lost", host } });
			});

			it("leaves no connection open", async () => {
				await start({ maxVersion });
				await check(good());
				while (service.connections.open > 0) await new Promise(setImmediate);
			});
		});

	it("says that the key is not known, and that it may not do this", async () => {
		await start();
		assert.deepEqual(await check(good(), { key: "sk-proj-unknown" }), { code: "key-refused" });
		service.faults.next({ kind: "status", status: 403, operation: "models", when: "before" });
		assert.deepEqual(await check(good()), { code: "not-allowed", status: 403 });
	});

	it("says what else kept it from an answer", async () => {
		await start();
		const { host } = new URL(service.mtlsUrl ?? "");
		const faults = [
			[
				{ kind: "status", status: 500 },
				{ reason: "service-error", status: 500 },
			],
			[
				{ kind: "status", status: 429 },
				{ reason: "rate-limited", waitSeconds: null },
			],
			[{ kind: "html" }, { reason: "bad-answer", host }],
			[
				{ kind: "body", text: "{}" },
				{ reason: "bad-answer", host },
			],
			[
				{ kind: "redirect", status: 307, location: "/v1/models" },
				{ reason: "bad-answer", host },
			],
		] as const;
		for (const [fault, problem] of faults) {
			service.exchanges.length = 0;
			service.faults.next({ ...fault, operation: "models", when: "before", times: 9 });
			assert.deepEqual(await check(good()), { code: "failed", problem });
			assert.equal(service.exchanges.length, 1, "asked once");
			service.faults.clear();
		}
	});

	it("sends nothing to a server of another name, or that nobody trusts, or that is not there", async () => {
		await start({}, "elsewhere.test");
		const { host } = new URL(service.mtlsUrl ?? "");
		const untrusted = (why: string) => ({ code: "failed", problem: { reason: "untrusted-server", host, why } });
		assert.deepEqual(await check(good()), untrusted("wrong-name"));
		const { pem: cert, privateKeyPem: key } = await makeCertificate({ ca: false, serverAt: ["127.0.0.1"] });
		const other = await startEmulator({ tls: { key, cert } });
		const outcome = await check(good(), { url: other.mtlsUrl ?? "" });
		assert.equal(outcome.code === "failed" && outcome.problem.reason, "untrusted-server");
		assert.equal(other.exchanges.length + service.exchanges.length, 0);
		await other.close();
		const problem = { reason: "unreachable", host: new URL(other.mtlsUrl ?? "").host, proxy: null };
		assert.deepEqual(await check(good(), { url: other.mtlsUrl ?? "" }), { code: "failed", problem });
	});

	it("goes by the proxy of the editor", async () => {
		const name = "mtls.example.test";
		await start({ names: [name] }, name);
		const port = Number(new URL(service.mtlsUrl ?? "").port);
		const proxy = await startProxy({ resolve: () => ({ host: "127.0.0.1", port }) });
		network = { ...plainNetwork, proxy: proxy.url };
		assert.deepEqual(await check(good(), { url: `https://${name}/v1` }), { code: "accepted" });
		assert.equal(proxy.tunnels.length, 1);
		await proxy.close();
	});

	it("can be cancelled, and closes its connection", async () => {
		await start();
		const silent = createServer().listen(0, "127.0.0.1");
		await once(silent, "listening");
		const { port } = silent.address() as { port: number };
		const abort = new AbortController();
		const checking = check(good(), { url: `https://127.0.0.1:${port}`, signal: abort.signal });
		const [socket] = (await once(silent, "connection")) as [Socket];
		socket.resume();
		abort.abort();
		await assert.rejects(checking, isCancelled);
		await once(socket, "close");
		silent.close();
	});

	it("needs a certificate and a key that belong together", async () => {
		await start();
		const why = async (pair: ClientCredentials) => {
			const problem = await problemIn(check(pair));
			return problem.reason === "client-certificate" && problem.why;
		};
		const encrypted = createPrivateKey(client.privateKeyPem)
			.export({ type: "pkcs8", format: "pem", cipher: "aes-256-cbc", passphrase })
			.toString();
		assert.equal(await why(pairOf(client, client.pem, stranger.privateKeyPem)), "not-a-pair");
		assert.equal(await why(pairOf(client, "", client.privateKeyPem)), "no-certificate");
		assert.equal(await why(pairOf(client, client.pem, encrypted)), "passphrase-needed");
		assert.equal(service.connections.total, 0);
		assert.deepEqual(await check({ ...good(), key: encrypted, passphrase }), { code: "accepted" });
	});

	it("tells by the client's records whether it was asked for", () => {
		const record = (type: number, first: number, length = 40) => {
			const header = Buffer.from([type, 3, 3, 0, length]);
			return Buffer.concat([header, Buffer.alloc(length, first)]);
		};
		const [hello, change] = [record(22, 1), record(20, 1, 1)];
		const cases: readonly [boolean, ...Buffer[]][] = [
			[false],
			[false, hello],
			// TLS 1.2: what follows the change of cipher is encrypted, whatever it begins with.
			[false, hello, record(22, 16), change, record(22, 11)],
			[true, hello, record(22, 11), record(22, 16), change, record(22, 0)],
			// TLS 1.3, after a retry too.
			[false, hello, change, record(23, 11, 69)],
			[false, hello, change, hello, record(23, 11, 69)],
			[true, hello, change, record(23, 0, 200), record(23, 0, 69)],
			// Cut off.
			[false, hello, change, record(23, 0, 200).subarray(0, 4)],
		];
		for (const [asked, ...records] of cases) assert.equal(certificateWasRequested(Buffer.concat(records)), asked);
	});

	it("R47 takes no admin key: there is no project key that looks like one", () => {
		const surrounded = ['"sk-admin-abc"', "OPENAI_ADMIN_KEY=sk-admin-abc", "Bearer:sk-admin-abc"];
		for (const text of ["sk-admin-abc", "SK-ADMIN-abc", ...surrounded]) assert.equal(ProjectKey.of(text), null, text);
		assert.ok(ProjectKey.of("sk-proj-abc"));
	});

	it("R48 tells nothing of the project key, the client's key and its passphrase", async () => {
		await start({ demandCertificateOf: [anchor.pem] });
		const foreignKey = `sk-proj-${randomBytes(18).toString("base64url")}`;
		const privateKey = createPrivateKey(client.privateKeyPem);
		const key = privateKey.export({ type: "pkcs8", format: "pem", cipher: "aes-256-cbc", passphrase }).toString();
		const keyBytes = privateKey.export({ format: "jwk" }).d ?? assert.fail();
		const secrets = [projectKey, foreignKey, passphrase, keyBytes];
		const pair = { ...good(), key, passphrase };
		const outcomes: unknown[] = [
			await check(pair),
			await check(pair, { key: foreignKey }),
			await check({ ...pair, passphrase: "wrong" }).catch((thrown) => thrown),
			await check({ ...pair, certificate: stranger.pem }).catch((thrown) => thrown),
		];
		for (const kind of ["reset", "html"] as const) {
			service.faults.next({ kind, operation: "models", when: "before" });
			outcomes.push(await check(pair));
		}
		await service.close();
		outcomes.push(await check(pair));
		assertAbsent(outcomes, secrets, "what came out");
		assertAbsent(observed, secrets, "the log");
		assertAbsent(service.exchanges, secrets, "the record");
	});
});

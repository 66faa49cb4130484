import "reflect-metadata/lite";
import assert from "node:assert/strict";
import { createPrivateKey, randomBytes } from "node:crypto";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { createServer, type Socket } from "node:net";
import { join } from "node:path";
import { AuthorityKeyIdentifierExtension, type Extension } from "@peculiar/x509";
import type { RequestLogEntry } from "../../../src/domain/adminApi.ts";
import { parseBaseUrl } from "../../../src/domain/baseUrl.ts";
import { type ClientCredentials, ProjectKey, type RefusalCode } from "../../../src/domain/liveCheck.ts";
import type { NetworkSettings } from "../../../src/domain/networkSettings.ts";
import { isCancelled } from "../../../src/domain/problem.ts";
import { certificateWasRequested, checkLive } from "../../../src/openai/liveCheck.ts";
import { makeCertificate, type TestCertificate } from "../../certificates.ts";
import { type Emulator, startEmulator, type TlsOptions } from "../../emulator/emulator.ts";
import { hasOpenssl3, withOpensslServer } from "../../network/opensslServer.ts";
import { startProxy } from "../../network/proxy.ts";
import { assertNoSecrets } from "../../secretScan.ts";
import { skipTest } from "../../skipTest.ts";
import { temporaryFolder } from "../../temporaryFolders.ts";
import { trustTestAuthority } from "./network/certificateAuthority.ts";
import { directNetwork } from "./network/directNetwork.ts";
import { expectProblem } from "./setup.ts";

const ACCEPTED = { code: "accepted", without: "required" };

describe("Live check of a client certificate", () => {
	const authority = trustTestAuthority();
	const folder = temporaryFolder("live-check");
	const passphrase = randomBytes(12).toString("base64url");
	let anchor: TestCertificate;
	let intermediate: TestCertificate;
	let client: TestCertificate;
	let otherClient: TestCertificate;
	let service: Emulator;
	let projectKey: string;
	let projectId: string;
	let logEntries: RequestLogEntry[];
	let network: NetworkSettings;

	before(async () => {
		anchor = await makeCertificate({ commonName: "Anchor" });
		intermediate = await makeCertificate({ commonName: "Intermediate", issuer: anchor });
		client = await makeCertificate({ ca: false, commonName: "Client", issuer: intermediate });
		otherClient = await makeCertificate({ ca: false, commonName: "Stranger", issuer: await makeCertificate() });
	});
	after(() => folder.remove());
	afterEach(() => service.close());
	beforeEach(() => {
		logEntries = [];
		network = directNetwork;
	});

	const credentialsOf = (
		made: TestCertificate,
		certificate = made.pem,
		key = made.privateKeyPem,
	): ClientCredentials => ({
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

	const validCredentials = () => credentialsOf(client, client.pem + intermediate.pem);

	/** Starts the service, with the anchor active in a project. */
	const start = async (tls: Partial<TlsOptions> = {}, host = "127.0.0.1") => {
		service = await startEmulator({ tls: { ...(await authority.issueServerCertificate([host])), ...tls } });
		projectId = service.state.addProject("Production").id;
		projectKey = service.keys.addProjectKey(projectId);
		const { id } = service.state.put({ pem: anchor.pem });
		service.state.setActive(projectId, [id], true).commit();
	};

	const check = (
		credentials: ClientCredentials,
		overrides: { url?: string; key?: string; signal?: AbortSignal } = {},
	) => {
		const key = ProjectKey.of(overrides.key ?? projectKey) ?? assert.fail("no project key");
		const options = {
			userAgent: "test/0",
			observe: (entry: RequestLogEntry) => void logEntries.push(entry),
			network: () => network,
		};
		const baseUrl = parseBaseUrl(overrides.url ?? service.mtlsUrl ?? "");
		return checkLive(options, { baseUrl, key, client: credentials }, overrides.signal ?? new AbortController().signal);
	};

	for (const maxVersion of ["TLSv1.2", "TLSv1.3"] as const)
		describe(`over ${maxVersion}`, () => {
			it("reports an accepted certificate, after a request without it and one with it, each on its connection", async () => {
				await start({ maxVersion });
				assert.deepEqual(await check(validCredentials()), ACCEPTED);
				assert.equal(service.connections.total, 2);
				assert.deepEqual(
					service.exchanges.map(({ method, path, query, requestBody }) => [method, path, query, requestBody]),
					Array(2).fill(["GET", "/v1/models", "", ""]),
				);
				assert.deepEqual(
					logEntries.map(({ method, route, status }) => [method, route, status]),
					[
						["GET", "/models", 401],
						["GET", "/models", 200],
					],
				);
			});

			it("reports that no certificate is required, so that an answer proves nothing", async () => {
				await start({ maxVersion });
				const key = service.keys.addProjectKey(service.state.addProject("Free").id);
				for (const credentials of [validCredentials(), credentialsOf(otherClient)])
					assert.deepEqual(await check(credentials, { key }), { code: "accepted", without: "answered" });
				assert.deepEqual(
					service.exchanges.map(({ status }) => status),
					[200, 200, 200, 200],
				);
			});

			it("reports a refusal if the server closes the connection without a response", async () => {
				await start({ maxVersion, requireCertificateFrom: [anchor.pem] });
				assert.deepEqual(await check(credentialsOf(otherClient)), { code: "refused", how: "closed" });
				assert.equal(service.exchanges.length, 0);
				assert.equal(service.connections.total, 2);
				const direct = await makeCertificate({ ca: false, issuer: anchor });
				// The first request was not answered with `certificate_required`, but not at all.
				assert.deepEqual(await check(credentialsOf(direct)), { code: "accepted", without: "unclear" });
			});

			it("reports a refusal by an alert, which arrives after the request in TLS 1.3", async function () {
				if (!hasOpenssl3()) skipTest(this, "there is no OpenSSL 3");
				await start();
				const { key, cert } = await authority.issueServerCertificate(["127.0.0.1"]);
				const served = { certificate: file(cert), key: file(key), authority: file(anchor.pem) };
				await withOpensslServer(served, maxVersion === "TLSv1.3" ? "tls1_3" : "tls1_2", async (host) => {
					const refused = { code: "refused", how: "alert" };
					assert.deepEqual(await check(credentialsOf(otherClient), { url: `https://${host}/v1` }), refused);
				});
			});

			it("R55 reports OpenAI's code for the refused certificate, judged by the key's project", async () => {
				await start({ maxVersion });
				const refused = (how: RefusalCode) => ({ code: "refused", how });
				const unverified = refused("certificate_verification_failed");
				assert.deepEqual(await check(credentialsOf(otherClient)), unverified);
				// The intermediate is missing.
				assert.deepEqual(await check(credentialsOf(client)), unverified);
				const isAki = (extension: Extension) => extension instanceof AuthorityKeyIdentifierExtension;
				const extensions = (defaults: Extension[]) => defaults.filter((each) => !isAki(each));
				const withoutAki = await makeCertificate({ ca: false, issuer: anchor, extensions });
				assert.deepEqual(await check(credentialsOf(withoutAki)), refused("invalid_certificate"));
				service.switches.celFilter = () => false;
				assert.deepEqual(await check(validCredentials()), refused("certificate_attribute_verification_failed"));
				service.switches.verifierFails = true;
				const problem = { reason: "mtls", code: "authentication_temporarily_unavailable", status: 503 };
				service.exchanges.length = 0;
				assert.deepEqual(await check(validCredentials()), { code: "failed", problem });
				assert.equal(service.exchanges.length, 1, "the certificate is not presented then");
			});

			it("reports another response that mentions the certificate", async () => {
				await start({ maxVersion });
				const message = "The client certificate was not accepted.";
				service.faults.arm({ kind: "status", status: 401, message, operation: "models", when: "before", times: 2 });
				assert.deepEqual(await check(validCredentials()), { code: "refused", how: "answer" });
			});

			it("reports that the server requests no certificate, whatever the response", async () => {
				await start({ maxVersion, neverRequestsCert: true });
				assert.deepEqual(await check(validCredentials()), { code: "unasked" });
				service.state.setActive(projectId, service.state.activeIn(projectId), false).commit();
				assert.deepEqual(await check(validCredentials()), { code: "unasked" });
				assert.deepEqual(
					service.exchanges.map(({ status }) => status),
					[401, 401, 200, 200],
				);
			});

			it("reports a connection that is closed instead of a response", async () => {
				await start({ maxVersion });
				service.faults.arm({ kind: "reset", operation: "models", when: "before", times: 9 });
				assert.deepEqual(await check(validCredentials()), { code: "refused", how: "closed" });
				assert.equal(service.exchanges.length, 2);
				await service.close();
				await start({ maxVersion, neverRequestsCert: true });
				service.faults.arm({ kind: "reset", operation: "models", when: "before", times: 9 });
				const { host } = new URL(service.mtlsUrl ?? "");
				assert.deepEqual(await check(validCredentials()), {
					code: "failed",
					problem: { reason: "connection-lost", host },
				});
			});

			it("leaves no connection open", async () => {
				await start({ maxVersion });
				await check(validCredentials());
				while (service.connections.open > 0) await new Promise(setImmediate);
			});
		});

	it("reports an unknown key and a missing permission", async () => {
		await start();
		assert.deepEqual(await check(validCredentials(), { key: "sk-proj-unknown" }), { code: "key-refused" });
		service.faults.arm({ kind: "status", status: 403, operation: "models", when: "before" });
		assert.deepEqual(await check(validCredentials()), { code: "not-allowed", status: 403 });
		assert.equal(service.exchanges.length, 2, "the certificate is not presented then");
		let requests = 0;
		const match = () => ++requests === 2;
		service.faults.arm({ kind: "status", status: 403, operation: "models", when: "before", match });
		assert.deepEqual(await check(validCredentials()), { code: "not-allowed", status: 403 });
	});

	it("reports any other failure", async () => {
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
			service.faults.arm({ ...fault, operation: "models", when: "before", times: 9 });
			assert.deepEqual(await check(validCredentials()), { code: "failed", problem });
			assert.equal(service.exchanges.length, 1, "asked once");
			service.faults.clear();
		}
	});

	it("sends nothing to a server that has another name, is untrusted or is unreachable", async () => {
		await start({}, "elsewhere.test");
		const { host } = new URL(service.mtlsUrl ?? "");
		const untrusted = (why: string) => ({ code: "failed", problem: { reason: "untrusted-server", host, why } });
		assert.deepEqual(await check(validCredentials()), untrusted("wrong-name"));
		const { pem: cert, privateKeyPem: key } = await makeCertificate({ ca: false, serverNames: ["127.0.0.1"] });
		const other = await startEmulator({ tls: { key, cert } });
		const outcome = await check(validCredentials(), { url: other.mtlsUrl ?? "" });
		assert.equal(outcome.code === "failed" && outcome.problem.reason, "untrusted-server");
		assert.equal(other.exchanges.length + service.exchanges.length, 0);
		await other.close();
		const problem = { reason: "unreachable", host: new URL(other.mtlsUrl ?? "").host, proxy: null };
		assert.deepEqual(await check(validCredentials(), { url: other.mtlsUrl ?? "" }), { code: "failed", problem });
	});

	it("uses VS Code's proxy", async () => {
		const name = "mtls.example.test";
		await start({ names: [name] }, name);
		const port = Number(new URL(service.mtlsUrl ?? "").port);
		const proxy = await startProxy({ resolve: () => ({ host: "127.0.0.1", port }) });
		network = { ...directNetwork, proxy: proxy.url };
		assert.deepEqual(await check(validCredentials(), { url: `https://${name}/v1` }), ACCEPTED);
		assert.equal(proxy.tunnels.length, 2);
		await proxy.close();
	});

	it("ends either request when cancelled", async () => {
		await start();
		for (const count of [1, 2]) {
			const abort = new AbortController();
			service.exchanges.length = 0;
			const match = () => service.exchanges.length === count;
			const silence = service.faults.arm({ kind: "silence", operation: "models", when: "before", match });
			const checking = check(validCredentials(), { signal: abort.signal });
			await silence.reached;
			abort.abort();
			await assert.rejects(checking, isCancelled);
			await silence.ended;
			assert.equal(service.exchanges.length, count);
		}
	});

	it("closes its connection when cancelled", async () => {
		await start();
		const silent = createServer().listen(0, "127.0.0.1");
		await once(silent, "listening");
		const { port } = silent.address() as { port: number };
		const abort = new AbortController();
		const checking = check(validCredentials(), { url: `https://127.0.0.1:${port}`, signal: abort.signal });
		const [socket] = (await once(silent, "connection")) as [Socket];
		socket.resume();
		abort.abort();
		await assert.rejects(checking, isCancelled);
		await once(socket, "close");
		silent.close();
	});

	it("requires a matching certificate and key", async () => {
		await start();
		const why = async (credentials: ClientCredentials) => {
			const problem = await expectProblem(check(credentials));
			return problem.reason === "client-certificate" && problem.why;
		};
		const encrypted = createPrivateKey(client.privateKeyPem)
			.export({ type: "pkcs8", format: "pem", cipher: "aes-256-cbc", passphrase })
			.toString();
		assert.equal(await why(credentialsOf(client, client.pem, otherClient.privateKeyPem)), "not-a-pair");
		assert.equal(await why(credentialsOf(client, "", client.privateKeyPem)), "no-certificate");
		assert.equal(await why(credentialsOf(client, client.pem, encrypted)), "passphrase-needed");
		assert.equal(service.connections.total, 0);
		assert.deepEqual(await check({ ...validCredentials(), key: encrypted, passphrase }), ACCEPTED);
	});

	it("detects in the client's TLS records whether the server requested a certificate", () => {
		const record = (type: number, firstByte: number, length = 40) => {
			const header = Buffer.from([type, 3, 3, 0, length]);
			return Buffer.concat([header, Buffer.alloc(length, firstByte)]);
		};
		const [hello, change] = [record(22, 1), record(20, 1, 1)];
		const cases: readonly [boolean, ...Buffer[]][] = [
			[false],
			[false, hello],
			// TLS 1.2: records after the change of cipher are encrypted, whatever their first byte.
			[false, hello, record(22, 16), change, record(22, 11)],
			[true, hello, record(22, 11), record(22, 16), change, record(22, 0)],
			// TLS 1.3, also after a retry.
			[false, hello, change, record(23, 11, 69)],
			[false, hello, change, hello, record(23, 11, 69)],
			[true, hello, change, record(23, 0, 200), record(23, 0, 69)],
			// Truncated.
			[false, hello, change, record(23, 0, 200).subarray(0, 4)],
		];
		for (const [requested, ...records] of cases)
			assert.equal(certificateWasRequested(Buffer.concat(records)), requested);
	});

	it("R47 rejects an admin key as project key", () => {
		const embedded = ['"sk-admin-abc"', "OPENAI_ADMIN_KEY=sk-admin-abc", "Bearer:sk-admin-abc"];
		for (const text of ["sk-admin-abc", "SK-ADMIN-abc", ...embedded]) assert.equal(ProjectKey.of(text), null, text);
		assert.ok(ProjectKey.of("sk-proj-abc"));
	});

	it("R48 reveals neither the project key nor the client's key and passphrase", async () => {
		await start({ requireCertificateFrom: [anchor.pem] });
		const unknownKey = `sk-proj-${randomBytes(18).toString("base64url")}`;
		const privateKey = createPrivateKey(client.privateKeyPem);
		const key = privateKey.export({ type: "pkcs8", format: "pem", cipher: "aes-256-cbc", passphrase }).toString();
		const keyBytes = privateKey.export({ format: "jwk" }).d ?? assert.fail();
		const secrets = [projectKey, unknownKey, passphrase, keyBytes];
		const credentials = { ...validCredentials(), key, passphrase };
		const outcomes: unknown[] = [
			await check(credentials),
			await check(credentials, { key: unknownKey }),
			await check({ ...credentials, passphrase: "wrong" }).catch((thrown) => thrown),
			await check({ ...credentials, certificate: otherClient.pem }).catch((thrown) => thrown),
		];
		for (const kind of ["reset", "html"] as const) {
			service.faults.arm({ kind, operation: "models", when: "before" });
			outcomes.push(await check(credentials));
		}
		await service.close();
		outcomes.push(await check(credentials));
		assertNoSecrets(outcomes, secrets, "what came out");
		assertNoSecrets(logEntries, secrets, "the log");
		assertNoSecrets(service.exchanges, secrets, "the record");
	});
});

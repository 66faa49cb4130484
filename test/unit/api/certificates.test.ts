import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:net";
import { CertificatesApi } from "../../../src/api/certificates.ts";
import { Transport } from "../../../src/api/transport.ts";
import { parseBaseUrl } from "../../../src/domain/baseUrl.ts";
import { Cancelled, type Problem, problemOf } from "../../../src/domain/failure.ts";
import type { Exchange } from "../../../src/domain/service.ts";
import { type MadeCertificate, makeCertificate } from "../../certificates.ts";
import { type Emulator, startEmulator } from "../../emulator/emulator.ts";
import type { FaultKind } from "../../emulator/faults.ts";

describe("Certificates API", () => {
	let emulator: Emulator;
	let transport: Transport;
	let api: CertificatesApi;
	let made: MadeCertificate;
	const observed: Exchange[] = [];

	before(async () => {
		made = await makeCertificate({ commonName: "Acme Root CA" });
	});

	beforeEach(async () => {
		emulator = await startEmulator();
		observed.length = 0;
		transport = new Transport("certificates-for-openai.openai-certificates/0", (exchange) => observed.push(exchange));
		api = apiFor(emulator.url, emulator.adminKey);
	});

	afterEach(async () => {
		await transport.close();
		await emulator.close();
	});

	const apiFor = (url: string, key: string) =>
		new CertificatesApi(transport, async () => ({ baseUrl: parseBaseUrl(url), key }));

	const problemIn = async (promise: Promise<unknown>): Promise<Problem | null> => {
		const thrown = await promise.then(
			() => assert.fail("nothing was thrown"),
			(error) => error,
		);
		return problemOf(thrown) ?? assert.fail(`not a Failure: ${thrown}`);
	};

	it("uploads one certificate and says what the service made of it", async () => {
		const uploaded = await api.upload({ pem: made.pem, name: "Acme 2027" });
		const [stored] = emulator.state.certificates;
		assert.ok(stored);
		assert.equal(uploaded.id, stored.id);
		assert.equal(uploaded.name, "Acme 2027");
		assert.equal(uploaded.active, false);
		assert.equal(uploaded.expiresAt, stored.expiresAt);
		const [exchange] = emulator.exchanges;
		assert.deepEqual(JSON.parse(exchange?.requestBody ?? ""), { certificate: made.pem, name: "Acme 2027" });
		assert.match(String(exchange?.requestHeaders["user-agent"]), /^certificates-for-openai\.openai-certificates\//);
	});

	it("sends `content` once where the service names `certificate` as unknown, or `content` as missing", async () => {
		for (const uploadComplaint of ["unknown", "missing"] as const) {
			Object.assign(emulator.switches, { uploadField: "content", uploadComplaint });
			await api.upload({ pem: made.pem, name: uploadComplaint });
		}
		const bodies = emulator.exchanges.map(({ status, requestBody }) => [
			status,
			Object.keys(JSON.parse(requestBody))[0],
		]);
		assert.deepEqual(bodies, [
			[400, "certificate"],
			[200, "content"],
			[400, "certificate"],
			[200, "content"],
		]);
	});

	it("R29 lists every page", async () => {
		emulator.switches.certificateLimit = 250;
		for (let i = 0; i < 101; i++) await api.upload({ pem: made.pem, name: `n${i}` });
		const { certificates, unreadable, complete } = await api.list();
		assert.equal(new Set(certificates.map(({ name }) => name)).size, 101);
		assert.deepEqual({ unreadable, complete }, { unreadable: 0, complete: true });
	});

	it("tells the log method, route, status and request id, and nothing else", async () => {
		await api.list();
		const [{ milliseconds, requestId, ...rest } = assert.fail()] = observed;
		assert.deepEqual(rest, { method: "GET", route: "/organization/certificates", status: 200 });
		assert.ok(Number.isInteger(milliseconds));
		assert.equal(requestId, emulator.exchanges[0]?.responseHeaders["x-request-id"]);
	});

	const host = () => new URL(emulator.url).host;
	const answers: readonly [string, FaultKind, () => Problem][] = [
		["400 of its own", { kind: "status", status: 400 }, () => ({ reason: "rejected", code: null, param: null })],
		["401", { kind: "status", status: 401 }, () => ({ reason: "unauthorized" })],
		[
			"401 that names a permission",
			{ kind: "status", status: 401, message: "Missing scopes: api.mtls.read", shape: "text" },
			() => ({ reason: "forbidden", permission: "api.mtls.read" }),
		],
		["403", { kind: "status", status: 403, message: "no" }, () => ({ reason: "forbidden", permission: null })],
		[
			"403 that names a permission",
			{ kind: "status", status: 403, message: "Missing api.mtls.write." },
			() => ({ reason: "forbidden", permission: "api.mtls.write" }),
		],
		["404", { kind: "status", status: 404 }, () => ({ reason: "not-found" })],
		["409", { kind: "status", status: 409 }, () => ({ reason: "conflict" })],
		["413", { kind: "status", status: 413 }, () => ({ reason: "rejected", code: null, param: null })],
		["429", { kind: "status", status: 429 }, () => ({ reason: "rate-limited", waitSeconds: null })],
		[
			"429 with Retry-After",
			{ kind: "status", status: 429, retryAfter: "7" },
			() => ({ reason: "rate-limited", waitSeconds: 7 }),
		],
		[
			"429 with a Retry-After that is no number",
			{ kind: "status", status: 429, retryAfter: "-1" },
			() => ({ reason: "rate-limited", waitSeconds: null }),
		],
		["500", { kind: "status", status: 500 }, () => ({ reason: "service-error", status: 500 })],
		["503 as text", { kind: "status", status: 503, shape: "text" }, () => ({ reason: "service-error", status: 503 })],
		["HTML", { kind: "html" }, () => ({ reason: "bad-answer", host: host() })],
		["{}", { kind: "body", text: "{}" }, () => ({ reason: "bad-answer", host: host() })],
		["a cut body", { kind: "cut" }, () => ({ reason: "unreachable", host: host() })],
		["an endless body", { kind: "endless" }, () => ({ reason: "bad-answer", host: host() })],
		["a reset", { kind: "reset" }, () => ({ reason: "unreachable", host: host() })],
		["a close", { kind: "close" }, () => ({ reason: "unreachable", host: host() })],
		[
			"a redirect",
			{ kind: "redirect", status: 307, location: "https://evil.test/" },
			() => ({ reason: "redirected", host: host() }),
		],
	];
	for (const [title, fault, problem] of answers)
		it(`R18 ${title} is one problem of its own`, async () => {
			emulator.faults.next({ ...fault, when: "before" });
			assert.deepEqual(await problemIn(api.list()), problem());
		});

	it("R17 a key that is not the service's own is one problem, and its echo goes nowhere", async () => {
		const key = `sk-admin-${"c".repeat(40)}`;
		const thrown = await apiFor(emulator.url, key)
			.list()
			.catch((error: Error) => error);
		assert.deepEqual(problemOf(thrown), { reason: "unauthorized" });
		assert.doesNotMatch(JSON.stringify({ ...observed, thrown, stack: (thrown as Error).stack }), /cccc/);
	});

	it("says so where nothing listens", async () => {
		const nobody = createServer().listen(0, "127.0.0.1");
		await once(nobody, "listening");
		const { port } = nobody.address() as { port: number };
		await new Promise((closed) => nobody.close(closed));
		const api = apiFor(`http://127.0.0.1:${port}/v1`, "k");
		assert.deepEqual(await problemIn(api.list()), { reason: "unreachable", host: `127.0.0.1:${port}` });
		assert.deepEqual(await problemIn(api.upload({ pem: made.pem, name: "n" })), {
			reason: "unreachable",
			host: `127.0.0.1:${port}`,
		});
	});

	it("R05 does not speak to a server whose certificate it cannot verify, whatever the environment says", async () => {
		const server = await makeCertificate({ commonName: "127.0.0.1", extensions: () => [] });
		const tls = await startEmulator({ tls: { key: server.privateKeyPem, cert: server.pem } });
		const before = process.env.NODE_TLS_REJECT_UNAUTHORIZED;
		process.env.NODE_TLS_REJECT_UNAUTHORIZED = "0";
		try {
			const problem = await problemIn(apiFor(tls.url, tls.adminKey).list());
			assert.deepEqual(problem, { reason: "untrusted-server", host: new URL(tls.url).host, why: "self-signed" });
			assert.equal(tls.exchanges.length, 0);
		} finally {
			if (before === undefined) delete process.env.NODE_TLS_REJECT_UNAUTHORIZED;
			else process.env.NODE_TLS_REJECT_UNAUTHORIZED = before;
			await tls.close();
		}
	});

	const lost: readonly FaultKind[] = [
		{ kind: "reset" },
		{ kind: "close" },
		{ kind: "cut" },
		{ kind: "html" },
		{ kind: "body", text: "{}" },
		{ kind: "status", status: 502 },
		{ kind: "status", status: 409 },
		{ kind: "redirect", status: 307, location: "https://evil.test/" },
	];
	for (const fault of lost)
		it(`an upload whose answer is lost (${fault.kind} ${"status" in fault ? fault.status : ""}) is not confirmed, and sent once`, async () => {
			emulator.faults.next({ ...fault, when: "after" });
			assert.deepEqual(await problemIn(api.upload({ pem: made.pem, name: "n" })), { reason: "unconfirmed", name: "n" });
			assert.equal(emulator.exchanges.length, 1);
		});

	it("R25 cancelled before the answer: the connection is closed, and what was sent is not confirmed", async () => {
		const silence = emulator.faults.next({ kind: "silence", when: "after" });
		const abort = new AbortController();
		const upload = problemIn(api.upload({ pem: made.pem, name: "n" }, abort.signal));
		await silence.reached;
		abort.abort();
		assert.deepEqual(await upload, { reason: "unconfirmed", name: "n" });
		await silence.ended;
	});

	it("R25 cancelled before the start: nothing is sent", async () => {
		await assert.rejects(api.upload({ pem: made.pem, name: "n" }, AbortSignal.abort()), Cancelled);
		await assert.rejects(api.list(AbortSignal.abort()), Cancelled);
		assert.equal(emulator.exchanges.length, 0);
	});
});

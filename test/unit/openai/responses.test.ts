import assert from "node:assert/strict";
import { type Problem, problemOf, type RejectionCode } from "../../../src/domain/problem.ts";
import type { FaultKind } from "../../emulator/faults.ts";
import { apiFixtureForEachTest, expectProblem } from "./setup.ts";

describe("Responses", () => {
	const fixture = apiFixtureForEachTest();
	const host = () => new URL(fixture.emulator.url).host;

	it("logs only method, route, status, duration and request id of a response without an error", async () => {
		await fixture.api.list();
		const [{ milliseconds, requestId, ...rest } = assert.fail()] = fixture.logEntries;
		assert.deepEqual(rest, { method: "GET", route: "/organization/certificates", status: 200, message: null });
		assert.ok(Number.isInteger(milliseconds));
		assert.equal(requestId, fixture.emulator.exchanges[0]?.responseHeaders["x-request-id"]);
	});

	const messages: readonly [status: number, body: unknown, message: string | null][] = [
		[400, { error: { message: "The certificate has no name." } }, "The certificate has no name."],
		[403, { error: "Not for you." }, "Not for you."],
		[503, { error: { message: "" } }, null],
		[503, "nothing of this kind", null],
		[401, { error: { message: "Incorrect API key provided: sk-adm***1234" } }, null],
	];
	for (const [status, body, message] of messages)
		it(`logs ${message === null ? "no message" : "the service's message"} for a ${status} with ${JSON.stringify(body)}`, async () => {
			fixture.emulator.faults.arm({ kind: "status", status, body, when: "before", times: Number.POSITIVE_INFINITY });
			await expectProblem(fixture.api.list());
			assert.equal(fixture.logEntries[0]?.message, message);
		});

	const rejected = (status: number, param: string | null = null, code: RejectionCode | null = null): Problem => ({
		reason: "rejected",
		status,
		code,
		param,
		fieldRefused: false,
	});
	const forbidden = (permission: string | null): Problem => ({ reason: "forbidden", permission });
	const responses: readonly [string, FaultKind, Problem | (() => Problem)][] = [
		["400", { kind: "status", status: 400 }, rejected(400)],
		[
			"400 that names a field",
			{ kind: "status", status: 400, body: { error: { param: "name", code: "expired_certificate" } } },
			rejected(400, "name", "expired_certificate"),
		],
		["401", { kind: "status", status: 401 }, { reason: "unauthorized" }],
		[
			"401 that names a permission",
			{ kind: "status", status: 401, message: "Missing scopes: api.mtls.read", shape: "text" },
			forbidden("api.mtls.read"),
		],
		[
			"401 that names hosts",
			{
				kind: "status",
				status: 401,
				message: "Use us.api.openai.com, api.openai.com or api.eu.read.example, not us.api.files.read",
			},
			{ reason: "unauthorized" },
		],
		[
			"401 from another region",
			{
				kind: "status",
				status: 401,
				code: "incorrect_hostname",
				message: "Attempted to access resource with incorrect regional hostname. Use us.api.openai.com.",
			},
			() => ({ reason: "wrong-region", host: host() }),
		],
		["403", { kind: "status", status: 403, message: "no" }, forbidden(null)],
		[
			"403 that names a permission",
			{ kind: "status", status: 403, message: "Missing api.mtls.write." },
			forbidden("api.mtls.write"),
		],
		[
			"403 that names a host",
			{ kind: "status", status: 403, message: "Not allowed on us.api.openai.com" },
			forbidden(null),
		],
		["404", { kind: "status", status: 404 }, { reason: "not-found" }],
		["408", { kind: "status", status: 408 }, () => ({ reason: "timeout", host: host() })],
		["409", { kind: "status", status: 409 }, { reason: "conflict" }],
		["413", { kind: "status", status: 413 }, rejected(413)],
		["422", { kind: "status", status: 422 }, rejected(422)],
		["429", { kind: "status", status: 429 }, { reason: "rate-limited", waitSeconds: null }],
		[
			"429 with Retry-After",
			{ kind: "status", status: 429, retryAfter: "31" },
			{ reason: "rate-limited", waitSeconds: 31 },
		],
		[
			"429 with an invalid Retry-After",
			{ kind: "status", status: 429, retryAfter: "-1" },
			{ reason: "rate-limited", waitSeconds: null },
		],
		["500", { kind: "status", status: 500 }, { reason: "service-error", status: 500 }],
		["503 as text", { kind: "status", status: 503, shape: "text" }, { reason: "service-error", status: 503 }],
		["HTML", { kind: "html" }, () => ({ reason: "bad-answer", host: host() })],
		["{}", { kind: "body", text: "{}" }, () => ({ reason: "bad-answer", host: host() })],
		["a cut body", { kind: "cut" }, () => ({ reason: "connection-lost", host: host() })],
		["a reset", { kind: "reset" }, () => ({ reason: "connection-lost", host: host() })],
		["a close", { kind: "close" }, () => ({ reason: "connection-lost", host: host() })],
		[
			"a redirect",
			{ kind: "redirect", status: 307, location: "https://evil.test/" },
			() => ({ reason: "redirected", host: host() }),
		],
	];
	for (const [title, fault, problem] of responses)
		it(`R18 maps ${title} to its own problem`, async () => {
			fixture.emulator.faults.arm({ ...fault, when: "before", times: Number.POSITIVE_INFINITY });
			assert.deepEqual(await expectProblem(fixture.api.list()), typeof problem === "function" ? problem() : problem);
		});

	it("R17 reports an unknown key, and never reveals its echo", async () => {
		const key = `sk-admin-${"c".repeat(40)}`;
		const thrown = await fixture
			.createApi(fixture.emulator.url, key)
			.list()
			.catch((error: Error) => error);
		assert.deepEqual(problemOf(thrown), { reason: "unauthorized" });
		assert.doesNotMatch(JSON.stringify({ ...fixture.logEntries, thrown, stack: (thrown as Error).stack }), /cccc/);
	});
});

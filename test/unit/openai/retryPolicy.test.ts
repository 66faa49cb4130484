import assert from "node:assert/strict";
import { once } from "node:events";
import { setImmediate } from "node:timers/promises";
import { CancelledError, type Problem } from "../../../src/domain/problem.ts";
import { type FailedAttempt, retryDelay } from "../../../src/openai/retryPolicy.ts";
import { makeCertificate } from "../../certificates.ts";
import type { FaultKind } from "../../emulator/faults.ts";
import { apiFixtureForEachTest, expectProblem, stopClock } from "./setup.ts";

const host = "api.openai.com";
const NOW = Date.UTC(2026, 10, 24, 12, 0, 0);
const limited: Problem = { reason: "rate-limited", waitSeconds: null };
const unreachable: Problem = { reason: "unreachable", host, proxy: null };
const upload = { pem: "-----BEGIN CERTIFICATE-----", name: "n" };

describe("The retry rule", () => {
	const delayAfter = (changes: Partial<FailedAttempt>) =>
		retryDelay(
			{ method: "GET", idempotent: false, problem: limited, sent: true, headers: null, before: [], ...changes },
			500,
			NOW,
		);

	const transient: readonly Problem[] = [
		unreachable,
		{ reason: "proxy", proxy: "p.test", why: "unreachable" },
		{ reason: "connection-lost", host },
		{ reason: "timeout", host },
		limited,
		{ reason: "service-error", status: 500 },
		{ reason: "mtls", code: "authentication_temporarily_unavailable", status: 503 },
		{ reason: "mtls", code: "certificate_required", status: 408 },
	];
	const permanent: readonly Problem[] = [
		{ reason: "proxy", proxy: "p.test", why: "credentials" },
		{ reason: "proxy", proxy: "p.test", why: "refused" },
		{ reason: "proxy", proxy: "p.test", why: "untrusted" },
		{ reason: "untrusted-server", host, why: "expired" },
		{ reason: "client-certificate-refused", host, presented: true },
		{ reason: "redirected", host },
		{ reason: "bad-answer", host },
		{ reason: "unauthorized" },
		{ reason: "mtls", code: "certificate_required", status: 401 },
		{ reason: "mtls", code: "certificate_required", status: 409 },
		{ reason: "forbidden", permission: null },
		{ reason: "not-found" },
		{ reason: "conflict" },
		{ reason: "rejected", status: 400, code: null, param: null, fieldRefused: false },
	];
	const titleOf = (problem: Problem) => `${problem.reason}${"why" in problem ? ` (${problem.why})` : ""}`;

	for (const problem of transient)
		it(`a read is sent up to three times after ${titleOf(problem)}, with growing pauses`, () => {
			assert.equal(delayAfter({ problem }), 500);
			assert.equal(delayAfter({ problem, before: [problem.reason] }), 1000);
			assert.equal(delayAfter({ problem, before: [problem.reason, problem.reason] }), null);
		});

	for (const problem of permanent)
		it(`nothing is repeated after ${titleOf(problem)}`, () => {
			for (const method of ["GET", "POST"] as const)
				for (const sent of [true, false]) assert.equal(delayAfter({ method, problem, sent }), null);
		});

	it("an upload is repeated if no byte was sent, and once after too many requests", () => {
		for (const problem of transient) {
			const isLimited = problem.reason === "rate-limited";
			const isUnreachable = problem.reason === "unreachable" || problem.reason === "proxy";
			assert.equal(
				delayAfter({ method: "POST", problem, sent: false }),
				isLimited || isUnreachable ? 500 : null,
				problem.reason,
			);
			assert.equal(delayAfter({ method: "POST", problem, sent: true }), isLimited ? 500 : null, problem.reason);
		}
		assert.equal(delayAfter({ method: "POST", before: ["unreachable"] }), 1000);
		assert.equal(delayAfter({ method: "POST", before: ["rate-limited"] }), null);
		assert.equal(delayAfter({ method: "POST", problem: unreachable, sent: false, before: ["rate-limited"] }), 1000);
	});

	it("R55 a code about client certificates changes nothing after too many requests", () => {
		const problem = { reason: "mtls", code: "invalid_certificate", status: 429 } as const;
		assert.equal(delayAfter({ problem }), 500);
		assert.equal(delayAfter({ method: "POST", problem }), 500);
		assert.equal(delayAfter({ method: "POST", problem, before: ["rate-limited"] }), null);
	});

	it("the service's `x-should-retry` has priority, but never repeats an upload that may have arrived", () => {
		const headersWith = (value: string) => ({ "x-should-retry": value });
		assert.equal(delayAfter({ headers: headersWith("false") }), null);
		assert.equal(delayAfter({ method: "POST", headers: headersWith("false") }), null);
		for (const problem of [{ reason: "conflict" }, { reason: "service-error", status: 500 }] as const) {
			assert.equal(delayAfter({ problem, headers: headersWith("true") }), 500);
			assert.equal(delayAfter({ method: "POST", problem, headers: headersWith("true") }), null);
		}
		assert.equal(delayAfter({ headers: headersWith("true"), before: ["conflict", "conflict"] }), null);
		assert.equal(delayAfter({ headers: headersWith("perhaps") }), 500);
	});

	const inSeconds = (seconds: number) => new Date(NOW + seconds * 1000).toUTCString();
	const waits: readonly [string, number | null][] = [
		["1", 1000],
		["30", 30_000],
		["31", null],
		["99999999999999999999999", null],
		[inSeconds(10), 10_000],
		[inSeconds(31), null],
		["Fri, 31 Dec 9999 23:59:59 GMT", null],
		["0", 500],
		["-1", 500],
		["-99999999999999999999999", 500],
		["NaN", 500],
		["Infinity", 500],
		["1e9", 500],
		["1.5", 500],
		["", 500],
		["soon", 500],
		["soon GMT", 500],
		[inSeconds(0), 500],
		[inSeconds(-3600), 500],
	];
	for (const [value, expected] of waits)
		for (const method of ["GET", "POST"] as const)
			it(`R28 a ${method} ${expected === null ? "is not repeated" : `waits ${expected} ms`} after Retry-After: ${value}`, () => {
				assert.equal(delayAfter({ method, headers: { "retry-after": value } }), expected);
			});

	it("R28 a date is compared with the service's clock", () => {
		const date = inSeconds(-3600);
		assert.equal(delayAfter({ headers: { "retry-after": inSeconds(-3590), date } }), 10_000);
		assert.equal(delayAfter({ headers: { "retry-after": inSeconds(10), date } }), null);
		assert.equal(delayAfter({ headers: { "retry-after": inSeconds(10), date: "today" } }), 10_000);
	});
});

describe("Repeating", () => {
	const fixture = apiFixtureForEachTest();
	const statuses = () => fixture.logEntries.map(({ status }) => status);

	const faults: readonly [string, FaultKind, number | null][] = [
		["a reset", { kind: "reset" }, null],
		["a close", { kind: "close" }, null],
		["a 500", { kind: "status", status: 500 }, 500],
		["a 408", { kind: "status", status: 408 }, 408],
		["a 429", { kind: "status", status: 429 }, 429],
		["a 409 that may be repeated", { kind: "status", status: 409, headers: { "x-should-retry": "true" } }, 409],
	];
	for (const [title, fault, status] of faults)
		it(`reads a list after ${title}, and logs each attempt`, async () => {
			fixture.emulator.faults.arm({ ...fault, when: "before", times: 2 });
			assert.equal((await fixture.api.list()).complete, true);
			assert.deepEqual(statuses(), [status, status, 200]);
			assert.equal(fixture.emulator.exchanges.length, 3);
		});

	it("repeats an upload once after a 429, and stores the certificate once", async () => {
		fixture.emulator.faults.arm({ kind: "status", status: 429, when: "before" });
		await fixture.api.upload({ ...upload, pem: (await makeCertificate()).pem });
		assert.deepEqual(statuses(), [429, 200]);
		assert.equal(fixture.emulator.state.certificates.length, 1);
	});

	it("does not repeat an upload a second time, or if the service forbids it", async () => {
		fixture.emulator.faults.arm({ kind: "status", status: 429, when: "before", times: 2 });
		assert.deepEqual(await expectProblem(fixture.api.upload(upload)), limited);
		assert.deepEqual(statuses(), [429, 429]);
		const headers = { "x-should-retry": "false" };
		fixture.emulator.faults.arm({ kind: "status", status: 429, headers, when: "before" });
		assert.deepEqual(await expectProblem(fixture.api.upload(upload)), limited);
		assert.equal(fixture.emulator.exchanges.length, 3);
	});

	it("R20 leaves an upload unconfirmed if its repetition is lost", async () => {
		fixture.emulator.faults.arm({ kind: "status", status: 429, when: "before" });
		fixture.emulator.faults.arm({ kind: "reset", when: "after" });
		assert.equal((await expectProblem(fixture.api.upload(upload))).reason, "unconfirmed");
		assert.equal(fixture.emulator.exchanges.length, 2);
	});

	for (const [title, call] of [
		["a list", (signal: AbortSignal) => fixture.api.list(signal)],
		["an upload", (signal: AbortSignal) => fixture.api.upload(upload, signal)],
	] as const)
		it(`R28 ends ${title} when cancelled during the wait`, async () => {
			fixture.emulator.faults.arm({ kind: "status", status: 429, retryAfter: "30", when: "before" });
			const abort = new AbortController();
			const cancelled = assert.rejects(call(abort.signal), CancelledError);
			await once(fixture.logEvents, "observed");
			await setImmediate();
			abort.abort();
			await cancelled;
			assert.equal(fixture.emulator.exchanges.length, 1);
		});

	it("R28 stops waiting when the transport is closed", async () => {
		fixture.emulator.faults.arm({ kind: "status", status: 429, retryAfter: "30", when: "before" });
		const cancelled = assert.rejects(fixture.api.list(), CancelledError);
		await once(fixture.logEvents, "observed");
		await setImmediate();
		await fixture.transport.close();
		await cancelled;
		await assert.rejects(fixture.api.list(), CancelledError);
		assert.equal(fixture.emulator.exchanges.length, 1);
	});

	const reportedWaits: readonly [string, number | null][] = [
		["31", 31],
		["86400", 86_400],
		["86401", null],
		["99999999999999999999999", null],
	];
	for (const [retryAfter, waitSeconds] of reportedWaits)
		it(`R28 reports a wait of ${retryAfter} s as ${waitSeconds ?? "unknown"}`, async () => {
			fixture.emulator.faults.arm({ kind: "status", status: 429, retryAfter, when: "before" });
			assert.deepEqual(await expectProblem(fixture.api.list()), { reason: "rate-limited", waitSeconds });
		});
});

describe("Repeating within the total time limit", () => {
	const fixture = apiFixtureForEachTest({ totalMilliseconds: 20_000 });
	const clock = stopClock();

	it("R28 gives up at once if the wait would be longer", async () => {
		fixture.emulator.faults.arm({ kind: "status", status: 503, retryAfter: "21", when: "before" });
		assert.deepEqual(await expectProblem(fixture.api.list()), { reason: "service-error", status: 503 });
		assert.equal(fixture.emulator.exchanges.length, 1);
	});

	it("R27 applies the limit to all attempts together", async () => {
		const { host } = new URL(fixture.emulator.url);
		fixture.emulator.faults.arm({ kind: "reset", when: "before" });
		const silence = fixture.emulator.faults.arm({ kind: "silence", when: "before" });
		const problem = expectProblem(fixture.api.list());
		await once(fixture.logEvents, "observed");
		await clock.advance(19_999);
		await silence.reached;
		await clock.advance(1);
		assert.deepEqual(await problem, { reason: "timeout", host });
		await silence.ended;
		assert.equal(fixture.emulator.exchanges.length, 2);
	});
});

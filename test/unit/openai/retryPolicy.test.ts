import assert from "node:assert/strict";
import { once } from "node:events";
import { setImmediate } from "node:timers/promises";
import { CancelledError, type Problem } from "../../../src/domain/problem.ts";
import { type FailedAttempt, retryDelay } from "../../../src/openai/retryPolicy.ts";
import { makeCertificate } from "../../certificates.ts";
import type { FaultKind } from "../../emulator/faults.ts";
import { benchForEachTest, problemIn, stopClock } from "./setup.ts";

const host = "api.openai.com";
const NOW = Date.UTC(2026, 10, 24, 12, 0, 0);
const limited: Problem = { reason: "rate-limited", waitSeconds: null };
const unreachable: Problem = { reason: "unreachable", host, proxy: null };
const upload = { pem: "-----BEGIN CERTIFICATE-----", name: "n" };

describe("The retry rule", () => {
	const pause = (changes: Partial<FailedAttempt>) =>
		retryDelay(
			{ method: "GET", idempotent: false, problem: limited, sent: true, headers: null, before: [], ...changes },
			500,
			NOW,
		);

	const passing: readonly Problem[] = [
		unreachable,
		{ reason: "proxy", proxy: "p.test", why: "unreachable" },
		{ reason: "connection-lost", host },
		{ reason: "timeout", host },
		limited,
		{ reason: "service-error", status: 500 },
	];
	const lasting: readonly Problem[] = [
		{ reason: "proxy", proxy: "p.test", why: "credentials" },
		{ reason: "proxy", proxy: "p.test", why: "refused" },
		{ reason: "proxy", proxy: "p.test", why: "untrusted" },
		{ reason: "untrusted-server", host, why: "expired" },
		{ reason: "client-certificate-refused", host, presented: true },
		{ reason: "redirected", host },
		{ reason: "bad-answer", host },
		{ reason: "unauthorized" },
		{ reason: "forbidden", permission: null },
		{ reason: "not-found" },
		{ reason: "conflict" },
		{ reason: "rejected", status: 400, code: null, param: null, fieldRefused: false },
	];
	const titleOf = (problem: Problem) => `${problem.reason}${"why" in problem ? ` (${problem.why})` : ""}`;

	for (const problem of passing)
		it(`a read is tried three times after ${titleOf(problem)}, with growing pauses`, () => {
			assert.equal(pause({ problem }), 500);
			assert.equal(pause({ problem, before: [problem.reason] }), 1000);
			assert.equal(pause({ problem, before: [problem.reason, problem.reason] }), null);
		});

	for (const problem of lasting)
		it(`nothing is repeated after ${titleOf(problem)}`, () => {
			for (const method of ["GET", "POST"] as const)
				for (const sent of [true, false]) assert.equal(pause({ method, problem, sent }), null);
		});

	it("an upload is repeated where no byte went out, and once where there were too many requests", () => {
		for (const problem of passing) {
			const limit = problem.reason === "rate-limited";
			const way = problem.reason === "unreachable" || problem.reason === "proxy";
			assert.equal(pause({ method: "POST", problem, sent: false }), limit || way ? 500 : null, problem.reason);
			assert.equal(pause({ method: "POST", problem, sent: true }), limit ? 500 : null, problem.reason);
		}
		assert.equal(pause({ method: "POST", before: ["unreachable"] }), 1000);
		assert.equal(pause({ method: "POST", before: ["rate-limited"] }), null);
		assert.equal(pause({ method: "POST", problem: unreachable, sent: false, before: ["rate-limited"] }), 1000);
	});

	it("the service's own word on it counts for more, but repeats no upload that may have been done", () => {
		const told = (value: string) => ({ "x-should-retry": value });
		assert.equal(pause({ headers: told("false") }), null);
		assert.equal(pause({ method: "POST", headers: told("false") }), null);
		for (const problem of [{ reason: "conflict" }, { reason: "service-error", status: 500 }] as const) {
			assert.equal(pause({ problem, headers: told("true") }), 500);
			assert.equal(pause({ method: "POST", problem, headers: told("true") }), null);
		}
		assert.equal(pause({ headers: told("true"), before: ["conflict", "conflict"] }), null);
		assert.equal(pause({ headers: told("perhaps") }), 500);
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
				assert.equal(pause({ method, headers: { "retry-after": value } }), expected);
			});

	it("R28 a date is taken by the service's own clock", () => {
		const date = inSeconds(-3600);
		assert.equal(pause({ headers: { "retry-after": inSeconds(-3590), date } }), 10_000);
		assert.equal(pause({ headers: { "retry-after": inSeconds(10), date } }), null);
		assert.equal(pause({ headers: { "retry-after": inSeconds(10), date: "today" } }), 10_000);
	});
});

describe("Repeated", () => {
	const bench = benchForEachTest();
	const statuses = () => bench.observed.map(({ status }) => status);

	const faults: readonly [string, FaultKind, number | null][] = [
		["a reset", { kind: "reset" }, null],
		["a close", { kind: "close" }, null],
		["a 500", { kind: "status", status: 500 }, 500],
		["a 408", { kind: "status", status: 408 }, 408],
		["a 429", { kind: "status", status: 429 }, 429],
		["a 409 that may be repeated", { kind: "status", status: 409, headers: { "x-should-retry": "true" } }, 409],
	];
	for (const [title, fault, status] of faults)
		it(`a list is read after ${title}, and the log is told of each try`, async () => {
			bench.emulator.faults.next({ ...fault, when: "before", times: 2 });
			assert.equal((await bench.api.list()).complete, true);
			assert.deepEqual(statuses(), [status, status, 200]);
			assert.equal(bench.emulator.exchanges.length, 3);
		});

	it("an upload is once after a 429, and is stored once", async () => {
		bench.emulator.faults.next({ kind: "status", status: 429, when: "before" });
		await bench.api.upload({ ...upload, pem: (await makeCertificate()).pem });
		assert.deepEqual(statuses(), [429, 200]);
		assert.equal(bench.emulator.state.certificates.length, 1);
	});

	it("an upload is not a second time, nor where the service says no", async () => {
		bench.emulator.faults.next({ kind: "status", status: 429, when: "before", times: 2 });
		assert.deepEqual(await problemIn(bench.api.upload(upload)), limited);
		assert.deepEqual(statuses(), [429, 429]);
		const headers = { "x-should-retry": "false" };
		bench.emulator.faults.next({ kind: "status", status: 429, headers, when: "before" });
		assert.deepEqual(await problemIn(bench.api.upload(upload)), limited);
		assert.equal(bench.emulator.exchanges.length, 3);
	});

	it("R20 an upload whose repetition is lost is not confirmed", async () => {
		bench.emulator.faults.next({ kind: "status", status: 429, when: "before" });
		bench.emulator.faults.next({ kind: "reset", when: "after" });
		assert.equal((await problemIn(bench.api.upload(upload))).reason, "unconfirmed");
		assert.equal(bench.emulator.exchanges.length, 2);
	});

	for (const [what, call] of [
		["a list", (signal: AbortSignal) => bench.api.list(signal)],
		["an upload, of which nothing is stored", (signal: AbortSignal) => bench.api.upload(upload, signal)],
	] as const)
		it(`R28 a cancel while waiting ends ${what}`, async () => {
			bench.emulator.faults.next({ kind: "status", status: 429, retryAfter: "30", when: "before" });
			const abort = new AbortController();
			const cancelled = assert.rejects(call(abort.signal), CancelledError);
			await once(bench.log, "observed");
			await setImmediate();
			abort.abort();
			await cancelled;
			assert.equal(bench.emulator.exchanges.length, 1);
		});

	it("R28 a transport that is closed waits no longer", async () => {
		bench.emulator.faults.next({ kind: "status", status: 429, retryAfter: "30", when: "before" });
		const cancelled = assert.rejects(bench.api.list(), CancelledError);
		await once(bench.log, "observed");
		await setImmediate();
		await bench.transport.close();
		await cancelled;
		await assert.rejects(bench.api.list(), CancelledError);
		assert.equal(bench.emulator.exchanges.length, 1);
	});

	const told: readonly [string, number | null][] = [
		["31", 31],
		["86400", 86_400],
		["86401", null],
		["99999999999999999999999", null],
	];
	for (const [retryAfter, waitSeconds] of told)
		it(`R28 a wait of ${retryAfter} s is told as ${waitSeconds ?? "not known"}`, async () => {
			bench.emulator.faults.next({ kind: "status", status: 429, retryAfter, when: "before" });
			assert.deepEqual(await problemIn(bench.api.list()), { reason: "rate-limited", waitSeconds });
		});
});

describe("Repeated within a total time", () => {
	const bench = benchForEachTest({ totalMilliseconds: 20_000 });
	const clock = stopClock();

	it("R28 a list is given up at once where the wait would be longer", async () => {
		bench.emulator.faults.next({ kind: "status", status: 503, retryAfter: "21", when: "before" });
		assert.deepEqual(await problemIn(bench.api.list()), { reason: "service-error", status: 503 });
		assert.equal(bench.emulator.exchanges.length, 1);
	});

	it("R27 the time is for all tries together", async () => {
		const { host } = new URL(bench.emulator.url);
		bench.emulator.faults.next({ kind: "reset", when: "before" });
		const silence = bench.emulator.faults.next({ kind: "silence", when: "before" });
		const problem = problemIn(bench.api.list());
		await once(bench.log, "observed");
		await clock.pass(19_999);
		await silence.reached;
		await clock.pass(1);
		assert.deepEqual(await problem, { reason: "timeout", host });
		await silence.ended;
		assert.equal(bench.emulator.exchanges.length, 2);
	});
});

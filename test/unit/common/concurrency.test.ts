import assert from "node:assert/strict";
import { untilAborted } from "../../../src/common/concurrency.ts";
import { isCancelled } from "../../../src/domain/problem.ts";

describe("Waiting until a signal is aborted", () => {
	const never = new Promise<never>(() => {});

	it("returns the result, or throws the error", async () => {
		const { signal } = new AbortController();
		assert.equal(await untilAborted(Promise.resolve(1), signal), 1);
		await assert.rejects(untilAborted(Promise.reject(new Error("broken")), signal), /broken/);
	});

	it("ends as cancelled, even if the promise never ends", async () => {
		const abort = new AbortController();
		const waiting = untilAborted(never, abort.signal);
		abort.abort();
		await assert.rejects(waiting, isCancelled);
	});
});

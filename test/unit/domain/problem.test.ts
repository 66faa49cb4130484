import assert from "node:assert/strict";
import {
	CancelledError,
	isCancelled,
	isOutcomeUnknown,
	ProblemError,
	problemOf,
	type Reason,
} from "../../../src/domain/problem.ts";

/** What the other bundle throws: the same by name, of another class. */
const named = (name: string, more: object = {}) => Object.assign(new Error("x"), { name, ...more });

describe("What was thrown", () => {
	it("is a Failure or a Cancelled by its name, of whichever bundle, and nothing else is", () => {
		const problem = { reason: "not-found" } as const;
		assert.deepEqual([new ProblemError(problem), named("Failure", { problem })].map(problemOf), [problem, problem]);
		assert.deepEqual([new CancelledError(), named("Cancelled")].map(isCancelled), [true, true]);
		const others = [
			new Error("Failure"),
			named("TypeError", { problem }),
			{ name: "Failure", problem },
			null,
			"Failure",
		];
		assert.deepEqual([...others, new CancelledError()].map(problemOf), [null, null, null, null, null, null]);
		const cancels = [
			new Error("Cancelled"),
			new Error("cancelled"),
			{ name: "Cancelled" },
			new ProblemError(problem),
			null,
		];
		assert.deepEqual(cancels.map(isCancelled), [false, false, false, false, false]);
	});

	it("tells by its message no more than its reason", () => {
		const { message, cause } = new ProblemError({ reason: "timeout", host: "a.test" });
		assert.deepEqual([message, cause], ["timeout", undefined]);
	});

	it("leaves the outcome open unless the service refused or nothing was sent", () => {
		const isOpen = (reason: Reason) => isOutcomeUnknown({ reason } as Parameters<typeof isOutcomeUnknown>[0]);
		const open = ["connection-lost", "timeout", "redirected", "bad-answer", "conflict", "service-error"] as const;
		assert.deepEqual(open.map(isOpen), Array(6).fill(true));
		const settled = [
			"unreachable",
			"unauthorized",
			"forbidden",
			"not-found",
			"rejected",
			"rate-limited",
			"no-key",
		] as const;
		assert.deepEqual(settled.map(isOpen), Array(7).fill(false));
	});
});

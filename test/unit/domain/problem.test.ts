import assert from "node:assert/strict";
import {
	CancelledError,
	isCancelled,
	isOutcomeUnknown,
	outcomeReason,
	ProblemError,
	problemOf,
	type Reason,
} from "../../../src/domain/problem.ts";

/** Makes an error like those of the other bundle: with the same name, of another class. */
const named = (name: string, more: object = {}) => Object.assign(new Error("x"), { name, ...more });

describe("A thrown value", () => {
	it("is a ProblemError or a CancelledError by its name, from either bundle", () => {
		const problem = { reason: "not-found" } as const;
		assert.deepEqual([new ProblemError(problem), named("ProblemError", { problem })].map(problemOf), [
			problem,
			problem,
		]);
		assert.deepEqual([new CancelledError(), named("CancelledError")].map(isCancelled), [true, true]);
		const others = [
			new Error("ProblemError"),
			named("TypeError", { problem }),
			{ name: "ProblemError", problem },
			null,
			"ProblemError",
		];
		assert.deepEqual([...others, new CancelledError()].map(problemOf), [null, null, null, null, null, null]);
		const cancels = [
			new Error("CancelledError"),
			new Error("cancelled"),
			{ name: "CancelledError" },
			new ProblemError(problem),
			null,
		];
		assert.deepEqual(cancels.map(isCancelled), [false, false, false, false, false]);
	});

	it("has only its reason as its message", () => {
		const { message, cause } = new ProblemError({ reason: "timeout", host: "a.test" });
		assert.deepEqual([message, cause], ["timeout", undefined]);
	});

	it("leaves the outcome unknown, unless the service refused or nothing was sent", () => {
		const isUnknown = (reason: Reason) => isOutcomeUnknown({ reason } as Parameters<typeof isOutcomeUnknown>[0]);
		const unknown = ["connection-lost", "timeout", "redirected", "bad-answer", "conflict", "service-error"] as const;
		assert.deepEqual(unknown.map(isUnknown), Array(6).fill(true));
		const known = [
			"unreachable",
			"unauthorized",
			"forbidden",
			"not-found",
			"rejected",
			"rate-limited",
			"no-key",
		] as const;
		assert.deepEqual(known.map(isUnknown), Array(7).fill(false));
	});

	it("R55 leaves the outcome unknown by its status if it has one of OpenAI's codes about client certificates", () => {
		const withStatus = (status: number) => ({ reason: "mtls", code: "certificate_required", status }) as const;
		for (let status = 400; status <= 599; status++)
			assert.equal(isOutcomeUnknown(withStatus(status)), [408, 409].includes(status) || status >= 500, `${status}`);
		const reasons = [401, 408, 409, 429, 503].map((status) => outcomeReason(withStatus(status)));
		assert.deepEqual(reasons, ["rejected", "timeout", "conflict", "rate-limited", "service-error"]);
		assert.equal(outcomeReason({ reason: "unauthorized" }), "unauthorized");
	});
});

import assert from "node:assert/strict";
import { retryWhenChanged } from "../../../src/common/retryOnChange.ts";
import { ProblemError } from "../../../src/domain/problem.ts";
import { expectProblem } from "../openai/setup.ts";

describe("Retrying after a change", () => {
	const changed = { reason: "changed-meanwhile" } as const;

	it("continues until nothing changes, and passes on that something changed", async () => {
		const received: boolean[] = [];
		const operation = async (changedBefore: boolean) => {
			if (received.push(changedBefore) < 3) throw new ProblemError(changed);
			return "done";
		};
		assert.equal(await retryWhenChanged(operation), "done");
		assert.deepEqual(received, [false, true, true]);
	});

	it("throws the change if the data keeps changing", async () => {
		let rounds = 0;
		const operation = async () => {
			assert.ok(++rounds < 100, "it goes on for ever");
			throw new ProblemError(changed);
		};
		assert.deepEqual(await expectProblem(retryWhenChanged(operation)), changed);
	});

	it("does not retry other failures", async () => {
		let rounds = 0;
		const operation = async () => {
			rounds++;
			throw new ProblemError({ reason: "no-rotation" });
		};
		assert.deepEqual(await expectProblem(retryWhenChanged(operation)), { reason: "no-rotation" });
		assert.equal(rounds, 1);
	});
});

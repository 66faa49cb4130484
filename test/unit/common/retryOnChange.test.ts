import assert from "node:assert/strict";
import { retryWhenChanged } from "../../../src/common/retryOnChange.ts";
import { ProblemError } from "../../../src/domain/problem.ts";
import { problemIn } from "../openai/setup.ts";

describe("Asking anew", () => {
	const changed = { reason: "changed-meanwhile" } as const;

	it("goes on until nothing changed, and tells that something had", async () => {
		const told: boolean[] = [];
		const way = async (changedBefore: boolean) => {
			if (told.push(changedBefore) < 3) throw new ProblemError(changed);
			return "done";
		};
		assert.equal(await retryWhenChanged(way), "done");
		assert.deepEqual(told, [false, true, true]);
	});

	it("ends with what changed where it never comes to an end", async () => {
		let rounds = 0;
		const way = async () => {
			assert.ok(++rounds < 100, "it goes on for ever");
			throw new ProblemError(changed);
		};
		assert.deepEqual(await problemIn(retryWhenChanged(way)), changed);
	});

	it("does not try again what failed otherwise", async () => {
		let rounds = 0;
		const way = async () => {
			rounds++;
			throw new ProblemError({ reason: "no-rotation" });
		};
		assert.deepEqual(await problemIn(retryWhenChanged(way)), { reason: "no-rotation" });
		assert.equal(rounds, 1);
	});
});

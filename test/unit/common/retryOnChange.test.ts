import assert from "node:assert/strict";
import { askAnew } from "../../../src/common/retryOnChange.ts";
import { Failure } from "../../../src/domain/problem.ts";
import { problemIn } from "../openai/setup.ts";

describe("Asking anew", () => {
	const changed = { reason: "changed-meanwhile" } as const;

	it("goes on until nothing changed, and tells that something had", async () => {
		const told: boolean[] = [];
		const way = async (changedBefore: boolean) => {
			if (told.push(changedBefore) < 3) throw new Failure(changed);
			return "done";
		};
		assert.equal(await askAnew(way), "done");
		assert.deepEqual(told, [false, true, true]);
	});

	it("ends with what changed where it never comes to an end", async () => {
		let rounds = 0;
		const way = async () => {
			assert.ok(++rounds < 100, "it goes on for ever");
			throw new Failure(changed);
		};
		assert.deepEqual(await problemIn(askAnew(way)), changed);
	});

	it("does not try again what failed otherwise", async () => {
		let rounds = 0;
		const way = async () => {
			rounds++;
			throw new Failure({ reason: "no-rotation" });
		};
		assert.deepEqual(await problemIn(askAnew(way)), { reason: "no-rotation" });
		assert.equal(rounds, 1);
	});
});

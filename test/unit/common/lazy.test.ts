import assert from "node:assert/strict";
import { lazy } from "../../../src/common/lazy.ts";

describe("What is begun when it is first asked for", () => {
	it("is begun once, and not by asking whether it was", async () => {
		let begun = 0;
		const ask = lazy(async () => ++begun);
		assert.equal(ask.begun(), undefined);
		assert.deepEqual(await Promise.all([ask(), ask()]), [1, 1]);
		assert.equal(await ask.begun(), 1);
	});

	it("is begun again after it failed, and a failure clears nothing that was begun since", async () => {
		const attempts = [Promise.withResolvers<string>(), Promise.withResolvers<string>()];
		let begun = 0;
		const ask = lazy(async () => attempts[begun++]?.promise ?? assert.fail());
		// Both ask for the first one, and the first to hear that it failed begins the second one.
		const again = ask().catch(() => ask());
		const failed = ask();
		attempts[0]?.reject(new Error("no"));
		await assert.rejects(failed, /no/);
		attempts[1]?.resolve("yes");
		assert.deepEqual([await again, await ask(), begun], ["yes", "yes", 2]);
	});
});

import assert from "node:assert/strict";
import { lazy } from "../../../src/common/lazy.ts";

describe("A lazy value", () => {
	it("is created once, and never by `begun`", async () => {
		let created = 0;
		const get = lazy(async () => ++created);
		assert.equal(get.begun(), undefined);
		assert.deepEqual(await Promise.all([get(), get()]), [1, 1]);
		assert.equal(await get.begun(), 1);
	});

	it("is created again after a failure, which never clears a later attempt", async () => {
		const attempts = [Promise.withResolvers<string>(), Promise.withResolvers<string>()];
		let created = 0;
		const get = lazy(async () => attempts[created++]?.promise ?? assert.fail());
		// Both calls return the first attempt. The first handler of its failure starts the second attempt.
		const retried = get().catch(() => get());
		const failed = get();
		attempts[0]?.reject(new Error("no"));
		await assert.rejects(failed, /no/);
		attempts[1]?.resolve("yes");
		assert.deepEqual([await retried, await get(), created], ["yes", "yes", 2]);
	});
});

import assert from "node:assert/strict";
import { mock } from "node:test";
import { retryWhileBusy, withTimeLimit } from "../../../../src/common/storage/fileSystem.ts";
import { systemError } from "../../fakes/systemError.ts";

describe("A call to the file system", () => {
	it("R59 ends after seven seconds, since a lost network drive may never answer", async () => {
		mock.timers.enable({ apis: ["setTimeout"] });
		try {
			let ended = false;
			const limited = withTimeLimit(new Promise<never>(() => {})).finally(() => (ended = true));
			const rejected = assert.rejects(limited, { code: "ETIMEDOUT", message: "no answer" });
			mock.timers.tick(6999);
			await new Promise(setImmediate);
			assert.equal(ended, false);
			mock.timers.tick(1);
			await rejected;
		} finally {
			mock.timers.reset();
		}
	});

	it("R59 is tried again after each delay while a file is in use, then reports the last error", async () => {
		let calls = 0;
		const busy = async () => {
			calls++;
			throw systemError("EBUSY");
		};
		await assert.rejects(retryWhileBusy(busy, [0, 0, 0]), { code: "EBUSY" });
		assert.equal(calls, 4);
	});

	it("is not tried again after any other error", async () => {
		let calls = 0;
		const full = async () => {
			calls++;
			throw systemError("ENOSPC");
		};
		await assert.rejects(retryWhileBusy(full), { code: "ENOSPC" });
		assert.equal(calls, 1);
	});
});

import assert from "node:assert/strict";
import { isRecent, isStale } from "../../../src/common/freshness.ts";

describe("A displayed list", () => {
	const now = 1_000_000;
	for (const [title, at, recent] of [
		["was never read", null, false],
		["was read this moment", now, true],
		["was read less than a minute ago", now - 59_999, true],
		["was read a minute ago", now - 60_000, false],
		["was read in the future, because the clock was set back", now + 1, false],
	] as const)
		it(`is ${recent ? "shown unchanged" : "read again"} if it ${title}`, () => {
			assert.equal(isRecent(at, now), recent);
			assert.equal(isStale({ loading: false, askedAt: at }, now), !recent);
			assert.equal(isStale({ loading: true, askedAt: at }, now), false);
		});
});

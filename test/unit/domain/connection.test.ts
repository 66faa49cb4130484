import assert from "node:assert/strict";
import { keyFlaw, keyKind, parseConnection } from "../../../src/domain/connection.ts";

describe("Connection", () => {
	const flaws: readonly [string, ReturnType<typeof keyFlaw>][] = [
		["sk-admin-abc", null],
		["  sk-admin-abc\n", null],
		["", "blank"],
		[" \n\t", "blank"],
		["sk-admin abc", "space-inside"],
		["sk-admin\nabc", "space-inside"],
		["sk-admin-ä", "not-ascii"],
		["sk-admin-\u200babc", "not-ascii"],
		["k".repeat(1024), null],
		["k".repeat(5000), "too-long"],
	];
	for (const [text, flaw] of flaws)
		it(`R16 judges ${JSON.stringify(text.slice(0, 20))}: ${flaw ?? "good"}`, () => {
			assert.equal(keyFlaw(text), flaw);
		});

	it("R16 tells kinds of keys apart by their first letters", () => {
		const kinds = ["sk-admin-x", "sk-proj-x", "sk-svcacct-x", "sk-emulator-x", "sk-x"].map(keyKind);
		assert.deepEqual(kinds, ["admin", "project", "service-account", "emulator", "other"]);
	});

	it("R19 a secret that is no whole connection counts as none", () => {
		const whole = { id: "1", label: "l", origin: "https://a.test", key: "k" };
		assert.deepEqual(parseConnection(JSON.stringify(whole)), whole);
		const broken = [
			undefined,
			"",
			"{",
			"null",
			"[]",
			'"text"',
			JSON.stringify({ ...whole, key: 1 }),
			JSON.stringify({ ...whole, origin: "" }),
			JSON.stringify({ ...whole, origin: "nowhere" }),
		];
		assert.deepEqual(
			broken.map(parseConnection),
			broken.map(() => null),
		);
	});
});

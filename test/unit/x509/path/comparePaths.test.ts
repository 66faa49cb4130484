import assert from "node:assert/strict";
import { hasOpenssl3 } from "../../../network/opensslServer.ts";
import { comparePaths } from "../../../paths/compare.ts";
import { RULES } from "../../../paths/differenceRules.ts";
import { SEED } from "../../../random.ts";
import { skipTest } from "../../../skipTest.ts";

const CHAINS = 100;

describe("Chains at random", () => {
	it(`have OpenSSL's verdict, or a rule explains the difference: ${CHAINS} chains, seed ${SEED}`, function () {
		if (!hasOpenssl3()) skipTest(this, "there is no OpenSSL 3");
		const { valid, invalid, unexplained } = comparePaths(CHAINS, SEED);
		assert.deepEqual(
			unexplained.map(({ text }) => text),
			[],
		);
		assert.ok(valid > CHAINS / 5 && invalid > CHAINS / 5, `only ${valid} valid and ${invalid} invalid`);
	});

	it("differ from OpenSSL's verdict only by rules that say why, each in a sentence", () => {
		assert.equal(new Set(RULES.map(({ name }) => name)).size, RULES.length);
		for (const { name, reason, changes, codes = [], errors = [] } of RULES) {
			assert.match(reason, /^[A-Z].*\.$/, name);
			assert.ok(changes.length > 0 && codes.length + errors.length > 0, name);
		}
	});
});

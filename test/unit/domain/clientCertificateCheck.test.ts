import assert from "node:assert/strict";
import {
	type ClientCertificateIssueCode,
	effectOf,
	issueLevel,
	type PathValidity,
	type Verdict,
} from "../../../src/domain/clientCertificateCheck.ts";

/** Codes by their results. */
const CODES = {
	"valid accepted": "not-in-order",
	"valid unknown": "any-extended-key-usage",
	"valid rejected": "no-authority-key-identifier",
	"unknown unknown": "policy-constraints",
	"invalid unknown": "duplicate-unknown-extension",
	"invalid rejected": "expired",
} as const satisfies Record<string, ClientCertificateIssueCode>;

const combine = (...kinds: readonly (keyof typeof CODES)[]) => {
	const { rfc5280, verdict } = effectOf(kinds.map((kind) => ({ code: CODES[kind] })));
	return `${rfc5280} ${verdict}`;
};

describe("The results of a client certificate's path", () => {
	it("are the best ones without an issue", () => {
		assert.equal(combine(), "valid accepted");
	});

	const rows: readonly (readonly [issues: readonly (keyof typeof CODES)[], results: `${PathValidity} ${Verdict}`])[] = [
		[["valid accepted"], "valid accepted"],
		[["valid accepted", "valid accepted"], "valid accepted"],
		[["valid accepted", "valid unknown"], "valid unknown"],
		[["valid accepted", "valid rejected"], "valid rejected"],
		[["valid unknown", "unknown unknown"], "unknown unknown"],
		[["unknown unknown", "invalid unknown"], "invalid unknown"],
		[["unknown unknown", "valid rejected"], "unknown rejected"],
		[["invalid unknown", "valid rejected"], "invalid rejected"],
		[["invalid unknown", "invalid rejected"], "invalid rejected"],
		[["valid unknown", "invalid rejected"], "invalid rejected"],
	];
	for (const [issues, results] of rows)
		it(`are the worst of ${issues.join(" and ")}, in any order`, () => {
			assert.equal(combine(...issues), results);
			assert.equal(combine(...issues.toReversed()), results);
		});

	it("are accepted only if RFC 5280 accepts, too, for any two issues", () => {
		const kinds = Object.keys(CODES) as (keyof typeof CODES)[];
		for (const one of kinds)
			for (const other of kinds) {
				const [rfc5280, verdict] = combine(one, other).split(" ");
				if (verdict === "accepted") assert.equal(rfc5280, "valid");
				if (rfc5280 !== "valid") assert.notEqual(verdict, "accepted");
			}
	});

	it("give each issue a level by what it means for OpenAI", () => {
		const levels = Object.entries(CODES).map(([kind, code]) => [kind, issueLevel({ code })]);
		assert.deepEqual(Object.fromEntries(levels), {
			"valid accepted": "info",
			"valid unknown": "warning",
			"valid rejected": "error",
			"unknown unknown": "warning",
			"invalid unknown": "warning",
			"invalid rejected": "error",
		});
	});
});

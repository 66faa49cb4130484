import assert from "node:assert/strict";
import fc from "fast-check";
import { findNameIssue, suggestName } from "../../../src/domain/certificateName.ts";
import { MAX_NAME_LENGTH } from "../../../src/domain/limits.ts";
import { anyCharacter, SEED } from "../../random.ts";

const JULY_2027 = Date.UTC(2027, 6, 1) / 1000;

describe("Certificate name", () => {
	const issues: readonly [string, ReturnType<typeof findNameIssue>][] = [
		["Acme Root CA 2027", null],
		[" Ünïcode 証明書 🔏 ", null],
		["", "blank"],
		["   ", "blank"],
		["a\nb", "control-characters"],
		["a\u0000b", "control-characters"],
		["a\u001b[31mb", "control-characters"],
		["a\u202eb", "control-characters"],
		["a\u2066b", "control-characters"],
		["\ud800", "control-characters"],
		["n".repeat(MAX_NAME_LENGTH), null],
		["n".repeat(MAX_NAME_LENGTH + 1), "too-long"],
	];
	for (const [text, issue] of issues)
		it(`R14 validates ${JSON.stringify(text.slice(0, 20))}: ${issue ?? "good"}`, () => {
			assert.equal(findNameIssue(text), issue);
		});

	const suggestions: readonly [string | null, number | null, string][] = [
		["Acme Root CA", JULY_2027, "Acme Root CA 2027"],
		["Acme Root CA 2027", JULY_2027, "Acme Root CA 2027"],
		["Acme", null, "Acme"],
		["Acme", 253_402_300_799, "Acme"],
		[null, JULY_2027, "2027"],
		[null, null, ""],
		["Ac\u202eme\n", JULY_2027, "Acme 2027"],
		["  Acme ", null, "Acme"],
		["n".repeat(MAX_NAME_LENGTH + 9), null, "n".repeat(MAX_NAME_LENGTH)],
	];
	for (const [commonName, notAfter, expected] of suggestions)
		it(`suggests ${JSON.stringify(expected)} for ${JSON.stringify(commonName)}`, () => {
			assert.equal(suggestName({ commonName, notAfter }), expected);
		});

	it("never suggests an invalid name", () => {
		const text = fc.string({ unit: anyCharacter, maxLength: 500 });
		fc.assert(
			fc.property(text, (commonName) => {
				assert.equal(findNameIssue(suggestName({ commonName, notAfter: JULY_2027 })), null);
			}),
			{ seed: SEED },
		);
	});
});

import assert from "node:assert/strict";
import {
	type AlternativeName,
	type AlternativeNameIssue,
	findAlternativeNameIssue,
	findCommonNameIssue,
	findNamesIssue,
	MAX_ALTERNATIVE_NAMES,
	parseAlternativeNames,
} from "../../../src/domain/certificateNames.ts";

const label = "a".repeat(63);
const host = `${label}.${label}.${label}.${"a".repeat(61)}`;

describe("A common name", () => {
	for (const [title, text, issue] of [
		["is a name in any language", "Jürgens Rechner 日本", null],
		["has at most 64 characters", "ü".repeat(64), null],
		["has no 65th character", "ü".repeat(65), "too-long"],
		["has not 10,000 characters", "a".repeat(10_000), "too-long"],
		["isn't blank", " ", "blank"],
		["has no control characters", "a\u0000b", "control-characters"],
		["has no characters that change the direction", "a\u202eb", "control-characters"],
	] as const)
		it(title, () => assert.equal(findCommonNameIssue(text), issue));
});

describe("An alternative name", () => {
	const cases: readonly (readonly [AlternativeName["type"], AlternativeNameIssue | null, readonly string[]])[] = [
		["dns", null, ["a.test", "A.TEST", "localhost", "1.a", "xn--mnchen-3ya.de", "a--b.test", host]],
		["dns", "not-dns", ["", "10.0.0.1", "1", "a_b.test", "*.a.test", "a.test.", ".a", "a..b", "-a.test", "a-.test"]],
		["dns", "not-dns", [`a${label}.test`, `a${host}`, "a.test:443", "a/b", "a@b.test"]],
		["dns", "not-ascii", ["münchen.de", "a\u0000.test", "a b", "a.test\n", "\u202etest.a"]],
		["uri", null, ["spiffe://a.test/ns/x", "https://u@a.test:4/x?y#z", "HTTPS://A.TEST/", "urn:uuid:1-2", "a:b%2f"]],
		["uri", null, ["https://10.0.0.1/", "https://[::1]:4/", "https://[2001:db8::a]/"]],
		["uri", "not-uri", ["", "a.test/x", "//a.test/x", "a:", "https://", "https:///x", "https://a.test:99999/", "1a:b"]],
		[
			"uri",
			"not-uri",
			["spiffe://prod/x", "https://a_b.test", "https://-a.test", "https://[::g]/", "https://1.2.3.256"],
		],
		["uri", "not-uri", ["https://a.test/%zz", "https://a.test/<b>", "https://a.test\\x", 'a:"b"']],
		["uri", "not-ascii", ["https://a.test/é", "https://a.test/ x"]],
		["uri", "too-long", [`a:${"b".repeat(2047)}`, `a:${"b".repeat(10_000)}`]],
		["email", null, ["a@b.test", "a@b", "a.b+c_d@b.test", `${"a".repeat(64)}@b.test`]],
		["email", "not-email", ["", "a", "@b.test", "a@", "a@b@c", ".a@b.test", "a.@b.test", "a..b@c.test", "a@1.2.3.4"]],
		["email", "not-email", [`${"a".repeat(65)}@b.test`, '"a"@b.test', "a<b@c.test", "a@[10.0.0.1]"]],
		["email", "not-ascii", ["jürgen@b.test", "a@münchen.de", "a b@c.test"]],
		["email", "too-long", [`a@${"b".repeat(10_000)}`]],
	];
	for (const [type, issue, values] of cases)
		it(`of type ${type} ${issue === null ? "can be used" : `is ${issue}`}: ${values[0]?.slice(0, 40) || "none"} …`, () => {
			for (const value of values) assert.equal(findAlternativeNameIssue({ type, value }), issue, value);
		});

	it("has its type from what was typed", () => {
		const names = parseAlternativeNames(" a.test,b@c.test\nspiffe://d.test/e  localhost:8080, urn:f ");
		assert.deepEqual(
			names.map(({ type, value }) => `${type} ${value}`),
			["dns a.test", "email b@c.test", "uri spiffe://d.test/e", "dns localhost:8080", "uri urn:f"],
		);
		assert.deepEqual(parseAlternativeNames(" , "), []);
	});
});

describe("The names of a certificate", () => {
	const dns = (value: string): AlternativeName => ({ type: "dns", value });

	it("have the first issue that one of them has", () => {
		assert.equal(findNamesIssue("a", [dns("a.test")]), null);
		assert.equal(findNamesIssue(null, []), null);
		assert.deepEqual(findNamesIssue("", [dns("_")]), { name: "common-name", why: "blank" });
		const issue = { name: "alternative-name", why: "not-dns", value: "_" };
		assert.deepEqual(findNamesIssue("a", [dns("a.test"), dns("_"), dns("é")]), issue);
	});

	it("are limited in number", () => {
		const names = Array.from({ length: MAX_ALTERNATIVE_NAMES }, (_, index) => dns(`a${index}.test`));
		assert.equal(findNamesIssue("a", names), null);
		assert.deepEqual(findNamesIssue("a", [...names, dns("b")]), { name: "alternative-names", why: "too-many" });
	});
});

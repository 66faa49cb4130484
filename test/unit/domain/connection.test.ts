import assert from "node:assert/strict";
import {
	findKeyIssue,
	formatConnection,
	formatIndex,
	keyKind,
	matchConnection,
	parseConnection,
	parseConnections,
	parseIndex,
} from "../../../src/domain/connection.ts";
import { problemOf } from "../../../src/domain/problem.ts";

describe("Connection", () => {
	const flaws: readonly [string, ReturnType<typeof findKeyIssue>][] = [
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
			assert.equal(findKeyIssue(text), flaw);
		});

	it("R16 tells kinds of keys apart by their first letters", () => {
		const kinds = ["sk-admin-x", "sk-proj-x", "sk-svcacct-x", "sk-emulator-x", "sk-x"].map(keyKind);
		assert.deepEqual(kinds, ["admin", "project", "service-account", "emulator", "other"]);
	});

	const place = { label: "l", origin: "https://a.test", path: "/v1", organization: "org-1" };
	const whole = { ...place, id: "1", key: "k", sessionOnly: false };
	const other = { ...whole, id: "2", organization: null };

	it("reads what it wrote, without what is to pass with the window", () => {
		for (const each of [whole, other]) assert.deepEqual(parseConnection(formatConnection(each), each.id), each);
		assert.deepEqual(parseConnection(formatConnection({ ...whole, sessionOnly: true }), "1"), whole);
		const index = { revision: 7, current: "1", ids: ["2", "1"] };
		assert.deepEqual(parseIndex(formatIndex(index)), index);
	});

	it("reads what all connections were written in at first", () => {
		const connections = [whole, other].map(({ sessionOnly: _, ...rest }) => rest);
		assert.deepEqual(parseConnections(JSON.stringify({ current: "1", connections })), {
			current: whole,
			all: [whole, other],
		});
	});

	it("is none where it is stored under another one's id", () => {
		assert.equal(parseConnection(formatConnection(whole), "2"), null);
		assert.equal(parseConnection(undefined, "1"), null);
		assert.equal(parseConnection("{", undefined), null);
	});

	it("R58 of a newer version is not read, and neither is a newer index", () => {
		for (const read of [() => parseConnection('{"version":2,"id":"1"}', "1"), () => parseIndex('{"version":2}')])
			assert.throws(read, (thrown) => problemOf(thrown)?.reason === "record-newer");
	});

	it("R19 of an index that is garbage there are none", () => {
		for (const text of ["", "{", "null", "[]", "7", '{"ids":7,"current":7,"revision":"x"}'])
			assert.deepEqual(parseIndex(text), { revision: 0, current: null, ids: [] });
		assert.deepEqual(parseIndex('{"ids":[7,"a"]}').ids, ["a"]);
	});

	it("R19 a secret that is garbage holds no connection", () => {
		for (const secret of [
			undefined,
			"",
			"{",
			"null",
			"[]",
			'"text"',
			"5",
			'{"connections":5}',
			'{"connections":[null,1]}',
		])
			assert.deepEqual(parseConnections(secret), { current: null, all: [] });
	});

	it("R19 what is no whole connection counts as none, and does not hide the others", () => {
		const broken = [
			{ ...whole, key: 1 },
			{ ...whole, key: "" },
			{ ...whole, origin: "" },
			{ ...whole, origin: "nowhere" },
			{ ...whole, path: undefined },
			{ ...whole, organization: 1 },
		];
		for (const each of broken) {
			const secret = JSON.stringify({ current: "1", connections: [each, other] });
			assert.deepEqual(parseConnections(secret), { current: null, all: [other] });
		}
	});

	it("R19 one that is named as current and not there is none", () => {
		assert.deepEqual(parseConnections(JSON.stringify({ current: "3", connections: [whole] })), {
			current: null,
			all: [whole],
		});
	});
});

describe("A new key", () => {
	const origin = "https://a.test";
	const current = { id: "1", origin, organization: "org-1", ids: ["cert_a", "cert_b"] };
	const unnamed = { ...current, organization: null };
	const told = (organization: string | null, ...ids: string[]) => ({ organization, ids });

	it("continues the connection whose organization the service names", () => {
		assert.deepEqual(matchConnection(origin, told("org-1"), current, []), { id: "1", certain: true });
	});

	it("continues another one that is there, if that is of this organization and host", () => {
		const known = [
			{ id: "8", origin: "https://b.test", organization: "org-2" },
			{ id: "9", origin, organization: "org-2" },
		];
		assert.deepEqual(matchConnection(origin, told("org-2"), current, known), { id: "9", certain: true });
		assert.deepEqual(matchConnection(origin, told("org-2"), null, known), { id: "9", certain: true });
	});

	it("is of another organization where both are named and differ, or where the host is another one", () => {
		assert.deepEqual(matchConnection(origin, told("org-2"), current, []), { id: null, certain: true });
		assert.deepEqual(matchConnection("https://b.test", told("org-1", "cert_a"), current, []), {
			id: null,
			certain: true,
		});
		assert.deepEqual(matchConnection(origin, told(null), null, []), { id: null, certain: true });
	});

	it("continues the connection that it has a certificate in common with, named or not", () => {
		assert.deepEqual(matchConnection(origin, told(null, "cert_b"), current, []), { id: "1", certain: true });
		assert.deepEqual(matchConnection(origin, told("org-1", "cert_b"), unnamed, []), { id: "1", certain: true });
	});

	it("cannot be told where nothing is named and nothing is in common", () => {
		assert.deepEqual(matchConnection(origin, told(null, "cert_c"), current, []), { id: null, certain: false });
		assert.deepEqual(matchConnection(origin, told("org-1"), unnamed, []), { id: null, certain: false });
		assert.deepEqual(matchConnection(origin, told(null), current, []), { id: null, certain: false });
	});

	it("cannot be told either where another one that is not named is there", () => {
		const { ids: _, ...before } = unnamed;
		for (const answer of [told(null, "cert_b"), told("org-1")])
			assert.deepEqual(matchConnection(origin, answer, null, [before]), { id: null, certain: false });
		const elsewhere = { ...before, origin: "https://elsewhere.test" };
		assert.deepEqual(matchConnection(origin, told(null), null, [elsewhere]), { id: null, certain: true });
	});
});

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
	const issues: readonly [string, ReturnType<typeof findKeyIssue>][] = [
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
	for (const [text, issue] of issues)
		it(`R16 validates ${JSON.stringify(text.slice(0, 20))}: ${issue ?? "good"}`, () => {
			assert.equal(findKeyIssue(text), issue);
		});

	it("R16 distinguishes kinds of keys by their prefix", () => {
		const kinds = ["sk-admin-x", "sk-proj-x", "sk-svcacct-x", "sk-emulator-x", "sk-x"].map(keyKind);
		assert.deepEqual(kinds, ["admin", "project", "service-account", "emulator", "other"]);
	});

	const fields = { label: "l", origin: "https://a.test", path: "/v1", organization: "org-1" };
	const connection = { ...fields, id: "1", key: "k", sessionOnly: false };
	const other = { ...connection, id: "2", organization: null };

	it("reads back the written format, without `sessionOnly`", () => {
		for (const each of [connection, other]) assert.deepEqual(parseConnection(formatConnection(each), each.id), each);
		assert.deepEqual(parseConnection(formatConnection({ ...connection, sessionOnly: true }), "1"), connection);
		const index = { revision: 7, current: "1", ids: ["2", "1"] };
		assert.deepEqual(parseIndex(formatIndex(index)), index);
	});

	it("reads the first format, in which one secret contained all connections", () => {
		const connections = [connection, other].map(({ sessionOnly: _, ...rest }) => rest);
		assert.deepEqual(parseConnections(JSON.stringify({ current: "1", connections })), {
			current: connection,
			all: [connection, other],
		});
	});

	it("is ignored if it is stored under another id", () => {
		assert.equal(parseConnection(formatConnection(connection), "2"), null);
		assert.equal(parseConnection(undefined, "1"), null);
		assert.equal(parseConnection("{", undefined), null);
	});

	it("R58 of a newer version is not read, nor is a newer index", () => {
		for (const read of [() => parseConnection('{"version":2,"id":"1"}', "1"), () => parseIndex('{"version":2}')])
			assert.throws(read, (thrown) => problemOf(thrown)?.reason === "record-newer");
	});

	it("R19 reads an invalid index as empty", () => {
		for (const text of ["", "{", "null", "[]", "7", '{"ids":7,"current":7,"revision":"x"}'])
			assert.deepEqual(parseIndex(text), { revision: 0, current: null, ids: [] });
		assert.deepEqual(parseIndex('{"ids":[7,"a"]}').ids, ["a"]);
	});

	it("R19 reads an invalid secret as no connections", () => {
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

	it("R19 ignores incomplete connections, and still reads the others", () => {
		const broken = [
			{ ...connection, key: 1 },
			{ ...connection, key: "" },
			{ ...connection, origin: "" },
			{ ...connection, origin: "nowhere" },
			{ ...connection, path: undefined },
			{ ...connection, organization: 1 },
		];
		for (const each of broken) {
			const secret = JSON.stringify({ current: "1", connections: [each, other] });
			assert.deepEqual(parseConnections(secret), { current: null, all: [other] });
		}
	});

	it("R19 has no current connection if the current id is unknown", () => {
		assert.deepEqual(parseConnections(JSON.stringify({ current: "3", connections: [connection] })), {
			current: null,
			all: [connection],
		});
	});
});

describe("A new key", () => {
	const origin = "https://a.test";
	const current = { id: "1", origin, organization: "org-1", ids: ["cert_a", "cert_b"] };
	const unnamed = { ...current, organization: null };
	const response = (organization: string | null, ...ids: string[]) => ({ organization, ids });

	it("belongs to the connection whose organization the service names", () => {
		assert.deepEqual(matchConnection(origin, response("org-1"), current, []), { id: "1", certain: true });
	});

	it("belongs to another known connection of the same organization and host", () => {
		const known = [
			{ id: "8", origin: "https://b.test", organization: "org-2" },
			{ id: "9", origin, organization: "org-2" },
		];
		assert.deepEqual(matchConnection(origin, response("org-2"), current, known), { id: "9", certain: true });
		assert.deepEqual(matchConnection(origin, response("org-2"), null, known), { id: "9", certain: true });
	});

	it("belongs to another organization if both are named and differ, or if the host differs", () => {
		assert.deepEqual(matchConnection(origin, response("org-2"), current, []), { id: null, certain: true });
		assert.deepEqual(matchConnection("https://b.test", response("org-1", "cert_a"), current, []), {
			id: null,
			certain: true,
		});
		assert.deepEqual(matchConnection(origin, response(null), null, []), { id: null, certain: true });
	});

	it("belongs to the connection that has a certificate in common, named or not", () => {
		assert.deepEqual(matchConnection(origin, response(null, "cert_b"), current, []), { id: "1", certain: true });
		assert.deepEqual(matchConnection(origin, response("org-1", "cert_b"), unnamed, []), { id: "1", certain: true });
	});

	it("has an uncertain organization if none is named and no certificate is in common", () => {
		assert.deepEqual(matchConnection(origin, response(null, "cert_c"), current, []), { id: null, certain: false });
		assert.deepEqual(matchConnection(origin, response("org-1"), unnamed, []), { id: null, certain: false });
		assert.deepEqual(matchConnection(origin, response(null), current, []), { id: null, certain: false });
	});

	it("has an uncertain organization if another known connection has no named organization", () => {
		const { ids: _, ...known } = unnamed;
		for (const each of [response(null, "cert_b"), response("org-1")])
			assert.deepEqual(matchConnection(origin, each, null, [known]), { id: null, certain: false });
		const onOtherHost = { ...known, origin: "https://b.test" };
		assert.deepEqual(matchConnection(origin, response(null), null, [onOtherHost]), { id: null, certain: true });
	});
});

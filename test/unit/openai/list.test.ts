import assert from "node:assert/strict";
import { appendItem, emptyPageWithMore, endlessList, repeatedItem, repeatedPage } from "../../emulator/bodies.ts";
import { apiFixtureForEachTest } from "./setup.ts";

const entry = {
	object: "organization.certificate",
	id: "cert_odd",
	name: null,
	created_at: 1_700_000_000,
	certificate_details: { valid_at: 1_700_000_000, expires_at: 4_000_000_000 },
	active: false,
};
const expiring = (expires_at: unknown) => ({ ...entry, certificate_details: { valid_at: 1_700_000_000, expires_at } });

describe("Certificate list", () => {
	const fixture = apiFixtureForEachTest();

	for (const count of [0, 1, 50, 100, 101])
		it(`R29 reads all pages of ${count} certificates`, async () => {
			for (let i = 0; i < count; i++) fixture.emulator.state.put();
			const { certificates, unreadable, complete } = await fixture.api.list();
			assert.deepEqual(
				certificates.map(({ id }) => id).toSorted(),
				fixture.emulator.state.certificates.map(({ id }) => id).toSorted(),
			);
			assert.deepEqual({ unreadable, complete }, { unreadable: 0, complete: true });
			assert.equal(fixture.emulator.exchanges.length, count > 100 ? 2 : 1);
		});

	it("R29 stops at 1,000 entries of an endless list, and marks the list as incomplete", async () => {
		fixture.emulator.switches.unknownCursor = "ignored";
		fixture.emulator.faults.arm({
			kind: "rewrite",
			rewrite: endlessList(),
			when: "after",
			times: Number.POSITIVE_INFINITY,
		});
		const { certificates, complete } = await fixture.api.list();
		assert.deepEqual({ count: certificates.length, complete }, { count: 1000, complete: false });
		assert.equal(fixture.emulator.exchanges.length, 10);
	});

	for (const [count, complete] of [
		[1000, true],
		[1001, false],
	] as const)
		it(`R29 returns 1,000 of ${count} entries of one page`, async () => {
			const data = Array.from({ length: count }, (_, index) => ({ ...entry, id: `cert_${index}` }));
			const text = JSON.stringify({ object: "list", data, first_id: null, last_id: null, has_more: false });
			fixture.emulator.faults.arm({ kind: "body", text, when: "after" });
			const listing = await fixture.api.list();
			assert.deepEqual([listing.certificates.length, listing.complete], [1000, complete]);
		});

	it("R29 stops at 20 pages, even if they are short", async () => {
		fixture.emulator.switches.unknownCursor = "ignored";
		let created = 0;
		const rewrite = () => {
			const id = `cert_${created++}`;
			return { object: "list", data: [{ ...entry, id }], first_id: id, last_id: id, has_more: true };
		};
		fixture.emulator.faults.arm({ kind: "rewrite", rewrite, when: "after", times: Number.POSITIVE_INFINITY });
		const { certificates, complete } = await fixture.api.list();
		assert.deepEqual({ count: certificates.length, complete }, { count: 20, complete: false });
		assert.equal(fixture.emulator.exchanges.length, 20);
	});

	it("R29 stops at a repeated cursor", async () => {
		fixture.emulator.state.put();
		fixture.emulator.faults.arm({
			kind: "rewrite",
			rewrite: repeatedPage(),
			when: "after",
			times: Number.POSITIVE_INFINITY,
		});
		const { certificates, complete } = await fixture.api.list();
		assert.deepEqual({ count: certificates.length, complete }, { count: 1, complete: false });
		assert.equal(fixture.emulator.exchanges.length, 2);
	});

	it("R29 stops at an empty page with `has_more`", async () => {
		fixture.emulator.faults.arm({ kind: "rewrite", rewrite: emptyPageWithMore, when: "after" });
		assert.partialDeepStrictEqual(await fixture.api.list(), { certificates: [], unreadable: 0, complete: false });
		assert.equal(fixture.emulator.exchanges.length, 1);
	});

	it("R29 removes duplicate ids", async () => {
		fixture.emulator.state.put();
		fixture.emulator.faults.arm({ kind: "rewrite", rewrite: repeatedItem, when: "after" });
		const { certificates, complete } = await fixture.api.list();
		assert.deepEqual({ count: certificates.length, complete }, { count: 1, complete: true });
	});

	/** Creates 101 certificates, and deletes the last of the first page after that page is sent. */
	const deleteCursor = () => {
		const { state, faults } = fixture.emulator;
		const ids = Array.from({ length: 101 }, () => state.put().id);
		faults.arm({ kind: "none", when: "after", beforeSending: () => state.remove(ids[1] ?? "").commit() });
	};

	for (const unknownCursor of ["refused", "empty"] as const)
		it(`starts again if the cursor's certificate was deleted (unknown cursors: ${unknownCursor})`, async () => {
			fixture.emulator.switches.unknownCursor = unknownCursor;
			deleteCursor();
			const { certificates, complete } = await fixture.api.list();
			assert.deepEqual(
				certificates.map(({ id }) => id),
				fixture.emulator.state.certificates.map(({ id }) => id).toReversed(),
			);
			assert.equal(complete, true);
			assert.equal(fixture.emulator.exchanges.length, 3);
		});

	it("continues if the service ignores a deleted certificate as cursor", async () => {
		fixture.emulator.switches.unknownCursor = "ignored";
		deleteCursor();
		const { certificates, complete } = await fixture.api.list();
		for (const { id } of fixture.emulator.state.certificates) assert.ok(certificates.some((each) => each.id === id));
		assert.equal(complete, true);
		assert.equal(fixture.emulator.exchanges.length, 2);
	});

	for (const status of [400, 404])
		it(`starts again once if a cursor is refused with ${status}, then marks the list as incomplete`, async () => {
			for (let i = 0; i < 101; i++) fixture.emulator.state.put();
			const match = ({ query }: { query: string }) => query.includes("after");
			fixture.emulator.faults.arm({ kind: "status", status, match, when: "before", times: Number.POSITIVE_INFINITY });
			const { certificates, complete } = await fixture.api.list();
			assert.deepEqual({ count: certificates.length, complete }, { count: 100, complete: false });
			assert.equal(fixture.emulator.exchanges.length, 4);
		});

	it("does not start again if the first page is refused, or a later page for another reason", async () => {
		for (let i = 0; i < 101; i++) fixture.emulator.state.put();
		fixture.emulator.faults.arm({ kind: "status", status: 400, when: "before" });
		await assert.rejects(fixture.api.list(), { message: "rejected" });
		const match = ({ query }: { query: string }) => query.includes("after");
		for (const [status, message] of [
			[403, "forbidden"],
			[422, "rejected"],
		] as const) {
			fixture.emulator.faults.arm({ kind: "status", status, match, when: "before" });
			await assert.rejects(fixture.api.list(), { message });
		}
		assert.equal(fixture.emulator.exchanges.length, 5);
	});

	const organizations: readonly [string, string | null][] = [
		["org-emulator", "org-emulator"],
		["user_1.x", "user_1.x"],
		["", null],
		["two words", null],
		["<b>", null],
		["x".repeat(101), null],
	];
	for (const [header, organization] of organizations)
		it(`reads the organization ${organization ?? "as unknown"} from the header "${header}"`, async () => {
			const body = { object: "list", data: [], first_id: null, last_id: null, has_more: false };
			const headers = { "openai-organization": header };
			fixture.emulator.faults.arm({ kind: "status", status: 200, body, headers, when: "after" });
			assert.equal((await fixture.api.list()).organization, organization);
		});

	const malformed: readonly [string, unknown][] = [
		["null", null],
		["text", "cert_odd"],
		["a list", [entry]],
		["an id `..`", { ...entry, id: ".." }],
		["an id with a slash", { ...entry, id: "a/b" }],
		["a number as id", { ...entry, id: 7 }],
		["null as id", { ...entry, id: null }],
		["an id of 129 letters", { ...entry, id: "a".repeat(129) }],
		["no id", { ...entry, id: undefined }],
		["another object", { ...entry, object: "organization.project" }],
		["an object as name", { ...entry, name: { toString: "x" } }],
		["null as details", { ...entry, certificate_details: null }],
		["an expiry of 0", expiring(0)],
		["an expiry of 1e20", expiring(1e20)],
		["an expiry in milliseconds", expiring(1_800_000_000_000)],
		["text as expiry", expiring("4000000000")],
		["an expiry with a fraction", expiring(4_000_000_000.5)],
		["text as flag", { ...entry, active: "yes" }],
	];
	for (const [title, item] of malformed)
		it(`R30 counts an entry with ${title} as unreadable, and keeps the others`, async () => {
			const { id } = fixture.emulator.state.put();
			fixture.emulator.faults.arm({ kind: "rewrite", rewrite: appendItem(item), when: "after" });
			const { certificates, unreadable, complete } = await fixture.api.list();
			assert.deepEqual(
				certificates.map((certificate) => certificate.id),
				[id],
			);
			assert.deepEqual({ unreadable, complete }, { unreadable: 1, complete: true });
		});

	for (const [title, item] of [
		["missing", expiring(undefined)],
		["null", expiring(null)],
	] as const)
		it(`R30 reads an entry whose expiry is ${title} as an entry with unknown expiry`, async () => {
			fixture.emulator.faults.arm({ kind: "rewrite", rewrite: appendItem(item), when: "after" });
			const { certificates, unreadable } = await fixture.api.list();
			assert.equal(unreadable, 0);
			assert.deepEqual(
				certificates.map(({ expiresAt }) => expiresAt),
				[null],
			);
		});

	it("R30 keeps a page whose last id, the cursor, is invalid", async () => {
		fixture.emulator.state.put({ id: ".." });
		const { id } = fixture.emulator.state.put();
		const { certificates, unreadable, complete } = await fixture.api.list();
		assert.deepEqual(
			certificates.map((certificate) => certificate.id),
			[id],
		);
		assert.deepEqual({ unreadable, complete }, { unreadable: 1, complete: true });
	});

	it("R30 builds no path from an invalid id", async () => {
		for (const id of ["..", "a/b", "", "%2e%2e"])
			await assert.rejects(fixture.api.content(id), { message: "not-found" });
		assert.equal(fixture.emulator.connections.total, 0);
	});
});

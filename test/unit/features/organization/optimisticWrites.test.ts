import assert from "node:assert/strict";
import { LIST_LAG_MS, OptimisticWrites, type Write } from "../../../../src/features/organization/optimisticWrites.ts";
import { certificate, listing } from "../../fakes/certificatesApi.ts";

describe("Optimistic writes", () => {
	const one = certificate("one");
	const two = certificate("two");
	let now: number;
	let writes: OptimisticWrites;

	beforeEach(() => {
		now = 1000;
		writes = new OptimisticWrites(() => now);
	});

	const added = (each = one): Write => ({ kind: "added", certificate: each });
	const renamed = (name: string): Write => ({
		kind: "changed",
		certificate: { ...one, name, active: undefined },
		field: "name",
	});
	const withActive = (active: boolean): Write => ({
		kind: "changed",
		certificate: { ...one, active },
		field: "active",
	});
	const removed: Write = { kind: "removed", id: "one" };

	it("are empty at first, and leave the list unchanged", () => {
		assert.deepEqual(writes.reconcile(listing(one, two), now), listing(one, two));
	});

	it("add a certificate in front until the list shows it, and then use the list's state", () => {
		writes.record(added());
		assert.deepEqual(writes.reconcile(listing(two), now), listing(one, two));
		const active = { ...one, active: true };
		assert.deepEqual(writes.reconcile(listing(two, active), now), listing(two, active));
		assert.deepEqual(writes.reconcile(listing(two), now), listing(two), "it was deleted since");
	});

	it("last two minutes after the clock was set back", () => {
		writes.record(withActive(false));
		now -= 5 * 3_600_000;
		const stale = listing({ ...one, active: true });
		assert.deepEqual(writes.reconcile(stale, now), listing({ ...one, active: false }));
		now += LIST_LAG_MS + 1;
		assert.deepEqual(writes.reconcile(stale, now), stale);
	});

	const cases: readonly [string, Write, ReturnType<typeof listing>][] = [
		["added", added(), listing(one, two)],
		["renamed", renamed("new"), listing({ ...one, name: "new" }, two)],
		["activated", withActive(true), listing({ ...one, active: true }, two)],
		["removed", removed, listing(two)],
	];
	for (const [title, write, expected] of cases)
		it(`override a stale list for two minutes if the certificate was ${title}`, () => {
			const stale = title === "added" ? listing(two) : listing(one, two);
			writes.record(write);
			now += LIST_LAG_MS;
			assert.deepEqual(writes.reconcile(stale, now), expected);
			assert.deepEqual(writes.reconcile(stale, now), expected, "more than one list may be stale");
			now += 1;
			assert.deepEqual(writes.reconcile(stale, now), stale);
		});

	it("count the two minutes from a given time", () => {
		writes.record(added(), now - LIST_LAG_MS - 1);
		assert.deepEqual(writes.reconcile(listing(two), now), listing(two));
	});

	it("end once the list agrees", () => {
		writes.record(withActive(true));
		writes.reconcile(listing({ ...one, active: true }), now);
		assert.deepEqual(writes.reconcile(listing(one), now), listing(one), "somebody else deactivated it");
		writes.record(renamed("new"));
		writes.reconcile(listing({ ...one, name: "new" }), now);
		assert.deepEqual(writes.reconcile(listing(one), now), listing(one), "somebody else renamed it");
		writes.record(removed);
		writes.reconcile(listing(two), now);
		assert.deepEqual(writes.reconcile(listing(one), now), listing(one));
	});

	it("keep a deletion if an incomplete list lacks the certificate", () => {
		writes.record(removed);
		writes.reconcile({ ...listing(two), complete: false }, now);
		assert.deepEqual(writes.reconcile(listing(one, two), now), listing(two));
	});

	it("keep a change if another write changes another field", () => {
		writes.record(withActive(true));
		writes.record(renamed("new"));
		assert.deepEqual(writes.reconcile(listing(one), now), listing({ ...one, name: "new", active: true }));
		writes.reconcile(listing({ ...one, name: "new" }), now);
		assert.deepEqual(writes.reconcile(listing(one), now), listing({ ...one, active: true }), "the name is settled");
	});

	it("keep a certificate that was added and then changed", () => {
		writes.record(added());
		writes.record(renamed("new"));
		assert.deepEqual(writes.reconcile(listing(two), now), listing({ ...one, name: "new" }, two));
		writes.record(withActive(true));
		const { certificates } = writes.reconcile(listing(two), now);
		assert.deepEqual(certificates[0], { ...one, name: "new", active: true });
	});

	it("drop a certificate that was added and changed once a list showed it", () => {
		writes.record(added());
		writes.record(renamed("new"));
		writes.reconcile(listing(one), now);
		assert.deepEqual(writes.reconcile(listing(two), now), listing(two), "it was deleted since");
	});

	it("drop a certificate that was added and then deleted", () => {
		writes.record(added());
		writes.record(removed);
		assert.deepEqual(writes.reconcile(listing(two), now), listing(two));
	});

	it("add only an activated certificate to a list without inactive certificates", () => {
		writes.record(renamed("new"));
		assert.deepEqual(writes.reconcile(listing(two), now), listing(two));
		writes.record(withActive(true));
		assert.deepEqual(writes.reconcile(listing(two), now), listing({ ...one, name: "new", active: true }, two));
		writes.record(withActive(false));
		assert.deepEqual(writes.reconcile(listing(two), now), listing(two));
	});

	it("end a deactivation after a complete list without inactive certificates", () => {
		writes.record(withActive(false));
		writes.reconcile({ ...listing(two), complete: false }, now);
		assert.deepEqual(writes.apply(listing({ ...one, active: true })), listing({ ...one, active: false }));
		writes.reconcile(listing(two), now);
		assert.deepEqual(writes.reconcile(listing({ ...one, active: true }), now), listing({ ...one, active: true }));
	});

	it("leave only unknown fields to the list", () => {
		writes.record(withActive(true));
		writes.record(renamed("new"));
		writes.record({ kind: "unknown", id: "one", field: "active" });
		assert.deepEqual(writes.reconcile(listing(one), now), listing({ ...one, name: "new" }));
		writes.record({ kind: "unknown", id: "one", field: "name" });
		assert.deepEqual(writes.reconcile(listing(one), now), listing(one));
	});

	it("make an activation without a response unknown until a list that was requested since", () => {
		writes.record({ kind: "unknown", id: "one", field: "active" });
		const unknown = listing({ ...one, active: undefined }, two);
		assert.deepEqual(writes.apply(listing(one, two)), unknown);
		assert.deepEqual(writes.reconcile(listing(one, two), now - 1), unknown, "this one was asked for before");
		assert.deepEqual(writes.apply(listing(one, two), now), listing(one, two));
		assert.deepEqual(writes.reconcile(listing(one, two), now), listing(one, two));
		assert.deepEqual(writes.apply(listing(one, two)), listing(one, two), "it was told once");
	});

	it("show an activation with a response after one without", () => {
		writes.record({ kind: "unknown", id: "one", field: "active" });
		writes.record(withActive(true));
		assert.deepEqual(writes.apply(listing(one)), listing({ ...one, active: true }));
	});

	it("keep an added certificate if only its activation is unknown", () => {
		writes.record(added());
		writes.record({ kind: "unknown", id: "one", field: "active" });
		assert.deepEqual(writes.reconcile(listing(two), now), listing(one, two));
		writes.record({ kind: "unknown", id: "one", field: null });
		assert.deepEqual(writes.reconcile(listing(two), now), listing(two));
	});

	it("can be applied to a list without being ended by it", () => {
		writes.record(withActive(true));
		writes.apply(listing({ ...one, active: true }));
		assert.deepEqual(writes.apply(listing(one)), listing({ ...one, active: true }));
	});

	it("can be cleared", () => {
		writes.record(added());
		writes.clear();
		assert.deepEqual(writes.reconcile(listing(two), now), listing(two));
	});
});

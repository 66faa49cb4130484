import assert from "node:assert/strict";
import { OptimisticWrites, STALE_LIST_MS, type Write } from "../../../../src/features/organization/optimisticWrites.ts";
import { certificate, listing } from "../../fakes/certificatesApi.ts";

describe("What was written", () => {
	const one = certificate("one");
	const two = certificate("two");
	let now: number;
	let written: OptimisticWrites;

	beforeEach(() => {
		now = 1000;
		written = new OptimisticWrites(() => now);
	});

	const added = (each = one): Write => ({ kind: "added", certificate: each });
	const renamed = (name: string): Write => ({
		kind: "changed",
		certificate: { ...one, name, active: undefined },
		field: "name",
	});
	const switched = (active: boolean): Write => ({ kind: "changed", certificate: { ...one, active }, field: "active" });
	const removed: Write = { kind: "removed", id: "one" };

	it("is nothing at first, so that the list stands", () => {
		assert.deepEqual(written.reconcile(listing(one, two), now), listing(one, two));
	});

	it("puts what was added in front until the list shows it, whose own word counts then", () => {
		written.take(added());
		assert.deepEqual(written.reconcile(listing(two), now), listing(one, two));
		const active = { ...one, active: true };
		assert.deepEqual(written.reconcile(listing(two, active), now), listing(two, active));
		assert.deepEqual(written.reconcile(listing(two), now), listing(two), "it was deleted since");
	});

	it("stands for two minutes from then on where the clock was put back since", () => {
		written.take(switched(false));
		now -= 5 * 3_600_000;
		const stale = listing({ ...one, active: true });
		assert.deepEqual(written.reconcile(stale, now), listing({ ...one, active: false }));
		now += STALE_LIST_MS + 1;
		assert.deepEqual(written.reconcile(stale, now), stale);
	});

	const writes: readonly [string, Write, ReturnType<typeof listing>][] = [
		["added", added(), listing(one, two)],
		["renamed", renamed("new"), listing({ ...one, name: "new" }, two)],
		["activated", switched(true), listing({ ...one, active: true }, two)],
		["removed", removed, listing(two)],
	];
	for (const [what, write, expected] of writes)
		it(`stands a list for two minutes that does not show what was ${what}`, () => {
			const stale = what === "added" ? listing(two) : listing(one, two);
			written.take(write);
			now += STALE_LIST_MS;
			assert.deepEqual(written.reconcile(stale, now), expected);
			assert.deepEqual(written.reconcile(stale, now), expected, "more than one list may be stale");
			now += 1;
			assert.deepEqual(written.reconcile(stale, now), stale);
		});

	it("counts the two minutes from when it was done, where that is told", () => {
		written.take(added(), now - STALE_LIST_MS - 1);
		assert.deepEqual(written.reconcile(listing(two), now), listing(two));
	});

	it("leaves the word to the list once it agrees", () => {
		written.take(switched(true));
		written.reconcile(listing({ ...one, active: true }), now);
		assert.deepEqual(written.reconcile(listing(one), now), listing(one), "somebody else deactivated it");
		written.take(renamed("new"));
		written.reconcile(listing({ ...one, name: "new" }), now);
		assert.deepEqual(written.reconcile(listing(one), now), listing(one), "somebody else renamed it");
		written.take(removed);
		written.reconcile(listing(two), now);
		assert.deepEqual(written.reconcile(listing(one), now), listing(one));
	});

	it("keeps a removal where the list that does not show it is not whole", () => {
		written.take(removed);
		written.reconcile({ ...listing(two), complete: false }, now);
		assert.deepEqual(written.reconcile(listing(one, two), now), listing(two));
	});

	it("keeps what one call changed when another one changes something else", () => {
		written.take(switched(true));
		written.take(renamed("new"));
		assert.deepEqual(written.reconcile(listing(one), now), listing({ ...one, name: "new", active: true }));
		written.reconcile(listing({ ...one, name: "new" }), now);
		assert.deepEqual(written.reconcile(listing(one), now), listing({ ...one, active: true }), "the name is settled");
	});

	it("keeps what was added and then changed", () => {
		written.take(added());
		written.take(renamed("new"));
		assert.deepEqual(written.reconcile(listing(two), now), listing({ ...one, name: "new" }, two));
		written.take(switched(true));
		const { certificates } = written.reconcile(listing(two), now);
		assert.deepEqual(certificates[0], { ...one, name: "new", active: true });
	});

	it("does not keep what was added and changed once a list showed it", () => {
		written.take(added());
		written.take(renamed("new"));
		written.reconcile(listing(one), now);
		assert.deepEqual(written.reconcile(listing(two), now), listing(two), "it was deleted since");
	});

	it("drops what was added and then removed", () => {
		written.take(added());
		written.take(removed);
		assert.deepEqual(written.reconcile(listing(two), now), listing(two));
	});

	it("adds what was activated where the list leaves out what is not active, and nothing else", () => {
		written.take(renamed("new"));
		assert.deepEqual(written.reconcile(listing(two), now), listing(two));
		written.take(switched(true));
		assert.deepEqual(written.reconcile(listing(two), now), listing({ ...one, name: "new", active: true }, two));
		written.take(switched(false));
		assert.deepEqual(written.reconcile(listing(two), now), listing(two));
	});

	it("counts a deactivation as settled by a whole list that leaves out what is not active", () => {
		written.take(switched(false));
		written.reconcile({ ...listing(two), complete: false }, now);
		assert.deepEqual(written.apply(listing({ ...one, active: true })), listing({ ...one, active: false }));
		written.reconcile(listing(two), now);
		assert.deepEqual(written.reconcile(listing({ ...one, active: true }), now), listing({ ...one, active: true }));
	});

	it("leaves what is unknown to the list, and nothing else", () => {
		written.take(switched(true));
		written.take(renamed("new"));
		written.take({ kind: "unknown", id: "one", field: "active" });
		assert.deepEqual(written.reconcile(listing(one), now), listing({ ...one, name: "new" }));
		written.take({ kind: "unknown", id: "one", field: "name" });
		assert.deepEqual(written.reconcile(listing(one), now), listing(one));
	});

	it("does not say whether one is active whose switch has no answer, until a list tells that was asked for since", () => {
		written.take({ kind: "unknown", id: "one", field: "active" });
		const unknown = listing({ ...one, active: undefined }, two);
		assert.deepEqual(written.apply(listing(one, two)), unknown);
		assert.deepEqual(written.reconcile(listing(one, two), now - 1), unknown, "this one was asked for before");
		assert.deepEqual(written.apply(listing(one, two), now), listing(one, two));
		assert.deepEqual(written.reconcile(listing(one, two), now), listing(one, two));
		assert.deepEqual(written.apply(listing(one, two)), listing(one, two), "it was told once");
	});

	it("says that one is active whose switch was answered after another one was not", () => {
		written.take({ kind: "unknown", id: "one", field: "active" });
		written.take(switched(true));
		assert.deepEqual(written.apply(listing(one)), listing({ ...one, active: true }));
	});

	it("goes on showing what was added where it is only unknown how it is", () => {
		written.take(added());
		written.take({ kind: "unknown", id: "one", field: "active" });
		assert.deepEqual(written.reconcile(listing(two), now), listing(one, two));
		written.take({ kind: "unknown", id: "one", field: null });
		assert.deepEqual(written.reconcile(listing(two), now), listing(two));
	});

	it("can be laid over a list without being settled by it", () => {
		written.take(switched(true));
		written.apply(listing({ ...one, active: true }));
		assert.deepEqual(written.apply(listing(one)), listing({ ...one, active: true }));
	});

	it("forgets everything", () => {
		written.take(added());
		written.clear();
		assert.deepEqual(written.reconcile(listing(two), now), listing(two));
	});
});

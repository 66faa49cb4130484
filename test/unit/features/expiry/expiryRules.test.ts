import assert from "node:assert/strict";
import { parseObject } from "../../../../src/domain/json.ts";
import {
	dayOf,
	dueToday,
	expiringIn,
	nextMoment,
	parseSnapshot,
	type WatchedCertificate,
} from "../../../../src/features/expiry/expiryRules.ts";

const DAY = 86_400_000;
const NOW = new Date(2026, 10, 25, 13, 30).getTime();

const expiring = (id: string, days: number, more: Partial<WatchedCertificate> = {}): WatchedCertificate => ({
	id,
	name: id,
	expiresAt: (NOW + days * DAY) / 1000,
	inOrganization: true,
	...more,
});
const snapshot = (...certificates: readonly WatchedCertificate[]) => ({
	organizationRef: "c",
	readAt: NOW,
	certificates,
});
const record = (
	certificates: readonly WatchedCertificate[],
	remindedOn: readonly number[] = [],
	muted: string[] = [],
) => ({
	snapshot: snapshot(...certificates),
	remindedOn,
	muted: new Set(muted),
});
const idsOf = (certificates: readonly WatchedCertificate[]) => certificates.map(({ id }) => id);

describe("What expires", () => {
	it("is counted within the period, active or not, the most urgent first", () => {
		const all = snapshot(
			expiring("far", 31),
			expiring("edge", 30),
			expiring("unused", 3, { inOrganization: false, inProject: false }),
			expiring("unknown", 5, { inOrganization: undefined }),
			expiring("undated", 0, { expiresAt: null }),
		);
		assert.deepEqual(idsOf(expiringIn(all, NOW, 30)), ["unused", "unknown", "edge"]);
	});

	it("is counted after its expiry only while it is known to be active", () => {
		const all = snapshot(
			expiring("old", -9, { inOrganization: false }),
			expiring("unknown", -9, { inOrganization: undefined }),
			expiring("held", -9, { inOrganization: false, inProject: true }),
		);
		assert.deepEqual(idsOf(expiringIn(all, NOW, 30)), ["held"]);
	});

	it("is not counted and not told where the period is 0, and nothing is where nothing was read", () => {
		assert.deepEqual(expiringIn(snapshot(expiring("a", 1), expiring("b", -1)), NOW, 0), []);
		assert.deepEqual(dueToday(record([expiring("a", 1)]), NOW, 0), []);
		assert.deepEqual(expiringIn(null, NOW, 30), []);
	});

	it("is told where it is known to be active, and not where the person said not again", () => {
		const all = [
			expiring("organization", 3),
			expiring("project", 4, { inOrganization: false, inProject: true }),
			expiring("muted", 2),
			expiring("unknown", 1, { inOrganization: undefined }),
			expiring("inactive", 1, { inOrganization: false, inProject: false }),
		];
		assert.deepEqual(idsOf(dueToday(record(all, [], ["muted"]), NOW, 30)), ["organization", "project"]);
	});

	it("is told once a day, also by a clock or in a zone that goes back a day", () => {
		const today = dayOf(NOW);
		const due = (remindedOn: readonly number[], now = NOW) =>
			dueToday(record([expiring("a", 9)], remindedOn), now, 30).length;
		assert.equal(due([today - 1]), 1);
		assert.equal(due([today - 1, today]), 0);
		assert.equal(due([today], NOW + DAY), 1);
		assert.equal(due([today], NOW - DAY), 0);
		// A clock that was years ahead does not silence it for years.
		assert.equal(due([today + 900]), 1);
	});

	it("is told from the person's own midnight on", () => {
		const midnight = new Date(2026, 10, 26).getTime();
		assert.equal(dayOf(midnight - 1), dayOf(NOW));
		assert.equal(dayOf(midnight), dayOf(NOW) + 1);
		assert.equal(nextMoment(null, NOW, 30), midnight);
		assert.equal(nextMoment(null, midnight, 30), midnight + DAY);
	});

	it("may change before midnight, where a period begins or a certificate expires", () => {
		const begins = snapshot(
			expiring("begins", 30 + 1 / 24),
			expiring("past", -1),
			expiring("undated", 0, { expiresAt: null }),
		);
		assert.equal(nextMoment(begins, NOW, 30), NOW + DAY / 24);
		assert.equal(nextMoment(snapshot(expiring("ends", 2 / 24)), NOW, 30), NOW + (2 * DAY) / 24);
	});
});

describe("A snapshot", () => {
	const whole = snapshot(expiring("a", 1), expiring("b", 2, { name: null, expiresAt: null, inProject: false }));

	it("is read as it was written", () => {
		assert.deepEqual(parseSnapshot(parseObject(JSON.stringify(whole))), whole);
	});

	for (const [title, text] of Object.entries({
		"is empty": "",
		"is cut": JSON.stringify(whole).slice(0, -9),
		"is nothing": "null",
		"is something else": "[1]",
		"has no connection": JSON.stringify({ ...whole, organizationRef: 7 }),
		"has no time": JSON.stringify({ ...whole, readAt: "yesterday" }),
		"was read before any time": JSON.stringify({ ...whole, readAt: -1e300 }),
		"was read after all times": JSON.stringify({ ...whole, readAt: 8.64e15 }),
		"was read between two moments": JSON.stringify({ ...whole, readAt: 0.5 }),
		"has no certificates": JSON.stringify({ ...whole, certificates: {} }),
		"has a certificate that is none": JSON.stringify({ ...whole, certificates: [null] }),
		"has an id that leads elsewhere": JSON.stringify(snapshot(expiring("../a", 1))),
		"has a name that is none": JSON.stringify({ ...whole, certificates: [{ ...expiring("a", 1), name: 1 }] }),
		"has a date that is none": JSON.stringify({ ...whole, certificates: [{ ...expiring("a", 1), expiresAt: "1" }] }),
		"has a date before any": JSON.stringify(snapshot({ ...expiring("a", 1), expiresAt: -1 })),
		"has a date after all": JSON.stringify(snapshot({ ...expiring("a", 1), expiresAt: 1e308 })),
		"tells no yes or no": JSON.stringify({ ...whole, certificates: [{ ...expiring("a", 1), inProject: 1 }] }),
	}))
		it(`is none where it ${title}`, () => {
			assert.equal(parseSnapshot(parseObject(text)), null);
		});
});

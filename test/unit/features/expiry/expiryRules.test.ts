import assert from "node:assert/strict";
import { parseObject } from "../../../../src/domain/json.ts";
import {
	findDueClients,
	findDueToday,
	findExpiring,
	localDay,
	nextCheckAt,
	parseSnapshot,
	type SnapshotCertificate,
	type SnapshotClient,
} from "../../../../src/features/expiry/expiryRules.ts";

const DAY = 86_400_000;
const NOW = new Date(2026, 10, 25, 13, 30).getTime();

const expiring = (id: string, days: number, overrides: Partial<SnapshotCertificate> = {}): SnapshotCertificate => ({
	id,
	name: id,
	expiresAt: (NOW + days * DAY) / 1000,
	inOrganization: true,
	...overrides,
});
const snapshot = (...certificates: readonly SnapshotCertificate[]) => ({
	organizationRef: "c",
	readAt: NOW,
	certificates,
});
const stateWith = (
	certificates: readonly SnapshotCertificate[],
	remindedOn: readonly number[] = [],
	muted: string[] = [],
) => ({
	snapshot: snapshot(...certificates),
	remindedOn,
	muted: new Set(muted),
});
const idsOf = (certificates: readonly SnapshotCertificate[]) => certificates.map(({ id }) => id);

describe("Expiring certificates", () => {
	it("are counted within the period, active or not, the most urgent first", () => {
		const all = snapshot(
			expiring("far", 31),
			expiring("edge", 30),
			expiring("unused", 3, { inOrganization: false, inProject: false }),
			expiring("unknown", 5, { inOrganization: undefined }),
			expiring("undated", 0, { expiresAt: null }),
		);
		assert.deepEqual(idsOf(findExpiring(all, NOW, 30)), ["unused", "unknown", "edge"]);
	});

	it("are counted after their expiry only if known to be active", () => {
		const all = snapshot(
			expiring("old", -9, { inOrganization: false }),
			expiring("unknown", -9, { inOrganization: undefined }),
			expiring("held", -9, { inOrganization: false, inProject: true }),
		);
		assert.deepEqual(idsOf(findExpiring(all, NOW, 30)), ["held"]);
	});

	it("are neither counted nor due if the period is 0, nor counted without a snapshot", () => {
		assert.deepEqual(findExpiring(snapshot(expiring("a", 1), expiring("b", -1)), NOW, 0), []);
		assert.deepEqual(findDueToday(stateWith([expiring("a", 1)]), NOW, 0), []);
		assert.deepEqual(findExpiring(null, NOW, 30), []);
	});

	it("are due if known to be active and not muted", () => {
		const all = [
			expiring("organization", 3),
			expiring("project", 4, { inOrganization: false, inProject: true }),
			expiring("muted", 2),
			expiring("unknown", 1, { inOrganization: undefined }),
			expiring("inactive", 1, { inOrganization: false, inProject: false }),
		];
		assert.deepEqual(idsOf(findDueToday(stateWith(all, [], ["muted"]), NOW, 30)), ["organization", "project"]);
	});

	it("are due once a day, even if the clock or time zone goes back a day", () => {
		const today = localDay(NOW);
		const due = (remindedOn: readonly number[], now = NOW) =>
			findDueToday(stateWith([expiring("a", 9)], remindedOn), now, 30).length;
		assert.equal(due([today - 1]), 1);
		assert.equal(due([today - 1, today]), 0);
		assert.equal(due([today], NOW + DAY), 1);
		assert.equal(due([today], NOW - DAY), 0);
		// A clock that was years ahead must not suppress reminders for years.
		assert.equal(due([today + 900]), 1);
	});

	it("are due from midnight in the user's time zone", () => {
		const midnight = new Date(2026, 10, 26).getTime();
		assert.equal(localDay(midnight - 1), localDay(NOW));
		assert.equal(localDay(midnight), localDay(NOW) + 1);
		assert.equal(nextCheckAt(null, NOW, 30), midnight);
		assert.equal(nextCheckAt(null, midnight, 30), midnight + DAY);
	});

	it("are checked before midnight if a period begins or a certificate expires", () => {
		const begins = snapshot(
			expiring("begins", 30 + 1 / 24),
			expiring("past", -1),
			expiring("undated", 0, { expiresAt: null }),
		);
		assert.equal(nextCheckAt(begins, NOW, 30), NOW + DAY / 24);
		assert.equal(nextCheckAt(snapshot(expiring("ends", 2 / 24)), NOW, 30), NOW + (2 * DAY) / 24);
	});
});

describe("Expiring clients", () => {
	const client = (sha256: string, days: number): SnapshotClient => ({
		...{ sha256, name: sha256, expiresAt: (NOW + days * DAY) / 1000 },
	});
	const known = (clients: readonly SnapshotClient[], remindedOn: readonly number[] = [], muted: string[] = []) => ({
		snapshot: { ...snapshot(), clients },
		remindedOn,
		muted: new Set(muted),
	});
	const fingerprints = (...[state, now = NOW, days = 30]: [ReturnType<typeof known>, number?, number?]) =>
		findDueClients(state, now, days).map(({ sha256 }) => sha256);

	it("are due within the period, unless they have expired or are muted, the most urgent first", () => {
		const all = [client("far", 31), client("edge", 30), client("near", 1), client("past", -1), client("muted", 2)];
		assert.deepEqual(fingerprints(known(all, [], ["muted"])), ["near", "edge"]);
		assert.deepEqual(findDueClients(stateWith([]), NOW, 30), []);
		assert.deepEqual(fingerprints(known(all), NOW, 0), []);
	});

	it("are due in the same reminder as certificates, once a day", () => {
		const today = localDay(NOW);
		assert.deepEqual(fingerprints(known([client("a", 9)], [today])), []);
		assert.deepEqual(fingerprints(known([client("a", 9)], [today - 1])), ["a"]);
	});

	it("are checked before midnight if a period begins", () => {
		const begins = { ...snapshot(), clients: [client("begins", 30 + 1 / 24)] };
		assert.equal(nextCheckAt(begins, NOW, 30), NOW + DAY / 24);
	});
});

describe("A snapshot", () => {
	const client = { sha256: "ab", name: "Client", expiresAt: 1 };
	const valid = {
		...snapshot(expiring("a", 1), expiring("b", 2, { name: null, expiresAt: null, inProject: false })),
		clients: [client],
	};

	it("is parsed as it was written", () => {
		assert.deepEqual(parseSnapshot(parseObject(JSON.stringify(valid))), valid);
		const { clients: _, ...earlier } = valid;
		assert.deepEqual(parseSnapshot(parseObject(JSON.stringify(earlier))), earlier);
	});

	for (const [title, text] of Object.entries({
		"is empty": "",
		"is truncated": JSON.stringify(valid).slice(0, -9),
		"is null": "null",
		"is an array": "[1]",
		"has no connection": JSON.stringify({ ...valid, organizationRef: 7 }),
		"has no time": JSON.stringify({ ...valid, readAt: "yesterday" }),
		"has a time before the valid range": JSON.stringify({ ...valid, readAt: -1e300 }),
		"has a time after the valid range": JSON.stringify({ ...valid, readAt: 8.64e15 }),
		"has a fractional time": JSON.stringify({ ...valid, readAt: 0.5 }),
		"has no certificates": JSON.stringify({ ...valid, certificates: {} }),
		"has a certificate that is null": JSON.stringify({ ...valid, certificates: [null] }),
		"has an id with a path": JSON.stringify(snapshot(expiring("../a", 1))),
		"has a name that is a number": JSON.stringify({ ...valid, certificates: [{ ...expiring("a", 1), name: 1 }] }),
		"has a date that is text": JSON.stringify({ ...valid, certificates: [{ ...expiring("a", 1), expiresAt: "1" }] }),
		"has a negative date": JSON.stringify(snapshot({ ...expiring("a", 1), expiresAt: -1 })),
		"has a date after the valid range": JSON.stringify(snapshot({ ...expiring("a", 1), expiresAt: 1e308 })),
		"has clients that are no list": JSON.stringify({ ...valid, clients: {} }),
		"has a client's fingerprint with a path": JSON.stringify({ ...valid, clients: [{ ...client, sha256: "../a" }] }),
		"has a client without a name": JSON.stringify({ ...valid, clients: [{ ...client, name: null }] }),
		"has a client without a date": JSON.stringify({ ...valid, clients: [{ ...client, expiresAt: null }] }),
		"has a flag that is a number": JSON.stringify({ ...valid, certificates: [{ ...expiring("a", 1), inProject: 1 }] }),
	}))
		it(`is rejected if it ${title}`, () => {
			assert.equal(parseSnapshot(parseObject(text)), null);
		});
});

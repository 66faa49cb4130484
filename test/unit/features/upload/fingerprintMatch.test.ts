import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import * as fc from "fast-check";
import type { Certificate, CertificateListing } from "../../../../src/domain/certificate.ts";
import { findMatches, type MatchResult, toLookupOutcome } from "../../../../src/features/upload/fingerprintMatch.ts";
import type { UploadAttempt } from "../../../../src/features/upload/uploadAttempt.ts";
import { SEED } from "../../../random.ts";
import { candidate, certificate, listing } from "../../fakes/certificatesApi.ts";

const acme = candidate("Acme");
const renewed = candidate("Acme renewed");
/** Unix seconds. */
const SERVED = 1000;

function attempt(more: Partial<UploadAttempt> = {}): UploadAttempt {
	return {
		organizationRef: randomUUID(),
		sha256: acme.sha256,
		id: "1",
		name: "Acme",
		pem: acme.pem,
		startedAt: SERVED * 1000,
		idsBefore: ["old"],
		servedBefore: SERVED,
		owner: "window",
		...more,
	};
}

const created = (id: string, createdAt: number | null, more: Partial<Certificate> = {}) =>
	certificate(id, { createdAt, ...more });

/** Looks where these ids hold Acme, and those that are named `unreadable…` cannot be read. */
async function look(
	listed: CertificateListing,
	attempts: readonly UploadAttempt[] = [attempt()],
	holdsAcme: (id: string) => boolean = (id) => id.startsWith("acme") || id === "old",
): Promise<MatchResult> {
	return findMatches(attempts, new Set(["settled-acme"]), listed, async (id) => {
		if (id.startsWith("unreadable")) return null;
		return holdsAcme(id) || id === "settled-acme" ? acme : renewed;
	});
}

const idsOf = ({ ours, unclear, whole }: MatchResult) => ({
	ours: ours.map(({ id }) => id),
	unclear: unclear.map(({ id }) => id),
	whole,
});

describe("Looking for an upload", () => {
	const NOTHING = { ours: [], unclear: [], whole: true };
	const cases: readonly [string, CertificateListing, ReturnType<typeof idsOf>][] = [
		["finds what is new and has the fingerprint", listing(created("acme", SERVED)), { ...NOTHING, ours: ["acme"] }],
		["finds it under another name", listing(created("acme", SERVED, { name: "x" })), { ...NOTHING, ours: ["acme"] }],
		[
			"finds it with other dates, or none",
			listing(created("acme", SERVED, { validAt: 1 }), created("acme2", SERVED, { validAt: null, expiresAt: null })),
			{ ...NOTHING, ours: ["acme", "acme2"] },
		],
		["does not take what has the dates and another fingerprint", listing(created("renewed", SERVED)), NOTHING],
		["does not take an older copy", listing(created("old", null)), NOTHING],
		["does not take what another upload arrived as", listing(created("settled-acme", SERVED)), NOTHING],
		["does not take an older copy that a stale list did not show", listing(created("acme", SERVED - 6)), NOTHING],
		[
			"cannot tell of a copy from about the moment of the list before",
			listing(created("acme", SERVED - 5), created("acme2", SERVED - 1)),
			{ ...NOTHING, unclear: ["acme", "acme2"] },
		],
		["takes what does not say when it was created", listing(created("acme", null)), { ...NOTHING, ours: ["acme"] }],
		[
			"has the earliest of two in front",
			listing(created("acme3", null), created("acme2", SERVED + 9), created("acme1", SERVED)),
			{ ...NOTHING, ours: ["acme1", "acme2", "acme3"] },
		],
		[
			"has those of its name in front, whatever came earlier",
			listing(
				created("acme4", SERVED, { name: "x" }),
				created("acme3", SERVED + 9, { name: "Acme" }),
				created("acme2", SERVED + 1, { name: null }),
				created("acme1", SERVED + 5, { name: "Acme" }),
			),
			{ ...NOTHING, ours: ["acme1", "acme3", "acme4", "acme2"] },
		],
		[
			"is not sure where a content cannot be read",
			listing(created("unreadable", SERVED)),
			{ ...NOTHING, whole: false },
		],
		[
			"finds it beside a content that cannot be read",
			listing(created("unreadable", SERVED), created("acme", SERVED)),
			{ ...NOTHING, ours: ["acme"], whole: false },
		],
		[
			"does not look into what was there before",
			listing(created("old", SERVED), created("unreadable", SERVED - 6)),
			NOTHING,
		],
		["is not sure in a list that is not complete", { ...listing(), complete: false }, { ...NOTHING, whole: false }],
		["is not sure beside an entry that cannot be read", { ...listing(), unreadable: 1 }, { ...NOTHING, whole: false }],
	];
	for (const [what, listed, seen] of cases)
		it(`R23 ${what}`, async () => {
			assert.deepEqual(idsOf(await look(listed)), seen);
		});

	it("R23 goes by the ids alone where the service did not tell its clock", async () => {
		const listed = listing(created("acme", SERVED - 100), created("old", SERVED));
		assert.deepEqual(idsOf(await look(listed, [attempt({ servedBefore: null })])), { ...NOTHING, ours: ["acme"] });
	});

	it("R23 is sure of nothing that it finds where not all was known before", async () => {
		const listed = listing(created("acme", SERVED), created("acme2", null), created("acme3", SERVED - 6));
		const seen = idsOf(await look(listed, [attempt({ idsBefore: null })]));
		assert.deepEqual(seen, { ...NOTHING, unclear: ["acme", "acme2"] });
	});

	it("R21 takes what any of several attempts became", async () => {
		const listed = listing(created("acme", SERVED + 1));
		const second = attempt({ id: "2", idsBefore: ["old"], servedBefore: SERVED + 60 });
		assert.deepEqual(idsOf(await look(listed, [second])), NOTHING);
		assert.deepEqual(idsOf(await look(listed, [attempt(), second])), { ...NOTHING, ours: ["acme"] });
	});

	it("R21 says what was seen instead", () => {
		const said = (sighting: Partial<MatchResult>) =>
			toLookupOutcome({ ours: [], unclear: [], whole: true, ...sighting }, 5);
		assert.deepEqual(said({}), { outcome: "not-seen", at: 5 });
		assert.deepEqual(said({ whole: false }), { outcome: "partial" });
		assert.deepEqual(said({ unclear: [certificate("one")], whole: false }), { outcome: "ambiguous" });
	});

	it("R23 never takes what was there, another fingerprint, or what is older, and never misses what is new", async () => {
		const entry = fc.record({
			id: fc.constantFrom("old", "settled-acme", "acme1", "acme2", "renewed", "unreadable"),
			createdAt: fc.option(fc.integer({ min: SERVED - 20, max: SERVED + 20 })),
			name: fc.option(fc.string()),
			validAt: fc.option(fc.nat()),
			expiresAt: fc.option(fc.nat()),
			active: fc.constant(false),
		});
		await fc.assert(
			fc.asyncProperty(
				fc.uniqueArray(entry, { selector: ({ id }) => id }),
				fc.option(fc.constant(SERVED)),
				async (entries, servedBefore) => {
					const { ours, unclear, whole } = await look(listing(...entries), [attempt({ servedBefore })]);
					const isOlder = ({ createdAt }: Certificate) =>
						servedBefore !== null && createdAt !== null && createdAt < servedBefore;
					const mayBeOurs: readonly Certificate[] = entries.filter(({ id }) => id.startsWith("acme"));
					assert.deepEqual(new Set(ours), new Set(mayBeOurs.filter((one) => !isOlder(one))));
					for (const one of unclear) assert.ok(mayBeOurs.includes(one) && isOlder(one));
					const doubtful = entries.filter((one) => one.id === "unreadable" && !isOlder(one));
					if (doubtful.length > 0) assert.equal(whole, false);
				},
			),
			{ seed: SEED },
		);
	});
});

import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import * as fc from "fast-check";
import type { Certificate, CertificateListing } from "../../../../src/domain/certificate.ts";
import { findMatches, type MatchResult, toLookupOutcome } from "../../../../src/features/upload/fingerprintMatch.ts";
import type { UploadAttempt } from "../../../../src/features/upload/uploadAttempt.ts";
import { SEED } from "../../../random.ts";
import { certificate, listing, parsedCertificate } from "../../fakes/certificatesApi.ts";

const acme = parsedCertificate("Acme");
const renewed = parsedCertificate("Acme renewed");
/** Unix seconds. */
const SERVED = 1000;

function attempt(overrides: Partial<UploadAttempt> = {}): UploadAttempt {
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
		...overrides,
	};
}

const created = (id: string, createdAt: number | null, overrides: Partial<Certificate> = {}) =>
	certificate(id, { createdAt, ...overrides });

/** Finds matches. Ids for which `hasAcme` is true have Acme's content; `unreadable…` cannot be read. */
async function find(
	listed: CertificateListing,
	attempts: readonly UploadAttempt[] = [attempt()],
	hasAcme: (id: string) => boolean = (id) => id.startsWith("acme") || id === "old",
): Promise<MatchResult> {
	return findMatches(attempts, new Set(["settled-acme"]), listed, async (id) => {
		if (id.startsWith("unreadable")) return null;
		return hasAcme(id) || id === "settled-acme" ? acme : renewed;
	});
}

const idsOf = ({ matches, ambiguous, complete }: MatchResult) => ({
	matches: matches.map(({ id }) => id),
	ambiguous: ambiguous.map(({ id }) => id),
	complete,
});

describe("Matching an upload by its fingerprint", () => {
	const NOTHING = { matches: [], ambiguous: [], complete: true };
	const cases: readonly [string, CertificateListing, ReturnType<typeof idsOf>][] = [
		[
			"finds a new certificate with the fingerprint",
			listing(created("acme", SERVED)),
			{ ...NOTHING, matches: ["acme"] },
		],
		[
			"finds a match under another name",
			listing(created("acme", SERVED, { name: "x" })),
			{ ...NOTHING, matches: ["acme"] },
		],
		[
			"finds matches with other dates, or none",
			listing(created("acme", SERVED, { validAt: 1 }), created("acme2", SERVED, { validAt: null, expiresAt: null })),
			{ ...NOTHING, matches: ["acme", "acme2"] },
		],
		["rejects a certificate with its dates and another fingerprint", listing(created("renewed", SERVED)), NOTHING],
		["rejects an older copy", listing(created("old", null)), NOTHING],
		["rejects the certificate of another upload", listing(created("settled-acme", SERVED)), NOTHING],
		["rejects an older copy that a stale list did not show", listing(created("acme", SERVED - 6)), NOTHING],
		[
			"is ambiguous for a copy from about the time of the list before",
			listing(created("acme", SERVED - 5), created("acme2", SERVED - 1)),
			{ ...NOTHING, ambiguous: ["acme", "acme2"] },
		],
		["finds a match without a creation time", listing(created("acme", null)), { ...NOTHING, matches: ["acme"] }],
		[
			"sorts matches by creation time",
			listing(created("acme3", null), created("acme2", SERVED + 9), created("acme1", SERVED)),
			{ ...NOTHING, matches: ["acme1", "acme2", "acme3"] },
		],
		[
			"sorts matches of its name first",
			listing(
				created("acme4", SERVED, { name: "x" }),
				created("acme3", SERVED + 9, { name: "Acme" }),
				created("acme2", SERVED + 1, { name: null }),
				created("acme1", SERVED + 5, { name: "Acme" }),
			),
			{ ...NOTHING, matches: ["acme1", "acme3", "acme4", "acme2"] },
		],
		[
			"is incomplete if a content cannot be read",
			listing(created("unreadable", SERVED)),
			{ ...NOTHING, complete: false },
		],
		[
			"finds a match next to a content that cannot be read",
			listing(created("unreadable", SERVED), created("acme", SERVED)),
			{ ...NOTHING, matches: ["acme"], complete: false },
		],
		[
			"does not read contents of earlier certificates",
			listing(created("old", SERVED), created("unreadable", SERVED - 6)),
			NOTHING,
		],
		["is incomplete for an incomplete list", { ...listing(), complete: false }, { ...NOTHING, complete: false }],
		[
			"is incomplete for an entry that cannot be read",
			{ ...listing(), unreadable: 1 },
			{ ...NOTHING, complete: false },
		],
	];
	for (const [title, listed, expected] of cases)
		it(`R23 ${title}`, async () => {
			assert.deepEqual(idsOf(await find(listed)), expected);
		});

	it("R23 uses only the ids if the service's time is not known", async () => {
		const listed = listing(created("acme", SERVED - 100), created("old", SERVED));
		assert.deepEqual(idsOf(await find(listed, [attempt({ servedBefore: null })])), { ...NOTHING, matches: ["acme"] });
	});

	it("R23 is ambiguous for every match if the earlier ids are not known", async () => {
		const listed = listing(created("acme", SERVED), created("acme2", null), created("acme3", SERVED - 6));
		const found = idsOf(await find(listed, [attempt({ idsBefore: null })]));
		assert.deepEqual(found, { ...NOTHING, ambiguous: ["acme", "acme2"] });
	});

	it("R21 finds the certificate of any attempt", async () => {
		const listed = listing(created("acme", SERVED + 1));
		const second = attempt({ id: "2", idsBefore: ["old"], servedBefore: SERVED + 60 });
		assert.deepEqual(idsOf(await find(listed, [second])), NOTHING);
		assert.deepEqual(idsOf(await find(listed, [attempt(), second])), { ...NOTHING, matches: ["acme"] });
	});

	it("R21 returns the outcome of a lookup without a match", () => {
		const outcomeOf = (match: Partial<MatchResult>) =>
			toLookupOutcome({ matches: [], ambiguous: [], complete: true, ...match }, 5);
		assert.deepEqual(outcomeOf({}), { outcome: "not-seen", at: 5 });
		assert.deepEqual(outcomeOf({ complete: false }), { outcome: "partial" });
		assert.deepEqual(outcomeOf({ ambiguous: [certificate("one")], complete: false }), { outcome: "ambiguous" });
	});

	it("R23 never matches an earlier certificate, another fingerprint or an older copy, and never misses a new copy", async () => {
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
					const { matches, ambiguous, complete } = await find(listing(...entries), [attempt({ servedBefore })]);
					const isOlder = ({ createdAt }: Certificate) =>
						servedBefore !== null && createdAt !== null && createdAt < servedBefore;
					const copies: readonly Certificate[] = entries.filter(({ id }) => id.startsWith("acme"));
					assert.deepEqual(new Set(matches), new Set(copies.filter((each) => !isOlder(each))));
					for (const each of ambiguous) assert.ok(copies.includes(each) && isOlder(each));
					const unreadable = entries.filter((each) => each.id === "unreadable" && !isOlder(each));
					if (unreadable.length > 0) assert.equal(complete, false);
				},
			),
			{ seed: SEED },
		);
	});
});

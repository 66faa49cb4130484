import assert from "node:assert/strict";
import { findRotationIssues, type TrustAnchor, validityOf } from "../../../../src/features/rotation/rotationPlan.ts";
import { candidate, certificate } from "../../fakes/certificatesApi.ts";

const DAY = 86_400;
const now = 1000 * DAY;
const NEVER = 253_402_300_799;

function anchor(id: string, until: number | null, more: Partial<TrustAnchor> = {}): TrustAnchor {
	return {
		certificate: certificate(id, { validAt: now - DAY, expiresAt: until }),
		content: candidate(id, { notBefore: now - DAY, notAfter: until }),
		...more,
	};
}

describe("A rotation", () => {
	const old = anchor("old", now + 100 * DAY);
	const flaws = (next: TrustAnchor, soonDays = 30, of = old) => findRotationIssues(of, next, now, soonDays);

	it("goes to a certificate that is valid for longer", () => {
		assert.deepEqual(flaws(anchor("next", now + 101 * DAY)), []);
		assert.deepEqual(flaws(anchor("next", NEVER), 30, anchor("old", NEVER)), []);
	});

	it("does not go to the same certificate, by its id or its content", () => {
		assert.deepEqual(flaws(old), ["same"]);
		const { content } = old;
		assert.deepEqual(flaws(anchor("copy", now + 200 * DAY, { content })), ["same"]);
		const without = anchor("old", now + 100 * DAY, { content: null });
		assert.deepEqual(flaws(anchor("next", now + 101 * DAY, { content: null }), 30, without), []);
	});

	it("does not go to one that expires no later, or soon, or has expired", () => {
		assert.deepEqual(flaws(anchor("next", now + 100 * DAY)), ["not-longer"]);
		assert.deepEqual(flaws(anchor("next", now + 30 * DAY), 30, anchor("old", now)), ["expires-soon"]);
		assert.deepEqual(flaws(anchor("next", now + 30 * DAY + 1), 30, anchor("old", now)), []);
		assert.deepEqual(flaws(anchor("next", now), 0, anchor("old", now - DAY)), ["expired"]);
	});

	it("does not go to one that is not valid yet, or no authority", () => {
		const next = anchor("next", now + 200 * DAY);
		const later = { ...next, certificate: { ...next.certificate, validAt: now + 1 } };
		assert.deepEqual(flaws(later), ["not-yet-valid"]);
		const judged = (...codes: readonly ("not-a-ca" | "no-basic-constraints" | "no-crl-sign")[]) =>
			flaws({ ...next, content: candidate("next", { findings: codes.map((code) => ({ code, level: "strong" })) }) });
		assert.deepEqual(judged("no-crl-sign", "not-a-ca"), ["leaf"]);
		assert.deepEqual(judged("no-basic-constraints"), ["leaf"]);
		assert.deepEqual(judged("no-crl-sign"), []);
	});

	it("takes the dates from the content where the list does not tell, and stops where neither does", () => {
		const silent = certificate("next", { validAt: null, expiresAt: null });
		const told = { certificate: silent, content: candidate("next", { notBefore: 1, notAfter: now + 200 * DAY }) };
		assert.deepEqual(validityOf(told), { from: 1, until: now + 200 * DAY });
		assert.deepEqual(flaws(told), []);
		const untold = { certificate: silent, content: null };
		assert.deepEqual(flaws(untold), ["dates-unknown"]);
		assert.deepEqual(flaws(anchor("next", now + 200 * DAY), 30, { ...untold, certificate: { ...silent, id: "old" } }), [
			"dates-unknown",
		]);
	});
});

import assert from "node:assert/strict";
import { findRotationIssues, type TrustAnchor, validityOf } from "../../../../src/features/rotation/rotationPlan.ts";
import { certificate, parsedCertificate } from "../../fakes/certificatesApi.ts";

const DAY = 86_400;
const now = 1000 * DAY;
const NEVER = 253_402_300_799;

function anchor(id: string, until: number | null, overrides: Partial<TrustAnchor> = {}): TrustAnchor {
	return {
		certificate: certificate(id, { validAt: now - DAY, expiresAt: until }),
		content: parsedCertificate(id, { notBefore: now - DAY, notAfter: until }),
		...overrides,
	};
}

describe("A rotation", () => {
	const old = anchor("old", now + 100 * DAY);
	const issues = (next: TrustAnchor, soonDays = 30, current = old) => findRotationIssues(current, next, now, soonDays);

	it("is allowed to a certificate that is valid for longer", () => {
		assert.deepEqual(issues(anchor("next", now + 101 * DAY)), []);
		assert.deepEqual(issues(anchor("next", NEVER), 30, anchor("old", NEVER)), []);
	});

	it("is refused to the same certificate, by id or content", () => {
		assert.deepEqual(issues(old), ["same"]);
		const { content } = old;
		assert.deepEqual(issues(anchor("copy", now + 200 * DAY, { content })), ["same"]);
		assert.deepEqual(issues(anchor("old", now + 200 * DAY, { content: null })), ["same"]);
		const unread = anchor("old", now + 100 * DAY, { content: null });
		assert.deepEqual(issues(anchor("next", now + 101 * DAY, { content: null }), 30, unread), []);
	});

	it("is refused to a certificate that does not expire later, expires soon or has expired", () => {
		assert.deepEqual(issues(anchor("next", now + 100 * DAY)), ["not-longer"]);
		assert.deepEqual(issues(anchor("next", now + 30 * DAY), 30, anchor("old", now)), ["expires-soon"]);
		assert.deepEqual(issues(anchor("next", now + 30 * DAY + 1), 30, anchor("old", now)), []);
		assert.deepEqual(issues(anchor("next", now), 0, anchor("old", now - DAY)), ["expired"]);
	});

	it("is refused to a certificate that is not valid yet or not an authority", () => {
		const next = anchor("next", now + 200 * DAY);
		const validFrom = (validAt: number) => issues({ ...next, certificate: { ...next.certificate, validAt } });
		assert.deepEqual([validFrom(now), validFrom(now + 1)], [[], ["not-yet-valid"]]);
		const issuesWith = (...codes: readonly ("not-a-ca" | "no-basic-constraints" | "no-crl-sign")[]) =>
			issues({
				...next,
				content: parsedCertificate("next", {
					findings: codes.map((code) => ({ code, level: "strong", selfSigned: false })),
				}),
			});
		assert.deepEqual(issuesWith("no-crl-sign", "not-a-ca"), ["leaf"]);
		assert.deepEqual(issuesWith("no-basic-constraints"), ["leaf"]);
		assert.deepEqual(issuesWith("no-crl-sign"), []);
	});

	it("uses the content's dates if the list has none, and is refused if neither has dates", () => {
		const withoutDates = certificate("next", { validAt: null, expiresAt: null });
		const dated = {
			certificate: withoutDates,
			content: parsedCertificate("next", { notBefore: 1, notAfter: now + 200 * DAY }),
		};
		assert.deepEqual(validityOf(dated), { from: 1, until: now + 200 * DAY });
		assert.deepEqual(issues(dated), []);
		const undated = { certificate: withoutDates, content: null };
		assert.deepEqual(issues(undated), ["dates-unknown"]);
		assert.deepEqual(
			issues(anchor("next", now + 200 * DAY), 30, { ...undated, certificate: { ...withoutDates, id: "old" } }),
			["dates-unknown"],
		);
	});
});

import assert from "node:assert/strict";
import { expiryState, isCertificateId } from "../../../src/domain/certificate.ts";

describe("Certificate", () => {
	it("distinguishes valid, expiring, expired and unknown, to the second", () => {
		const now = 1_800_000_000;
		const states = [now + 30 * 86_400 + 1, now + 30 * 86_400, now + 1, now, null].map((at) => expiryState(at, now, 30));
		assert.deepEqual(states, ["valid", "expiring", "expiring", "expired", "unknown"]);
		assert.equal(expiryState(now + 1, now, 0), "valid");
	});

	it("R30 accepts only ids that cannot escape from a path", () => {
		const good = ["cert_abc", "a-b_C9", "x".repeat(128)];
		const bad = ["", "..", "a/b", "/a", "a/", "a%2fb", "a b", "x".repeat(129), 7, null, undefined];
		assert.deepEqual(
			good.map(isCertificateId),
			good.map(() => true),
		);
		assert.deepEqual(
			bad.map(isCertificateId),
			bad.map(() => false),
		);
	});
});

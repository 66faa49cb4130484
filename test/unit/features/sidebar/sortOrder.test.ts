import assert from "node:assert/strict";
import type { Certificate } from "../../../../src/domain/certificate.ts";
import { sortCertificates } from "../../../../src/features/sidebar/sortOrder.ts";

describe("The order of certificates", () => {
	const certificate = (id: string, overrides: Partial<Certificate>): Certificate => ({
		...{ id, name: id, createdAt: null, validAt: null, expiresAt: null, active: undefined },
		...overrides,
	});
	const ids = (certificates: readonly Certificate[]) => certificates.map(({ id }) => id);

	it("is by name in natural order, unnamed certificates last", () => {
		const certificates = [
			certificate("a", { name: null }),
			certificate("b", { name: "CA 10" }),
			certificate("c", { name: "CA 9" }),
			certificate("d", { name: "" }),
		];
		assert.deepEqual(ids(sortCertificates(certificates, "name")), ["c", "b", "a", "d"]);
	});

	it("is by expiry, the soonest first, unknown dates last", () => {
		const certificates = [
			certificate("a", {}),
			certificate("b", { expiresAt: 300 }),
			certificate("c", { expiresAt: 200 }),
			certificate("d", {}),
		];
		assert.deepEqual(ids(sortCertificates(certificates, "expiry")), ["c", "b", "a", "d"]);
	});

	it("is by creation, the newest first, and unchanged for equal or unknown dates", () => {
		const certificates = [
			certificate("a", {}),
			certificate("b", { createdAt: 200 }),
			certificate("c", { createdAt: 300 }),
			certificate("d", { createdAt: 300 }),
		];
		assert.deepEqual(ids(sortCertificates(certificates, "created")), ["c", "d", "b", "a"]);
		assert.deepEqual(ids(certificates), ["a", "b", "c", "d"], "the list itself stays");
	});
});

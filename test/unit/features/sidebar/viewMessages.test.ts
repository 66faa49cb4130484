import assert from "node:assert/strict";
import { formatSortOrder, sortLabels } from "../../../../src/features/sidebar/sortMessages.ts";
import { SORT_ORDERS } from "../../../../src/features/sidebar/sortOrder.ts";
import { formatCertificateCount, viewTitle } from "../../../../src/features/sidebar/viewMessages.ts";

describe("Texts of the certificates view", () => {
	it("name the connection, the number of certificates and the orders", () => {
		assert.equal(viewTitle("Certificates", "Work"), "Certificates: Work");
		assert.equal(formatCertificateCount(3), "3 of 50");
		assert.deepEqual([sortLabels.title, sortLabels.placeholder], ["Sort certificates", "Sort by"]);
		assert.deepEqual(SORT_ORDERS.map(formatSortOrder), [
			"Upload date, newest first",
			"Expiry date, soonest first",
			"Name",
		]);
	});
});

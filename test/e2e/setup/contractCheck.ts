import assert from "node:assert/strict";
import { openContract } from "../../contract.ts";
import { skipTest } from "../../skipTest.ts";
import type { Session } from "./session.ts";

/** Declares a test that every exchange so far matches OpenAI's own description of its API. */
export function itMatchesApiDescription(session: () => Session): void {
	it("matches OpenAI's API description in every exchange", async function () {
		const path = process.env.OPENAPI_CONTRACT;
		if (!path) return skipTest(this, "OPENAPI_CONTRACT is not set");
		const contract = await openContract(path);
		const results = session().emulator.exchanges.map((exchange) => ({ exchange, ...contract.validate(exchange) }));
		const documented = results.filter((result) => result.documented);
		assert.ok(documented.length > 0);
		const violations = documented.filter(({ errors }) => errors.length > 0);
		assert.deepEqual(violations, []);
		const undocumented = results.filter((result) => !result.documented);
		const kinds = Map.groupBy(undocumented, ({ exchange }) => `${exchange.method} ${exchange.path} ${exchange.status}`);
		const list = [...kinds].map(([kind, { length }]) => `${length} × ${kind}`);
		console.log(
			`      ${documented.length} exchanges fit the contract; ${undocumented.length} with a status that it does not document: ${list.join(", ")}`,
		);
	});
}

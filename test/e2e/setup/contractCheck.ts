import assert from "node:assert/strict";
import { openContract } from "../../contract.ts";
import { skip } from "../../skipTest.ts";
import type { Session } from "./session.ts";

/** Declares the test that everything that went over the wire so far fits OpenAI's own description of its API. */
export function itKeepsTheContract(session: () => Session): void {
	it("keeps the contract in every exchange", async function () {
		const path = process.env.OPENAPI_CONTRACT;
		if (!path) return skip(this, "OPENAPI_CONTRACT is not set");
		const contract = await openContract(path);
		const verdicts = session().emulator.exchanges.map((exchange) => ({ exchange, ...contract.validate(exchange) }));
		const documented = verdicts.filter((verdict) => verdict.documented);
		assert.ok(documented.length > 0);
		const broken = documented.filter(({ errors }) => errors.length > 0);
		assert.deepEqual(broken, []);
		const others = verdicts.filter((verdict) => !verdict.documented);
		const kinds = Map.groupBy(others, ({ exchange }) => `${exchange.method} ${exchange.path} ${exchange.status}`);
		const list = [...kinds].map(([kind, { length }]) => `${length} × ${kind}`);
		console.log(
			`      ${documented.length} exchanges fit the contract; ${others.length} with a status that it does not document: ${list.join(", ")}`,
		);
	});
}

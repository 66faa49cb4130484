import assert from "node:assert/strict";
import { compareCorpus } from "../../corpus.ts";

describe("A corpus of certificate files", () => {
	const folder = process.env.CERTIFICATE_CORPUS;
	if (!folder) return void it("is not compared: CERTIFICATE_CORPUS is not set");
	it("is read as OpenSSL reads it", async () => {
		const { differences, notCompared } = await compareCorpus(folder);
		for (const each of notCompared) console.log(`      Not compared, since openssl is not here: ${each}.`);
		assert.deepEqual(differences, []);
	}).timeout(60_000);
});

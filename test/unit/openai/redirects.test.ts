import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:net";
import { apiFixtureForEachTest, expectProblem } from "./setup.ts";

describe("A redirect", () => {
	const fixture = apiFixtureForEachTest();

	for (const status of [301, 302, 303, 307, 308] as const)
		for (const target of ["the same origin", "another origin"])
			it(`R04 ${status} to ${target} is not followed, and leaves an upload unconfirmed`, async () => {
				const { emulator, api } = fixture;
				const other = createServer().listen(0, "127.0.0.1");
				await once(other, "listening");
				let connections = 0;
				other.on("connection", (socket) => {
					connections++;
					socket.destroy();
				});
				try {
					const { port } = other.address() as { port: number };
					const origin = target === "the same origin" ? emulator.origin : `http://127.0.0.1:${port}`;
					const location = `${origin}/v1/organization/certificates`;
					emulator.faults.arm({ kind: "redirect", status, location, when: "before", times: 2 });
					const { host } = new URL(emulator.url);
					assert.deepEqual(await expectProblem(api.list()), { reason: "redirected", host });
					const upload = { pem: "-----BEGIN CERTIFICATE-----", name: "n" };
					assert.equal((await expectProblem(api.upload(upload))).reason, "unconfirmed");
					assert.equal(connections, 0);
					assert.equal(emulator.exchanges.length, 2);
				} finally {
					other.close();
				}
			});
});

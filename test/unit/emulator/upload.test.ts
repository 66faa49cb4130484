import assert from "node:assert/strict";
import { makeCertificate } from "../../certificates.ts";
import { type Emulator, startEmulator } from "../../emulator/emulator.ts";
import { call } from "./client.ts";

const DAY = 86_400;
const upload = (emulator: Emulator, body: unknown) => call(emulator, "POST /certificates", { body });

describe("emulator: upload", () => {
	let emulator: Emulator;
	/** Unix milliseconds. */
	let clock: number;

	beforeEach(async () => {
		clock = Date.now();
		emulator = await startEmulator({ now: () => clock });
	});

	afterEach(() => emulator.close());

	it("refuses a certificate that expires within a day, to the second", async () => {
		const expiresAt = Math.floor(clock / 1000) * 1000 + 2 * DAY * 1000;
		const { pem } = await makeCertificate({ notAfter: new Date(expiresAt) });
		clock = expiresAt - DAY * 1000;
		const refused = await upload(emulator, { certificate: pem });
		assert.equal(refused.status, 400);
		assert.equal(refused.body.error?.code, "expired_certificate");
		clock -= 1000;
		assert.equal((await upload(emulator, { certificate: pem })).status, 200);
	});

	it("names an invalid or unknown field, and never its value", async () => {
		const secret = "secret-5f2c";
		const root = await makeCertificate();
		const wrong: [unknown, string | null][] = [
			[{ certificate: root.pem, other: secret }, "other"],
			[{ certificate: root.pem, name: null }, "name"],
			[{ certificate: [secret] }, "certificate"],
			[{ name: secret }, "certificate"],
			[[], "certificate"],
			[secret, null],
			["null", null],
		];
		for (const [body, param] of wrong) {
			const reply = await upload(emulator, body);
			assert.equal(reply.status, 400);
			assert.equal(reply.body.error?.param, param);
			assert.ok(!JSON.stringify(reply.body).includes(secret));
		}
	});
});

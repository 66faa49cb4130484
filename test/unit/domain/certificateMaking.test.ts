import assert from "node:assert/strict";
import { inspect } from "node:util";
import { findPassphraseIssue, NewPrivateKey } from "../../../src/domain/certificateMaking.ts";

describe("R60 A new private key", () => {
	const pem = () => Buffer.from("-----BEGIN PRIVATE KEY-----\nMIGH\n");

	it("is in no property that could be logged or stored", () => {
		const key = new NewPrivateKey(pem());
		assert.deepEqual(Reflect.ownKeys(key), []);
		const made = { certificatePem: "a", key };
		for (const text of [inspect(made, { depth: 10, showHidden: true }), JSON.stringify(made), String(key)])
			assert.doesNotMatch(text, /PRIVATE|MIGH|45 45 45/);
	});

	it("is overwritten after it was written, and can be written only once", async () => {
		const bytes = pem();
		const key = new NewPrivateKey(bytes);
		assert.equal(await key.write(async (each) => Buffer.from(each).toString()), pem().toString());
		assert.ok(bytes.every((octet) => octet === 0));
		await assert.rejects(key.write(async () => assert.fail()));
	});

	it("is overwritten if writing fails, and if it's discarded", async () => {
		const bytes = pem();
		const failure = new Error("ENOSPC");
		await assert.rejects(
			new NewPrivateKey(bytes).write(async () => {
				throw failure;
			}),
			failure,
		);
		assert.ok(bytes.every((octet) => octet === 0));
		const others = pem();
		const key = new NewPrivateKey(others);
		key.discard();
		key.discard();
		assert.ok(others.every((octet) => octet === 0));
		await assert.rejects(key.write(async () => assert.fail()));
	});
});

describe("A passphrase for a new key", () => {
	for (const [title, text, issue] of [
		["has at least 12 characters", "correct hors", null],
		["has not 11 characters", "correct hor", "too-short"],
		["isn't empty", "", "too-short"],
		["has at most 1,000 characters", "a".repeat(1000), null],
		["has not more, which OpenSSL couldn't read", "a".repeat(1001), "too-long"],
		["has all printable ASCII characters", " !\"#$%&'()*+,-./09:;<=>?@AZ[\\]^_`az{|}~", null],
		["has no other letters", "correct hörse", "not-ascii"],
		["has no tab", "correct\thorse", "not-ascii"],
		["has no line end", "correct horse\n", "not-ascii"],
	] as const)
		it(title, () => assert.equal(findPassphraseIssue(text), issue));
});

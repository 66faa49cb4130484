import assert from "node:assert/strict";
import {
	describePassphraseStorage,
	describeUnneededPassphrase,
	passphraseLabels,
	passphraseTitle,
} from "../../../../src/features/connections/passphraseMessages.ts";

describe("The messages about the client key's passphrase", () => {
	it("name the key, and say where the passphrase is used and saved", () => {
		assert.equal(passphraseTitle("client.key"), "Passphrase for client.key");
		assert.equal(
			describePassphraseStorage("api.test"),
			"Unlocks the key on this computer, only for requests to api.test. The passphrase is saved in secret storage.",
		);
		assert.equal(
			describeUnneededPassphrase("client.key"),
			"client.key isn't encrypted, so it doesn't need a passphrase.",
		);
		assert.deepEqual({ ...passphraseLabels }, { passphrase: "Passphrase", enterPassphrase: "Enter the passphrase." });
	});

	it("R12 show a file name as plain text", () => {
		for (const format of [passphraseTitle, describeUnneededPassphrase])
			assert.doesNotMatch(format("a\u202e[x](command:y)\n.key"), /\u202e|\]\(|\n/);
	});
});

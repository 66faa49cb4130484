import assert from "node:assert/strict";
import {
	describeKeyKind,
	describeKeyStorage,
	describeRejectedKey,
	describeUnencryptedKey,
	describeUnnamedOrganization,
	keyLabels,
	keyTitle,
} from "../../../../src/features/connections/keyMessages.ts";

describe("The messages about an admin key", () => {
	it("R52 say where the key is kept, and that it is sent only to one host", () => {
		assert.equal(keyTitle("api.test"), "Admin key for api.test");
		assert.equal(
			describeKeyStorage("secret-storage", "api.test"),
			"The key is checked, then saved in secret storage, and sent only to api.test.",
		);
		assert.equal(
			describeKeyStorage("browser", "api.test"),
			"The key is checked, then saved in this browser's storage (browsers have no keyring), and sent only to api.test. To keep it only until this window closes, use the button above.",
		);
		assert.equal(
			describeKeyStorage("memory", "api.test"),
			"The key is checked, kept in memory until this window closes, and sent only to api.test.",
		);
	});

	it("have a verb on each button", () => {
		assert.deepEqual(
			{ ...keyLabels },
			{
				saveInSecretStorage: "Save in Secret Storage",
				saveInBrowser: "Save in This Browser",
				keepUntilWindowCloses: "Keep Only Until This Window Closes",
				dontSend: "Don't Send",
				sendAnyway: "Send Anyway",
			},
		);
	});

	it("warn of a key that is probably not an admin key", () => {
		assert.equal(describeKeyKind("admin"), null);
		assert.equal(describeKeyKind("emulator"), null);
		assert.equal(
			describeKeyKind("project"),
			"This looks like a project API key. To manage certificates, you need an admin API key.",
		);
		assert.equal(
			describeKeyKind("service-account"),
			"This looks like a service account key. To manage certificates, you need an admin API key.",
		);
		assert.equal(describeKeyKind("other"), "Admin keys usually start with “sk-admin-”.");
		assert.equal(describeRejectedKey("api.test"), "api.test rejected this key (401). Check it, or paste another one.");
	});

	it("R43 ask before a key is sent unencrypted", () => {
		assert.deepEqual(describeUnencryptedKey("127.0.0.1:8080"), {
			message: "Send this key unencrypted to 127.0.0.1:8080?",
			detail: "Any program listening there on this computer receives the key and could take over your organization.",
		});
	});

	it("say that the organization might be another one", () => {
		assert.equal(
			describeUnnamedOrganization(),
			"OpenAI didn't name the organization, so this key might belong to a different one than before. Unfinished uploads and rotations are now shown with “organization unknown”.",
		);
	});
});

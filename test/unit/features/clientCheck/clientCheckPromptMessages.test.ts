import assert from "node:assert/strict";
import {
	clientCheckPromptLabels,
	describeProjectKeyUse,
	keyFileTitle,
	liveTestTitle,
	projectKeyTitle,
} from "../../../../src/features/clientCheck/clientCheckPromptMessages.ts";

describe("The prompts of a client certificate check", () => {
	it("say which file or key to choose", () => {
		assert.deepEqual(
			{ ...clientCheckPromptLabels },
			{
				title: "Check client certificate",
				selectAnchor: "Select the trust anchor to check against",
				chooseAnchorFile: "Choose a CA certificate file…",
				anchorFileTitle: "Choose the CA certificate (trust anchor)",
				clientFileTitle: "Choose the client certificate (with its intermediates)",
				testWithOpenai: "Test with OpenAI…",
				passphrasePrompt: "Unlocks the key once, on this computer. The passphrase isn't saved.",
				isAdminKey: "This is an admin key, which the test never sends. Paste a project API key.",
			},
		);
		assert.equal(keyFileTitle("client.key"), "Choose the private key for client.key");
		assert.equal(projectKeyTitle("mtls.test"), "Project API key for mtls.test");
		assert.equal(liveTestTitle("mtls.test"), "Testing the client certificate with mtls.test…");
	});

	it("say where the project key is sent, and that it is not saved", () => {
		assert.equal(
			describeProjectKeyUse("mtls.test"),
			"Sent to mtls.test for this test only, in two requests that list models: without and with the client certificate. It isn't saved. The result depends on the certificates active for this key's project.",
		);
	});

	it("R12 show a file name as plain text", () => {
		assert.doesNotMatch(keyFileTitle("a\u202e[x](command:y)\n.key"), /\u202e|\]\(|\n/);
	});
});

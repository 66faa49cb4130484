import assert from "node:assert/strict";
import {
	clientCheckPromptLabels,
	describeProjectKeyUse,
	describeSavedChain,
	formatActiveCount,
	keyFileTitle,
	liveTestTitle,
	projectKeyTitle,
	saveChainTitle,
} from "../../../../src/features/clientCheck/clientCheckPromptMessages.ts";

describe("The prompts of a client certificate check", () => {
	it("say which file or key to choose", () => {
		assert.deepEqual(
			{ ...clientCheckPromptLabels },
			{
				title: "Check client certificate",
				selectAnchor: "Select the trust anchor to check against",
				chooseScope: "All certificates active in the organization or a project…",
				selectScope: "Select where the client certificate is used",
				saveInOrder: "Save Chain in Order…",
				addToClients: "Add to Clients",
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

	it("say how many certificates are active in a project", () => {
		assert.deepEqual([1, 2].map(formatActiveCount), ["1 active certificate", "2 active certificates"]);
	});

	it("say what is saved, and in which order", () => {
		assert.equal(saveChainTitle("client.pem"), "Save the chain of client.pem in order");
		assert.equal(
			describeSavedChain("client-chain.pem"),
			"Saved client-chain.pem: the client certificate first, then its issuers.",
		);
	});

	it("R12 show a file name as plain text", () => {
		for (const text of [keyFileTitle, saveChainTitle, describeSavedChain])
			assert.doesNotMatch(text("a\u202e[x](command:y)\n.key"), /\u202e|\]\(|\n/);
	});
});

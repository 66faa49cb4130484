import assert from "node:assert/strict";
import { ProblemError } from "../../../../src/domain/problem.ts";
import type { ClientFiles, SetupTarget } from "../../../../src/features/clientSetup/clientSetup.ts";
import { describeCopiedSetup } from "../../../../src/features/clientSetup/clientSetupMessages.ts";
import { formatClientSetup } from "../../../../src/features/clientSetup/formatClientSetup.ts";

const URL = "https://mtls-eu.api.openai.com/v1";
const FILES: ClientFiles = { certificatePath: "/keys/chain.pem", keyPath: "/keys/client.key", isKeyEncrypted: false };
const TARGETS: readonly SetupTarget[] = ["curl", "python", "node", "environment"];

const setup = (target: SetupTarget, files: Partial<ClientFiles> = {}, isWindows = false) =>
	formatClientSetup(target, { ...FILES, ...files }, URL, isWindows);

describe("The text of a client setup", () => {
	it("contains the mTLS host and the person's paths, and takes the API key from the environment", () => {
		for (const target of TARGETS) {
			assert.ok(setup(target).includes(URL), target);
			assert.ok(setup(target).includes("OPENAI_API_KEY"), target);
			if (target === "environment") continue;
			for (const path of ["/keys/chain.pem", "/keys/client.key"]) assert.ok(setup(target).includes(path), target);
		}
	});

	it("is a command for curl", () => {
		assert.equal(
			setup("curl"),
			[
				"# Lists the models at https://mtls-eu.api.openai.com/v1, with a client certificate.",
				"# OPENAI_API_KEY must contain the API key of a project.",
				"# The certificate's file must be PEM: the client certificate first, then its intermediates.",
				"curl 'https://mtls-eu.api.openai.com/v1/models' \\",
				"  --cert '/keys/chain.pem' \\",
				"  --key '/keys/client.key' \\",
				'  --header "Authorization: Bearer $OPENAI_API_KEY"',
				"",
			].join("\n"),
		);
	});

	it("is for PowerShell on Windows, and names a curl that can read PEM files", () => {
		const text = setup("curl", { certificatePath: "C:\\it's a ’ dir\\chain.pem", keyPath: "C:\\client.key" }, true);
		assert.ok(text.includes("--cert 'C\\:\\\\it''s a ’’ dir\\\\chain.pem' `\n"), text);
		assert.ok(text.includes("--key 'C:\\client.key' `\n"), text);
		assert.ok(text.includes('"Authorization: Bearer $env:OPENAI_API_KEY"'));
		assert.match(text, /# The curl of Windows can't read PEM files\. Use a curl that was built with OpenSSL\./);
		assert.ok(setup("environment", {}, true).includes(`$env:OPENAI_BASE_URL = '${URL}'`));
	});

	it("says which path to fill in", () => {
		for (const target of ["curl", "python", "node"] as const) {
			const text = setup(target, { certificatePath: null, keyPath: null });
			assert.ok(text.includes("/path/to/client-chain.pem") && text.includes("/path/to/client.key.pem"), target);
			assert.match(text, /Replace the path of the certificate\.\n.*Replace the path of the private key\./);
			assert.doesNotMatch(setup(target), /Replace|\/path\/to/);
		}
		assert.ok(setup("curl", { keyPath: null }, true).includes("C:\\path\\to\\client.key.pem"));
	});

	it("says where the passphrase of a key comes from that might be encrypted", () => {
		const variable = /OPENAI_MTLS_KEY_PASSPHRASE must contain its passphrase/;
		const read = { curl: /curl asks for its passphrase/, python: variable, node: variable, environment: variable };
		for (const target of TARGETS) {
			const unknown = formatClientSetup(target, { certificatePath: null, keyPath: null }, URL, false);
			for (const text of [setup(target, { isKeyEncrypted: true }), unknown]) assert.match(text, read[target], target);
			assert.doesNotMatch(setup(target), /passphrase/i, target);
		}
	});

	it("R49 isn't made for a path with a character that could disguise it", () => {
		for (const character of ["\n", "\r", "\u0000", "\u001b", "\u2028", "\u202e", "\ud800"])
			for (const files of [{ certificatePath: `/a${character}/b.pem` }, { keyPath: `/a${character}/b.pem` }])
				for (const target of TARGETS)
					assert.throws(
						() => setup(target, files),
						(thrown: unknown) =>
							thrown instanceof ProblemError &&
							thrown.problem.reason === "setup-path" &&
							thrown.problem.file === "b.pem",
					);
	});

	it("is named after it was copied", () => {
		assert.deepEqual(TARGETS.map(describeCopiedSetup), [
			"Copied the client setup: curl.",
			"Copied the client setup: Python.",
			"Copied the client setup: Node.js.",
			"Copied the client setup: Environment variables.",
		]);
	});
});

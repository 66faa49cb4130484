import assert from "node:assert/strict";
import { homedir } from "node:os";
import { join } from "node:path";
import {
	caFileNames,
	caKeyPath,
	clientFileNames,
	defaultFolder,
	formatPath,
	issuedListPath,
} from "../../../../src/features/issuing/fileNames.ts";

describe("The names of a certificate's files", () => {
	it("come from the common name", () => {
		assert.deepEqual(caFileNames("Test CA"), { certificate: "Test CA.pem", key: "Test CA.key.pem" });
		assert.deepEqual(clientFileNames("agent-3"), { certificate: "agent-3-chain.pem", key: "agent-3.key.pem" });
		assert.equal(defaultFolder("Test CA"), join(homedir(), "openai-mtls", "Test CA"));
	});

	for (const [name, stem] of [
		["../../x", "x"],
		["a/b\\c:d", "a-b-c-d"],
		["-rf", "rf"],
		["a.", "a"],
		[".hidden", "hidden"],
		["…", "…"],
		["..", "certificate"],
		["*?", "certificate"],
		["con", "certificate-con"],
		["LPT1.x", "certificate-LPT1.x"],
		["nul .x", "certificate-nul .x"],
		["COM²", "certificate-COM²"],
		["console", "console"],
		["$(id)`id`", "(id)-id-"],
		["a\u202eb", "a-b"],
		["ä 漢字", "ä 漢字"],
	] as const)
		it(`are valid on every system: ${JSON.stringify(name)}`, () => {
			assert.equal(caFileNames(name).certificate, `${stem}.pem`);
		});

	it("are short enough for file systems", () => {
		for (const name of ["a".repeat(10_000), "漢".repeat(64), "👨‍👩‍👧".repeat(64)])
			for (const file of [...Object.values(caFileNames(name)), ...Object.values(clientFileNames(name))])
				assert.ok(Buffer.byteLength(file) <= 255, file);
	});

	it("lead from a CA certificate to its key and its list", () => {
		assert.equal(caKeyPath(join("a", "Test CA.pem")), join("a", "Test CA.key.pem"));
		assert.equal(issuedListPath(join("a", "b.c", "ca.crt")), join("a", "b.c", "ca.issued.csv"));
		assert.equal(issuedListPath(join("a", "ca")), join("a", "ca.issued.csv"));
	});

	it("are shown below the home folder", () => {
		assert.equal(formatPath(join(homedir(), "a", "b")), join("~", "a", "b"));
		assert.equal(formatPath(`${homedir()}x`), `${homedir()}x`);
	});
});

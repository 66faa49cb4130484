import assert from "node:assert/strict";
import { X509Certificate } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { checkChain } from "../../../../src/x509/chainCheck.ts";

/** The time for which NIST's results were recorded, Unix seconds. */
const AT = Date.UTC(2026, 10, 28) / 1000;

/** The files about which the check says "unknown", with the reason. At most three. */
const UNKNOWN: Readonly<Record<string, string>> = {
	"ValidDSASignaturesTest4EE.pem": "DSA: BoringSSL, which the desktop editor has, can't verify it",
	"ValidDSAParameterInheritanceTest5EE.pem": "DSA, as above",
	"InvalidDSASignatureTest6EE.pem": "DSA, as above",
};

/** Valid for NIST, but the folder has the client certificate without its intermediate, so that nothing can be valid. */
const WITHOUT_INTERMEDIATE: readonly string[] = [
	"ValidNameChainingWhitespaceTest4EE.pem",
	"ValidUTF8StringCaseInsensitiveMatchTest11EE.pem",
];

type Result = ReturnType<typeof checkPath>;

/** Checks a file's chain at the recorded time. */
const checkPath = (file: Uint8Array, anchor: Uint8Array) => checkChain(file, [anchor], AT);

/** A file in PKITS' `index.json`: the client certificate first, then its intermediates. */
interface PkitsEntry {
	readonly file: string;
	/** NIST's result. */
	readonly valid: boolean;
}

describe("NIST's path validation tests (PKITS)", () => {
	const folder = process.env.PKITS;
	if (!folder) return void it("are not compared: PKITS is not set");
	const read = (name: string) => readFileSync(join(folder, name));
	let results: readonly { readonly file: string; readonly valid: boolean; readonly result: Result }[];

	before(() => {
		const anchor = new X509Certificate(read("anchor.pem")).raw;
		const entries: readonly PkitsEntry[] = JSON.parse(read("index.json").toString("utf8"));
		results = entries.map((entry) => ({ ...entry, result: checkPath(read(entry.file), anchor) }));
	});

	it("have NIST's result, except for the named files, about which nothing is said", () => {
		assert.ok(results.length >= 86, `${results.length} files`);
		const differing = results
			.filter(({ file, valid, result }) => {
				if (WITHOUT_INTERMEDIATE.includes(file) && result?.issues.some(({ code }) => code === "no-issuer"))
					return false;
				const expected = file in UNKNOWN ? "unknown" : valid ? "valid" : "invalid";
				return result?.rfc5280 !== expected;
			})
			.map(({ file, result }) => `${file}: ${result?.rfc5280} ${JSON.stringify(result?.issues)}`);
		assert.deepEqual(differing, []);
		assert.ok(Object.keys(UNKNOWN).length <= 3);
	});

	it("are never predicted to be accepted where NIST says invalid", () => {
		const accepted = results.filter(({ valid, result }) => !valid && result?.verdict === "accepted");
		assert.deepEqual(
			accepted.map(({ file }) => file),
			[],
		);
	});

	it("are accepted where nobody disagrees", () => {
		const accepted = results.filter(({ valid, result }) => valid && result?.verdict === "accepted");
		assert.ok(accepted.length > 0, "no file is accepted");
	});
});

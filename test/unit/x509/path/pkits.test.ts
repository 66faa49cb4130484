import assert from "node:assert/strict";
import { X509Certificate } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { ClientCertificateIssueCode } from "../../../../src/domain/clientCertificateCheck.ts";
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

/** Issues that only some validators reject. */
const DISPUTED: ReadonlySet<ClientCertificateIssueCode> = new Set([
	...(["unsupported-name-constraints", "names-differ-in-form"] as const),
	...(["self-issued-in-path", "is-an-authority"] as const),
]);

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

	it("have NIST's result, except for the named files", () => {
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

	it("are predicted to be accepted where NIST says valid, or unknown if validators differ", () => {
		const verdicts = results
			.filter(({ file, valid }) => valid && !(file in UNKNOWN) && !WITHOUT_INTERMEDIATE.includes(file))
			.map(({ file, result }) => {
				const isDisputed = result?.issues.some(({ code }) => DISPUTED.has(code));
				return { file, verdict: result?.verdict, expected: isDisputed ? "unknown" : "accepted" };
			});
		assert.ok(verdicts.filter(({ verdict }) => verdict === "accepted").length >= 19, "fewer files are accepted");
		assert.deepEqual(
			verdicts.filter(({ verdict, expected }) => verdict !== expected),
			[],
		);
	});
});

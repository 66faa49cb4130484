// npm run fuzz [-- --minutes N]: feeds the reader what a coverage-guided fuzzer makes of certificate files, for half an
// hour unless told otherwise. Inputs that reached new code stay in .cache, those that failed beside them.
import { spawnSync } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { buildSync } from "esbuild";
import { makeCertificate } from "../certificates.ts";
import * as der from "../unit/x509/der.ts";
import { makePrivateKeys } from "../unit/x509/privateKeys.ts";
import { cache, installFuzzer, root } from "../vscode/install.mjs";

const { values } = parseArgs({ options: { minutes: { type: "string", default: "30" } } });
const fuzzer = installFuzzer();
const folder = join(cache, "fuzz");
const corpus = join(folder, "corpus");
mkdirSync(corpus, { recursive: true });

// The fuzzer sees into CommonJS.
const target = join(folder, "target.cjs");
buildSync({
	entryPoints: [join(root, "test/fuzz.ts")],
	outfile: target,
	bundle: true,
	platform: "node",
	format: "cjs",
});
for (const [index, seed] of (await seeds()).entries()) writeFileSync(join(corpus, `seed-${index}`), seed);
const dictionary = join(folder, "dictionary");
writeFileSync(
	dictionary,
	dictionaryWords()
		.map((word) => `"${word}"\n`)
		.join(""),
);

const own = ["--sync=false", "--includes=target.cjs", "--disableBugDetectors=.*"];
const libFuzzer = [
	`-max_total_time=${Number(values.minutes) * 60}`,
	`-dict=${dictionary}`,
	`-artifact_prefix=${folder}/`,
	"-max_len=16384",
	"-timeout=10",
	"-print_final_stats=1",
];
const { status } = spawnSync(process.execPath, [fuzzer, target, corpus, ...own, "--", ...libFuzzer], {
	stdio: "inherit",
});
console.log(status === 0 ? "Nothing found." : `Something was found: see the newest files in ${folder}.`);
process.exitCode = status ?? 1;

/** One small file of each kind, and those of a corpus where there is one. */
async function seeds(): Promise<(string | Uint8Array)[]> {
	const root = await makeCertificate();
	const client = await makeCertificate({ ca: false, issuer: root, keyType: "rsa-2048" });
	const keys = makePrivateKeys();
	const made = [
		...[root.pem, root.der, client.pem, client.der, root.pem + client.pem, JSON.stringify(root.pem)],
		...[der.pkcs7(root.der, client.der), der.armour("PKCS7", der.pkcs7(root.der))],
		...[der.armour("TRUSTED CERTIFICATE", root.der), Buffer.from(`\ufeff${root.pem}`, "utf16le")],
		...[der.certificate({ version: null, extensions: [] }), Buffer.from(root.der).toString("base64")],
		...keys.flatMap((key) => [key.text, root.pem + key.text, ...(key.der ? [Buffer.concat([root.der, key.der])] : [])]),
	];
	const others = process.env.CERTIFICATE_CORPUS && join(process.env.CERTIFICATE_CORPUS, "files");
	return others ? [...made, ...readdirSync(others).map((file) => readFileSync(join(others, file)))] : made;
}

/** What random bytes would take long to become, as libFuzzer's dictionaries have it. */
function dictionaryWords(): string[] {
	const labels = ["CERTIFICATE", "TRUSTED CERTIFICATE", "PKCS7", "PRIVATE KEY", "X509 CRL"];
	const oids = ["2.5.29.14", "2.5.29.15", "2.5.29.19", "2.5.29.30", "2.5.29.35", "2.5.29.37", "2.5.4.3"];
	const algorithms = ["1.2.840.113549.1.7.2", "1.2.840.113549.1.1.10", "1.2.840.10045.4.3.2", "1.3.101.112"];
	const escaped = [...oids, ...algorithms].map((oid) => der.oid(oid).toString("hex").replaceAll(/../g, "\\x$&"));
	return [...labels.flatMap((label) => [`-----BEGIN ${label}-----`, `-----END ${label}-----`]), ...escaped];
}

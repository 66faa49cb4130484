// npm run fuzz [-- --minutes N]: runs the certificate file reader under a coverage-guided fuzzer. Default: 30 minutes.
// Keeps inputs that reached new code in .cache, with failing inputs beside them.
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

// The fuzzer instruments CommonJS.
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
	dictionaryTokens()
		.map((token) => `"${token}"\n`)
		.join(""),
);

const fuzzerOptions = ["--sync=false", "--includes=target.cjs", "--disableBugDetectors=.*"];
const libFuzzerOptions = [
	`-max_total_time=${Number(values.minutes) * 60}`,
	`-dict=${dictionary}`,
	`-artifact_prefix=${folder}/`,
	"-max_len=16384",
	"-timeout=10",
	"-print_final_stats=1",
];
const { status } = spawnSync(process.execPath, [fuzzer, target, corpus, ...fuzzerOptions, "--", ...libFuzzerOptions], {
	stdio: "inherit",
});
console.log(status === 0 ? "Nothing found." : `Something was found: see the newest files in ${folder}.`);
process.exitCode = status ?? 1;

/** Returns a small file of each kind, and the files of an optional corpus. */
async function seeds(): Promise<(string | Uint8Array)[]> {
	const root = await makeCertificate();
	const client = await makeCertificate({ ca: false, issuer: root, keyType: "rsa-2048" });
	const keys = makePrivateKeys();
	const generated = [
		...[root.pem, root.der, client.pem, client.der, root.pem + client.pem, JSON.stringify(root.pem)],
		...[der.pkcs7(root.der, client.der), der.pemBlock("PKCS7", der.pkcs7(root.der))],
		...[der.pemBlock("TRUSTED CERTIFICATE", root.der), Buffer.from(`\ufeff${root.pem}`, "utf16le")],
		...[der.certificate({ version: null, extensions: [] }), Buffer.from(root.der).toString("base64")],
		...keys.flatMap((key) => [key.text, root.pem + key.text, ...(key.der ? [Buffer.concat([root.der, key.der])] : [])]),
	];
	const corpusFiles = process.env.CERTIFICATE_CORPUS && join(process.env.CERTIFICATE_CORPUS, "files");
	return corpusFiles
		? [...generated, ...readdirSync(corpusFiles).map((file) => readFileSync(join(corpusFiles, file)))]
		: generated;
}

/** Returns tokens that random bytes rarely form, in the format of libFuzzer's dictionaries. */
function dictionaryTokens(): string[] {
	const labels = ["CERTIFICATE", "TRUSTED CERTIFICATE", "PKCS7", "PRIVATE KEY", "X509 CRL"];
	const oids = ["2.5.29.14", "2.5.29.15", "2.5.29.19", "2.5.29.30", "2.5.29.35", "2.5.29.37", "2.5.4.3"];
	const algorithms = ["1.2.840.113549.1.7.2", "1.2.840.113549.1.1.10", "1.2.840.10045.4.3.2", "1.3.101.112"];
	const escaped = [...oids, ...algorithms].map((oid) => der.oid(oid).toString("hex").replaceAll(/../g, "\\x$&"));
	return [...labels.flatMap((label) => [`-----BEGIN ${label}-----`, `-----END ${label}-----`]), ...escaped];
}

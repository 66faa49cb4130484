// npm run compare-paths [-- --chains N --seed S]: makes chains of certificates at random and compares the offline check's
// verdict with that of `openssl verify`. Default: 2,000 chains. Prints the seed and the number of differences that each rule
// explains; writes the files of unexplained ones to out/compare-paths, and exits with code 1.
import { randomInt } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { hasOpenssl3 } from "../network/opensslServer.ts";
import { comparePaths } from "../paths/compare.ts";
import { RULES, SEARCH } from "../paths/differenceRules.ts";
import { root } from "../vscode/install.mjs";

const { values } = parseArgs({ options: { chains: { type: "string", default: "2000" }, seed: { type: "string" } } });
const count = Number(values.chains);
const seed = Number(values.seed ?? randomInt(2 ** 31));
if (!hasOpenssl3()) throw new Error("There is no OpenSSL 3 here.");

console.log(`${count} chains, --seed ${seed}`);
const started = performance.now();
const { valid, invalid, explained, unexplained } = comparePaths(count, seed);
console.log(`${valid} valid and ${invalid} invalid in both, ${((performance.now() - started) / 1000).toFixed(0)} s`);
for (const { name, reason } of [SEARCH, ...RULES])
	if (explained.has(name)) console.log(`${String(explained.get(name)).padStart(6)}  ${name}: ${reason}`);

const folder = join(root, "out/compare-paths");
for (const { number, text, chain } of unexplained) {
	mkdirSync(folder, { recursive: true });
	const path = join(folder, String(number));
	writeFileSync(`${path}-client.pem`, chain.file);
	writeFileSync(`${path}-anchor.pem`, chain.anchor.pem);
	console.log(`Unexplained, ${path}-*.pem: ${text}`);
}
console.log(`${unexplained.length} unexplained differences`);
process.exitCode = unexplained.length > 0 ? 1 : 0;

// npm run mutation [-- PART [options of Stryker's]]: mutates the code of one part, and reports mutants that no test
// detects. Takes half an hour for `x509`, longer on a busy machine. Writes the report out/mutation/PART.html.
import { spawnSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { cache, installMutationTester, root } from "../vscode/install.mjs";

/** Excluded tests, which take minutes per mutant or run in other processes, which mutants do not reach. */
const EXCLUDED_TESTS = ["properties.slow", "corpus", "badChains.slow", "comparePaths", "makers", "openaiClient*"];

const [part = "x509", ...options] = process.argv.slice(2);
const stryker = installMutationTester();
/** Parts whose tests run: the domain's mutants also show in parts that use the domain. */
const testedParts = part === "domain" ? ["domain", "x509", "common", "features"] : [part];
const folder = join(cache, "mutants");
const fileName = part.replaceAll("/", "-");
const config = join(folder, `${fileName}.json`);
const mochaPaths = ["--import", fileURLToPath(import.meta.resolve("../mochaPaths.mjs"))];
mkdirSync(folder, { recursive: true });
writeFileSync(
	config,
	JSON.stringify({
		mutate: [`src/${part}/**/*.ts`],
		testRunner: "mocha",
		testRunnerNodeArgs: mochaPaths,
		checkerNodeArgs: mochaPaths,
		plugins: [pathToFileURL(join(stryker, "mocha-runner/dist/src/index.js"))],
		mochaOptions: {
			spec: testedParts.map((folder) => `test/unit/${folder}/**/*.test.ts`),
			ignore: EXCLUDED_TESTS.map((name) => `**/${name}.test.ts`),
		},
		coverageAnalysis: "perTest",
		concurrency: 1,
		timeoutMS: 10_000,
		thresholds: { high: 95, low: 85, break: 85 },
		// Below the root, so that packages are found. Stryker's type check needs a compiler that is not installed.
		tempDirName: join(folder, "sandbox"),
		symlinkNodeModules: false,
		ignorePatterns: [".cache", "dist", "media", "out", "tsconfig.json", "*.vsix"],
		disableTypeChecks: false,
		reporters: ["progress-append-only", "clear-text", "html"],
		clearTextReporter: { logTests: false, reportTests: false },
		htmlReporter: { fileName: join(root, `out/mutation/${fileName}.html`) },
	}),
);
const run = [...mochaPaths, join(stryker, "core/bin/stryker.js"), "run", config, ...options];
process.exitCode = spawnSync(process.execPath, run, { cwd: root, stdio: "inherit" }).status ?? 1;

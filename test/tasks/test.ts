// Everything that must hold, from types to the interface; `npm test -- interface` runs the stages with that word in their
// name. The last line is the sum.
import { spawn } from "node:child_process";
import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { coverageWords, readCoverage } from "../coverage.ts";
import { runIntegration } from "../integration/run.ts";
import { temporaryFolder } from "../leftovers.ts";
import { runInExtensionHost } from "../vscode/hostSuite.ts";
import { installNode, root } from "../vscode/install.mjs";
import { failure, type Results } from "../vscode/results.ts";
import type { VSCodeVersion } from "../vscode/server.ts";
import { packageExtension } from "../vsix.ts";

/** Far more than any test takes: only what hangs gets there. */
const LAST_RESORT_MS = 600_000;

const UNIT_TESTS = "test/unit/**/*.test.ts";

/** A name, and what is done. */
type Stage = readonly [string, () => Promise<Results>];

/** Where a file with less than this must have a reason, in CONTRIBUTING.md. */
const COVERED = ["src/file", "src/api", "src/application"];
const LEAST_PERCENT = 90;

/** Those of one line run side by side: neither needs what the other one writes, and no core is idle. */
const stages: readonly (readonly Stage[])[] = [
	[["types", () => tool("typescript/bin/tsc")]],
	[["lint and imports", () => tool("@biomejs/biome/bin/biome", "ci", "--log-level=warn", ".")]],
	[["unused code", () => tool("knip/bin/knip.js")]],
	[["package", () => succeeds(packaged)]],
	[unit(22), integration("1.103")],
	[unit(24), integration("1.139")],
	[throughInterface("1.103"), throughInterface("1.139")],
];

let packaging: Promise<string> | undefined;
let passed = 0;
let failed = 0;
let skipped = 0;
const wanted = process.argv[2] ?? "";
const chosen = stages.map((line) => line.filter(([name]) => name.includes(wanted)));
const names = (some: readonly (readonly Stage[])[]) => some.flat().map(([name]) => name);
if (names(chosen).length === 0) console.log(`No stage has “${wanted}” in its name: ${names(stages).join(", ")}`);
if (names(chosen).some((name) => name.startsWith("interface")))
	rmSync(join(root, "out/pictures"), { recursive: true, force: true });
for (const line of chosen) await Promise.all(line.map(runStage));
console.log(`\n${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ""}`);
process.exitCode = failed === 0 && passed > 0 ? 0 : 1;

async function runStage([name, run]: Stage) {
	const started = performance.now();
	const results = await run().catch((error) => failure(name, String(error)));
	const seconds = ((performance.now() - started) / 1000).toFixed(1);
	console.log(`\n— ${name}`);
	for (const { title, message } of results.failures) console.log(`\nFailed: ${title}\n${message}\n`);
	for (const title of results.skipped) console.log(`Skipped: ${title}`);
	console.log(
		`  ${results.passed} passed, ${results.failed} failed, ${results.skipped.length} skipped in ${seconds} s`,
	);
	passed += results.passed;
	failed += results.failed;
	skipped += results.skipped.length;
}

/** Packages the extension, once a run: whatever is tested in a VS Code is never an older build. */
function packaged(): Promise<string> {
	packaging ??= packageExtension();
	return packaging;
}

function integration(version: VSCodeVersion): Stage {
	return [
		`integration in VS Code ${version}`,
		async () => {
			await packaged();
			return runIntegration(version, runInExtensionHost);
		},
	];
}

function throughInterface(version: VSCodeVersion): Stage {
	return [
		`interface in VS Code ${version}`,
		async () => {
			await packaged();
			return mocha(24, "test/e2e/**/*.test.ts", { VSCODE_VERSION: version });
		},
	];
}

function unit(node: 22 | 24): Stage {
	return [`unit on Node ${node}`, node === 24 ? unitWithCoverage : () => mocha(node, UNIT_TESTS)];
}

async function succeeds(work: () => Promise<unknown>): Promise<Results> {
	await work();
	return { passed: 1, failed: 0, skipped: [], failures: [] };
}

/** Prints beside the results what the tests ran through. */
async function unitWithCoverage(): Promise<Results> {
	const temporary = temporaryFolder("coverage");
	try {
		const results = await mocha(24, UNIT_TESTS, { NODE_V8_COVERAGE: temporary.path });
		for (const line of coverageWords(readCoverage(temporary.path), COVERED, LEAST_PERCENT)) console.log(`  ${line}`);
		return results;
	} finally {
		temporary.remove();
	}
}

/** Runs a development tool; it is one test, which says itself what is wrong. */
function tool(path: string, ...args: string[]): Promise<Results> {
	return succeeds(async () => {
		const code = await exitOf(process.execPath, [join(root, "node_modules", path), ...args]);
		if (code !== 0) throw new Error(`exit code ${code}`);
	});
}

async function mocha(node: 22 | 24, files: string, env: NodeJS.ProcessEnv = {}): Promise<Results> {
	const temporary = temporaryFolder("mocha");
	const report = join(temporary.path, "report.json");
	try {
		const code = await exitOf(
			installNode(node),
			[
				join(root, "node_modules/mocha/bin/mocha.js"),
				`--timeout=${LAST_RESORT_MS}`,
				"--reporter=json",
				`--reporter-option=output=${report}`,
				files,
			],
			env,
		);
		const { passes, pending, failures } = JSON.parse(readFileSync(report, "utf8"));
		if (code !== failures.length) throw new Error(`mocha ended with exit code ${code}`);
		return {
			passed: passes.length,
			failed: failures.length,
			skipped: pending.map(({ fullTitle }: { fullTitle: string }) => fullTitle),
			failures: failures.map(
				({ fullTitle, err }: { fullTitle: string; err: { stack?: string; message?: string } }) => ({
					title: fullTitle,
					message: err.stack ?? err.message ?? "",
				}),
			),
		};
	} finally {
		temporary.remove();
	}
}

/** @returns the exit code of a command whose output goes through. */
function exitOf(command: string, args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<number | null> {
	const child = spawn(command, args, {
		cwd: root,
		env: { ...process.env, ...env },
		stdio: ["ignore", "inherit", "inherit"],
	});
	return new Promise((resolve, reject) => child.on("error", reject).on("exit", resolve));
}

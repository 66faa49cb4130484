// The stages of a test run, and how they are run: each is a list of jobs, and all jobs share a few lanes, so that no core is
// idle while an interface test waits.
import { spawn } from "node:child_process";
import { closeSync, globSync, openSync, readFileSync, statSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { coverageWords, readCoverage } from "./coverage.ts";
import type { FileSystem, Mounted } from "./fileSystems.ts";
import { runIntegration } from "./integration/run.ts";
import { atEnd, temporaryFolder } from "./temporaryFolders.ts";
import { installBrowser } from "./vscode/browser.ts";
import { runInExtensionHost } from "./vscode/hostSuite.ts";
import { installNode, installVSCode, root } from "./vscode/install.mjs";
import { addResults, failure, NO_RESULTS, type Results } from "./vscode/results.ts";
import type { VSCodeVersion } from "./vscode/server.ts";
import { installWindows, type SystemName } from "./vscode/wine.ts";
import { packageExtension } from "./vsix.ts";

/** Far more than any test takes: only what hangs gets there. */
const MOST_MS = 120_000;

const UNIT_TESTS = "test/unit/**/*.test.ts";

const STORAGE_TESTS = [
	"common/{locks,jsonFileStore}",
	"features/upload/{journalStore,uploadService}",
	"features/rotation/rotationPlanStore",
	"features/expiry/expirySnapshotWriter",
].map((name) => `test/unit/${name}.test.ts`);

/** Where a file with less than this must have a reason, in CONTRIBUTING.md. */
const COVERED = ["src/x509", "src/openai", "src/common", "src/features"];
const LEAST_PERCENT = 90;

/** Work that needs a process of its own for most of its time. */
type Job = () => Promise<Results>;

export interface Stage {
	readonly name: string;
	readonly jobs: readonly Job[];
	/** Installs what it needs where that is missing: one stage after the other, for two must not fill the same folder. */
	readonly install?: () => void;
}

/**
 * Runs stages, and prints what came of each and how long it took. Jobs begin in the order in which they stand.
 * @returns the sum of all.
 */
export async function runStages(stages: readonly Stage[]): Promise<Results> {
	const begun = performance.now();
	for (const { install } of stages) install?.();
	console.log(`\nInstalled in ${secondsSince(begun)} s`);
	const started = performance.now();
	const left = stages.flatMap((stage) => stage.jobs.map((job) => ({ stage, job })));
	const running = new Map<Stage, { results: Results; jobs: number; started: number }>();
	const sums: Results[] = [];
	const lane = async () => {
		for (let next = left.shift(); next; next = left.shift()) {
			const { stage, job } = next;
			const progress = running.get(stage) ?? {
				results: NO_RESULTS,
				jobs: stage.jobs.length,
				started: performance.now(),
			};
			running.set(stage, progress);
			const results = await job().catch((error) => failure(stage.name, String(error)));
			// Read only now: another lane may have added its own meanwhile.
			progress.results = addResults(progress.results, results);
			progress.jobs--;
			if (progress.jobs > 0) continue;
			print(stage.name, progress.results, progress.started);
			sums.push(progress.results);
		}
	};
	// One more than there are cores: an interface test waits more than it works.
	await Promise.all(Array.from({ length: availableParallelism() + 1 }, lane));
	console.log(`\nAll stages in ${secondsSince(started)} s`);
	return sums.reduce(addResults, NO_RESULTS);
}

/** Prints the sum as the last line, and has the process fail where a test did, or where there was none. */
export function conclude({ passed, failed, skipped }: Results): void {
	console.log(`\n${passed} passed, ${failed} failed${skipped.length > 0 ? `, ${skipped.length} skipped` : ""}`);
	process.exitCode = failed === 0 && passed > 0 ? 0 : 1;
}

/** @returns the stages with a word in their name; says which there are where none has it. */
export function withWord(stages: readonly Stage[], word = ""): readonly Stage[] {
	const chosen = stages.filter(({ name }) => name.includes(word));
	if (chosen.length === 0)
		console.log(`No stage has “${word}” in its name: ${stages.map(({ name }) => name).join(", ")}`);
	return chosen;
}

function print(name: string, { passed, failed, skipped, failures }: Results, started: number): void {
	console.log(`\n— ${name}`);
	for (const { title, message } of failures) console.log(`\nFailed: ${title}\n${message}\n`);
	for (const title of skipped) console.log(`Skipped: ${title}`);
	console.log(`  ${passed} passed, ${failed} failed, ${skipped.length} skipped in ${secondsSince(started)} s`);
}

function secondsSince(started: number): string {
	return ((performance.now() - started) / 1000).toFixed(1);
}

/** A development tool, which says itself what is wrong; it is one test. @param args Its path in `node_modules` first. */
export function tool(name: string, path: string, ...args: readonly string[]): Stage {
	return succeeds(name, async () => {
		const code = await exitOf(process.execPath, [join(root, "node_modules", path), ...args]);
		if (code !== 0) throw new Error(`exit code ${code}`);
	});
}

export function packaging(): Stage {
	return succeeds("package", packaged);
}

function succeeds(name: string, work: () => Promise<unknown>): Stage {
	const job = async () => {
		await work();
		return { ...NO_RESULTS, passed: 1 };
	};
	return { name, jobs: [job] };
}

let packageOfThisRun: Promise<string> | undefined;

/** Packages the extension, once a run: whatever is tested in a VS Code is never an older build. */
function packaged(): Promise<string> {
	packageOfThisRun ??= packageExtension();
	return packageOfThisRun;
}

/** @param options.coverage Prints beside the results what the tests ran through. */
export function unit(node: 22 | 24, options: { readonly coverage: boolean }): Stage {
	const job = async () => {
		if (!options.coverage) return mocha([installNode(node)], [UNIT_TESTS]);
		const temporary = temporaryFolder("coverage");
		try {
			const results = await mocha([installNode(node)], [UNIT_TESTS], { NODE_V8_COVERAGE: temporary.path });
			for (const line of coverageWords(readCoverage(temporary.path), COVERED, LEAST_PERCENT)) console.log(`  ${line}`);
			return results;
		} finally {
			temporary.remove();
		}
	};
	return { name: `unit on Node ${node}`, jobs: [job], install: () => void installNode(node) };
}

/** Unit tests of what is stored, on a real file system; skipped, with the reason, where that cannot be mounted. */
export function storageOn({ name, mount }: FileSystem): Stage {
	const job = async () => {
		let mounted: Mounted;
		try {
			mounted = mount();
		} catch (error) {
			return { ...NO_RESULTS, skipped: [`${name}: ${error}`] };
		}
		return mocha([installNode(24)], STORAGE_TESTS, { TMPDIR: mounted.path }).finally(mounted.unmount);
	};
	return { name: `storage on ${name}`, jobs: [job], install: () => void installNode(24) };
}

export function integration(version: VSCodeVersion, system: SystemName = "own"): Stage {
	const job = async () => {
		await packaged();
		return runIntegration(version, runInExtensionHost, system);
	};
	return {
		name: `integration in VS Code ${version}${on(system)}`,
		jobs: [job],
		install: () => installEditor(version, system),
	};
}

/** Unit tests of what Windows' rules concern, under these rules, by Wine. */
export function unitOnWindows(files: readonly string[]): Stage {
	const job = async () => {
		const { command, env } = installWindows();
		return mocha(command, ["--exit", ...files], env);
	};
	return { name: `unit${on("windows")}`, jobs: [job], install: installWindows };
}

/** Each file is a job with a VS Code of its own. */
export function throughInterface(
	version: VSCodeVersion,
	options: { readonly files: string; readonly order?: "reverse"; readonly system?: SystemName },
): Stage {
	const { system = "own" } = options;
	const env = { VSCODE_VERSION: version, TEST_SYSTEM: system, ...(options.order && { ORDER: options.order }) };
	const job = (file: string) => async () => {
		await packaged();
		// A suite that cannot begin leaves what it has started, which would keep the process, and the whole run, for ever.
		return mocha([installNode(24)], ["--exit", "--require=test/e2e/setup/testOrder.ts", file], env);
	};
	const reversed = options.order ? ", in reverse order" : "";
	const jobs = longestFirst(options.files).map(job);
	return {
		name: `interface in VS Code ${version}${on(system)}${reversed}`,
		jobs,
		install: () => installEditor(version, system),
	};
}

function on(system: SystemName): string {
	return system === "windows" ? " under Windows' rules" : "";
}

function installEditor(version: VSCodeVersion, system: SystemName): void {
	if (system === "windows") installWindows();
	installNode(24);
	installVSCode(version);
	installBrowser();
}

/** Files that may take long begin first, so that none is left alone at the end. */
function longestFirst(files: string): readonly string[] {
	const sizeOf = (file: string) => statSync(join(root, file)).size;
	const found = globSync(files, { cwd: root });
	if (found.length === 0) throw new Error(`No file is ${files}.`);
	return found.sort((a, b) => sizeOf(b) - sizeOf(a));
}

/** @param command The Node.js to run it on, with its options. */
async function mocha(
	command: readonly [string, ...string[]],
	args: readonly string[],
	env: NodeJS.ProcessEnv = {},
): Promise<Results> {
	const temporary = temporaryFolder("mocha");
	const report = join(temporary.path, "report.json");
	const reporter = ["--reporter=json", `--reporter-option=output=${report}`];
	try {
		const [program, ...before] = command;
		const mocha = [...before, "node_modules/mocha/bin/mocha.js", `--timeout=${MOST_MS}`, ...reporter, ...args];
		// Not a pipe, into which a program that Wine runs cannot write.
		const log = openSync(join(temporary.path, "output"), "w");
		const code = await exitOf(program, mocha, env, log).finally(() => closeSync(log));
		process.stdout.write(readFileSync(join(temporary.path, "output")));
		const { passes, pending, failures } = JSON.parse(readFileSync(report, "utf8"));
		if (code !== failures.length) throw new Error(`mocha ended with exit code ${code}: ${args.at(-1)}`);
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

/**
 * @param output Where it goes; left out, it goes through.
 * @returns the exit code of a command, which ends with this process.
 */
function exitOf(
	command: string,
	args: readonly string[],
	env: NodeJS.ProcessEnv = {},
	output: number | "inherit" = "inherit",
): Promise<number | null> {
	const child = spawn(command, args, {
		cwd: root,
		env: { ...process.env, ...env },
		stdio: ["ignore", output, output],
	});
	const ended = atEnd(() => child.kill());
	return new Promise<number | null>((resolve, reject) => child.on("error", reject).on("exit", resolve)).finally(ended);
}

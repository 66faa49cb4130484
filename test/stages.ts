// Defines and runs the stages of a test run. A stage is a list of jobs. All jobs share a few lanes, so that no core is
// idle while an interface test waits.
import { spawn } from "node:child_process";
import { closeSync, globSync, openSync, readFileSync, statSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { formatCoverage, readCoverage } from "./coverage.ts";
import type { MountableFileSystem, MountedFileSystem } from "./fileSystems.ts";
import { runIntegration } from "./integration/run.ts";
import { onExit, temporaryFolder } from "./temporaryFolders.ts";
import { installCertificatePrograms } from "./unit/x509/makers/programs.ts";
import { installBrowser } from "./vscode/browser.ts";
import { runInExtensionHost } from "./vscode/hostSuite.ts";
import { installNode, installVSCode, root } from "./vscode/install.mjs";
import { addResults, failedRun, NO_RESULTS, type Results } from "./vscode/results.ts";
import type { VSCodeVersion } from "./vscode/server.ts";
import { installWindows, type SystemName } from "./vscode/wine.ts";
import { packageExtension } from "./vsix.ts";

/** Timeout in milliseconds, reached only by a hanging test. */
const TIMEOUT_MS = 120_000;

const UNIT_TESTS = "test/unit/**/*.test.ts";

/** Unit tests that take seconds of processor time, and that seldom find what the others don't. */
export const SLOW_UNIT_TESTS = "test/unit/**/*.slow.test.ts";

const STORAGE_TESTS = [
	"common/storage/{locks,jsonFileStore}",
	"features/upload/{journalStore,uploadService}",
	"features/rotation/rotationPlanStore",
	"features/expiry/expirySnapshotWriter",
].map((name) => `test/unit/${name}.test.ts`);

/** Folders in which coverage below `MIN_PERCENT` needs a reason, in CONTRIBUTING.md. */
const COVERED_FOLDERS = ["src/x509", "src/openai", "src/common", "src/features"];
const MIN_PERCENT = 90;

/** Work that runs mostly in a process of its own. */
type Job = () => Promise<Results>;

export interface Stage {
	readonly name: string;
	readonly jobs: readonly Job[];
	/** Installs missing programs. Must not run for two stages at once, since both could write to one folder. */
	readonly install?: () => void;
}

/**
 * Runs stages, and prints the results and duration of each. Jobs start in the given order.
 * @returns the sum of all results.
 */
export async function runStages(stages: readonly Stage[]): Promise<Results> {
	const installStarted = performance.now();
	for (const { install } of stages) install?.();
	console.log(`\nInstalled in ${secondsSince(installStarted)} s`);
	const started = performance.now();
	const queue = stages.flatMap((stage) => stage.jobs.map((job) => ({ stage, job })));
	const running = new Map<Stage, { results: Results; jobs: number; started: number }>();
	const sums: Results[] = [];
	const lane = async () => {
		for (let next = queue.shift(); next; next = queue.shift()) {
			const { stage, job } = next;
			const progress = running.get(stage) ?? {
				results: NO_RESULTS,
				jobs: stage.jobs.length,
				started: performance.now(),
			};
			running.set(stage, progress);
			const results = await job().catch((error) => failedRun(stage.name, String(error)));
			// Read after the job: another lane may have added results meanwhile.
			progress.results = addResults(progress.results, results);
			progress.jobs--;
			if (progress.jobs > 0) continue;
			print(stage.name, progress.results, progress.started);
			sums.push(progress.results);
		}
	};
	// One lane more than cores: an interface test mostly waits.
	await Promise.all(Array.from({ length: availableParallelism() + 1 }, lane));
	console.log(`\nAll stages in ${secondsSince(started)} s`);
	return sums.reduce(addResults, NO_RESULTS);
}

/** Prints the sum as the last line. Sets a failing exit code if a test failed or no test passed. */
export function reportSum({ passed, failed, skipped }: Results): void {
	console.log(`\n${passed} passed, ${failed} failed${skipped.length > 0 ? `, ${skipped.length} skipped` : ""}`);
	process.exitCode = failed === 0 && passed > 0 ? 0 : 1;
}

/** Returns the stages whose name contains a word; prints all names if there is no such stage. */
export function selectStages(stages: readonly Stage[], word = ""): readonly Stage[] {
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

/** Runs a development tool as one test; the tool prints its own errors. @param path below `node_modules` */
export function toolStage(name: string, path: string, ...args: readonly string[]): Stage {
	return singleTestStage(name, async () => {
		const code = await exitOf(process.execPath, [join(root, "node_modules", path), ...args]);
		if (code !== 0) throw new Error(`exit code ${code}`);
	});
}

export function packageStage(): Stage {
	return singleTestStage("package", packageOnce);
}

function singleTestStage(name: string, work: () => Promise<unknown>): Stage {
	const job = async () => {
		await work();
		return { ...NO_RESULTS, passed: 1 };
	};
	return { name, jobs: [job] };
}

let packageOfThisRun: Promise<string> | undefined;

/** Packages the extension once per run, so that tests never use an older build. */
function packageOnce(): Promise<string> {
	packageOfThisRun ??= packageExtension();
	return packageOfThisRun;
}

/** Runs the unit tests. @param options.complete Runs the slow ones, too, and prints the coverage. */
export function unitStage(node: 22 | 24, options: { readonly complete: boolean }): Stage {
	const job = async () => {
		if (!options.complete) return mocha([installNode(node)], [`--ignore=${SLOW_UNIT_TESTS}`, UNIT_TESTS]);
		const temporary = temporaryFolder("coverage");
		try {
			const results = await mocha([installNode(node)], [UNIT_TESTS], { NODE_V8_COVERAGE: temporary.path });
			for (const line of formatCoverage(readCoverage(temporary.path), COVERED_FOLDERS, MIN_PERCENT))
				console.log(`  ${line}`);
			return results;
		} finally {
			temporary.remove();
		}
	};
	const install = () => {
		installNode(node);
		installCertificatePrograms();
	};
	return { name: `unit on Node ${node}`, jobs: [job], install };
}

/** Runs the unit tests of storage on a real file system. Skips them, with the reason, if mounting fails. */
export function storageStage({ name, mount }: MountableFileSystem): Stage {
	const job = async () => {
		let mounted: MountedFileSystem;
		try {
			mounted = mount();
		} catch (error) {
			return { ...NO_RESULTS, skipped: [`${name}: ${error}`] };
		}
		return mocha([installNode(24)], STORAGE_TESTS.flatMap(longestFirst), { TMPDIR: mounted.path }).finally(
			mounted.unmount,
		);
	};
	return { name: `storage on ${name}`, jobs: [job], install: () => void installNode(24) };
}

export function integrationStage(version: VSCodeVersion, system: SystemName = "own"): Stage {
	const job = async () => {
		await packageOnce();
		return runIntegration(version, runInExtensionHost, system);
	};
	return {
		name: `integration in VS Code ${version}${systemSuffix(system)}`,
		jobs: [job],
		install: () => installEditor(version, system),
	};
}

/** Runs unit tests under Windows' rules, in Wine: all that match `files`, except for those that match `ignored`. */
export function windowsUnitStage(name: string, files: readonly string[], ignored: readonly string[] = []): Stage {
	const job = async () => {
		const { command, env } = installWindows();
		return mocha(command, ["--exit", ...ignored.map((each) => `--ignore=${each}`), ...files], env);
	};
	return { name: `${name}${systemSuffix("windows")}`, jobs: [job], install: installWindows };
}

/** Runs interface tests. Each file is a job with its own VS Code. */
export function interfaceStage(
	version: VSCodeVersion,
	options: { readonly files: string; readonly order?: "reverse"; readonly system?: SystemName },
): Stage {
	const { system = "own" } = options;
	const env = { VSCODE_VERSION: version, TEST_SYSTEM: system, ...(options.order && { ORDER: options.order }) };
	const job = (file: string) => async () => {
		await packageOnce();
		const started = performance.now();
		// A suite that fails to start leaves running children, which would keep mocha running without --exit.
		const results = await mocha([installNode(24)], ["--exit", "--require=test/e2e/setup/testOrder.ts", file], env);
		console.log(`  ${file} in VS Code ${version}: ${secondsSince(started)} s`);
		return results;
	};
	const reversed = options.order ? ", in reverse order" : "";
	const jobs = longestFirst(options.files).map(job);
	return {
		name: `interface in VS Code ${version}${systemSuffix(system)}${reversed}`,
		jobs,
		install: () => installEditor(version, system),
	};
}

function systemSuffix(system: SystemName): string {
	return system === "windows" ? " under Windows' rules" : "";
}

function installEditor(version: VSCodeVersion, system: SystemName): void {
	if (system === "windows") installWindows();
	installNode(24);
	installVSCode(version);
	installBrowser();
}

/** Returns files sorted by size, since a long file that starts last would run alone at the end. */
function longestFirst(files: string): readonly string[] {
	const sizeOf = (file: string) => statSync(join(root, file)).size;
	const found = globSync(files, { cwd: root });
	if (found.length === 0) throw new Error(`No file is ${files}.`);
	return found.sort((a, b) => sizeOf(b) - sizeOf(a));
}

/** Runs mocha. @param command Node.js with its options. */
async function mocha(
	command: readonly [string, ...string[]],
	args: readonly string[],
	env: NodeJS.ProcessEnv = {},
): Promise<Results> {
	const temporary = temporaryFolder("mocha");
	const report = join(temporary.path, "report.json");
	const reporter = ["--reporter=json", `--reporter-option=output=${report}`];
	try {
		const [program, ...programArgs] = command;
		const mochaArgs = [
			...programArgs,
			"node_modules/mocha/bin/mocha.js",
			`--timeout=${TIMEOUT_MS}`,
			...reporter,
			...args,
		];
		// Not a pipe: programs in Wine cannot write to pipes.
		const log = openSync(join(temporary.path, "output"), "w");
		const code = await exitOf(program, mochaArgs, env, log).finally(() => closeSync(log));
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
 * Runs a command, which is killed when this process ends.
 * @param output File descriptor for the output. Default: this process's output.
 * @returns the exit code.
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
	const removeExitHandler = onExit(() => child.kill());
	return new Promise<number | null>((resolve, reject) => child.on("error", reject).on("exit", resolve)).finally(
		removeExitHandler,
	);
}

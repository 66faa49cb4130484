// Runs a mocha suite inside VS Code's extension host.
import { join } from "node:path";
import type { Browser } from "playwright-core";
import { temporaryFolder } from "../temporaryFolders.ts";
import { launchBrowser } from "./browser.ts";
import { type Results, readResults } from "./results.ts";
import { startVSCode, type VSCodeOptions } from "./server.ts";
import { windowsPath } from "./wine.ts";

/** Timeout in milliseconds, reached only if the extension host hangs or does not start. */
const TIMEOUT_MS = 300_000;

/** A suite and its environment. */
export interface HostOptions extends Pick<VSCodeOptions, "version" | "workspace" | "settings" | "env" | "system"> {
	/** Absolute path of the folder with the extension's package.json. */
	readonly extensionFolder: string;
	/** Absolute path of a CommonJS file that exports `run()`, which must call `runMocha` of inHost.ts. */
	readonly suite: string;
}

/** Opens a window with an extension under development and runs a suite in its extension host. */
export async function runInExtensionHost(options: HostOptions): Promise<Results> {
	const browser = await launchBrowser();
	const temporary = temporaryFolder("host-suite");
	try {
		return await run(options, browser, join(temporary.path, "results.json"));
	} finally {
		await browser.close();
		temporary.remove();
	}
}

async function run(options: HostOptions, browser: Browser, file: string): Promise<Results> {
	const { extensionFolder, suite, env, ...rest } = options;
	const resultsPath = options.system === "windows" ? windowsPath(file) : file;
	const code = await startVSCode({ ...rest, smokeTestDriver: true, env: { ...env, TEST_RESULTS: resultsPath } });
	try {
		const page = await browser.newPage();
		const log: string[] = [];
		await page.exposeFunction("codeAutomationLog", (_type: string, args: unknown[]) => log.push(args.join(" ")));
		const exited = Promise.withResolvers<string>();
		await page.exposeFunction("codeAutomationExit", (code: number) => exited.resolve(`exit code ${code}`));
		setTimeout(() => exited.resolve(`no end after ${TIMEOUT_MS / 1000} seconds`), TIMEOUT_MS).unref();
		const remote = `vscode-remote://127.0.0.1:${code.port}`;
		const payload = [
			["extensionDevelopmentPath", remote + code.urlPath(extensionFolder)],
			["extensionTestsPath", remote + code.urlPath(suite)],
			["skipWelcome", "true"],
		];
		await page.goto(`${code.url}&${new URLSearchParams({ payload: JSON.stringify(payload) })}`);
		const end = await exited.promise;
		// The log comes last, since it ends with the cause of a crash.
		return readResults(file, end, [code.output(), ...log].join("\n"));
	} finally {
		await code.close();
	}
}

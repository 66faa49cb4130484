// Runs a mocha suite inside VS Code's extension host.
import { join } from "node:path";
import type { Browser } from "playwright-core";
import { temporaryFolder } from "../temporaryFolders.ts";
import { launchBrowser } from "./browser.ts";
import { type Results, readResults } from "./results.ts";
import { startVSCode, type VSCodeOptions } from "./server.ts";
import { windowsPath } from "./wine.ts";

/** Far more than a suite takes, and reached only where the extension host hangs or never came up. */
const lastResort = 300_000;

/** A suite and what it runs on. */
export interface HostOptions extends Pick<VSCodeOptions, "version" | "workspace" | "settings" | "env" | "system"> {
	/** Absolute path of the folder with the extension's package.json. */
	readonly extensionFolder: string;
	/** Absolute path of a CommonJS file that exports `run()` and there calls `runMocha` of inHost.ts. */
	readonly suite: string;
}

/** Opens a window with an extension under development and runs a suite in its extension host. @returns what it reported. */
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
		const said: string[] = [];
		await page.exposeFunction("codeAutomationLog", (_type: string, words: unknown[]) => said.push(words.join(" ")));
		const exited = Promise.withResolvers<string>();
		await page.exposeFunction("codeAutomationExit", (code: number) => exited.resolve(`exit code ${code}`));
		setTimeout(() => exited.resolve(`no end after ${lastResort / 1000} seconds`), lastResort).unref();
		const remote = `vscode-remote://127.0.0.1:${code.port}`;
		const payload = [
			["extensionDevelopmentPath", remote + code.urlPath(extensionFolder)],
			["extensionTestsPath", remote + code.urlPath(suite)],
			["skipWelcome", "true"],
		];
		await page.goto(`${code.url}&${new URLSearchParams({ payload: JSON.stringify(payload) })}`);
		const end = await exited.promise;
		// What a suite died of comes last.
		return readResults(file, end, [code.output(), ...said].join("\n"));
	} finally {
		await code.close();
	}
}

// Runs desktop VS Code, if its download site can be reached.
import { spawn } from "node:child_process";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { downloadAndUnzipVSCode, runTests } from "@vscode/test-electron";
import { temporaryFolder } from "../temporaryFolders.ts";
import type { HostOptions } from "./hostSuite.ts";
import { cache, root } from "./install.mjs";
import { type Results, readResults } from "./results.ts";
import type { VSCodeOptions, VSCodeVersion } from "./server.ts";

const RELEASES: Readonly<Record<VSCodeVersion, string>> = { "1.103": "1.103.2", "1.139": "1.139.1" };

/** Downloads desktop VS Code if missing. @returns the path of its executable. */
export function installDesktop(version: VSCodeVersion): Promise<string> {
	return downloadAndUnzipVSCode({ version: RELEASES[version], cachePath: join(cache, "desktop") });
}

/**
 * Opens desktop VS Code for a person, with the extension under development.
 * @returns `null` without a screen, or if VS Code cannot be downloaded.
 */
export async function openDesktop(
	options: Pick<VSCodeOptions, "version" | "workspace" | "settings">,
): Promise<{ readonly closed: Promise<void>; close(): Promise<void> } | null> {
	if (process.platform === "linux" && !process.env.DISPLAY && !process.env.WAYLAND_DISPLAY) return null;
	const executable = await installDesktop(options.version).catch(() => null);
	if (!executable) return null;
	const folder = makeDataFolder(options.settings);
	const child = spawn(
		executable,
		[options.workspace, `--extensionDevelopmentPath=${root}`, "--disable-workspace-trust", ...dataArguments(folder)],
		{ stdio: "ignore" },
	);
	const closed = new Promise<void>((resolve) => {
		child.on("error", () => resolve());
		child.on("exit", () => resolve());
	});
	return {
		closed,
		close: async () => {
			child.kill();
			await closed;
			rmSync(folder, { recursive: true, force: true, maxRetries: 10 });
		},
	};
}

/** Like `runInExtensionHost`, in desktop VS Code. */
export async function runInDesktop(options: HostOptions): Promise<Results> {
	const folder = makeDataFolder(options.settings);
	const file = join(folder, "results.json");
	try {
		const end = await runTests({
			vscodeExecutablePath: await installDesktop(options.version),
			extensionDevelopmentPath: options.extensionFolder,
			extensionTestsPath: options.suite,
			extensionTestsEnv: { ...options.env, TEST_RESULTS: file },
			launchArgs: [options.workspace, "--disable-workspace-trust", ...dataArguments(folder)],
		}).catch(() => 1);
		return readResults(file, `exit code ${end}`, "");
	} finally {
		rmSync(folder, { recursive: true, force: true, maxRetries: 10 });
	}
}

function makeDataFolder(settings: VSCodeOptions["settings"]): string {
	const folder = temporaryFolder("desktop").path;
	mkdirSync(join(folder, "user/User"), { recursive: true });
	writeFileSync(join(folder, "user/User/settings.json"), JSON.stringify(settings ?? {}));
	return folder;
}

function dataArguments(folder: string): readonly string[] {
	return [`--user-data-dir=${join(folder, "user")}`, `--extensions-dir=${join(folder, "extensions")}`];
}

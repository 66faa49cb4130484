// Runs programs for Windows by Wine: how files behave under Windows' rules can be seen on Linux.
import { execFileSync } from "node:child_process";
import { cpSync, existsSync } from "node:fs";
import { join } from "node:path";
import { installProgram } from "./debian.ts";
import { cache, installVSCode, installWindowsNode } from "./install.mjs";

const here = import.meta.dirname;
const WINE = "/usr/bin/wine";
const PREFIX = join(cache, "windows/prefix");

/** What programs run on: the system itself, or Windows' rules, by Wine. */
export type SystemName = "own" | "windows";

/** How a program for Node.js is run, and how it knows files by their paths here. */
export interface System {
	/** What to run, with what comes before the program. */
	readonly command: readonly [string, ...string[]];
	readonly env: Readonly<Record<string, string>>;
	/** A path as the program has it. */
	path(path: string): string;
	/** A path as it stands in its URLs. */
	urlPath(path: string): string;
}

/** @param node The Node.js to run. */
export function ownSystem(node: string): System {
	return { command: [node], env: {}, path: (path) => path, urlPath: (path) => path };
}

/** Whether Wine can be installed here, or is. */
function hasWine(): boolean {
	const isLinux = process.platform === "linux" && process.arch === "x64";
	return isLinux && installProgram(["wine", "wine64"], [WINE]) !== undefined;
}

/** Installs Wine, a Node.js for Windows, and what VS Code asks of Windows. @throws an Error where there is no Wine. */
export function installWindows(): System {
	if (!hasWine()) throw new Error(`No Wine at ${WINE}. Install Debian's packages wine and wine64.`);
	const node = installWindowsNode();
	const env = { WINEPREFIX: PREFIX, WINEDEBUG: "-all" };
	if (!existsSync(join(PREFIX, "system.reg")))
		execFileSync(WINE, ["wineboot", "-i"], { env: { PATH: process.env.PATH, ...env }, stdio: "ignore" });
	const { modules } = installVSCode("1.139");
	cpSync(join(here, "wine/@vscode"), join(modules, "@vscode"), { recursive: true });
	const command = [WINE, node, "--require", windowsPath(join(here, "wine/environment.cjs"))] as const;
	return { command, env, path: windowsPath, urlPath: (path) => `/z:${path}` };
}

/** A path as programs that Wine runs have it. */
export function windowsPath(path: string): string {
	return `Z:${path}`;
}

// Runs Windows programs in Wine, to test on Linux how files behave under Windows' rules.
import { execFileSync } from "node:child_process";
import { cpSync, existsSync } from "node:fs";
import { join } from "node:path";
import { installProgram } from "./debian.ts";
import { cache, installVSCode, installWindowsNode } from "./install.mjs";

const here = import.meta.dirname;
const WINE = "/usr/bin/wine";
const PREFIX = join(cache, "windows/prefix");

/** The system on which programs run: this system, or Windows' rules by Wine. */
export type SystemName = "own" | "windows";

/** How to run a Node.js program, and how to translate paths for the program. */
export interface System {
	/** The executable and its arguments before the program. */
	readonly command: readonly [string, ...string[]];
	readonly env: Readonly<Record<string, string>>;
	/** Translates a path for the program. */
	path(path: string): string;
	/** Translates a path for the program's URLs. */
	urlPath(path: string): string;
}

/** Returns this system. @param node The path of Node.js. */
export function nativeSystem(node: string): System {
	return { command: [node], env: {}, path: (path) => path, urlPath: (path) => path };
}

/** True if Wine is installed, or could be installed now. */
function hasWine(): boolean {
	const isLinux = process.platform === "linux" && process.arch === "x64";
	return isLinux && installProgram(["wine", "wine64"], [WINE]) !== undefined;
}

/** Installs Wine, Node.js for Windows, and VS Code's modules for Windows. @throws Error without Wine. */
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

/** Translates a path for programs in Wine. */
export function windowsPath(path: string): string {
	return `Z:${path}`;
}

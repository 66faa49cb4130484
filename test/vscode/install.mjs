// Installs locked packages: this project's own, and each Node.js and VS Code that the tests run on. Must be plain
// JavaScript without dependencies, since the script also runs in a bare clone on Node 20.
import { execFileSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
export const root = join(here, "../..");
export const cache = join(root, ".cache");

/** Installs this project's packages if package-lock.json has changed. */
export function installPackages() {
	install(root, root, join(root, "node_modules/.installed"));
}

/**
 * Installs Node.js from the npm registry on Linux x64; elsewhere uses the current Node, which must run TypeScript.
 * @param {22 | 24} major
 * @returns {string} the path of the Node.js binary.
 */
export function installNode(major) {
	if (process.platform === "linux" && process.arch === "x64")
		return join(installHost("node"), `node_modules/node${major}/bin/node`);
	if (process.features.typescript) return process.execPath;
	throw new Error("Please run this on Node.js 22.18 or later: only Linux x64 gets a Node of its own.");
}

/**
 * @param {"1.103" | "1.139"} version
 * @returns {{ node: string, server: string, modules: string }} the paths of the Node.js binary for the server, of the
 *   server, and of the folder with VS Code's modules.
 */
export function installVSCode(version) {
	const modules = join(installHost(version, addReplacements), "node_modules");
	const vscode = join(modules, "code-server/lib/vscode");
	return { node: installNode(version === "1.103" ? 22 : 24), server: join(vscode, "out/server-main.js"), modules };
}

/** @returns {string} the path of a Node.js for Windows, to run in Wine. */
export function installWindowsNode() {
	return join(installHost("windows", undefined, ["--os=win32"]), "node_modules/node24/bin/node.exe");
}

/** @returns {string} the path of the coverage-guided fuzzer's command line. */
export function installFuzzer() {
	return join(installHost("fuzzer"), "node_modules/@jazzer.js/core/dist/cli.js");
}

/** @returns {string} the path of the folder with the mutation tester's packages. */
export function installMutationTester() {
	return join(installHost("mutation"), "node_modules/@stryker-mutator");
}

/**
 * Installs a folder of `hosts/` (a package.json with its lock file) into the cache.
 * @param {string} name
 * @param {(modules: string) => void} [complete] Adds files that npm does not install.
 * @param {string[]} [options] More options for npm.
 * @returns {string} the path of the installed folder.
 */
function installHost(name, complete, options) {
	const from = join(here, "hosts", name);
	const to = join(cache, name);
	install(from, to, join(to, "installed"), () => complete?.(join(to, "node_modules")), options);
	return to;
}

/** Adds replacements of native modules, and a link by which the workbench finds its modules beside code-server. */
function addReplacements(modules) {
	cpSync(join(here, "stand-ins"), modules, { recursive: true });
	symlinkSync("../../..", join(modules, "code-server/lib/vscode/node_modules"));
}

/**
 * Runs `npm ci` in a folder unless the marker file shows that this lock file is installed. Must not write anything
 * then, since the installed programs may be running.
 * @param {string} from The folder of package.json and its lock file.
 */
function install(from, folder, marker, complete = () => {}, options = []) {
	const lock = readFileSync(join(from, "package-lock.json"), "utf8");
	if (existsSync(marker) && readFileSync(marker, "utf8") === lock) return;
	mkdirSync(folder, { recursive: true });
	if (from !== folder)
		for (const file of ["package.json", "package-lock.json"]) cpSync(join(from, file), join(folder, file));
	console.error(`Installing ${folder === root ? "packages" : folder.slice(cache.length + 1)} …`);
	rmSync(marker, { force: true });
	execFileSync("npm", ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error", ...options], {
		cwd: folder,
		stdio: ["ignore", "ignore", "inherit"],
		shell: process.platform === "win32",
	});
	complete();
	writeFileSync(marker, lock);
}

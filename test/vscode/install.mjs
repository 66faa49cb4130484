// Installs what is locked: this project's packages, and each Node.js and VS Code that the tests run on. Plain JavaScript
// without dependencies, since it also runs in a bare clone on Node 20.
import { execFileSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
export const root = join(here, "../..");
export const cache = join(root, ".cache");

/** Installs this project's own packages where package-lock.json has changed since. */
export function installPackages() {
	install(root, root, join(root, "node_modules/.installed"));
}

/**
 * @param {22 | 24} major
 * @returns {string} the path of that Node.js binary, installed from the npm registry; elsewhere than on Linux x64 the
 *   Node that runs this, which must then be able to run TypeScript.
 */
export function installNode(major) {
	if (process.platform === "linux" && process.arch === "x64")
		return join(installHost("node"), `node_modules/node${major}/bin/node`);
	if (process.features.typescript) return process.execPath;
	throw new Error("Please run this on Node.js 22.18 or later: only Linux x64 gets a Node of its own.");
}

/**
 * @param {"1.103" | "1.139"} version
 * @returns {{ node: string, server: string, modules: string }} the paths of that VS Code's server, of the Node.js binary to run it
 *   on, and of the folder with its modules.
 */
export function installVSCode(version) {
	const modules = join(installHost(version, standIn), "node_modules");
	const vscode = join(modules, "code-server/lib/vscode");
	return { node: installNode(version === "1.103" ? 22 : 24), server: join(vscode, "out/server-main.js"), modules };
}

/** @returns {string} the path of a Node.js for Windows, which Wine can run. */
export function installWindowsNode() {
	return join(installHost("windows", undefined, ["--os=win32"]), "node_modules/node24/bin/node.exe");
}

/** @returns {string} the path of the coverage-guided fuzzer's command line. */
export function installFuzzer() {
	return join(installHost("fuzzer"), "node_modules/@jazzer.js/core/dist/cli.js");
}

/** @returns {string} the path of the folder that holds the mutation tester's packages. */
export function installMutationTester() {
	return join(installHost("mutation"), "node_modules/@stryker-mutator");
}

/**
 * Installs a folder of `hosts/` (a package.json with its lock file) into the cache.
 * @param {string} name
 * @param {(modules: string) => void} [complete] Adds to the installed packages what npm does not bring.
 * @param {string[]} [options] More options for npm.
 * @returns {string} the path of the installed folder.
 */
function installHost(name, complete, options) {
	const from = join(here, "hosts", name);
	const to = join(cache, name);
	install(from, to, join(to, "installed"), () => complete?.(join(to, "node_modules")), options);
	return to;
}

/** Adds what replaces native modules, and the path by which the workbench asks for its modules, which npm has put beside code-server. */
function standIn(modules) {
	cpSync(join(here, "stand-ins"), modules, { recursive: true });
	symlinkSync("../../..", join(modules, "code-server/lib/vscode/node_modules"));
}

/**
 * Runs `npm ci` in a folder unless the mark says that exactly this lock file is installed. Then nothing is written, for
 * others may be running what is there.
 * @param {string} from Where package.json and its lock file are.
 */
function install(from, folder, mark, complete = () => {}, options = []) {
	const lock = readFileSync(join(from, "package-lock.json"), "utf8");
	if (existsSync(mark) && readFileSync(mark, "utf8") === lock) return;
	mkdirSync(folder, { recursive: true });
	if (from !== folder)
		for (const file of ["package.json", "package-lock.json"]) cpSync(join(from, file), join(folder, file));
	console.error(`Installing ${folder === root ? "packages" : folder.slice(cache.length + 1)} …`);
	rmSync(mark, { force: true });
	execFileSync("npm", ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error", ...options], {
		cwd: folder,
		stdio: ["ignore", "ignore", "inherit"],
		shell: process.platform === "win32",
	});
	complete();
	writeFileSync(mark, lock);
}

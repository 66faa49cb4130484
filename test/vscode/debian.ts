import { type ExecFileSyncOptions, execFileSync } from "node:child_process";
import { existsSync } from "node:fs";

/**
 * Installs a missing program by Debian's apt-get, if possible.
 * @param paths Possible paths of the program; the first existing path is used.
 * @returns the path of the program; `undefined` if missing.
 */
export function installProgram(packages: readonly string[], paths: readonly string[]): string | undefined {
	const found = () => paths.find(existsSync);
	if (!found()) installPackages(packages);
	return found();
}

/** Installs packages by Debian's apt-get, if the system is Debian and the user is root. Prints errors, throws none. */
export function installPackages(packages: readonly string[]): void {
	if (!existsSync("/etc/debian_version") || process.getuid?.() !== 0) return;
	console.error(`Installing ${packages.join(" and ")} …`);
	const options: ExecFileSyncOptions = { stdio: ["ignore", "ignore", "inherit"] };
	try {
		execFileSync("apt-get", ["update"], options);
		execFileSync("apt-get", ["install", "-y", "--no-install-recommends", ...packages], options);
	} catch (error) {
		console.error(String(error));
	}
}

import { type ExecFileSyncOptions, execFileSync } from "node:child_process";
import { existsSync } from "node:fs";

/**
 * Installs a program by Debian's apt-get where it is missing, and where that is possible.
 * @param paths Where it may be; whichever is there is taken.
 * @returns its path; `undefined` where it is missing.
 */
export function installProgram(packages: readonly string[], paths: readonly string[]): string | undefined {
	const found = () => paths.find(existsSync);
	if (!found() && existsSync("/etc/debian_version") && process.getuid?.() === 0) {
		console.error(`Installing ${packages.join(" and ")} …`);
		const options: ExecFileSyncOptions = { stdio: ["ignore", "ignore", "inherit"] };
		try {
			execFileSync("apt-get", ["update"], options);
			execFileSync("apt-get", ["install", "-y", "--no-install-recommends", ...packages], options);
		} catch (error) {
			console.error(String(error));
		}
	}
	return found();
}

// What not every system has. Where it is missing, the test that needs it is skipped, with the reason.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { chmodSync, lstatSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { skip } from "./skipTest.ts";

export const isWindows = process.platform === "win32";

/** Makes a symbolic link. */
export function makeLink(context: Mocha.Context, target: string, path: string): void {
	try {
		symlinkSync(target, path);
		// Wine reports success and makes nothing.
		lstatSync(path);
	} catch (error) {
		skip(context, `links cannot be made here: ${error}`);
	}
}

/** Makes a named pipe. */
export function makePipe(context: Mocha.Context, path: string): void {
	if (isWindows) skip(context, "Windows has no pipes in folders");
	execFileSync("mkfifo", [path]);
}

/** @returns the path of a device that can be read without end. */
export function endlessDevice(context: Mocha.Context): string {
	return isWindows ? skip(context, "Windows has no devices in folders") : "/dev/zero";
}

/** Has nobody read a file. */
export function makeUnreadable(context: Mocha.Context, path: string): void {
	if (isWindows) skip(context, "on Windows a file's mode keeps nobody from reading it");
	if (process.getuid?.() === 0) skip(context, "root may read everything");
	chmodSync(path, 0);
}

/** That a file or folder is for its owner alone, where the system and the file system have modes for that. */
export function assertPrivate(path: string): void {
	if (isWindows || !keepsModes(dirname(path))) return;
	const stats = statSync(path);
	assert.equal(stats.mode & 0o777, stats.isDirectory() ? 0o700 : 0o600, path);
}

function keepsModes(folder: string): boolean {
	const path = join(folder, "mode");
	writeFileSync(path, "", { mode: 0o600 });
	const { mode } = statSync(path);
	rmSync(path);
	return (mode & 0o777) === 0o600;
}

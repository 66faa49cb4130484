// Provides features that not every system has. Skips the test, with the reason, if the feature is missing.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { chmodSync, lstatSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { skipTest } from "./skipTest.ts";

export const isWindows = process.platform === "win32";

/** Makes a symbolic link. */
export function makeLink(context: Mocha.Context, target: string, path: string): void {
	try {
		symlinkSync(target, path);
		// Wine reports success without a link.
		lstatSync(path);
	} catch (error) {
		skipTest(context, `links cannot be made here: ${error}`);
	}
}

/** Makes a named pipe. */
export function makePipe(context: Mocha.Context, path: string): void {
	if (isWindows) skipTest(context, "Windows has no pipes in folders");
	execFileSync("mkfifo", [path]);
}

/** Returns the path of a device with endless content. */
export function endlessDevice(context: Mocha.Context): string {
	return isWindows ? skipTest(context, "Windows has no devices in folders") : "/dev/zero";
}

/** Makes a file unreadable for everybody. */
export function makeUnreadable(context: Mocha.Context, path: string): void {
	if (isWindows) skipTest(context, "on Windows a file's mode keeps nobody from reading it");
	if (process.getuid?.() === 0) skipTest(context, "root may read everything");
	chmodSync(path, 0);
}

/** Asserts that only its owner can access a file or folder, if system and file system support modes. */
export function assertPrivate(path: string): void {
	if (isWindows || !supportsModes(dirname(path))) return;
	const stats = statSync(path);
	assert.equal(stats.mode & 0o777, stats.isDirectory() ? 0o700 : 0o600, path);
}

function supportsModes(folder: string): boolean {
	const path = join(folder, "mode");
	writeFileSync(path, "", { mode: 0o600 });
	const { mode } = statSync(path);
	rmSync(path);
	return (mode & 0o777) === 0o600;
}

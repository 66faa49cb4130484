// Finds Chromium and starts it headless.
import { existsSync } from "node:fs";
import { type Browser, chromium } from "playwright-core";
import { installProgram } from "./debian.ts";

/** Starts Chromium. @throws Error that explains what to install, if Chromium is missing. */
export function launchBrowser(): Promise<Browser> {
	return chromium.launch({
		executablePath: installBrowser(),
		args: [
			"--no-sandbox",
			"--disable-gpu",
			"--disable-quic",
			"--no-first-run",
			"--disable-background-networking",
			"--disable-component-update",
			"--disable-sync",
			"--no-proxy-server",
		],
	});
}

/** Debian's Chromium; the headless shell is smaller and faster. */
const SHELL = "chromium-headless-shell";
const PATHS = [`/usr/bin/${SHELL}`, "/usr/bin/chromium"];

/**
 * Installs Chromium if Debian's apt-get can do so.
 * @returns the path of Chromium.
 * @throws Error that explains what to install, if Chromium is missing.
 */
export function installBrowser(): string {
	const { CHROMIUM_PATH: configuredPath } = process.env;
	const path = configuredPath === undefined ? installProgram([SHELL], PATHS) : [configuredPath].find(existsSync);
	if (path) return path;
	throw new Error(
		`No Chromium at ${configuredPath ?? PATHS.join(" or ")}. Install it, or set CHROMIUM_PATH to the path of a Chromium or Chrome.`,
	);
}

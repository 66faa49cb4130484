// Finds Chromium and starts it without a screen.
import { existsSync } from "node:fs";
import { type Browser, chromium } from "playwright-core";
import { installProgram } from "./debian.ts";

/** @throws an Error that says what to install, where there is no Chromium. */
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

/** Debian's Chromium; the one without a window of its own is smaller and takes less time. */
const SHELL = "chromium-headless-shell";
const PATHS = [`/usr/bin/${SHELL}`, "/usr/bin/chromium"];

/**
 * Installs Chromium where that takes no more than Debian's apt-get.
 * @returns its path.
 * @throws an Error that says what to install, where there is none.
 */
export function installBrowser(): string {
	const { CHROMIUM_PATH: given } = process.env;
	const path = given === undefined ? installProgram([SHELL], PATHS) : [given].find(existsSync);
	if (path) return path;
	throw new Error(
		`No Chromium at ${given ?? PATHS.join(" or ")}. Install it, or set CHROMIUM_PATH to the path of a Chromium or Chrome.`,
	);
}

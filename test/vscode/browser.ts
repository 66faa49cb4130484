// Finds Chromium and starts it without a screen.
import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { type Browser, chromium } from "playwright-core";

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
	const found = () => (given === undefined ? PATHS : [given]).find(existsSync);
	if (!found() && given === undefined && existsSync("/etc/debian_version") && process.getuid?.() === 0) {
		console.error("Installing Chromium …");
		execFileSync("apt-get", ["update"], { stdio: ["ignore", "ignore", "inherit"] });
		execFileSync("apt-get", ["install", "-y", SHELL], { stdio: ["ignore", "ignore", "inherit"] });
	}
	const path = found();
	if (path) return path;
	throw new Error(
		`No Chromium at ${given ?? PATHS.join(" or ")}. Install it, or set CHROMIUM_PATH to the path of a Chromium or Chrome.`,
	);
}

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

/**
 * Installs Chromium where that takes no more than Debian's apt-get.
 * @returns its path.
 * @throws an Error that says what to install, where there is none.
 */
export function installBrowser(): string {
	const path = process.env.CHROMIUM_PATH ?? "/usr/bin/chromium";
	if (
		!existsSync(path) &&
		path === "/usr/bin/chromium" &&
		existsSync("/etc/debian_version") &&
		process.getuid?.() === 0
	) {
		console.error("Installing chromium …");
		execFileSync("apt-get", ["update"], { stdio: ["ignore", "ignore", "inherit"] });
		execFileSync("apt-get", ["install", "-y", "chromium"], { stdio: ["ignore", "ignore", "inherit"] });
	}
	if (existsSync(path)) return path;
	throw new Error(`No Chromium at ${path}. Install it, or set CHROMIUM_PATH to the path of a Chromium or Chrome.`);
}

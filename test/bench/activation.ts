import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { createVSIX } from "@vscode/vsce";
import { EXTENSION_NAME } from "../e2e/setup/session.ts";
import { temporaryFolder } from "../temporaryFolders.ts";
import { launchBrowser } from "../vscode/browser.ts";
import { startVSCode } from "../vscode/server.ts";
import { openWindow, type Window } from "../vscode/window.ts";
import { atMostAbove, type Benchmark } from "./measure.ts";
import { packageOnce } from "./packaged.ts";

/** Wait in milliseconds until VS Code has started its own parts, which slow an activation down. */
const SETTLE_MS = 5000;
const EMPTY = "Empty extension";

export const activation: Benchmark = {
	name: "activation",
	run: async (quick) => {
		const temporary = temporaryFolder("activation");
		const workspace = join(temporary.path, "workspace");
		mkdirSync(workspace);
		const extensions = [await packageOnce(), await packageEmpty(temporary.path)];
		const code = await startVSCode({ version: "1.139", workspace, extensions });
		removeActivationAtStartup(join(code.dataFolder, "extensions"));
		const browser = await launchBrowser();
		try {
			const ours: number[] = [];
			const empty: number[] = [];
			for (let run = 0; run < (quick ? 2 : 10); run++) {
				const window = await openWindow(browser, code.url, { tab: EXTENSION_NAME });
				// The list of running extensions contains only visible rows.
				await window.page.setViewportSize({ width: 1280, height: 2000 });
				await pause(SETTLE_MS);
				// The first extension in a host may start more slowly.
				for (const name of run % 2 === 0 ? [EXTENSION_NAME, EMPTY] : [EMPTY, EXTENSION_NAME])
					(name === EMPTY ? empty : ours).push(await activate(window, name));
				await window.close();
			}
			return [
				{
					title: "activation by the first view, as VS Code tells it",
					unit: "ms",
					ours,
					beside: [{ name: "an empty extension", runs: empty }],
					goal: atMostAbove(empty, 15, ours),
				},
			];
		} finally {
			await browser.close();
			await code.close();
			temporary.remove();
		}
	},
};

/**
 * Lets the installed extensions activate only when their view is opened. VS Code activates all extensions of its
 * startup together, and counts for each one the time for which the extension waits for the others.
 */
function removeActivationAtStartup(extensionsFolder: string): void {
	for (const entry of readdirSync(extensionsFolder, { withFileTypes: true }).filter((one) => one.isDirectory())) {
		const path = join(extensionsFolder, entry.name, "package.json");
		const manifest = JSON.parse(readFileSync(path, "utf8"));
		writeFileSync(path, JSON.stringify({ ...manifest, activationEvents: [] }));
	}
}

/** Opens an extension's view for the first time. @returns the time to load and activate, in milliseconds. */
async function activate(window: Window, name: string): Promise<number> {
	const { page } = window;
	await page.locator(".activitybar").getByRole("tab", { name }).click();
	await window.run("Developer: Show Running Extensions");
	const running = page.locator(".runtime-extensions-editor .extension").filter({ hasText: name });
	const activationTime = /Activation: (\d+)ms/;
	const text = await running.locator(".activation-time").filter({ hasText: activationTime }).innerText();
	// The list is an overlay.
	await page.keyboard.press("Escape");
	await page.locator(".monaco-modal-editor-block").waitFor({ state: "hidden" });
	return Number(activationTime.exec(text)?.[1]);
}

/** Packages an extension with a view and an empty activation. @returns the path of the package. */
async function packageEmpty(folder: string): Promise<string> {
	const cwd = join(folder, "empty");
	mkdirSync(cwd);
	const manifest = {
		...{ name: "empty", displayName: EMPTY, version: "0.0.1", publisher: "bench", license: "MIT" },
		...{ engines: { vscode: "^1.103.0" }, main: "./extension.js" },
		contributes: {
			viewsContainers: { activitybar: [{ id: "benchEmpty", title: EMPTY, icon: "icon.svg" }] },
			views: { benchEmpty: [{ id: "benchEmpty.view", name: EMPTY }] },
		},
	};
	writeFileSync(join(cwd, "package.json"), JSON.stringify(manifest));
	writeFileSync(join(cwd, "extension.js"), "exports.activate = () => {};");
	writeFileSync(join(cwd, "icon.svg"), '<svg xmlns="http://www.w3.org/2000/svg" width="24" height="24"/>');
	const packagePath = join(folder, "empty.vsix");
	await createVSIX({ cwd, packagePath, dependencies: false, allowMissingRepository: true, skipLicense: true });
	return packagePath;
}

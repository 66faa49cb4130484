import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { showRunningExtensions } from "../e2e/setup/runningExtensions.ts";
import { EXTENSION_NAME } from "../e2e/setup/session.ts";
import { temporaryFolder } from "../temporaryFolders.ts";
import { launchBrowser } from "../vscode/browser.ts";
import { startVSCode } from "../vscode/server.ts";
import { packageTestExtension } from "../vscode/testExtension.ts";
import { openWindow, type Window } from "../vscode/window.ts";
import { packageChanged, removeActivationEvents } from "../vsix.ts";
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
		await packageOnce();
		// VS Code activates all extensions of its startup together, and counts for each one the time for which it waits for
		// the others.
		const extensions = [await packageChanged(removeActivationEvents), await packageEmpty()];
		const code = await startVSCode({ version: "1.139", workspace, extensions });
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

/** Opens an extension's view for the first time. @returns the time to load and activate, in milliseconds. */
async function activate(window: Window, name: string): Promise<number> {
	const { page } = window;
	await page.locator(".activitybar").getByRole("tab", { name }).click();
	const running = await showRunningExtensions(window, name);
	const activationTime = /Activation: (\d+)ms/;
	const text = await running.locator(".activation-time").filter({ hasText: activationTime }).innerText();
	// The list is an overlay.
	await page.keyboard.press("Escape");
	await page.locator(".monaco-modal-editor-block").waitFor({ state: "hidden" });
	return Number(activationTime.exec(text)?.[1]);
}

/** Packages an extension with a view and an empty activation. @returns the path of the package. */
async function packageEmpty(): Promise<string> {
	const files = {
		"extension.js": "exports.activate = () => {};",
		"icon.svg": '<svg xmlns="http://www.w3.org/2000/svg" width="24" height="24"/>',
	};
	const contributes = {
		viewsContainers: { activitybar: [{ id: "benchEmpty", title: EMPTY, icon: "icon.svg" }] },
		views: { benchEmpty: [{ id: "benchEmpty.view", name: EMPTY }] },
	};
	const manifest = { displayName: EMPTY, main: "./extension.js", contributes };
	return (await packageTestExtension("empty", files, manifest)).vsix;
}

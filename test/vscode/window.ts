// Drives a VS Code window as a person does: reads, clicks and types. Never sleeps; waits for the text that results.
import type { Browser, BrowserContext, Locator, Page } from "playwright-core";
import { pinElement, waitUntilGone } from "./elementHandles.ts";
import { closeMenus, Menu } from "./menu.ts";
import { QuickInput } from "./quickInput.ts";
import { ATTEMPT_TIMEOUT, withRetries } from "./retry.ts";
import { View } from "./view.ts";

/**
 * Opens a window and waits until the extension's contributions are loaded: an earlier menu would lack them.
 * @param options.tab name of the extension's tab in the activity bar.
 * @param options.keepSecrets keeps stored secrets readable after a reload, as the desktop does.
 */
export async function openWindow(
	browser: Browser,
	url: string,
	options: { readonly tab: string; readonly keepSecrets?: boolean },
): Promise<Window> {
	const context = await browser.newContext({
		locale: "en-US",
		viewport: { width: 1280, height: 800 },
		reducedMotion: "reduce",
	});
	if (options.keepSecrets) await stubMintKey(context, Buffer.alloc(32, 7));
	// Only prevents endless waiting: every wait takes a few seconds at most, even on a busy machine.
	context.setDefaultTimeout(40_000);
	const window = new Window(context, await context.newPage(), url, options.tab);
	await window.load();
	return window;
}

/**
 * Replaces code-server's wrapper for pages loaded later: answers the workbench's request for half of the key that
 * encrypts secrets. With a different half, stored secrets become unreadable.
 */
export async function stubMintKey(context: BrowserContext, half: Uint8Array): Promise<void> {
	// In the page, since a Playwright route would make the browser reload all workbench files each time.
	await context.addInitScript(
		([bytes]) => {
			const { fetch } = globalThis;
			globalThis.fetch = async (...args) =>
				/\/mint-key$/.test(String(args[0])) ? new Response(Uint8Array.from(bytes)) : fetch(...args);
		},
		[[...half]] as const,
	);
}

/** Maximum number of key presses to close all widgets of a kind. */
const MAX_PRESSES = 10;

const DIALOG = ".monaco-dialog-box";
const TOAST = ".notification-toast";
const QUICK_INPUT = ".quick-input-widget";
/** Newer versions show settings and some editors as an overlay. */
const MODAL_EDITOR = ".monaco-modal-editor-block";

export class Window {
	readonly context: BrowserContext;
	readonly page: Page;
	readonly #url: string;
	readonly #tab: Locator;
	/** Awaited status bar texts that may still be visible. */
	readonly #statuses = new Set<string>();

	constructor(context: BrowserContext, page: Page, url: string, tab: string) {
		this.context = context;
		this.page = page;
		this.#url = url;
		this.#tab = this.#activityTab(tab);
	}

	#activityTab(name: string): Locator {
		return this.page.locator(".activitybar").getByRole("tab", { name });
	}

	/** Loads or reloads the window. */
	async load() {
		await this.page.goto(this.#url);
		// Performance marks of the workbench. Before these marks, a reload shows restored state and then moves the focus.
		for (const mark of ["code/LifecyclePhase/Restored", "code/didLoadExtensions"])
			await this.page.waitForFunction((name) => performance.getEntriesByName(name).length > 0, mark);
		await this.#tab.waitFor();
	}

	/**
	 * Closes all menus, dialogs, inputs, editors and notifications. If closing fails, as with a dialog that does not
	 * close, reloads the window.
	 */
	async clear() {
		try {
			await this.#clear();
		} catch {
			await this.load();
		}
	}

	async #clear() {
		const { keyboard } = this.page;
		const pressUntilGone = async (selector: string, key: string) => {
			const visible = this.page.locator(`${selector}:visible`);
			for (let presses = 0; await visible.first().isVisible(); presses++) {
				if (presses === MAX_PRESSES) throw new Error(`${selector} does not close`);
				const [element] = await visible.elementHandles();
				// The widget closed by itself meanwhile.
				if (!element) continue;
				await keyboard.press(key);
				await element.waitForElementState("hidden", ATTEMPT_TIMEOUT);
			}
		};
		await closeMenus(this.page);
		await pressUntilGone(DIALOG, "Escape");
		// An open input may have lost the focus.
		const box = this.page.locator(`${QUICK_INPUT}:visible input.input`).first();
		if (await box.isVisible()) await box.focus(ATTEMPT_TIMEOUT);
		for (const selector of [QUICK_INPUT, MODAL_EDITOR]) await pressUntilGone(selector, "Escape");
		const tabs = this.page.locator(".part.editor .tabs-container").getByRole("tab");
		if ((await tabs.count()) > 0) {
			await this.run("View: Close All Editors");
			await this.#waitForNone(tabs);
		}
		if (await this.page.locator(TOAST).first().isVisible()) await this.run("Notifications: Clear All Notifications");
		await this.#waitForNone(this.page.locator(TOAST));
		// A repeated status cannot be distinguished from the previous status while the previous is visible.
		for (const status of this.#statuses) await this.#status(status).waitFor({ state: "hidden" });
		this.#statuses.clear();
	}

	/** Waits until a locator matches no element. */
	async #waitForNone(locator: Locator) {
		while ((await locator.count()) > 0) await locator.first().waitFor({ state: "detached" });
	}

	/** Leaves the page as if closed, so that the page saves its state; `load` opens it again. */
	async unload() {
		await this.page.goto("about:blank");
	}

	/** Deletes VS Code's data in the browser, including secrets and extension state, and loads the window. */
	async loadWithoutData() {
		await this.unload();
		const devTools = await this.context.newCDPSession(this.page);
		const { origin } = new URL(this.#url);
		await devTools.send("Storage.clearDataForOrigin", { origin, storageTypes: "all" });
		await devTools.detach();
		await this.load();
	}

	/** True if an extension has stored a secret since `loadWithoutData`. */
	hasStoredSecrets(): Promise<boolean> {
		return this.page.evaluate("'secrets.provider' in localStorage");
	}

	async close() {
		await this.context.close();
	}

	async screenshot(path: string) {
		await this.page.screenshot({ path, animations: "disabled" });
	}

	/** Saves a screenshot of the top of the side bar. @param height in pixels */
	async screenshotSideBar(path: string, height: number) {
		const box = await this.page.locator(".part.sidebar").boundingBox();
		if (box) await this.page.screenshot({ path, animations: "disabled", clip: { ...box, height } });
	}

	/** Shows the extension's views. */
	async openViews() {
		await openTab(this.#tab);
	}

	/** Shows the explorer, which hides the extension's views. */
	async openExplorer() {
		await openTab(this.#activityTab("Explorer"));
	}

	/** Expands a view of the side bar. */
	async openView(title: string) {
		await this.#setExpanded(title, true);
	}

	/** Collapses a view of the side bar. */
	async closeView(title: string) {
		await this.#setExpanded(title, false);
	}

	async #setExpanded(title: string, expanded: boolean) {
		const header = this.page.locator(`.part.sidebar .pane-header[aria-label="${title} Section"]`);
		await header.waitFor();
		if ((await header.getAttribute("aria-expanded")) === String(!expanded)) await header.click();
	}

	/** Sets the width of the side bar in pixels; VS Code's minimum is 170. */
	async setSideBarWidth(width: number) {
		await this.widenSideBar(width - (await this.#sideBar()).width);
	}

	/** Drags the edge of the side bar. @param by in pixels */
	async widenSideBar(by: number) {
		const { x, y, width, height } = await this.#sideBar();
		const edge = { x: x + width, y: y + height / 2 };
		await this.page.mouse.move(edge.x, edge.y);
		await this.page.mouse.down();
		await this.page.mouse.move(edge.x + by, edge.y, { steps: 5 });
		await this.page.mouse.up();
	}

	async #sideBar() {
		return (await this.page.locator(".part.sidebar").boundingBox()) ?? { x: 0, y: 0, width: 0, height: 0 };
	}

	view(name: string): View {
		return new View(this.page, name);
	}

	/** Shows the explorer and opens the context menu of a visible file or folder. */
	async explorerMenu(name: string): Promise<Menu> {
		await this.openExplorer();
		return Menu.open(this.#file(name));
	}

	/** Selects several visible files in the explorer. */
	async selectFiles(...names: string[]) {
		await this.openExplorer();
		for (const [index, name] of names.entries())
			await this.#file(name).click({ modifiers: index === 0 ? [] : ["ControlOrMeta"] });
	}

	/** Returns the HTML of links and images with external targets in side bar, notifications and hovers. */
	externalLinks(): Promise<string[]> {
		return this.page
			.locator(
				".part.sidebar a[href], .notifications-toasts a[href], .monaco-hover a[href], .part.sidebar img[src], .monaco-hover img",
			)
			.evaluateAll((elements) => elements.map((element) => element.outerHTML));
	}

	/** Opens a visible file of the explorer in an editor. */
	async openFile(name: string) {
		await this.openExplorer();
		// The rows move while the Explorer notices new files, so a click can hit another file.
		await withRetries(async () => {
			await this.#file(name).dblclick();
			await this.#editorTab(name).waitFor(ATTEMPT_TIMEOUT);
		});
	}

	/** Opens the context menu of an editor's tab. */
	tabMenu(name: string): Promise<Menu> {
		return Menu.open(this.#editorTab(name));
	}

	#file(name: string): Locator {
		return this.page.locator(".explorer-folders-view").getByRole("treeitem", { name, exact: true });
	}

	#editorTab(name: string): Locator {
		return this.page.locator(".part.editor .tabs-container").getByRole("tab", { name });
	}

	/** Waits until the status bar shows a text. */
	async waitForStatus(text: string) {
		await this.#status(text).waitFor();
		this.#statuses.add(text);
	}

	#status(text: string): Locator {
		return this.page.locator(".part.statusbar").getByText(text, { exact: true });
	}

	/** Waits until the settings are open with this search text. */
	async waitForSettingsSearch(search: string) {
		await this.page.locator(".settings-editor .suggest-input-container .view-lines").getByText(search).waitFor();
	}

	/** Waits until the clipboard contains a text. The browser context must be allowed to read the clipboard. */
	async waitForClipboard(text: string) {
		await this.page.waitForFunction(`navigator.clipboard.readText().then((held) => held === ${JSON.stringify(text)})`);
	}

	/** Runs a command by the palette. @param title as shown in the palette, such as "Category: Title". */
	async run(title: string) {
		await (await this.#palette(title)).pick(title);
	}

	/** Returns the titles of a category's commands, as the palette shows them. */
	async commands(category: string): Promise<string[]> {
		const palette = await this.#palette(category);
		await this.page.locator(".quick-input-list").getByText(`${category}: `).first().waitFor();
		const titles = await palette.allLabels();
		await palette.cancel();
		return titles.filter((title) => title.startsWith(category));
	}

	async #palette(text: string): Promise<QuickInput> {
		const palette = new QuickInput(this.page.locator(QUICK_INPUT));
		// The palette closes if the focus moves late; a person would open the palette again.
		await withRetries(async () => {
			await this.page.keyboard.press("F1");
			await palette.type(`>${text}`, ATTEMPT_TIMEOUT);
		});
		return palette;
	}

	/** Waits for the input box or pick list with this title. */
	async quickInput(title: string): Promise<QuickInput> {
		const bar = this.page.locator(".quick-input-titlebar");
		const widget = this.page.locator(QUICK_INPUT).filter({ has: bar.getByText(title, { exact: true }) });
		await widget.waitFor();
		return new QuickInput(widget);
	}

	/** Waits for the modal dialog with this message. */
	async dialog(message: string) {
		const box = await pinElement(this.page.locator(DIALOG).filter({ hasText: message }));
		const buttons = box.locator(".dialog-buttons");
		// A closing dialog restores the focus, which would close a newer input.
		const closing = async (action: Promise<void>) => {
			await action;
			await waitUntilGone(box);
		};
		return {
			message: await box.locator(".dialog-message").innerText(),
			detail: await box.locator(".dialog-message-detail").innerText(),
			/** Sorted, since VS Code orders the buttons by system. */
			buttons: (await buttons.getByRole("button").allInnerTexts()).sort(),
			/** The button that Enter presses. */
			onEnter: await buttons.locator(".monaco-button:focus").innerText(),
			press: (name: string) => closing(buttons.getByRole("button", { name, exact: true }).click()),
			enter: () => closing(this.page.keyboard.press("Enter")),
			escape: () => closing(this.page.keyboard.press("Escape")),
		};
	}

	/** Waits until VS Code asks whether to open an address outside, and declines. @returns the complete address */
	async declineExternal(address: string): Promise<string> {
		const dialog = await this.dialog(address);
		await dialog.escape();
		return dialog.detail;
	}

	/** Waits for the notification with this text. */
	async toast(text: string) {
		const toast = await pinElement(this.page.locator(TOAST).filter({ hasText: text }));
		const message = toast.locator(".notification-list-item-message");
		const buttons = toast.locator(".notification-list-item-buttons-container");
		return {
			text: await message.innerText(),
			buttons: await buttons.getByRole("button").allInnerTexts(),
			press: async (name: string) => {
				await buttons.getByRole("button", { name, exact: true }).click();
				await waitUntilGone(toast);
			},
			dismiss: async () => {
				// Not by the button, which is visible only under the mouse and may move away from the mouse.
				await message.click();
				await this.page.keyboard.press("Delete");
				await waitUntilGone(toast);
			},
		};
	}

	/** Returns the texts of the visible notifications. */
	toasts(): Promise<string[]> {
		return this.page.locator(".notification-toast .notification-list-item-message").allInnerTexts();
	}

	/** Waits until the open editor's visible lines include `part`. @returns the lines. */
	async editorText(part: string): Promise<string> {
		const lines = this.page.locator(".part.editor .view-lines").filter({ hasText: part });
		await lines.waitFor();
		return lines.evaluate((element) =>
			// The lines are unordered, and contain no-break spaces.
			[...element.querySelectorAll(".view-line")]
				.sort((a, b) => a.getBoundingClientRect().top - b.getBoundingClientRect().top)
				.map((line) => line.textContent.replaceAll("\u00a0", " "))
				.join("\n"),
		);
	}
}

/** Selects a tab of the activity bar; a click on a selected tab would hide its views. */
async function openTab(tab: Locator) {
	if ((await tab.getAttribute("aria-selected")) === "true") return;
	await tab.click();
	// A tab under the mouse shows a tooltip, which would cover the view's first row.
	await tab.page().mouse.move(0, 0);
}

// Drives one window of VS Code as a person does: by what can be read, clicked and typed. Nothing sleeps; what takes time
// is awaited by the text that it brings.
import type { Browser, BrowserContext, Locator, Page } from "playwright-core";
import { hold, isGone } from "./elementHandles.ts";
import { closeMenus, Menu } from "./menu.ts";
import { QuickInput } from "./quickInput.ts";
import { inTries, TRY } from "./retry.ts";
import { View } from "./view.ts";

/**
 * Opens a window and waits until it has read what the extension contributes, since a menu opened before lacks it.
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
	if (options.keepSecrets) await answerMintKey(context, Buffer.alloc(32, 7));
	// A last resort against waiting forever; whatever is awaited takes a few seconds at most, even on a busy machine.
	context.setDefaultTimeout(40_000);
	const window = new Window(context, await context.newPage(), url, options.tab);
	await window.load();
	return window;
}

/**
 * Answers pages that are loaded from now on what the workbench asks code-server's wrapper, which does not run here: for half of
 * the key that encrypts secrets. With another half they cannot read what was stored before.
 */
export async function answerMintKey(context: BrowserContext, half: Uint8Array): Promise<void> {
	// In the page, since a route would have the browser load all files of the workbench again each time.
	await context.addInitScript(
		([bytes]) => {
			const { fetch } = globalThis;
			globalThis.fetch = async (...args) =>
				/\/mint-key$/.test(String(args[0])) ? new Response(Uint8Array.from(bytes)) : fetch(...args);
		},
		[[...half]] as const,
	);
}

/** How often a key is pressed to close what is open. */
const MOST_PRESSES = 10;

const DIALOG = ".monaco-dialog-box";
const TOAST = ".notification-toast";
const QUICK_INPUT = ".quick-input-widget";
/** Newer versions show settings and some editors over everything else. */
const MODAL_EDITOR = ".monaco-modal-editor-block";

export class Window {
	readonly context: BrowserContext;
	readonly page: Page;
	readonly #url: string;
	readonly #tab: Locator;
	/** What the status bar said that may still be there. */
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

	/** Loads the window, anew where it was loaded before. */
	async load() {
		await this.page.goto(this.#url);
		// The workbench's own marks: before them a second load shows what it remembers, and then moves the focus.
		for (const mark of ["code/LifecyclePhase/Restored", "code/didLoadExtensions"])
			await this.page.waitForFunction((name) => performance.getEntriesByName(name).length > 0, mark);
		await this.#tab.waitFor();
	}

	/**
	 * Closes what was left open: menus, dialogs, inputs, editors and notifications. Where that fails, as with a dialog that does
	 * not close, the window is loaded anew.
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
			for (let tries = 0; await visible.first().isVisible(); tries++) {
				if (tries === MOST_PRESSES) throw new Error(`${selector} does not close`);
				const [held] = await visible.elementHandles();
				// It closed by itself meanwhile.
				if (!held) continue;
				await keyboard.press(key);
				await held.waitForElementState("hidden", TRY);
			}
		};
		await closeMenus(this.page);
		await pressUntilGone(DIALOG, "Escape");
		// An input that stays open may have lost the focus.
		const box = this.page.locator(`${QUICK_INPUT}:visible input.input`).first();
		if (await box.isVisible()) await box.focus(TRY);
		for (const selector of [QUICK_INPUT, MODAL_EDITOR]) await pressUntilGone(selector, "Escape");
		const tabs = this.page.locator(".part.editor .tabs-container").getByRole("tab");
		if ((await tabs.count()) > 0) {
			await this.run("View: Close All Editors");
			await this.#none(tabs);
		}
		if (await this.page.locator(TOAST).first().isVisible()) await this.run("Notifications: Clear All Notifications");
		await this.#none(this.page.locator(TOAST));
		// A status that is said again while it is still there cannot be told from the one before.
		for (const status of this.#statuses) await this.#status(status).waitFor({ state: "hidden" });
		this.#statuses.clear();
	}

	/** Waits until nothing fits. */
	async #none(some: Locator) {
		while ((await some.count()) > 0) await some.first().waitFor({ state: "detached" });
	}

	/** Leaves the page as if it were closed, so that it writes its state; `load` opens it again. */
	async leave() {
		await this.page.goto("about:blank");
	}

	/** Deletes all that the editor keeps in the browser, secrets and the state of extensions included, and loads the window. */
	async loadAsNew() {
		await this.leave();
		const devTools = await this.context.newCDPSession(this.page);
		const { origin } = new URL(this.#url);
		await devTools.send("Storage.clearDataForOrigin", { origin, storageTypes: "all" });
		await devTools.detach();
		await this.load();
	}

	/** @returns whether an extension has kept a secret since the window was loaded as new. */
	hasKeptSecrets(): Promise<boolean> {
		return this.page.evaluate("'secrets.provider' in localStorage");
	}

	async close() {
		await this.context.close();
	}

	async screenshot(path: string) {
		await this.page.screenshot({ path, animations: "disabled" });
	}

	/** Takes a picture of the top of the side bar. @param height in pixels */
	async screenshotSideBar(path: string, height: number) {
		const box = await this.page.locator(".part.sidebar").boundingBox();
		if (box) await this.page.screenshot({ path, animations: "disabled", clip: { ...box, height } });
	}

	/** Shows the extension's views. */
	async openViews() {
		await openTab(this.#tab);
	}

	/** Shows the explorer, and so hides the extension's views. */
	async openExplorer() {
		await openTab(this.#activityTab("Explorer"));
	}

	/** Opens a view of the side bar that is collapsed to its title. */
	async openView(title: string) {
		await this.#setExpanded(title, true);
	}

	/** Collapses a view of the side bar to its title. */
	async closeView(title: string) {
		await this.#setExpanded(title, false);
	}

	async #setExpanded(title: string, expanded: boolean) {
		const header = this.page.locator(`.part.sidebar .pane-header[aria-label="${title} Section"]`);
		await header.waitFor();
		if ((await header.getAttribute("aria-expanded")) === String(!expanded)) await header.click();
	}

	/** Gives the side bar a width in pixels; the editor allows no less than 170. */
	async setSideBarWidth(width: number) {
		await this.widenSideBar(width - (await this.#sideBar()).width);
	}

	/** Drags the edge of the side bar. */
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

	/** Shows the explorer and opens the context menu of a file or folder in sight there. */
	async explorerMenu(name: string): Promise<Menu> {
		await this.openExplorer();
		return Menu.of(this.#file(name));
	}

	/** Selects several files in sight in the explorer. */
	async selectFiles(...names: string[]) {
		await this.openExplorer();
		for (const [index, name] of names.entries())
			await this.#file(name).click({ modifiers: index === 0 ? [] : ["ControlOrMeta"] });
	}

	/** @returns the links and pictures in what is shown over and beside the editor that lead elsewhere. */
	foreignLinks(): Promise<string[]> {
		return this.page
			.locator(
				".part.sidebar a[href], .notifications-toasts a[href], .monaco-hover a[href], .part.sidebar img[src], .monaco-hover img",
			)
			.evaluateAll((elements) => elements.map((element) => element.outerHTML));
	}

	/** Opens a file in sight in the explorer in an editor. */
	async openFile(name: string) {
		await this.openExplorer();
		await this.#file(name).dblclick();
		await this.#editorTab(name).waitFor();
	}

	/** Opens the context menu of an editor's tab. */
	tabMenu(name: string): Promise<Menu> {
		return Menu.of(this.#editorTab(name));
	}

	#file(name: string): Locator {
		return this.page.locator(".explorer-folders-view").getByRole("treeitem", { name, exact: true });
	}

	#editorTab(name: string): Locator {
		return this.page.locator(".part.editor .tabs-container").getByRole("tab", { name });
	}

	/** Waits until the status bar says this. */
	async status(text: string) {
		await this.#status(text).waitFor();
		this.#statuses.add(text);
	}

	#status(text: string): Locator {
		return this.page.locator(".part.statusbar").getByText(text, { exact: true });
	}

	/** Waits until the settings are open, searched for this. */
	async settingsFoundBy(search: string) {
		await this.page.locator(".settings-editor .suggest-input-container .view-lines").getByText(search).waitFor();
	}

	/** Waits until this text is on the clipboard, which the browser context must be allowed to read. */
	async clipboardBecomes(text: string) {
		await this.page.waitForFunction(`navigator.clipboard.readText().then((held) => held === ${JSON.stringify(text)})`);
	}

	/** Runs a command by the palette; `title` is all that it shows there, such as "Category: Title". */
	async run(title: string) {
		await (await this.#palette(title)).pick(title);
	}

	/** @returns what the palette offers of a category, as it shows it. */
	async commands(category: string): Promise<string[]> {
		const palette = await this.#palette(category);
		await this.page.locator(".quick-input-list").getByText(`${category}: `).first().waitFor();
		const titles = await palette.labels();
		await palette.cancel();
		return titles.filter((title) => title.startsWith(category));
	}

	async #palette(text: string): Promise<QuickInput> {
		const palette = new QuickInput(this.page.locator(QUICK_INPUT));
		// The palette closes where the focus moves late; a person opens it again.
		await inTries(async () => {
			await this.page.keyboard.press("F1");
			await palette.type(`>${text}`, TRY);
		});
		return palette;
	}

	/** @returns the input box or list with this title, once it is there. */
	async quickInput(title: string): Promise<QuickInput> {
		const bar = this.page.locator(".quick-input-titlebar");
		const widget = this.page.locator(QUICK_INPUT).filter({ has: bar.getByText(title, { exact: true }) });
		await widget.waitFor();
		return new QuickInput(widget);
	}

	/** @returns the modal dialog that says this, once it is there. */
	async dialog(message: string) {
		const box = await hold(this.page.locator(DIALOG).filter({ hasText: message }));
		const buttons = box.locator(".dialog-buttons");
		// It gives the focus back when it is gone, which would close what was opened meanwhile.
		const closing = async (act: Promise<void>) => {
			await act;
			await isGone(box);
		};
		return {
			message: await box.locator(".dialog-message").innerText(),
			detail: await box.locator(".dialog-message-detail").innerText(),
			/** Sorted, since the editor orders them as the system does. */
			buttons: (await buttons.getByRole("button").allInnerTexts()).sort(),
			/** The button that Enter takes. */
			onEnter: await buttons.locator(".monaco-button:focus").innerText(),
			press: (name: string) => closing(buttons.getByRole("button", { name, exact: true }).click()),
			enter: () => closing(this.page.keyboard.press("Enter")),
			escape: () => closing(this.page.keyboard.press("Escape")),
		};
	}

	/** @returns the notification that says this, once it is there. */
	async toast(text: string) {
		const toast = await hold(this.page.locator(TOAST).filter({ hasText: text }));
		const message = toast.locator(".notification-list-item-message");
		const buttons = toast.locator(".notification-list-item-buttons-container");
		return {
			text: await message.innerText(),
			buttons: await buttons.getByRole("button").allInnerTexts(),
			press: async (name: string) => {
				await buttons.getByRole("button", { name, exact: true }).click();
				await isGone(toast);
			},
			dismiss: async () => {
				// Not by its button, which is there only under the mouse and may move away from it.
				await message.click();
				await this.page.keyboard.press("Delete");
				await isGone(toast);
			},
		};
	}

	/** @returns the texts of the notifications that are shown now. */
	toasts(): Promise<string[]> {
		return this.page.locator(".notification-toast .notification-list-item-message").allInnerTexts();
	}

	/** @returns the lines in sight of the open editor, once they include a text. */
	async editorText(part: string): Promise<string> {
		const lines = this.page.locator(".part.editor .view-lines").filter({ hasText: part });
		await lines.waitFor();
		return lines.evaluate((element) =>
			// They do not stand in order, and hold hard spaces.
			[...element.querySelectorAll(".view-line")]
				.sort((a, b) => a.getBoundingClientRect().top - b.getBoundingClientRect().top)
				.map((line) => line.textContent.replaceAll("\u00a0", " "))
				.join("\n"),
		);
	}
}

/** Shows what is behind a tab of the activity bar; a click on the one that is shown would hide it. */
async function openTab(tab: Locator) {
	if ((await tab.getAttribute("aria-selected")) !== "true") await tab.click();
}

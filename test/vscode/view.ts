import type { Locator, Page } from "playwright-core";
import { click } from "./elementHandles.ts";
import { Menu } from "./menu.ts";
import { ATTEMPT_TIMEOUT, withRetries } from "./retry.ts";

/** A view of the side bar: rows, or a welcome text. */
export class View {
	readonly #page: Page;
	readonly #pane: Locator;
	readonly #welcome: Locator;

	constructor(page: Page, name: string) {
		this.#page = page;
		// The extension may add a suffix to the name.
		const tree = page.locator(`[role="tree"]:is([aria-label="${name}"], [aria-label^="${name}: "])`);
		this.#pane = page.locator(".pane").filter({ has: tree });
		this.#welcome = this.#pane.locator(".welcome-view-content");
	}

	/** Waits until the title bar shows a title. */
	async waitForTitle(title: string) {
		await this.#pane.locator(".pane-header").getByText(title, { exact: true }).waitFor();
	}

	/** Returns the first row with this label. */
	row(label: string): Row {
		const name = this.#page.locator(".monaco-icon-name-container").getByText(label, { exact: true });
		return new Row(this.#pane.getByRole("treeitem").filter({ has: name }).first());
	}

	/** Returns the first row whose text includes `part`. */
	rowWith(part: string): Row {
		return new Row(this.#pane.getByRole("treeitem").filter({ hasText: part }).first());
	}

	/** Returns label and description of each visible row, from top to bottom. */
	rows(): Promise<string[]> {
		return this.#pane
			.getByRole("treeitem")
			.evaluateAll((rows) =>
				rows
					.sort((a, b) => a.getBoundingClientRect().top - b.getBoundingClientRect().top)
					.map((row) =>
						[".label-name", ".label-description"]
							.flatMap((part) => row.querySelector(part)?.textContent ?? [])
							.join(" "),
					),
			);
	}

	/** Waits until the visible top-level rows show these labels, from top to bottom. */
	async waitForRows(...labels: readonly string[]) {
		await this.#page.waitForFunction(
			([pane, labels]) => {
				const shown = [...pane.querySelectorAll('[role="treeitem"][aria-level="1"]')]
					.sort((a, b) => a.getBoundingClientRect().top - b.getBoundingClientRect().top)
					.map((row) => row.querySelector(".label-name")?.textContent);
				return shown.join() === labels.join();
			},
			[await this.#pane.elementHandle(), labels] as const,
		);
	}

	/** Waits until each text is in a visible row. @returns the number of visible rows. */
	async waitForTexts(...parts: readonly string[]): Promise<number> {
		for (const part of parts) await this.rowWith(part).waitUntilVisible();
		return this.#pane.getByRole("treeitem").count();
	}

	/**
	 * Waits for a row whose text includes `part`, or for the welcome text.
	 * @returns the buttons of the welcome text; none if the row is visible.
	 */
	async waitForRowOrWelcome(part: string): Promise<readonly string[]> {
		const buttons = this.#welcome.getByRole("button");
		await this.#pane.getByRole("treeitem").filter({ hasText: part }).or(buttons).first().waitFor();
		return buttons.allInnerTexts();
	}

	/** Waits for a message above the rows. */
	async waitForMessage(part: string) {
		await this.#pane.locator(".message").filter({ hasText: part }).first().waitFor();
	}

	/** Waits until the welcome text includes `part`. @returns the text, including buttons, and the buttons' names. */
	async welcome(part: string): Promise<{ text: string; buttons: string[] }> {
		const welcome = this.#welcome.filter({ hasText: part });
		await welcome.waitFor();
		return { text: await welcome.innerText(), buttons: await welcome.getByRole("button").allInnerTexts() };
	}

	/** Presses a button of the welcome text. */
	async pressWelcomeButton(name: string) {
		const button = this.#welcome.getByRole("button", { name, exact: true });
		await button.waitFor();
		await withRetries(() => click(button, ATTEMPT_TIMEOUT));
	}

	/** Returns the view's title and description. */
	heading(): Promise<string> {
		return this.#pane
			.locator(".pane-header")
			.evaluate((header) =>
				[".title", ".description"].map((part) => header.querySelector(part)?.textContent ?? "").join(" | "),
			);
	}

	/** Drags an element below the rows. */
	async drop(dragged: Locator) {
		await dragged.dragTo(this.#pane.locator(".pane-body"));
	}

	/** Returns the names of the title's buttons, except VS Code's own. */
	async actionNames(): Promise<string[]> {
		await this.#pane.hover();
		return this.#pane
			.locator(".pane-header .action-label:not(.codicon-toolbar-more)")
			.evaluateAll((buttons) => buttons.map((button) => button.getAttribute("aria-label") ?? ""));
	}

	/** Presses a button of the title. */
	async pressAction(name: string) {
		const button = this.#pane.locator(".pane-header").getByRole("button", { name, exact: true });
		await withRetries(async () => {
			await this.#pane.hover(ATTEMPT_TIMEOUT);
			await click(button, ATTEMPT_TIMEOUT);
		});
	}
}

/** A row of a view. Every method waits until the row exists. */
export class Row {
	readonly #row: Locator;

	constructor(row: Locator) {
		this.#row = row;
	}

	async waitUntilVisible() {
		await this.#row.waitFor();
	}

	/** Waits until the row's text includes `part`. */
	async waitForText(part: string) {
		await this.#row.filter({ hasText: part }).waitFor();
	}

	async waitUntilGone() {
		await this.#row.waitFor({ state: "detached" });
	}

	/** Returns the text beside the label. */
	description(): Promise<string> {
		return this.#row.locator(".label-description").innerText();
	}

	/** Returns the beginning of the label that fits, including the characters that VS Code replaces by an ellipsis. */
	visibleLabel(): Promise<string> {
		return this.#row.locator(".label-name").evaluate((label) => {
			const ends = [".monaco-icon-label-container", ".part.sidebar"].map(
				(clipping) => label.closest(clipping).getBoundingClientRect().right,
			);
			let text = label;
			while (text.firstChild) text = text.firstChild;
			const range = label.ownerDocument.createRange();
			range.setStart(text, 0);
			for (let length = text.length; length > 0; length--) {
				range.setEnd(text, length);
				if (range.getBoundingClientRect().right <= Math.min(...ends)) return text.data.slice(0, length);
			}
			return "";
		});
	}

	/** Returns the text for screen readers. */
	async ariaLabel(): Promise<string> {
		return (await this.#row.getAttribute("aria-label")) ?? "";
	}

	/** Waits until the tooltip includes `part`. @returns the tooltip. */
	async tooltip(part: string): Promise<string> {
		const page = this.#row.page();
		const tooltip = page.locator(".monaco-hover").filter({ hasText: part });
		await this.waitUntilVisible();
		return withRetries(async () => {
			// A row that was redrawn under the mouse shows no tooltip; a person moves the mouse away and back.
			await page.mouse.move(0, 0);
			await this.#row.hover(ATTEMPT_TIMEOUT);
			await tooltip.waitFor(ATTEMPT_TIMEOUT);
			return tooltip.innerText();
		});
	}

	/** Returns the name of the row's product icon. */
	icon(): Promise<string> {
		return this.#row
			.locator(".custom-view-tree-node-item-icon")
			.evaluate((icon) => /codicon-(?!modifier)([a-z-]+)/.exec(icon.className)?.[1] ?? "");
	}

	async select() {
		await this.waitUntilVisible();
		await withRetries(() => click(this.#row, ATTEMPT_TIMEOUT));
	}

	/** Adds the row to the selection. */
	async addToSelection() {
		await this.waitUntilVisible();
		await withRetries(() => click(this.#row, { ...ATTEMPT_TIMEOUT, modifiers: ["ControlOrMeta"] }));
	}

	async waitUntilSelected() {
		await this.#row.and(this.#row.page().locator('[aria-selected="true"]')).waitFor();
	}

	/** Waits until the row has the keyboard focus. */
	async waitUntilFocused() {
		await this.#row.and(this.#row.page().locator(".monaco-list:focus .focused")).waitFor();
	}

	async expand() {
		await this.#setExpanded(true);
	}

	async collapse() {
		await this.#setExpanded(false);
	}

	async #setExpanded(expanded: boolean) {
		await this.waitUntilVisible();
		await withRetries(async () => {
			const isExpanded = (await this.#row.getAttribute("aria-expanded")) === "true";
			if (isExpanded !== expanded) await click(this.#row.locator(".monaco-tl-twistie"), ATTEMPT_TIMEOUT);
		});
	}

	menu(): Promise<Menu> {
		return Menu.open(this.#row);
	}

	/** Returns the names of the row's buttons. */
	async actionNames(): Promise<string[]> {
		await this.#row.hover();
		return this.#row
			.locator(".actions")
			.getByRole("button")
			.evaluateAll((buttons) => buttons.map((button) => button.getAttribute("aria-label") ?? ""));
	}

	/** Presses a button of the row, visible only under the mouse. Follows the row if rows move. */
	async pressAction(name: string) {
		const button = this.#row.getByRole("button", { name, exact: true });
		await this.waitUntilVisible();
		await withRetries(async () => {
			await this.#row.hover(ATTEMPT_TIMEOUT);
			await click(button, ATTEMPT_TIMEOUT);
		});
	}
}

import type { Locator, Page } from "playwright-core";
import { click } from "./elementHandles.ts";
import { Menu } from "./menu.ts";
import { inTries, TRY } from "./retry.ts";

/** One view of the side bar: rows, or a welcome text where there are none. */
export class View {
	readonly #page: Page;
	readonly #pane: Locator;
	readonly #welcome: Locator;

	constructor(page: Page, name: string) {
		this.#page = page;
		// With more behind its name where the extension adds it.
		const tree = page.locator(`[role="tree"]:is([aria-label="${name}"], [aria-label^="${name}: "])`);
		this.#pane = page.locator(".pane").filter({ has: tree });
		this.#welcome = this.#pane.locator(".welcome-view-content");
	}

	/** Waits until its title bar says this. */
	async isCalled(title: string) {
		await this.#pane.locator(".pane-header").getByText(title, { exact: true }).waitFor();
	}

	/** @param label what the row shows first. Where several rows show it, the first of them is meant. */
	row(label: string): Row {
		const name = this.#page.locator(".monaco-icon-name-container").getByText(label, { exact: true });
		return new Row(this.#pane.getByRole("treeitem").filter({ has: name }).first());
	}

	/** @param part somewhere in what the row shows. */
	rowWith(part: string): Row {
		return new Row(this.#pane.getByRole("treeitem").filter({ hasText: part }).first());
	}

	/** @returns the rows in sight now, from top to bottom, each as label and description. */
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

	/** Waits until the rows in sight, without what is below them, show these labels, from top to bottom. */
	async becomes(...labels: readonly string[]) {
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

	/** Waits until each of these texts is in a row in sight. @returns how many rows are in sight then. */
	async shows(...parts: readonly string[]): Promise<number> {
		for (const part of parts) await this.rowWith(part).appears();
		return this.#pane.getByRole("treeitem").count();
	}

	/**
	 * Waits until it shows a row, or says why there is none.
	 * @param part somewhere in what the row shows
	 * @returns the buttons where there is none.
	 */
	async settles(part: string): Promise<readonly string[]> {
		const buttons = this.#welcome.getByRole("button");
		await this.#pane.getByRole("treeitem").filter({ hasText: part }).or(buttons).first().waitFor();
		return buttons.allInnerTexts();
	}

	/** Waits until it says this above its rows. */
	async says(part: string) {
		await this.#pane.locator(".message").filter({ hasText: part }).first().waitFor();
	}

	/** @returns the text of the view without rows, buttons included, once it includes a text. */
	async welcome(part: string): Promise<{ text: string; buttons: string[] }> {
		const welcome = this.#welcome.filter({ hasText: part });
		await welcome.waitFor();
		return { text: await welcome.innerText(), buttons: await welcome.getByRole("button").allInnerTexts() };
	}

	/** Presses a button of the welcome text. */
	async press(name: string) {
		const button = this.#welcome.getByRole("button", { name, exact: true });
		await button.waitFor();
		await inTries(() => click(button, TRY));
	}

	/** @returns what the view's title says, and beside it. */
	heading(): Promise<string> {
		return this.#pane
			.locator(".pane-header")
			.evaluate((header) =>
				[".title", ".description"].map((part) => header.querySelector(part)?.textContent ?? "").join(" | "),
			);
	}

	/** Drops what is dragged from elsewhere below the rows. */
	async drop(dragged: Locator) {
		await dragged.dragTo(this.#pane.locator(".pane-body"));
	}

	/** @returns the names of the buttons of the view's title, without the editor's own. */
	async actions(): Promise<string[]> {
		await this.#pane.hover();
		return this.#pane
			.locator(".pane-header .action-label:not(.codicon-toolbar-more)")
			.evaluateAll((buttons) => buttons.map((button) => button.getAttribute("aria-label") ?? ""));
	}

	/** Presses a button of the view's title. */
	async action(name: string) {
		const button = this.#pane.locator(".pane-header").getByRole("button", { name, exact: true });
		await inTries(async () => {
			await this.#pane.hover(TRY);
			await click(button, TRY);
		});
	}
}

/** One row of a view; every question waits until the row is there. */
export class Row {
	readonly #row: Locator;

	constructor(row: Locator) {
		this.#row = row;
	}

	async appears() {
		await this.#row.waitFor();
	}

	async disappears() {
		await this.#row.waitFor({ state: "detached" });
	}

	/** @returns the text beside the label. */
	description(): Promise<string> {
		return this.#row.locator(".label-description").innerText();
	}

	/** @returns what a screen reader says. */
	async spoken(): Promise<string> {
		return (await this.#row.getAttribute("aria-label")) ?? "";
	}

	/** @returns the tooltip, once it includes a text. */
	async tooltip(part: string): Promise<string> {
		const page = this.#row.page();
		const tooltip = page.locator(".monaco-hover").filter({ hasText: part });
		await this.appears();
		return inTries(async () => {
			// A row that is drawn anew under the mouse shows none; a person moves the mouse away and back.
			await page.mouse.move(0, 0);
			await this.#row.hover(TRY);
			await tooltip.waitFor(TRY);
			return tooltip.innerText();
		});
	}

	/** @returns the name of the product icon in front of the row. */
	icon(): Promise<string> {
		return this.#row
			.locator(".custom-view-tree-node-item-icon")
			.evaluate((icon) => /codicon-(?!modifier)([a-z-]+)/.exec(icon.className)?.[1] ?? "");
	}

	async select() {
		await this.appears();
		await inTries(() => click(this.#row, TRY));
	}

	/** Selects it beside what is selected. */
	async selectToo() {
		await this.appears();
		await inTries(() => click(this.#row, { ...TRY, modifiers: ["ControlOrMeta"] }));
	}

	async becomesSelected() {
		await this.#row.and(this.#row.page().locator('[aria-selected="true"]')).waitFor();
	}

	/** Waits until the keyboard acts on this row. */
	async becomesFocused() {
		await this.#row.and(this.#row.page().locator(".monaco-list:focus .focused")).waitFor();
	}

	async expand() {
		await this.#setExpanded(true);
	}

	async collapse() {
		await this.#setExpanded(false);
	}

	async #setExpanded(expanded: boolean) {
		await this.appears();
		await inTries(async () => {
			const isExpanded = (await this.#row.getAttribute("aria-expanded")) === "true";
			if (isExpanded !== expanded) await click(this.#row.locator(".monaco-tl-twistie"), TRY);
		});
	}

	menu(): Promise<Menu> {
		return Menu.of(this.#row);
	}

	/** @returns the names of the buttons on the row. */
	async actions(): Promise<string[]> {
		await this.#row.hover();
		return this.#row
			.locator(".actions")
			.getByRole("button")
			.evaluateAll((buttons) => buttons.map((button) => button.getAttribute("aria-label") ?? ""));
	}

	/** Presses a button on the row, which is there only under the mouse; where rows move away from under it, it follows. */
	async action(name: string) {
		const button = this.#row.getByRole("button", { name, exact: true });
		await this.appears();
		await inTries(async () => {
			await this.#row.hover(TRY);
			await click(button, TRY);
		});
	}
}

import type { Locator } from "playwright-core";

const MOST_TRIES = 10;

/** An open context menu. */
export class Menu {
	readonly #row: Locator;
	readonly #items: Locator;

	private constructor(row: Locator) {
		this.#row = row;
		this.#items = row.page().locator(".monaco-menu").getByRole("menuitem");
	}

	/** Opens the context menu of a row. */
	static async of(row: Locator): Promise<Menu> {
		const menu = new Menu(row);
		await menu.#open();
		return menu;
	}

	async #open() {
		await this.#row.click({ button: "right" });
		await this.#items.first().waitFor();
	}

	items(): Promise<string[]> {
		return this.#items.locator(".action-label").allInnerTexts();
	}

	async choose(item: string) {
		const chosen = this.#items.filter({ has: this.#items.page().getByText(item, { exact: true }) });
		for (let tries = 1; ; tries++)
			try {
				await chosen.hover({ timeout: 3000 });
				// Not by a click: a menu ignores the mouse button for the first tenth of a second.
				return await chosen.press("Enter", { timeout: 3000 });
			} catch (error) {
				// A view that draws itself anew takes the focus, which closes the menu; a person opens it again.
				if (tries === MOST_TRIES || (await this.#items.count()) > 0) throw error;
				await this.#open();
			}
	}

	async close() {
		await this.#items.first().press("Escape");
		await this.#items.first().waitFor({ state: "detached" });
	}
}

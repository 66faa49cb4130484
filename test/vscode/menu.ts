import type { Locator } from "playwright-core";

/** An open context menu. */
export class Menu {
	readonly #items: Locator;

	private constructor(items: Locator) {
		this.#items = items;
	}

	/** Opens the context menu of a row. */
	static async of(row: Locator): Promise<Menu> {
		await row.click({ button: "right" });
		const items = row.page().locator(".monaco-menu").getByRole("menuitem");
		await items.first().waitFor();
		return new Menu(items);
	}

	items(): Promise<string[]> {
		return this.#items.locator(".action-label").allInnerTexts();
	}

	async choose(item: string) {
		// Not by a click: a menu ignores the mouse button for the first tenth of a second.
		await this.#items.filter({ has: this.#items.page().getByText(item, { exact: true }) }).hover();
		await this.#items.page().keyboard.press("Enter");
	}

	async close() {
		await this.#items.first().press("Escape");
		await this.#items.first().waitFor({ state: "detached" });
	}
}

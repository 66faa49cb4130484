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
		const page = this.#items.page();
		const chosen = this.#items.filter({ has: page.getByText(item, { exact: true }) });
		// Not by a click: a menu ignores the mouse button for the first tenth of a second.
		await chosen.hover();
		// Where the menu has not got the focus yet, the key would go to what is below it.
		await page.waitForFunction((element) => element?.matches(":focus"), await chosen.elementHandle());
		await page.keyboard.press("Enter");
		await this.#items.first().waitFor({ state: "detached" });
	}

	async close() {
		await this.#items.first().press("Escape");
		await this.#items.first().waitFor({ state: "detached" });
	}
}

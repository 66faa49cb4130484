import type { Locator } from "playwright-core";

const MOST_TRIES = 10;
/** How long one try may take, in milliseconds. */
const TRY = { timeout: 3000 };

/** An open context menu. */
export class Menu {
	readonly #items: Locator;

	private constructor(items: Locator) {
		this.#items = items;
	}

	/** Opens the context menu of a row; anew where none shows up, as it happens where the row was drawn meanwhile. */
	static async of(row: Locator): Promise<Menu> {
		const items = row.page().locator(".monaco-menu").getByRole("menuitem");
		for (let tries = 1; ; tries++)
			try {
				if (!(await items.first().isVisible())) await row.click({ button: "right", ...TRY });
				await items.first().waitFor(TRY);
				return new Menu(items);
			} catch (error) {
				if (tries === MOST_TRIES) throw error;
			}
	}

	items(): Promise<string[]> {
		return this.#items.locator(".action-label").allInnerTexts();
	}

	async choose(item: string) {
		const chosen = this.#items.filter({ has: this.#items.page().getByText(item, { exact: true }) });
		await chosen.hover(TRY);
		// Not by a click: a menu ignores the mouse button for the first tenth of a second.
		await chosen.press("Enter", TRY);
	}

	async close() {
		await this.#items.first().press("Escape");
		await this.#items.first().waitFor({ state: "detached" });
	}
}

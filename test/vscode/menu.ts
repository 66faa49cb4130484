import type { Locator } from "playwright-core";

const MOST_TRIES = 10;
/** How long one try may take, in milliseconds. */
const TRY = { timeout: 3000 };

/** An open context menu. */
export class Menu {
	readonly #row: Locator;
	readonly #items: Locator;

	private constructor(row: Locator, items: Locator) {
		this.#row = row;
		this.#items = items;
	}

	/** Opens the context menu of a row; anew where none shows up, as it happens where the row was drawn meanwhile. */
	static async of(row: Locator): Promise<Menu> {
		const items = row.page().locator(".monaco-menu").getByRole("menuitem");
		await inTries(async () => {
			if (!(await items.first().isVisible())) await row.click({ button: "right", ...TRY });
			await items.first().waitFor(TRY);
		});
		return new Menu(row, items);
	}

	items(): Promise<string[]> {
		return this.#items.locator(".action-label").allInnerTexts();
	}

	/** Chooses an item; from the menu opened anew where it is not there: rows that moved meanwhile had another one clicked. */
	async choose(item: string) {
		const chosen = this.#items.filter({ has: this.#items.page().getByText(item, { exact: true }) });
		await inTries(async () => {
			try {
				await chosen.hover(TRY);
			} catch (error) {
				if (await this.#items.first().isVisible()) await this.close();
				await Menu.of(this.#row);
				throw error;
			}
			// Not by a click: a menu ignores the mouse button for the first tenth of a second.
			await chosen.press("Enter", TRY);
		});
	}

	async close() {
		await this.#items.first().press("Escape");
		await this.#items.first().waitFor({ state: "detached" });
	}
}

async function inTries(act: () => Promise<void>) {
	for (let tries = 1; ; tries++)
		try {
			return await act();
		} catch (error) {
			if (tries === MOST_TRIES) throw error;
		}
}

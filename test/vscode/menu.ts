import type { Locator, Page } from "playwright-core";
import { hold, isGone } from "./elementHandles.ts";
import { inTries, TRY } from "./retry.ts";

const MENU = ".monaco-menu";

/** An open context menu. */
export class Menu {
	readonly #row: Locator;
	#menu: Locator;

	private constructor(row: Locator, menu: Locator) {
		this.#row = row;
		this.#menu = menu;
	}

	/** Opens the context menu of a row; again where none shows up, as it happens where the row was drawn meanwhile. */
	static async of(row: Locator): Promise<Menu> {
		return new Menu(row, await open(row));
	}

	items(): Promise<string[]> {
		return this.#items().locator(".action-label").allInnerTexts();
	}

	/** Chooses an item; from the menu opened again where it is not there: rows that moved meanwhile had another one clicked. */
	async choose(item: string) {
		await inTries(async () => {
			const chosen = this.#items().filter({ has: this.#menu.page().getByText(item, { exact: true }) });
			try {
				await chosen.hover(TRY);
			} catch (error) {
				this.#menu = await open(this.#row);
				throw error;
			}
			// Not by a click: a menu ignores the mouse button for the first tenth of a second.
			await chosen.press("Enter", TRY);
		});
		await isGone(this.#menu);
	}

	async close() {
		await closeMenu(this.#menu);
	}

	#items(): Locator {
		return this.#menu.getByRole("menuitem");
	}
}

/** Closes the menu that is open, if any. */
export async function closeMenus(page: Page): Promise<void> {
	const menu = page.locator(MENU).first();
	if (await menu.isVisible()) await closeMenu(await hold(menu, TRY));
}

/** @returns the menu of a row, and of nothing that was clicked before. */
async function open(row: Locator): Promise<Locator> {
	await closeMenus(row.page());
	const menu = row.page().locator(MENU);
	return inTries(async () => {
		if (!(await menu.first().isVisible())) await row.click({ button: "right", ...TRY });
		return hold(menu, TRY);
	});
}

async function closeMenu(menu: Locator): Promise<void> {
	await menu.press("Escape");
	await isGone(menu);
}

import type { Locator, Page } from "playwright-core";
import { pinElement, waitUntilGone } from "./elementHandles.ts";
import { ATTEMPT_TIMEOUT, withRetries } from "./retry.ts";

const MENU = ".monaco-menu";

/** An open context menu. */
export class Menu {
	readonly #row: Locator;
	#menu: Locator;

	private constructor(row: Locator, menu: Locator) {
		this.#row = row;
		this.#menu = menu;
	}

	/** Opens the context menu of a row. Retries if no menu appears, as happens after a redraw of the row. */
	static async open(row: Locator): Promise<Menu> {
		return new Menu(row, await open(row));
	}

	items(): Promise<string[]> {
		return this.#items().locator(".action-label").allInnerTexts();
	}

	/** Chooses an item. Reopens the menu if the item is missing, since moved rows can have opened another row's menu. */
	async choose(item: string) {
		await withRetries(async () => {
			const chosen = this.#items().filter({ has: this.#menu.page().getByText(item, { exact: true }) });
			try {
				await chosen.hover(ATTEMPT_TIMEOUT);
			} catch (error) {
				this.#menu = await open(this.#row);
				throw error;
			}
			// Not by a click: a menu ignores the mouse button for the first 100 ms.
			await chosen.press("Enter", ATTEMPT_TIMEOUT);
		});
		await waitUntilGone(this.#menu);
	}

	async close() {
		await closeMenu(this.#menu);
	}

	#items(): Locator {
		return this.#menu.getByRole("menuitem");
	}
}

/** Closes the open menu, if any. */
export async function closeMenus(page: Page): Promise<void> {
	const menu = page.locator(MENU).first();
	if (await menu.isVisible()) await closeMenu(await pinElement(menu, ATTEMPT_TIMEOUT));
}

/** Opens a row's menu, after closing any other menu. */
async function open(row: Locator): Promise<Locator> {
	await closeMenus(row.page());
	const menu = row.page().locator(MENU);
	return withRetries(async () => {
		if (!(await menu.first().isVisible())) await row.click({ button: "right", ...ATTEMPT_TIMEOUT });
		return pinElement(menu, ATTEMPT_TIMEOUT);
	});
}

async function closeMenu(menu: Locator): Promise<void> {
	await menu.press("Escape");
	await waitUntilGone(menu);
}

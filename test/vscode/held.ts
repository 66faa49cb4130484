import type { Locator } from "playwright-core";

const MARK = "data-held";

let marks = 0;

/**
 * Waits until a locator's first element is visible.
 * @param options.timeout in milliseconds
 * @returns a locator of that very element, which never leads to another one that reads the same.
 */
export async function hold(locator: Locator, options?: { readonly timeout: number }): Promise<Locator> {
	const first = locator.first();
	await first.waitFor(options);
	const mark = await first.evaluate(
		(element, [name, mark]) => {
			if (!element.hasAttribute(name)) element.setAttribute(name, mark);
			return element.getAttribute(name);
		},
		[MARK, String(++marks)] as const,
		options,
	);
	return locator.page().locator(`[${MARK}="${mark}"]`);
}

/** Waits until an element is hidden or removed. @param held from `hold` */
export function isGone(held: Locator): Promise<void> {
	return held.waitFor({ state: "hidden" });
}

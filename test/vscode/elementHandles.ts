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

/**
 * Clicks an element once it is visible.
 * @param options As for Playwright's `click`.
 * @throws where it was drawn anew between the press and the release of the button, so that nothing was clicked.
 */
export async function click(locator: Locator, options: Parameters<Locator["click"]>[0] & { readonly timeout: number }) {
	const held = await hold(locator, options);
	const seen = await held.evaluateHandle(
		(element) => {
			const seen = { clicked: false };
			const listen = () => {
				seen.clicked = true;
			};
			element.addEventListener("click", listen, { capture: true, once: true });
			return seen;
		},
		undefined,
		options,
	);
	await held.click(options);
	if (!(await seen.evaluate(({ clicked }) => clicked))) throw new Error("It was drawn anew while it was clicked.");
}

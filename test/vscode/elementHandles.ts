import type { Locator } from "playwright-core";

const MARKER = "data-pinned";

let markerCount = 0;

/**
 * Waits until a locator's first element is visible.
 * @param options.timeout in milliseconds
 * @returns a locator of this very element, never of another element with the same text.
 */
export async function pinElement(locator: Locator, options?: { readonly timeout: number }): Promise<Locator> {
	const first = locator.first();
	await first.waitFor(options);
	const marker = await first.evaluate(
		(element, [name, marker]) => {
			if (!element.hasAttribute(name)) element.setAttribute(name, marker);
			return element.getAttribute(name);
		},
		[MARKER, String(++markerCount)] as const,
		options,
	);
	return locator.page().locator(`[${MARKER}="${marker}"]`);
}

/** Waits until an element is hidden or removed. @param pinned from `pinElement` */
export function waitUntilGone(pinned: Locator): Promise<void> {
	return pinned.waitFor({ state: "hidden" });
}

/**
 * Clicks an element once it is visible.
 * @param options As for Playwright's `click`.
 * @throws Error if the element was redrawn between press and release of the mouse button, so that nothing was clicked.
 */
export async function click(locator: Locator, options: Parameters<Locator["click"]>[0] & { readonly timeout: number }) {
	const pinned = await pinElement(locator, options);
	const state = await pinned.evaluateHandle(
		(element) => {
			const state = { clicked: false };
			const listen = () => {
				state.clicked = true;
			};
			element.addEventListener("click", listen, { capture: true, once: true });
			return state;
		},
		undefined,
		options,
	);
	await pinned.click(options);
	if (!(await state.evaluate(({ clicked }) => clicked))) throw new Error("It was drawn anew while it was clicked.");
}

import type { Locator } from "playwright-core";
import { ATTEMPT_TIMEOUT, withRetries } from "./retry.ts";

/** Declares the browser's class; the project has no other DOM types. */
declare class MutationObserver {
	constructor(listener: () => void);
	observe(node: unknown, options: object): void;
	disconnect(): void;
}

/** An input box or a pick list. */
export class QuickInput {
	readonly #widget: Locator;
	readonly #box: Locator;
	readonly #options: Locator;
	readonly #rows: Locator;

	constructor(widget: Locator) {
		this.#widget = widget;
		this.#box = widget.locator("input.input");
		this.#options = widget.getByRole("option");
		// Includes rows with checkboxes, which have another role.
		this.#rows = widget.locator(".quick-input-list .monaco-list-row");
	}

	value(): Promise<string> {
		return this.#box.inputValue();
	}

	/** Waits for a slow value, such as the path in a file dialog. */
	async waitForValue(value: string) {
		const box = await this.#box.elementHandle();
		await this.#box.page().waitForFunction(([box, value]) => box?.value === value, [box, value] as const);
	}

	async placeholder(): Promise<string> {
		return (await this.#box.getAttribute("placeholder")) ?? "";
	}

	/** True if the value is shown as dots. */
	async isPassword(): Promise<boolean> {
		return (await this.#box.getAttribute("type")) === "password";
	}

	/** Waits until the line below the box includes `part`. @returns the line: the prompt or a validation message. */
	async message(part: string): Promise<string> {
		const message = this.#widget.locator(".quick-input-message").filter({ hasText: part });
		await message.waitFor();
		return message.innerText();
	}

	/** Waits until the value has an error or warning. @returns the message. */
	async validationMessage(): Promise<string> {
		await this.#widget.locator(".monaco-inputbox:is(.error, .warning)").waitFor();
		return this.#widget.locator(".quick-input-message").innerText();
	}

	/** True if the value has an error now; await its message first. */
	async hasError(): Promise<boolean> {
		return (await this.#widget.locator(".monaco-inputbox.error").count()) > 0;
	}

	/** Replaces the value. */
	async type(text: string, options?: { readonly timeout: number }) {
		await this.#box.fill(text, options);
	}

	/** Presses Enter; the box stays open if the value is invalid. */
	async accept() {
		await this.#box.press("Enter");
	}

	/** Accepts the current value or option, and waits until the input is gone. */
	async enter() {
		await this.#end(() => this.accept());
	}

	/** Like `enter`, for a file dialog, which ignores Enter while it reads a folder. */
	async enterWhenReady() {
		await withRetries(() => this.#end(() => this.accept(), ATTEMPT_TIMEOUT));
	}

	/** Enters a valid value, and waits until the box is gone. */
	async submit(text: string) {
		await this.type(text);
		await this.enter();
	}

	/** Closes the input and waits until it is gone: closing restores the focus, which would close a newer input. */
	async cancel() {
		await this.#end(() => this.#box.press("Escape"));
	}

	/** Returns the options as a screen reader speaks them, with description and detail. */
	async options(): Promise<string[]> {
		await this.#options.first().waitFor();
		return this.#options.evaluateAll((rows) => rows.map((row) => row.getAttribute("aria-label") ?? ""));
	}

	/** Scrolls through the list. @returns all labels. */
	async allLabels(): Promise<string[]> {
		const found = new Set<string>();
		const focusedRow = () => this.#box.getAttribute("aria-activedescendant");
		let row: string | null;
		do {
			row = await focusedRow();
			for (const label of await this.#visibleLabels()) found.add(label);
			await this.#box.press("PageDown");
		} while (row !== (await focusedRow()));
		return [...found];
	}

	#visibleLabels(): Promise<string[]> {
		return this.#rows
			.locator(".label-name")
			.evaluateAll((labels) => labels.map(({ textContent }) => textContent ?? ""));
	}

	/** Picks an option, and waits until the list is gone. */
	async pick(label: string) {
		await this.#end(() => this.#options.filter({ has: this.#name(label) }).click());
	}

	/** Returns the rows of a list with checkboxes, as a screen reader speaks them. */
	async checkboxRows(): Promise<string[]> {
		await this.#rows.first().waitFor();
		return this.#rows.evaluateAll((rows) => rows.map((row) => row.getAttribute("aria-label") ?? ""));
	}

	/** Toggles a row's checkbox. */
	async toggleCheckbox(label: string) {
		await this.#rows.filter({ has: this.#name(label) }).click();
	}

	/** Matches an option's complete name: the palette wraps typed text in its own element, also in longer names. */
	#name(label: string): Locator {
		const completeName = new RegExp(`^\\s*${label.replaceAll(/[$()*+.?[\\\]^{|}]/g, "\\$&")}\\s*$`);
		return this.#widget.page().locator(".monaco-icon-name-container").filter({ hasText: completeName });
	}

	/** Presses a button of the title bar, such as "Back". */
	async press(name: string) {
		await this.#widget.locator(".quick-input-titlebar").getByRole("button", { name }).click();
	}

	/**
	 * Runs an action that ends this input, and waits until the input is gone. VS Code has one widget for all inputs,
	 * which may already show the next: the input is gone once the widget is hidden or has another title, value or
	 * placeholder.
	 */
	async #end(action: () => Promise<void>, options?: { readonly timeout: number }) {
		const state = await this.#widget.evaluateHandle((widget) => {
			const box = widget.querySelector("input.input");
			const currentContent = () =>
				[widget.querySelector(".quick-input-title").textContent, box.value, box.placeholder].join("\n");
			const before = currentContent();
			const state = { ended: false };
			const observer = new MutationObserver(() => {
				if (widget.style.display !== "none" && currentContent() === before) return;
				state.ended = true;
				observer.disconnect();
			});
			observer.observe(widget, { attributes: true, childList: true, characterData: true, subtree: true });
			return state;
		});
		await action();
		await this.#widget.page().waitForFunction(({ ended }) => ended, state, options);
		await state.dispose();
	}
}

import type { Locator } from "playwright-core";

/** As pages have it; this project knows no other types of the DOM. */
declare class MutationObserver {
	constructor(listener: () => void);
	observe(node: unknown, what: object): void;
	disconnect(): void;
}

/** An input box or a list to pick from. */
export class QuickInput {
	readonly #widget: Locator;
	readonly #box: Locator;
	readonly #options: Locator;
	readonly #rows: Locator;

	constructor(widget: Locator) {
		this.#widget = widget;
		this.#box = widget.locator("input.input");
		this.#options = widget.getByRole("option");
		// What can be ticked has another role.
		this.#rows = widget.locator(".quick-input-list .monaco-list-row");
	}

	value(): Promise<string> {
		return this.#box.inputValue();
	}

	/** Waits for a value that takes its time, such as the path in a file dialog. */
	async valueBecomes(value: string) {
		const box = await this.#box.elementHandle();
		await this.#box.page().waitForFunction(([box, value]) => box?.value === value, [box, value] as const);
	}

	async placeholder(): Promise<string> {
		return (await this.#box.getAttribute("placeholder")) ?? "";
	}

	/** @returns whether the value is shown as dots. */
	async isMasked(): Promise<boolean> {
		return (await this.#box.getAttribute("type")) === "password";
	}

	/** @returns the line below the box, once it includes a text: the prompt, or what is wrong with the value. */
	async message(part: string): Promise<string> {
		const message = this.#widget.locator(".quick-input-message").filter({ hasText: part });
		await message.waitFor();
		return message.innerText();
	}

	/** @returns what is said of the value, once it is marked as wrong or doubtful. */
	async verdict(): Promise<string> {
		await this.#widget.locator(".monaco-inputbox:is(.error, .warning)").waitFor();
		return this.#widget.locator(".quick-input-message").innerText();
	}

	/** @returns whether the value is marked as wrong now; await the message that says why first. */
	async isWrong(): Promise<boolean> {
		return (await this.#widget.locator(".monaco-inputbox.error").count()) > 0;
	}

	/** Puts a text in place of the value. */
	async type(text: string, options?: { readonly timeout: number }) {
		await this.#box.fill(text, options);
	}

	/** Presses Enter; the box stays where its value is refused. */
	async accept() {
		await this.#box.press("Enter");
	}

	/** Accepts a value that is right, and waits until the box is gone. */
	async answer(text: string) {
		await this.type(text);
		await this.#end(() => this.accept());
	}

	/** Closes it. It gives the focus back when it is gone, which would close what was opened meanwhile. */
	async cancel() {
		await this.#end(() => this.#box.press("Escape"));
	}

	/** @returns what the list offers, each with its description and detail as a screen reader says it. */
	async options(): Promise<string[]> {
		await this.#options.first().waitFor();
		return this.#options.evaluateAll((rows) => rows.map((row) => row.getAttribute("aria-label") ?? ""));
	}

	/** @returns the labels in sight. */
	labels(): Promise<string[]> {
		return this.#rows
			.locator(".label-name")
			.evaluateAll((labels) => labels.map(({ textContent }) => textContent ?? ""));
	}

	/** Picks an option, and waits until the list is gone. */
	async pick(label: string) {
		await this.#end(() => this.#options.filter({ has: this.#name(label) }).click());
	}

	/** @returns what can be ticked in a list of several, each as a screen reader says it. */
	async ticks(): Promise<string[]> {
		await this.#rows.first().waitFor();
		return this.#rows.evaluateAll((rows) => rows.map((row) => row.getAttribute("aria-label") ?? ""));
	}

	/** Ticks, or unticks, one of several. */
	async tick(label: string) {
		await this.#rows.filter({ has: this.#name(label) }).click();
	}

	/** The name of an option as a whole: the palette has what was typed in an element of its own, in longer names, too. */
	#name(label: string): Locator {
		const whole = new RegExp(`^\\s*${label.replaceAll(/[$()*+.?[\\\]^{|}]/g, "\\$&")}\\s*$`);
		return this.#widget.page().locator(".monaco-icon-name-container").filter({ hasText: whole });
	}

	/** Presses a button of the title bar, such as "Back". */
	async press(name: string) {
		await this.#widget.locator(".quick-input-titlebar").getByRole("button", { name }).click();
	}

	/**
	 * Does what ends this input. The editor has one widget for all of them, so that the next one may already be in it: the
	 * input is gone as soon as the widget is hidden, or shows another title, value or placeholder.
	 */
	async #end(act: () => Promise<void>) {
		const watched = await this.#widget.evaluateHandle((widget) => {
			const box = widget.querySelector("input.input");
			const shown = () =>
				[widget.querySelector(".quick-input-title").textContent, box.value, box.placeholder].join("\n");
			const before = shown();
			const watched = { over: false };
			const observer = new MutationObserver(() => {
				if (widget.style.display !== "none" && shown() === before) return;
				watched.over = true;
				observer.disconnect();
			});
			observer.observe(widget, { attributes: true, childList: true, characterData: true, subtree: true });
			return watched;
		});
		await act();
		await this.#widget.page().waitForFunction(({ over }) => over, watched);
		await watched.dispose();
	}
}

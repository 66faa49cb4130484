// Helpers to compute expected texts of the product from the functions and manifest keys that make them.
import { formatDateTime } from "../../../src/common/messages/dates.ts";
import { manifestText } from "../../texts/manifestTexts.ts";

/** Returns the parts of a text before and after a value. @throws Error unless the text contains the value once */
export function splitAtValue(text: string, value: string): readonly [before: string, after: string] {
	const [before, after, ...more] = text.split(value);
	if (before === undefined || after === undefined || more.length > 0)
		throw new Error(`The text does not contain “${value}” once: ${text}`);
	return [before, after];
}

/** Returns a pattern for a whole text whose `value` is another value in the window, such as a time. */
export function patternOf(text: string, value: string, valuePattern: RegExp): RegExp {
	const parts = splitAtValue(text, value).map((part) => part.replaceAll(/[$()*+./?[\\\]^{|}]/g, "\\$&"));
	return new RegExp(`^${parts.join(`(?:${valuePattern.source})`)}$`);
}

/** A time in a text, for `timedText`. On no test's day, so that its text has a date. Unix milliseconds. */
export const SOME_TIME = 0;

/**
 * Describes a text that contains another time in the window than `SOME_TIME`.
 * @returns `start`: the text before the time, to wait for the text. `pattern`: matches the whole text.
 */
export function timedText(
	text: string,
	timePattern = /\d\d:\d\d/,
): { readonly start: string; readonly pattern: RegExp } {
	const time = formatDateTime(SOME_TIME);
	return { start: splitAtValue(text, time)[0], pattern: patternOf(text, time, timePattern) };
}

/** Returns a text of several lines as a notification shows it. */
export function inOneLine(text: string): string {
	return text.replaceAll("\n", " ");
}

/** Returns the text of a view without rows, before its buttons. @param key Such as `welcome.no-key`. */
export function welcomeText(key: string): string {
	return splitAtLink(key)[0].trim();
}

/**
 * Returns the names of a text's buttons, in a view without rows or in a step of the walkthrough.
 * @param key Such as `welcome.no-key`.
 */
export function manifestButtons(key: string): readonly string[] {
	return splitAtLink(key)
		.slice(1)
		.filter((_, index) => index % 2 === 0);
}

/** Returns a manifest text's parts: text, then in turn the label of a link and the text after it. */
function splitAtLink(key: string): readonly [string, ...string[]] {
	const [text = "", ...links] = manifestText(key).split(/\[([^\]]+)\]\([^)]+\)/);
	return [text, ...links];
}

import { currentLocale } from "./locale.ts";

/** True if the current language uses its singular for this number. */
export function isOne(count: number): boolean {
	return new Intl.PluralRules(currentLocale()).select(count) === "one";
}

/** Returns a number of things as text: `1,000`. */
export function formatCount(count: number): string {
	return new Intl.NumberFormat(currentLocale()).format(count);
}

import * as l10n from "@vscode/l10n";
import { currentLocale } from "./language.ts";

const UNITS = [
	["day", 86_400],
	["hour", 3600],
	["minute", 60],
] as const;

/**
 * How long until, or since, an expiry: whole days from one day up, hours and minutes below that.
 * @param expiresAt Unix seconds, or `null` where it is not known.
 * @param now Unix seconds.
 */
export function expiryWords(expiresAt: number | null, now: number): string {
	if (expiresAt === null) return l10n.t("expiry not known");
	const seconds = expiresAt - now;
	const [unit, length] = UNITS.find(([, length]) => Math.abs(seconds) >= length) ?? UNITS[2];
	const distance = new Intl.RelativeTimeFormat(currentLocale()).format(Math.trunc(seconds / length), unit);
	return seconds > 0 ? l10n.t("expires {0}", distance) : l10n.t("expired {0}", distance);
}

/** The day of a time in UTC. @param at Unix seconds, or `null` where it cannot be read. */
export function dayWords(at: number | null): string {
	return at === null ? l10n.t("(cannot be read)") : new Date(at * 1000).toISOString().slice(0, 10);
}

/** A time in UTC and in the person's own zone. @param at Unix seconds. */
export function absoluteTime(at: number): string {
	const date = new Date(at * 1000);
	const utc = `${date.toISOString().slice(0, 16).replace("T", " ")} UTC`;
	const local = new Intl.DateTimeFormat(currentLocale(), { dateStyle: "medium", timeStyle: "short" }).format(date);
	return l10n.t("{0} (here {1})", utc, local);
}

/** Day and time, in the person's own zone. @param at Unix milliseconds. */
export function momentWords(at: number): string {
	return new Intl.DateTimeFormat(currentLocale(), { dateStyle: "medium", timeStyle: "short" }).format(at);
}

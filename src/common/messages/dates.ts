import * as l10n from "@vscode/l10n";
import { NO_EXPIRY } from "../../domain/certificate.ts";
import { formatInLocale } from "./locale.ts";

const UNITS = [
	["day", 86_400],
	["hour", 3600],
	["minute", 60],
] as const;

const distances = formatInLocale((locale) => new Intl.RelativeTimeFormat(locale));
const durations = formatInLocale((locale) =>
	Object.fromEntries(
		UNITS.map(([unit]) => [unit, new Intl.NumberFormat(locale, { style: "unit", unit, unitDisplay: "long" })]),
	),
);
const moments = formatInLocale(
	(locale) => new Intl.DateTimeFormat(locale, { dateStyle: "medium", timeStyle: "short" }),
);
const clocks = formatInLocale(
	(locale) => new Intl.DateTimeFormat(locale, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" }),
);

/**
 * How long until, or since, an expiry: whole days from one day up, hours and minutes below that.
 * @param expiresAt Unix seconds, or `null` where it is not known.
 * @param now Unix seconds.
 */
export function expiryWords(expiresAt: number | null, now: number): string {
	if (expiresAt === null) return l10n.t("expiry not known");
	if (expiresAt >= NO_EXPIRY) return l10n.t("never expires");
	const seconds = expiresAt - now;
	const distance = distances().format(...inLargestUnit(seconds));
	return seconds > 0 ? l10n.t("expires {0}", distance) : l10n.t("expired {0}", distance);
}

/** As `expiryWords`, in fewer words: for a row, which has little room. */
export function timeLeftWords(expiresAt: number | null, now: number): string {
	if (expiresAt === null || expiresAt >= NO_EXPIRY || expiresAt <= now) return expiryWords(expiresAt, now);
	const [count, unit] = inLargestUnit(expiresAt - now);
	return l10n.t("{0} left", durations()[unit]?.format(count) ?? "");
}

/** A length of time in the largest unit that it fills, rounded towards zero. */
function inLargestUnit(seconds: number): readonly [count: number, unit: (typeof UNITS)[number][0]] {
	const [unit, length] = UNITS.find(([, length]) => Math.abs(seconds) >= length) ?? UNITS[2];
	return [Math.trunc(seconds / length), unit];
}

/** The day of a time in UTC. @param at Unix seconds, or `null` where it cannot be read. */
export function dayWords(at: number | null): string {
	return at === null ? l10n.t("(cannot be read)") : new Date(at * 1000).toISOString().slice(0, 10);
}

/** A time in UTC and in the person's own zone. @param at Unix seconds. */
export function absoluteTime(at: number): string {
	const date = new Date(at * 1000);
	const utc = `${date.toISOString().slice(0, 16).replace("T", " ")} UTC`;
	return l10n.t("{0} (here {1})", utc, moments().format(date));
}

/** Day and time, in the person's own zone. @param at Unix milliseconds. */
export function momentWords(at: number): string {
	return moments().format(at);
}

/** Hour and minute in the person's own zone, with the day where it is another one than today. @param at,now Unix milliseconds. */
export function clockWords(at: number, now: number): string {
	if (new Date(at).toDateString() !== new Date(now).toDateString()) return momentWords(at);
	return clocks().format(at);
}

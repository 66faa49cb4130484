import * as l10n from "@vscode/l10n";
import { NO_EXPIRY } from "../../domain/certificate.ts";
import { cachePerLocale } from "../text/locale.ts";

const UNITS = [
	["day", 86_400],
	["hour", 3600],
	["minute", 60],
] as const;

const relativeTimes = cachePerLocale((locale) => new Intl.RelativeTimeFormat(locale));
const narrowRelativeTimes = cachePerLocale((locale) => new Intl.RelativeTimeFormat(locale, { style: "narrow" }));
const durations = cachePerLocale((locale) =>
	Object.fromEntries(
		UNITS.map(([unit]) => [unit, new Intl.NumberFormat(locale, { style: "unit", unit, unitDisplay: "long" })]),
	),
);
const dateTimes = cachePerLocale(
	(locale) => new Intl.DateTimeFormat(locale, { dateStyle: "medium", timeStyle: "short" }),
);
const timesOfDay = cachePerLocale(
	(locale) => new Intl.DateTimeFormat(locale, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" }),
);

/**
 * Returns the time until or since an expiry: whole days from one day up, hours or minutes below.
 * @param expiresAt Unix seconds, or `null` if unknown.
 * @param now Unix seconds.
 */
export function formatExpiry(expiresAt: number | null, now: number): string {
	if (expiresAt === null) return l10n.t("expiry unknown");
	if (expiresAt >= NO_EXPIRY) return l10n.t("never expires");
	const seconds = expiresAt - now;
	const relativeTime = formatRelativeTime(seconds);
	return seconds > 0 ? l10n.t("expires {0}", relativeTime) : l10n.t("expired {0}", relativeTime);
}

/** Returns a time relative to now, such as “in 12 days”. @param seconds Seconds until then; negative for the past. */
export function formatRelativeTime(seconds: number): string {
	return relativeTimes().format(...inLargestUnit(seconds));
}

/** Like `formatExpiry`, but shorter, because a row in a narrow side bar has room for about 14 characters beside a name. */
export function formatTimeLeft(expiresAt: number | null, now: number): string {
	if (expiresAt === null || expiresAt >= NO_EXPIRY) return formatExpiry(expiresAt, now);
	const [count, unit] = inLargestUnit(expiresAt - now);
	if (expiresAt <= now) return l10n.t("expired {0}", narrowRelativeTimes().format(count, unit));
	return l10n.t("{0} left", durations()[unit]?.format(count) ?? "");
}

/** Converts seconds to days, hours or minutes: the largest unit that fits, rounded towards zero. */
function inLargestUnit(seconds: number): readonly [count: number, unit: (typeof UNITS)[number][0]] {
	const [unit, length] = UNITS.find(([, length]) => Math.abs(seconds) >= length) ?? UNITS[2];
	return [Math.trunc(seconds / length), unit];
}

/** Returns the day in UTC. @param at Unix seconds, or `null` if unreadable. */
export function formatUtcDay(at: number | null): string {
	return at === null ? l10n.t("(unreadable)") : new Date(at * 1000).toISOString().slice(0, 10);
}

/** Returns a time in UTC and in the person's time zone. @param at Unix seconds. */
export function formatAbsoluteTime(at: number): string {
	const date = new Date(at * 1000);
	const utc = `${date.toISOString().slice(0, 16).replace("T", " ")} UTC`;
	return l10n.t("{0} ({1} local time)", utc, dateTimes().format(date));
}

/** Returns day and time in the person's time zone. @param at Unix milliseconds. */
export function formatDateTime(at: number): string {
	return dateTimes().format(at);
}

/** Returns the time in the person's time zone, with the day if it is not today. @param at,now Unix milliseconds. */
export function formatTimeOfDay(at: number, now: number): string {
	if (new Date(at).toDateString() !== new Date(now).toDateString()) return formatDateTime(at);
	return timesOfDay().format(at);
}

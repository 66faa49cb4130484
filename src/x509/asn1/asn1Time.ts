import { type Element, GENERALIZED_TIME, UTC_TIME } from "./der.ts";

/** Year, month, day, hour, minute, and then what DER wants but older files leave out or write otherwise. */
const TIME = /^(\d{2}|\d{4})(\d{2})(\d{2})(\d{2})(\d{2})(?:(\d{2})(?:[.,]\d{1,9})?)?(Z|[+-]\d{4})$/;

/** The last date, which means "no expiry" (RFC 5280 4.1.2.5). */
const NO_EXPIRY = "99991231235959Z";

/** A UTCTime or GeneralizedTime as Unix seconds; `null` where it is no date. */
export function readTime({ tag, content }: Element): number | null {
	const [, year = "", month, day, hour, minute, second = "0", zone = ""] = TIME.exec(latin1(content)) ?? [];
	if (year.length !== (tag === UTC_TIME ? 2 : 4)) return null;
	const date = new Date(0);
	const fullYear = tag === UTC_TIME ? Number(year) + (Number(year) < 50 ? 2000 : 1900) : Number(year);
	date.setUTCFullYear(fullYear, Number(month) - 1, Number(day));
	date.setUTCHours(Number(hour), Number(minute), Number(second));
	// A Date carries what is too much over to the next unit.
	const unchanged =
		date.getUTCMonth() + 1 === Number(month) &&
		date.getUTCDate() === Number(day) &&
		date.getUTCHours() === Number(hour) &&
		date.getUTCMinutes() === Number(minute) &&
		date.getUTCSeconds() === Number(second);
	if (!unchanged) return null;
	const seconds = date.getTime() / 1000;
	return zone === "Z" ? seconds : seconds - offsetSeconds(zone);
}

/** Whether a date is written as RFC 5280 4.1.2.5 has it: to the second, in UTC, UTCTime until 2049, and from 2050 not. */
export function isTimeWellEncoded({ tag, content }: Element): boolean {
	const text = latin1(content);
	if (tag === UTC_TIME) return /^\d{12}Z$/.test(text);
	return tag === GENERALIZED_TIME && /^\d{14}Z$/.test(text) && text >= "2050";
}

/** Whether a notAfter says that the certificate does not expire. */
export function isNoExpiry({ content }: Element): boolean {
	return latin1(content) === NO_EXPIRY;
}

function offsetSeconds(zone: string): number {
	const minutes = Number(zone.slice(1, 3)) * 60 + Number(zone.slice(3));
	return (zone[0] === "-" ? -60 : 60) * minutes;
}

function latin1(content: Uint8Array): string {
	return Buffer.from(content.subarray(0, 64)).toString("latin1");
}

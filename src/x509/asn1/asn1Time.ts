import { type Element, GENERALIZED_TIME, UTC_TIME } from "./der.ts";

/** Year, month, day, hour, minute, then the parts that DER requires but older files omit or write differently. */
const TIME = /^(\d{2}|\d{4})(\d{2})(\d{2})(\d{2})(\d{2})(?:(\d{2})(?:[.,]\d{1,9})?)?(Z|[+-]\d{4})$/;

/** The last date, which means "no expiry" (RFC 5280 4.1.2.5). */
const NO_EXPIRY_TEXT = "99991231235959Z";

/** Returns a UTCTime or GeneralizedTime as Unix seconds; `null` if the date is invalid. */
export function readTime({ tag, content }: Element): number | null {
	const [, year = "", month, day, hour, minute, second = "0", zone = ""] = TIME.exec(latin1(content)) ?? [];
	if (year.length !== (tag === UTC_TIME ? 2 : 4)) return null;
	const date = new Date(0);
	const fullYear = tag === UTC_TIME ? Number(year) + (Number(year) < 50 ? 2000 : 1900) : Number(year);
	date.setUTCFullYear(fullYear, Number(month) - 1, Number(day));
	date.setUTCHours(Number(hour), Number(minute), Number(second));
	// Date carries values out of range over to the next unit.
	const isValid =
		date.getUTCMonth() + 1 === Number(month) &&
		date.getUTCDate() === Number(day) &&
		date.getUTCHours() === Number(hour) &&
		date.getUTCMinutes() === Number(minute) &&
		date.getUTCSeconds() === Number(second);
	if (!isValid) return null;
	const seconds = date.getTime() / 1000;
	return zone === "Z" ? seconds : seconds - offsetSeconds(zone);
}

/** True if a time follows RFC 5280 4.1.2.5: to the second, in UTC, UTCTime until 2049, then GeneralizedTime. */
export function isTimeWellEncoded({ tag, content }: Element): boolean {
	const text = latin1(content);
	if (tag === UTC_TIME) return /^\d{12}Z$/.test(text);
	return tag === GENERALIZED_TIME && /^\d{14}Z$/.test(text) && text >= "2050";
}

/** True if a notAfter means that the certificate never expires. */
export function isNoExpiry({ content }: Element): boolean {
	return latin1(content) === NO_EXPIRY_TEXT;
}

function offsetSeconds(zone: string): number {
	const minutes = Number(zone.slice(1, 3)) * 60 + Number(zone.slice(3));
	return (zone[0] === "-" ? -60 : 60) * minutes;
}

function latin1(content: Uint8Array): string {
	return Buffer.from(content.subarray(0, 64)).toString("latin1");
}

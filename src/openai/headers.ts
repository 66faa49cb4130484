/** An answer's headers, by their names in lower case. */
export type ResponseHeaders = Readonly<Record<string, string | string[] | undefined>>;

/** An id that is logged, copied or compared: only what looks like one counts. */
export function requestIdFrom(headers: ResponseHeaders, name: string): string | null {
	const value = headers[name];
	return typeof value === "string" && /^[\w.-]{1,100}$/.test(value) ? value : null;
}

/** The service's clock by its `Date` (RFC 9110, 6.6.1), Unix milliseconds, or `null`. */
export function serverTimeFrom({ date }: ResponseHeaders): number | null {
	const milliseconds = typeof date === "string" ? Date.parse(date) : Number.NaN;
	return Number.isNaN(milliseconds) ? null : milliseconds;
}

/**
 * The time that `Retry-After` names, in seconds or as a date (RFC 9110, 10.2.3); a date is taken by the service's own clock.
 * @param now Unix milliseconds, for an answer that does not tell that.
 * @returns seconds, more than 0, or `null` where it names no time to come.
 */
export function retryAfterSeconds(headers: ResponseHeaders, now: number): number | null {
	const retryAfter = headers["retry-after"];
	if (typeof retryAfter !== "string") return null;
	if (/^\d+$/.test(retryAfter)) return Number(retryAfter) || null;
	const seconds = Math.ceil((Date.parse(retryAfter) - (serverTimeFrom(headers) ?? now)) / 1000);
	return seconds > 0 ? seconds : null;
}

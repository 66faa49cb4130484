/** A response's headers, by lower-case name. */
export type ResponseHeaders = Readonly<Record<string, string | string[] | undefined>>;

/** Returns the id in a header, to log, copy or compare; `null` unless the value has the format of an id. */
export function requestIdFrom(headers: ResponseHeaders, name: string): string | null {
	const value = headers[name];
	return typeof value === "string" && /^[\w.-]{1,100}$/.test(value) ? value : null;
}

/** Returns the service's time from the `Date` header (RFC 9110, 6.6.1), Unix milliseconds, or `null`. */
export function serverTimeFrom({ date }: ResponseHeaders): number | null {
	const milliseconds = typeof date === "string" ? Date.parse(date) : Number.NaN;
	return Number.isNaN(milliseconds) ? null : milliseconds;
}

/**
 * Returns the wait time of `Retry-After`, given in seconds or as a date (RFC 9110, 10.2.3). Compares a date with the
 * service's time.
 * @param now Unix milliseconds, used if the response has no `Date`.
 * @returns seconds, more than 0, or `null` without a future time.
 */
export function retryAfterSeconds(headers: ResponseHeaders, now: number): number | null {
	const retryAfter = headers["retry-after"];
	if (typeof retryAfter !== "string") return null;
	if (/^\d+$/.test(retryAfter)) return Number(retryAfter) || null;
	const seconds = Math.ceil((Date.parse(retryAfter) - (serverTimeFrom(headers) ?? now)) / 1000);
	return seconds > 0 ? seconds : null;
}

/** A list older than this is read again when a person looks at it or something is done by it, in milliseconds. */
export const STALE_MS = 60_000;

/** Whether a list is to be read when a person looks at it: because it is old, or was never read. */
export function isStale(
	{ loading, askedAt }: { readonly loading: boolean; readonly askedAt: number | null },
	now: number = Date.now(),
): boolean {
	return !loading && !isRecent(askedAt, now);
}

/**
 * Whether that was a moment ago; by a clock that was put back since, nobody knows when it was.
 * @param at,now Unix milliseconds; `null` for never.
 */
export function isRecent(at: number | null, now: number = Date.now()): boolean {
	return at !== null && at <= now && now - at < STALE_MS;
}

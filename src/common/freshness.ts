/** Maximum age of a list, in milliseconds. An older list is read again when a person views it or a command uses it. */
export const STALE_MS = 60_000;

/** True if a list must be read when a person views it: it is too old, or was never read. */
export function isStale(
	{ loading, askedAt }: { readonly loading: boolean; readonly askedAt: number | null },
	now: number = Date.now(),
): boolean {
	return !loading && !isRecent(askedAt, now);
}

/**
 * True if `at` is less than `STALE_MS` ago. False for a future time: the clock was set back since.
 * @param at,now Unix milliseconds; `null` for never.
 */
export function isRecent(at: number | null, now: number = Date.now()): boolean {
	return at !== null && at <= now && now - at < STALE_MS;
}

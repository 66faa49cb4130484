/** A list older than this is read again when a person looks at it, in milliseconds. */
const STALE_MS = 60_000;

/** Whether a list is to be read when a person looks at it: because it is old, or was never read. */
export function isStale({ loading, askedAt }: { readonly loading: boolean; readonly askedAt: number | null }): boolean {
	return !loading && (askedAt === null || Date.now() - askedAt >= STALE_MS);
}

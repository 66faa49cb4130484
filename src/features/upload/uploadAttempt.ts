/** One upload as it was written down before it was sent. It is not changed: what became of it is told apart. */
export interface UploadAttempt {
	readonly organizationRef: string;
	/** SHA-256 of the DER, lower-case hex. */
	readonly sha256: string;
	/** Unique. What is sent once more of the same certificate to the same organization has another one. */
	readonly id: string;
	readonly name: string;
	readonly pem: string;
	/** When it was written down, Unix milliseconds. */
	readonly startedAt: number;
	/**
	 * The ids of everything that was known to be uploaded before: what is ours has another one. `null` where not all of it
	 * could be read.
	 */
	readonly idsBefore: readonly string[] | null;
	/** The service's clock when it told them, Unix seconds; `null` where it did not. */
	readonly servedBefore: number | null;
	/** Names the window that sends it, as in its locks. */
	readonly owner: string;
}

/** For how long an upload that was not seen may still appear, in milliseconds: a commit or a list may be late. */
export const LATE_ARRIVAL_MS = 600_000;

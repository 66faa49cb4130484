/** One attempt to upload a certificate. Recorded before sending, never changed; the confirmation is separate. */
export interface UploadAttempt {
	readonly organizationRef: string;
	/** SHA-256 of the DER, lower-case hex. */
	readonly sha256: string;
	/** Unique. A retry for the same certificate and organization has a new id. */
	readonly id: string;
	readonly name: string;
	readonly pem: string;
	/** When the attempt was recorded, Unix milliseconds. */
	readonly startedAt: number;
	/** Ids of all certificates known before sending; ours has a new id. `null` if some could not be read. */
	readonly idsBefore: readonly string[] | null;
	/** Server time of the list that gave `idsBefore`, Unix seconds; `null` if the service sent none. */
	readonly servedBefore: number | null;
	/** Id of the sending window, as in its locks. */
	readonly owner: string;
}

/** How long an upload that was not seen may still appear, in milliseconds: a commit or a list can be late. */
export const LATE_ARRIVAL_MS = 600_000;

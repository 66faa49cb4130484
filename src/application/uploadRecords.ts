import type { Certificate } from "../domain/certificate.ts";
import type { PendingUpload } from "../domain/pendingUpload.ts";
import type { AttemptKey } from "./uploadFiles.ts";

/** One attempt as it was written down, and what became of it. */
export interface UploadRecord {
	readonly pending: PendingUpload;
	/** As what it arrived, and when that was known, Unix milliseconds; `null` while it is not known whether it did. */
	readonly arrival: { readonly certificates: readonly Certificate[]; readonly at: number } | null;
}

/** A certificate as an upload from this machine became it. */
interface Arrived {
	readonly certificate: Certificate;
	readonly sha256: string;
	/** Unix milliseconds. */
	readonly at: number;
}

/** Which uploads belong together: the same certificate to the same organization. */
export type UploadKey = Pick<PendingUpload, "connectionId" | "sha256">;

export function isSameAttempt(one: AttemptKey, other: AttemptKey): boolean {
	return isSameUpload(one, other) && one.attempt === other.attempt;
}

export function isSameUpload(one: UploadKey, other: UploadKey): boolean {
	return one.connectionId === other.connectionId && one.sha256 === other.sha256;
}

/** What was written down of uploads, as it was at one moment. */
export class UploadRecords {
	readonly all: readonly UploadRecord[];
	readonly #numbers: readonly AttemptKey[];

	/** @param numbers Those of all attempts that have a file, also of those that are closed or cannot be read. */
	constructor(all: readonly UploadRecord[], numbers: readonly AttemptKey[]) {
		this.all = all;
		this.#numbers = numbers;
	}

	without(records: readonly UploadRecord[]): UploadRecords {
		return new UploadRecords(
			this.all.filter((record) => !records.includes(record)),
			this.#numbers,
		);
	}

	/** The attempts of which it is not known whether they arrived, oldest first. None where a newer one did. */
	openAttempts(key: UploadKey): readonly PendingUpload[] {
		const records = this.all.filter(({ pending }) => isSameUpload(pending, key));
		const settled = Math.max(0, ...records.filter(({ arrival }) => arrival).map(({ pending }) => pending.attempt));
		return records
			.map(({ pending }) => pending)
			.filter(({ attempt }) => attempt > settled)
			.sort((one, other) => one.attempt - other.attempt);
	}

	isOpen(attempt: PendingUpload): boolean {
		return this.openAttempts(attempt).some((each) => isSameAttempt(each, attempt));
	}

	/** The newest open attempt of each upload. */
	get unconfirmed(): readonly PendingUpload[] {
		return this.all.map(({ pending }) => pending).filter((pending) => this.openAttempts(pending).at(-1) === pending);
	}

	/** What is known to have arrived in an organization, each with its fingerprint and when it was known. */
	uploaded(connectionId: string): readonly Arrived[] {
		return this.all.flatMap(({ pending, arrival }) => {
			if (!arrival || pending.connectionId !== connectionId) return [];
			const { sha256 } = pending;
			return arrival.certificates.map((certificate) => ({ certificate, sha256, at: arrival.at }));
		});
	}

	/** What an attempt arrived as, or a newer one in its place; `null` where that is not known. */
	arrivalSince(attempt: PendingUpload): UploadRecord["arrival"] {
		const since = this.all.filter(
			({ pending, arrival }) => arrival && isSameUpload(pending, attempt) && pending.attempt >= attempt.attempt,
		);
		return since[0]?.arrival ?? null;
	}

	/** Whether an attempt is the newest one, and nothing else became of its upload since. @param before What was known then. */
	addsOnly(attempt: PendingUpload, before: UploadRecords): boolean {
		const isKnown = ({ pending, arrival }: UploadRecord) =>
			before.all.some((each) => isSameAttempt(each.pending, pending) && !each.arrival === !arrival);
		const records = this.all.filter(({ pending }) => isSameUpload(pending, attempt));
		const others = records.filter(({ pending }) => !isSameAttempt(pending, attempt));
		// Where its own number is there twice, the other one is closed: somebody had it long before.
		const since = this.#numbers.filter((each) => isSameUpload(each, attempt) && each.attempt >= attempt.attempt);
		return records.length > others.length && since.length === 1 && others.every(isKnown);
	}

	/** Whether there is an attempt of the same upload that came later. */
	isPassed(attempt: AttemptKey): boolean {
		return this.nextNumber(attempt) > attempt.attempt + 1;
	}

	/** The number that one more attempt would have. */
	nextNumber(key: UploadKey): number {
		return 1 + Math.max(0, ...this.#numbers.filter((each) => isSameUpload(each, key)).map(({ attempt }) => attempt));
	}
}

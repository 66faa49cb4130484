import type { Certificate } from "../domain/certificate.ts";
import type { PendingUpload } from "../domain/pendingUpload.ts";
import type { Arrival, AttemptKey } from "./uploadFiles.ts";

/** One attempt as it was written down, and what became of it. */
export interface UploadRecord {
	readonly pending: PendingUpload;
	/** `null` while it is not known whether it arrived. */
	readonly arrival: Arrival | null;
}

/** A certificate as an upload from this machine became it. */
interface Arrived {
	readonly certificate: Certificate;
	readonly sha256: string;
	/** Unix milliseconds. */
	readonly at: number;
}

/** Which uploads belong together: the same certificate to the same organization. */
export type UploadKey = Pick<PendingUpload, "organizationRef" | "sha256">;

export function isSameAttempt(one: AttemptKey, other: AttemptKey): boolean {
	return isSameUpload(one, other) && one.attempt === other.attempt;
}

export function isSameUpload(one: UploadKey, other: UploadKey): boolean {
	return one.organizationRef === other.organizationRef && one.sha256 === other.sha256;
}

/** The file of an attempt that cannot be understood: a newer version of this extension wrote it, or it is not whole. */
export interface SpoiltAttempt extends AttemptKey {
	readonly state: "newer" | "unreadable";
}

/** What was written down of uploads, as it was at one moment. */
export class UploadRecords {
	/** Those of one upload are in the order in which they were sent. */
	readonly all: readonly UploadRecord[];
	/** The numbers of all attempts of each upload. */
	readonly #numbers: ReadonlyMap<string, readonly AttemptKey[]>;
	readonly #spoilt: readonly SpoiltAttempt[];

	/** @param numbers Those of all attempts that have a file, also of those that are closed or cannot be understood. */
	constructor(all: readonly UploadRecord[], numbers: readonly AttemptKey[], spoilt: readonly SpoiltAttempt[] = []) {
		this.#spoilt = spoilt;
		this.all = all.toSorted((one, other) => one.pending.attempt - other.pending.attempt);
		this.#numbers = Map.groupBy(numbers, keyOf);
	}

	without(records: readonly UploadRecord[]): UploadRecords {
		return new UploadRecords(
			this.all.filter((record) => !records.includes(record)),
			[...this.#numbers.values()].flat(),
			this.#spoilt,
		);
	}

	/** The attempts of an upload that cannot be understood: nobody knows what became of them. */
	spoilt(key: UploadKey): readonly SpoiltAttempt[] {
		return this.#spoilt.filter((each) => isSameUpload(each, key));
	}

	/** The attempts of which it is not known whether they arrived, oldest first. None where a newer one did. */
	openAttempts(key: UploadKey): readonly PendingUpload[] {
		const records = this.all.filter(({ pending }) => isSameUpload(pending, key));
		const settled = Math.max(0, ...records.filter(({ arrival }) => arrival).map(({ pending }) => pending.attempt));
		return records.map(({ pending }) => pending).filter(({ attempt }) => attempt > settled);
	}

	isOpen(attempt: PendingUpload): boolean {
		return this.openAttempts(attempt).some((each) => isSameAttempt(each, attempt));
	}

	/** The newest open attempt of each upload. */
	get unconfirmed(): readonly PendingUpload[] {
		return this.all.map(({ pending }) => pending).filter((pending) => this.openAttempts(pending).at(-1) === pending);
	}

	/** What is known to have arrived in an organization, each with its fingerprint and when it was known. */
	uploaded(organizationRef: string): readonly Arrived[] {
		return this.all.flatMap(({ pending, arrival }) => {
			if (!arrival || pending.organizationRef !== organizationRef) return [];
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

	/** Whether an attempt stands, is the newest one, and what was open before it still is. @param before What was known then. */
	addsOnly(attempt: PendingUpload, before: UploadRecords): boolean {
		const stands = this.all.some(({ pending }) => isSameAttempt(pending, attempt));
		// Where its own number is there twice, the other one is closed: somebody had it long before.
		const since = this.#numbersOf(attempt).filter((number) => number >= attempt.attempt);
		return (
			stands &&
			since.length === 1 &&
			this.spoilt(attempt).length === 0 &&
			before.openAttempts(attempt).every((each) => this.isOpen(each))
		);
	}

	/** Whether there is an attempt of the same upload that came later. */
	isPassed(attempt: AttemptKey): boolean {
		return this.nextNumber(attempt) > attempt.attempt + 1;
	}

	/** The number that one more attempt would have. */
	nextNumber(key: UploadKey): number {
		return 1 + Math.max(0, ...this.#numbersOf(key));
	}

	#numbersOf(key: UploadKey): readonly number[] {
		return (this.#numbers.get(keyOf(key)) ?? []).map(({ attempt }) => attempt);
	}
}

function keyOf({ organizationRef, sha256 }: UploadKey): string {
	return `${organizationRef}.${sha256}`;
}

import type { Certificate } from "../../domain/certificate.ts";
import { ProblemError } from "../../domain/problem.ts";
import type { UploadAttempt } from "./uploadAttempt.ts";

/** Which uploads belong together: the same certificate to the same organization. */
export type UploadKey = Pick<UploadAttempt, "organizationRef" | "sha256">;

/** That an attempt arrived, and as what. */
export interface Confirmation {
	readonly certificates: readonly Certificate[];
	/** When it was known, Unix milliseconds. */
	readonly at: number;
}

/** One attempt as it was written down, and what became of it. */
export interface UploadRecord {
	readonly pending: UploadAttempt;
	/** `null` while it is not known whether it arrived. */
	readonly arrival: Confirmation | null;
}

/** A certificate as an upload from this machine became it. */
interface Arrived {
	readonly certificate: Certificate;
	readonly sha256: string;
	/** Unix milliseconds. */
	readonly at: number;
}

/** What was written down and cannot be understood: a newer version of this extension wrote it, or it is not whole. */
export interface SpoiltUpload extends UploadKey {
	readonly state: "newer" | "unreadable";
}

/** The Failure for a record that cannot be understood. */
export function spoiltFailure(state: SpoiltUpload["state"]): ProblemError {
	return new ProblemError({ reason: state === "newer" ? "record-newer" : "record-unreadable" });
}

export function isSameUpload(one: UploadKey, other: UploadKey): boolean {
	return one.organizationRef === other.organizationRef && one.sha256 === other.sha256;
}

/** What was written down of uploads, as it was at one moment. */
export class UploadHistory {
	/** Those of one upload are in the order in which they were sent. */
	readonly all: readonly UploadRecord[];
	readonly #spoilt: readonly SpoiltUpload[];

	constructor(all: readonly UploadRecord[], spoilt: readonly SpoiltUpload[] = []) {
		this.all = all;
		this.#spoilt = spoilt;
	}

	/** Why nobody knows what became of an upload; `null` where what was written down of it can be understood. */
	spoilt(key: UploadKey): SpoiltUpload["state"] | null {
		return this.#spoilt.find((each) => isSameUpload(each, key))?.state ?? null;
	}

	/** The attempts of which it is not known whether they arrived, oldest first. None where a newer one did. */
	openAttempts(key: UploadKey): readonly UploadAttempt[] {
		const records = this.all.filter(({ pending }) => isSameUpload(pending, key));
		return records.slice(records.findLastIndex(({ arrival }) => arrival) + 1).map(({ pending }) => pending);
	}

	isOpen(attempt: UploadAttempt): boolean {
		return this.openAttempts(attempt).some(({ id }) => id === attempt.id);
	}

	/** The newest open attempt of each upload. */
	get unconfirmed(): readonly UploadAttempt[] {
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
	arrivalSince(attempt: UploadAttempt): Confirmation | null {
		const records = this.all.filter(({ pending }) => isSameUpload(pending, attempt));
		const index = records.findIndex(({ pending }) => pending.id === attempt.id);
		const since =
			index < 0 ? records.filter(({ pending }) => pending.startedAt >= attempt.startedAt) : records.slice(index);
		return since.find(({ arrival }) => arrival)?.arrival ?? null;
	}
}

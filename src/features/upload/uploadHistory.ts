import type { Certificate } from "../../domain/certificate.ts";
import { ProblemError } from "../../domain/problem.ts";
import type { UploadAttempt } from "./uploadAttempt.ts";

/** Identifies an upload: all attempts with the same certificate and organization belong together. */
export type UploadKey = Pick<UploadAttempt, "organizationRef" | "sha256">;

/** The certificates that an attempt created. */
export interface Confirmation {
	readonly certificates: readonly Certificate[];
	/** When this became known, Unix milliseconds. */
	readonly at: number;
}

/** A recorded attempt and its confirmation. */
export interface UploadRecord {
	readonly pending: UploadAttempt;
	/** `null` while the attempt's outcome is unknown. */
	readonly arrival: Confirmation | null;
}

/** A certificate that was uploaded from this machine. */
interface UploadedCertificate {
	readonly certificate: Certificate;
	readonly sha256: string;
	/** As in `Confirmation`. */
	readonly at: number;
}

/** An upload with an unusable file: written by a newer version of this extension, or corrupt. */
export interface UnusableUpload extends UploadKey {
	readonly state: "newer" | "unreadable";
}

/** Returns the ProblemError for an unusable file. */
export function unusableUploadProblem(state: UnusableUpload["state"]): ProblemError {
	return new ProblemError({ reason: state === "newer" ? "record-newer" : "record-unreadable" });
}

export function isSameUpload(one: UploadKey, other: UploadKey): boolean {
	return one.organizationRef === other.organizationRef && one.sha256 === other.sha256;
}

/** All recorded uploads at one moment. */
export class UploadHistory {
	/** Records of one upload are in sending order. */
	readonly records: readonly UploadRecord[];
	readonly #unusable: readonly UnusableUpload[];

	constructor(records: readonly UploadRecord[], unusable: readonly UnusableUpload[] = []) {
		this.records = records;
		this.#unusable = unusable;
	}

	/** Returns the reason why an upload's file is unusable; `null` if the file is readable or missing. */
	unusableState(key: UploadKey): UnusableUpload["state"] | null {
		return this.#unusable.find((each) => isSameUpload(each, key))?.state ?? null;
	}

	/** Returns the attempts with unknown outcome since the last confirmed attempt, oldest first. */
	openAttempts(key: UploadKey): readonly UploadAttempt[] {
		const records = this.records.filter(({ pending }) => isSameUpload(pending, key));
		return records.slice(records.findLastIndex(({ arrival }) => arrival) + 1).map(({ pending }) => pending);
	}

	isOpen(attempt: UploadAttempt): boolean {
		return this.openAttempts(attempt).some(({ id }) => id === attempt.id);
	}

	/** The newest open attempt of each upload. */
	get unconfirmed(): readonly UploadAttempt[] {
		return this.records
			.map(({ pending }) => pending)
			.filter((pending) => this.openAttempts(pending).at(-1) === pending);
	}

	/** Returns the confirmed certificates of an organization. */
	uploadedTo(organizationRef: string): readonly UploadedCertificate[] {
		return this.records.flatMap(({ pending, arrival }) => {
			if (!arrival || pending.organizationRef !== organizationRef) return [];
			const { sha256 } = pending;
			return arrival.certificates.map((certificate) => ({ certificate, sha256, at: arrival.at }));
		});
	}

	/** Returns the confirmation of an attempt or a newer attempt of the upload; `null` if there is none. */
	confirmationSince(attempt: UploadAttempt): Confirmation | null {
		const records = this.records.filter(({ pending }) => isSameUpload(pending, attempt));
		const index = records.findIndex(({ pending }) => pending.id === attempt.id);
		const since =
			index < 0 ? records.filter(({ pending }) => pending.startedAt >= attempt.startedAt) : records.slice(index);
		return since.find(({ arrival }) => arrival)?.arrival ?? null;
	}
}

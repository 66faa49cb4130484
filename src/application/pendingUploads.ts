import type { Certificate } from "../domain/certificate.ts";
import { problemOf } from "../domain/failure.ts";
import { LATE_MS, type PendingUpload } from "../domain/pendingUpload.ts";
import type { HeldLock } from "./heldLock.ts";
import type { Locks } from "./locks.ts";
import { Records } from "./records.ts";
import {
	ARRIVALS,
	type Arrival,
	ATTEMPTS,
	type AttemptKey,
	type FileName,
	fileName,
	parseFileName,
} from "./uploadFiles.ts";
import { isSameAttempt, type SpoiltAttempt, type UploadRecord, UploadRecords } from "./uploadRecords.ts";

/**
 * What all windows write down of their uploads, in one folder: a file for each attempt, and a second one once it is known
 * that it arrived. The newest attempt of an upload is never removed, only closed: so no number comes twice, and what a
 * window that stood still writes or closes late is not taken for another one's.
 */
export class PendingUploads {
	readonly #attempts: Records<PendingUpload>;
	readonly #arrivals: Records<Arrival>;
	readonly #locks: Locks;
	readonly #now: () => number;

	/** @param folder,now As in `Records`. */
	constructor(folder: string, locks: Locks, now: () => number = Date.now) {
		this.#attempts = new Records(folder, ATTEMPTS, now);
		this.#arrivals = new Records(folder, ARRIVALS, now);
		this.#locks = locks;
		this.#now = now;
	}

	/**
	 * Reads all records, and removes those that are no longer needed. Files that cannot be understood stay, and are listed as spoilt.
	 * @throws Failure `not-recorded` where the folder or a file cannot be read: it may be about an upload that is open.
	 */
	async read(): Promise<UploadRecords> {
		const names = await this.#attempts.names();
		const files = names.flatMap((name) => parseFileName(name) ?? []);
		const attempts = files.filter(({ kind }) => kind === "attempt");
		const read = await Promise.all(attempts.map((attempt) => this.#record(attempt, names)));
		const records = new UploadRecords(
			read.filter((record) => record !== null && "pending" in record),
			files.filter(({ kind }) => kind !== "arrival"),
			read.filter((record) => record !== null && "state" in record),
		);
		const isThere = (file: AttemptKey) => attempts.some((each) => isSameAttempt(each, file));
		const isLeft = (file: FileName) => (file.kind === "arrival" ? !isThere(file) : records.isPassed(file));
		for (const file of files)
			if (file.kind !== "attempt" && isLeft(file))
				await this.#attempts.remove(fileName(file, file.kind)).catch(leftAlone);
		return this.#clear(records);
	}

	async #record(attempt: AttemptKey, names: readonly string[]): Promise<UploadRecord | SpoiltAttempt | null> {
		const name = fileName(attempt, "arrival");
		// In this order: an attempt that is closed meanwhile is none, and not one of which nobody knows whether it arrived.
		const arrival = names.includes(name) ? await this.#arrivals.read(name) : null;
		const pending = await this.#attempts.read(fileName(attempt, "attempt"));
		if (pending.state === "none") return null;
		if (pending.state !== "read") return { ...attempt, state: pending.state };
		return { pending: pending.value, arrival: arrival?.state === "read" ? arrival.value : null };
	}

	/**
	 * Writes an attempt down.
	 * @returns false where another window was first.
	 * @throws Failure `lock-lost`, `not-recorded`
	 */
	write(upload: PendingUpload): Promise<boolean> {
		return this.#alone(async (lock) => {
			const name = fileName(upload, "attempt");
			if ((await this.#attempts.read(name)).state !== "none") return false;
			await this.#attempts.write(name, upload, lock);
			// Where this window stood still since, another one may have written the same.
			await lock.check();
			return true;
		});
	}

	/**
	 * Writes down that an attempt arrived. The first word counts, where it can be understood.
	 * @param certificates As what.
	 * @throws Failure `not-recorded`
	 */
	settle(upload: PendingUpload, certificates: readonly Certificate[]): Promise<void> {
		return this.#alone(async (lock) => {
			const name = fileName(upload, "arrival");
			const { state } = await this.#arrivals.read(name);
			if (state === "none" || state === "unreadable")
				await this.#arrivals.write(name, { certificates, at: this.#now() }, lock);
		});
	}

	/** Closes an attempt, which was not stored or is to be forgotten; the one before it counts again. @returns whether it is closed. */
	async remove(upload: AttemptKey): Promise<boolean> {
		try {
			await this.#attempts.rename(fileName(upload, "attempt"), fileName(upload, "closed"));
		} catch (thrown) {
			return leftAlone(thrown);
		}
		await this.#arrivals.remove(fileName(upload, "arrival")).catch(leftAlone);
		return true;
	}

	/** Does something that no window must do at the same time. */
	#alone<T>(act: (lock: HeldLock) => Promise<T>): Promise<T> {
		return this.#locks.hold("uploads", act);
	}

	/** @returns what is left. */
	async #clear(records: UploadRecords): Promise<UploadRecords> {
		const overtaken = records.all.filter(({ pending, arrival }) => !arrival && !records.isOpen(pending));
		const settled = records.all.filter(({ arrival }) => arrival && this.#now() - arrival.at > LATE_MS);
		const cleared: UploadRecord[] = [];
		// Those that a newer one overtook go first: without it they would count again.
		for (const record of [...overtaken, ...settled]) {
			if (!(await this.remove(record.pending))) break;
			cleared.push(record);
		}
		return records.without(cleared);
	}
}

/** What others need of it. */
export type UploadStore = Pick<PendingUploads, keyof PendingUploads>;

/** What cannot be removed is tried again with the next read. */
function leftAlone(thrown: unknown): false {
	if (problemOf(thrown)) return false;
	throw thrown;
}

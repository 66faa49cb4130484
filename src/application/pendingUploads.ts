import type { Certificate } from "../domain/certificate.ts";
import { LATE_MS, type PendingUpload } from "../domain/pendingUpload.ts";
import { ExclusiveFiles } from "./exclusiveFiles.ts";
import {
	type Arrival,
	type AttemptKey,
	type FileName,
	fileName,
	parseArrival,
	parseAttempt,
	parseFileName,
} from "./uploadFiles.ts";
import { isSameAttempt, type UploadRecord, UploadRecords } from "./uploadRecords.ts";

/**
 * What all windows write down of their uploads, in one folder: a file for each attempt, and a second one once it is known
 * that it arrived. The newest attempt of an upload is never removed, only closed: so no number comes twice, and what a
 * window that stood still writes or closes late is not taken for another one's.
 */
export class PendingUploads {
	readonly #files: ExclusiveFiles;
	readonly #now: () => number;

	/** @param folder,now As in `ExclusiveFiles`. */
	constructor(folder: string, now: () => number = Date.now) {
		this.#files = new ExclusiveFiles(folder, now);
		this.#now = now;
	}

	/**
	 * Reads what there is, and clears away what nobody needs any more. What cannot be understood is left out, and left alone.
	 * @throws Failure `not-recorded` where the folder or a file cannot be read: it may be about an upload that is open.
	 */
	async read(): Promise<UploadRecords> {
		const names = await this.#files.names();
		const files = names.flatMap((name) => parseFileName(name) ?? []);
		const attempts = files.filter(({ kind }) => kind === "attempt");
		const read = await Promise.all(attempts.map((attempt) => this.#record(attempt, names)));
		const records = new UploadRecords(
			read.filter((record) => record !== null),
			files.filter(({ kind }) => kind !== "arrival"),
		);
		const isThere = (file: AttemptKey) => attempts.some((each) => isSameAttempt(each, file));
		const isLeft = (file: FileName) => (file.kind === "arrival" ? !isThere(file) : records.isPassed(file));
		for (const file of files)
			if (file.kind !== "attempt" && isLeft(file)) await this.#files.remove(fileName(file, file.kind));
		return this.#clear(records);
	}

	async #record(attempt: AttemptKey, names: readonly string[]): Promise<UploadRecord | null> {
		const name = fileName(attempt, "arrival");
		// In this order: an attempt that is closed meanwhile is none, and not one of which nobody knows whether it arrived.
		const arrival = names.includes(name) ? parseArrival((await this.#files.read(name)) ?? "") : null;
		const pending = parseAttempt((await this.#files.read(fileName(attempt, "attempt"))) ?? "", attempt);
		return pending && { pending, arrival };
	}

	/**
	 * Writes an attempt down.
	 * @returns false where another window was first.
	 * @throws Failure `not-recorded`
	 */
	async write(upload: PendingUpload): Promise<boolean> {
		return this.#files.create(fileName(upload, "attempt"), upload);
	}

	/**
	 * Writes down that an attempt arrived. The first word counts, where it can be understood.
	 * @param certificates As what.
	 * @throws Failure `not-recorded`
	 */
	async settle(upload: PendingUpload, certificates: readonly Certificate[]): Promise<void> {
		const name = fileName(upload, "arrival");
		const arrival: Arrival = { certificates, at: this.#now() };
		if (await this.#files.create(name, arrival)) return;
		if (!parseArrival((await this.#files.read(name)) ?? "")) await this.#files.replace(name, arrival);
	}

	/** Closes an attempt, which was not stored or is to be forgotten; the one before it counts again. @returns whether it is closed. */
	async remove(upload: AttemptKey): Promise<boolean> {
		const isClosed = await this.#files.rename(fileName(upload, "attempt"), fileName(upload, "closed"));
		if (isClosed) await this.#files.remove(fileName(upload, "arrival"));
		return isClosed;
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

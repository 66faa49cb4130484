import type { Certificate } from "../domain/certificate.ts";
import { Failure } from "../domain/failure.ts";
import { LATE_MS, type PendingUpload } from "../domain/pendingUpload.ts";
import { ExclusiveFiles } from "./exclusiveFiles.ts";
import {
	type Arrival,
	arrivalFileName,
	attemptFileName,
	parseArrival,
	parseAttempt,
	parseFileName,
} from "./uploadFiles.ts";
import { isSameAttempt, type UploadRecord, UploadRecords } from "./uploadRecords.ts";

/**
 * What all windows write down of their uploads, in one folder: a file for each attempt, and a second one once it is known
 * that it arrived. A file is never changed.
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
	 * Reads what there is, and clears away what nobody needs any more. What cannot be read is left out, and left alone.
	 * @throws Failure `not-recorded` where the folder cannot be read.
	 */
	async read(): Promise<UploadRecords> {
		const names = await this.#files.names();
		await this.#clearLeftovers(names);
		const files = names.flatMap((name) => parseFileName(name) ?? []).filter(({ kind }) => kind === "attempt");
		const read = await Promise.all(
			files.map(async (file) => ({ file, text: await this.#files.text(attemptFileName(file)) })),
		);
		const there = read.filter(({ text }) => text !== null);
		const records = await Promise.all(
			there.map(async ({ file, text }): Promise<UploadRecord | null> => {
				const pending = parseAttempt(text ?? "", file);
				const name = arrivalFileName(file);
				const arrival = names.includes(name) ? parseArrival((await this.#files.text(name)) ?? "") : null;
				return pending && { pending, arrival: arrival && isOf(arrival, pending) ? arrival : null };
			}),
		);
		const attempts = there.map(({ file }) => file);
		return this.#clear(
			new UploadRecords(
				records.filter((record) => record !== null),
				attempts,
			),
		);
	}

	/**
	 * Writes an attempt down.
	 * @returns false where another window was first.
	 * @throws Failure `not-recorded`
	 */
	async write(upload: PendingUpload): Promise<boolean> {
		const name = attemptFileName(upload);
		if (name === null) throw new Failure({ reason: "not-recorded" });
		return this.#files.create(name, upload);
	}

	/** Writes down that an attempt arrived, if it is still there. @param certificates As what. @throws Failure `not-recorded` */
	async settle(upload: PendingUpload, certificates: readonly Certificate[]): Promise<void> {
		if (!(await this.#holds(upload))) return;
		const { startedAt, owner } = upload;
		const name = arrivalFileName(upload);
		const arrival: Arrival = { startedAt, owner, certificates, at: this.#now() };
		if (await this.#files.create(name, arrival)) return;
		const there = parseArrival((await this.#files.text(name)) ?? "");
		if (there && isOf(there, upload)) return;
		// It is about another attempt that had this number.
		await this.#files.remove(name);
		await this.#files.create(name, arrival);
	}

	/** Takes an attempt out, which was not stored or is to be forgotten; the one before it counts again. */
	async remove(upload: PendingUpload): Promise<void> {
		await this.#remove(upload);
	}

	/** @returns false where its number is another one's by now, or nobody's. */
	async #remove(upload: PendingUpload): Promise<boolean> {
		const name = attemptFileName(upload);
		if (name === null || !(await this.#holds(upload))) return false;
		await this.#files.remove(name);
		return true;
	}

	/** Whether this very attempt is written down, not another one of its number. */
	async #holds(upload: PendingUpload): Promise<boolean> {
		const there = parseAttempt((await this.#files.text(attemptFileName(upload))) ?? "", upload);
		return there !== null && isSameAttempt(there, upload);
	}

	/** @returns what is left. */
	async #clear(records: UploadRecords): Promise<UploadRecords> {
		const overtaken = records.all.filter(
			({ pending, arrival }) => !arrival && !records.openAttempts(pending).includes(pending),
		);
		const settled = records.all.filter(({ arrival }) => arrival && this.#isLate(arrival.at));
		// Those that a newer one overtook go first: without it they would count again.
		for (const { pending } of overtaken) await this.#remove(pending);
		for (const { pending } of settled)
			if (await this.#remove(pending)) await this.#files.remove(arrivalFileName(pending));
		return records.without([...overtaken, ...settled]);
	}

	/** What tells of an attempt that is gone. */
	async #clearLeftovers(names: readonly string[]): Promise<void> {
		for (const name of names) {
			const file = parseFileName(name);
			if (file?.kind !== "arrival" || names.includes(attemptFileName(file) ?? "")) continue;
			const arrival = parseArrival((await this.#files.text(name)) ?? "");
			if (arrival && this.#isLate(arrival.at)) await this.#files.remove(name);
		}
	}

	#isLate(at: number): boolean {
		return this.#now() - at > LATE_MS;
	}
}

function isOf(arrival: Arrival, { startedAt, owner }: PendingUpload): boolean {
	return arrival.startedAt === startedAt && arrival.owner === owner;
}

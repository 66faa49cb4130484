import { randomUUID } from "node:crypto";
import { type FileHandle, link, mkdir, open, readdir, readFile, unlink } from "node:fs/promises";
import { join } from "node:path";
import type { Certificate } from "../domain/certificate.ts";
import { Failure } from "../domain/failure.ts";
import { LATE_MS, type PendingUpload } from "../domain/pendingUpload.ts";
import {
	type Arrival,
	arrivalFileName,
	attemptFileName,
	parseArrival,
	parseAttempt,
	parseFileName,
} from "./uploadFiles.ts";
import { isSameAttempt, type UploadRecord, UploadRecords } from "./uploadRecords.ts";

const TEMPORARY = /^\.(\d{1,15})\.[0-9a-f-]{36}\.tmp$/;

/**
 * What all windows write down of their uploads, in one folder: a file for each attempt, and a second one once it is known
 * that it arrived. A file is never changed, and gets its name by `link`, whole and only if nobody has it: writing aside and
 * renaming would let two windows both win.
 */
export class PendingUploads {
	readonly #folder: string;
	readonly #now: () => number;

	/**
	 * @param folder An absolute path; it is made when something is to be written.
	 * @param now The clock, Unix milliseconds.
	 */
	constructor(folder: string, now: () => number = Date.now) {
		this.#folder = folder;
		this.#now = now;
	}

	/**
	 * Reads what there is, and clears away what nobody needs any more. What cannot be read is left out, and left alone.
	 * @throws Failure `not-recorded` where the folder cannot be read.
	 */
	async read(): Promise<UploadRecords> {
		const names = await this.#names();
		await this.#clearLeftovers(names);
		const files = names.flatMap((name) => parseFileName(name) ?? []).filter(({ kind }) => kind === "attempt");
		const read = await Promise.all(
			files.map(async (file) => ({ file, text: await this.#text(attemptFileName(file)) })),
		);
		const there = read.filter(({ text }) => text !== null);
		const records = await Promise.all(
			there.map(async ({ file, text }): Promise<UploadRecord | null> => {
				const pending = parseAttempt(text ?? "", file);
				const name = arrivalFileName(file);
				const arrival = names.includes(name) ? parseArrival((await this.#text(name)) ?? "") : null;
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
		return this.#create(name, upload);
	}

	/** Writes down that an attempt arrived, if it is still there. @param certificates As what. @throws Failure `not-recorded` */
	async settle(upload: PendingUpload, certificates: readonly Certificate[]): Promise<void> {
		if (!(await this.#holds(upload))) return;
		const { startedAt, owner } = upload;
		const name = arrivalFileName(upload);
		const arrival: Arrival = { startedAt, owner, certificates, at: this.#now() };
		if (await this.#create(name, arrival)) return;
		const there = parseArrival((await this.#text(name)) ?? "");
		if (there && isOf(there, upload)) return;
		// It is about another attempt that had this number.
		await this.#unlink(name);
		await this.#create(name, arrival);
	}

	/** Takes an attempt out, which was not stored or is to be forgotten; the one before it counts again. */
	async remove(upload: PendingUpload): Promise<void> {
		await this.#remove(upload);
	}

	/** @returns false where its number is another one's by now, or nobody's. */
	async #remove(upload: PendingUpload): Promise<boolean> {
		const name = attemptFileName(upload);
		if (name === null || !(await this.#holds(upload))) return false;
		await this.#unlink(name);
		return true;
	}

	/** Whether this very attempt is written down, not another one of its number. */
	async #holds(upload: PendingUpload): Promise<boolean> {
		const there = parseAttempt((await this.#text(attemptFileName(upload))) ?? "", upload);
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
		for (const { pending } of settled) if (await this.#remove(pending)) await this.#unlink(arrivalFileName(pending));
		return records.without([...overtaken, ...settled]);
	}

	/** What a window that died had not finished, and what tells of an attempt that is gone. */
	async #clearLeftovers(names: readonly string[]): Promise<void> {
		for (const name of names) {
			const writtenAt = TEMPORARY.exec(name)?.[1];
			if (writtenAt !== undefined && this.#isLate(Number(writtenAt))) await this.#unlink(name);
			const file = parseFileName(name);
			if (file?.kind !== "arrival" || names.includes(attemptFileName(file) ?? "")) continue;
			const arrival = parseArrival((await this.#text(name)) ?? "");
			if (arrival && this.#isLate(arrival.at)) await this.#unlink(name);
		}
	}

	#isLate(at: number): boolean {
		return this.#now() - at > LATE_MS;
	}

	/** @returns false where there is a file of that name. @throws Failure `not-recorded` */
	async #create(name: string, content: unknown): Promise<boolean> {
		const temporary = `.${this.#now()}.${randomUUID()}.tmp`;
		try {
			const file = await this.#openNew(temporary);
			try {
				await file.writeFile(JSON.stringify(content));
				if (!(await this.#link(temporary, name))) return false;
				// Both at once take hardly longer than one of them, and neither is of use without the other.
				await Promise.all([file.sync(), this.#syncFolder()]).catch(async (error) => {
					await this.#unlink(name);
					throw error;
				});
				return true;
			} finally {
				await Promise.all([file.close(), this.#unlink(temporary)]);
			}
		} catch {
			throw new Failure({ reason: "not-recorded" });
		}
	}

	async #openNew(name: string): Promise<FileHandle> {
		const path = join(this.#folder, name);
		try {
			return await open(path, "wx", 0o600);
		} catch (error) {
			if (!isMissing(error)) throw error;
			await mkdir(this.#folder, { recursive: true, mode: 0o700 });
			return open(path, "wx", 0o600);
		}
	}

	/** @returns false where there is a file of that name. */
	async #link(temporary: string, name: string): Promise<boolean> {
		try {
			await link(join(this.#folder, temporary), join(this.#folder, name));
			return true;
		} catch (error) {
			if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
			throw error;
		}
	}

	/** Has the names in the folder survive a power failure, where the system can. */
	async #syncFolder(): Promise<void> {
		const folder = await open(this.#folder, "r").catch(() => null);
		await folder?.sync().catch(() => {});
		await folder?.close();
	}

	/** The names of the plain files. @throws Failure `not-recorded` */
	async #names(): Promise<string[]> {
		try {
			const entries = await readdir(this.#folder, { withFileTypes: true });
			return entries.filter((entry) => entry.isFile()).map(({ name }) => name);
		} catch (error) {
			if (isMissing(error)) return [];
			throw new Failure({ reason: "not-recorded" });
		}
	}

	/** A file's text, none where it cannot be read; `null` where it is gone, or never was. */
	async #text(name: string | null): Promise<string | null> {
		if (name === null) return null;
		try {
			return await readFile(join(this.#folder, name), "utf8");
		} catch (error) {
			return isMissing(error) ? null : "";
		}
	}

	/** Leaves alone what it cannot remove. */
	#unlink(name: string): Promise<void> {
		return unlink(join(this.#folder, name)).catch(() => {});
	}
}

function isOf(arrival: Arrival, { startedAt, owner }: PendingUpload): boolean {
	return arrival.startedAt === startedAt && arrival.owner === owner;
}

function isMissing(error: unknown): boolean {
	return (error as NodeJS.ErrnoException).code === "ENOENT";
}

import { randomUUID } from "node:crypto";
import { join } from "node:path";
import { parseObject } from "../../domain/json.ts";
import { problemOf } from "../../domain/problem.ts";
import {
	FILE_SYSTEM,
	type FileSystem,
	hasErrorCode,
	retryWhileBusy,
	toStorageProblem,
	withTimeLimit,
} from "./fileSystem.ts";
import type { HeldLock } from "./heldLock.ts";

const TEMPORARY = /^\.(\d{1,15})\.[0-9a-f-]{36}\.tmp$/;

/** What a window that died had not finished is removed after so long, in milliseconds. */
const UNFINISHED_MS = 600_000;

/** What a file system answers that cannot have a file's content wait for the disk: then nothing can be done about it. */
const NO_FLUSH: readonly unknown[] = ["EINVAL", "ENOSYS", "ENOTSUP", "EOPNOTSUPP"];

/** One kind of record. */
export interface JsonFileFormat<T> {
	/** The newest version that this extension knows. Records from before there were versions count as 0. */
	readonly version: number;
	/** Reads a record's fields; `null` where they are not whole, or about something else than the file's name says. */
	parse(fields: Record<string, unknown>, name: string): T | null;
}

/** What a file holds: nothing, a record, one that a newer version of this extension wrote, or no record at all. */
export type StoredValue<T> =
	| { readonly state: "none" | "newer" | "unreadable" }
	| { readonly state: "read"; readonly value: T };

/** Small JSON records in one folder that all windows read. Each is written whole. */
export class JsonFileStore<T> {
	readonly #folder: string;
	readonly #format: JsonFileFormat<T>;
	readonly #now: () => number;
	readonly #disk: FileSystem;

	/**
	 * @param folder An absolute path; it is created with the first record.
	 * @param now The clock, Unix milliseconds.
	 */
	constructor(folder: string, format: JsonFileFormat<T>, now: () => number = Date.now, disk: FileSystem = FILE_SYSTEM) {
		this.#disk = disk;
		this.#folder = folder;
		this.#format = format;
		this.#now = now;
	}

	/** The names of the plain files. What a window that died had not finished is removed. @throws Failure `not-recorded` */
	async names(): Promise<readonly string[]> {
		const entries = await retryWhileBusy(() => this.#disk.readdir(this.#folder, { withFileTypes: true })).catch(
			(error) => {
				if (hasErrorCode(error, "ENOENT")) return [];
				throw toStorageProblem(error);
			},
		);
		const names = entries.filter((entry) => entry.isFile()).map(({ name }) => name);
		for (const name of names) {
			const writtenAt = TEMPORARY.exec(name)?.[1];
			const isLeft = writtenAt !== undefined && Math.abs(this.#now() - Number(writtenAt)) > UNFINISHED_MS;
			if (isLeft) await withTimeLimit(this.#disk.unlink(join(this.#folder, name))).catch(() => {});
		}
		return names;
	}

	/** Reads a record. @throws Failure `not-recorded` where the file is there and cannot be read */
	async read(name: string): Promise<StoredValue<T>> {
		const text = await retryWhileBusy(() => this.#disk.readFile(join(this.#folder, name), "utf8")).catch((error) => {
			if (hasErrorCode(error, "ENOENT")) return null;
			throw toStorageProblem(error);
		});
		if (text === null) return { state: "none" };
		const { version = 0, ...fields } = parseObject(text);
		if (typeof version === "number" && version > this.#format.version) return { state: "newer" };
		const value = this.#format.parse(fields, name);
		return value === null ? { state: "unreadable" } : { state: "read", value };
	}

	/**
	 * Writes a record, replacing the old one. The content is flushed to disk before the rename, so that a power failure leaves
	 * either the old record or the new one.
	 * @param lock The record's lock, if there is one. It is checked right before the rename.
	 * @throws Failure `lock-lost`, `not-recorded`
	 */
	async write(name: string, value: T, lock?: HeldLock): Promise<void> {
		const temporary = join(this.#folder, `.${this.#now()}.${randomUUID()}.tmp`);
		try {
			await withTimeLimit(this.#disk.mkdir(this.#folder, { recursive: true, mode: 0o700 }));
			await this.#writeFlushed(temporary, JSON.stringify({ version: this.#format.version, ...value }));
			await retryWhileBusy(async () => {
				await lock?.check();
				await this.#disk.rename(temporary, join(this.#folder, name));
			});
		} catch (error) {
			await withTimeLimit(this.#disk.unlink(temporary)).catch(() => {});
			throw problemOf(error) ? error : toStorageProblem(error);
		}
		await this.#flushFolder();
	}

	/** Removes a record. @throws Failure `not-recorded` where it is there and cannot be removed */
	async remove(name: string): Promise<void> {
		try {
			await retryWhileBusy(() => this.#disk.unlink(join(this.#folder, name)));
		} catch (error) {
			if (!hasErrorCode(error, "ENOENT")) throw toStorageProblem(error);
		}
	}

	/** Has the names in the folder survive a power failure, where the system can. */
	async #flushFolder(): Promise<void> {
		await withTimeLimit(
			(async () => {
				const folder = await this.#disk.open(this.#folder, "r");
				await folder.sync().finally(() => folder.close());
			})(),
		).catch(() => {});
	}

	/** Writes a new file whose content is on the disk when this ends, where the system can. */
	async #writeFlushed(path: string, text: string): Promise<void> {
		const file = await retryWhileBusy(() => this.#disk.open(path, "wx", 0o600));
		try {
			await withTimeLimit(file.writeFile(text));
			await withTimeLimit(file.sync()).catch((error) => {
				if (!NO_FLUSH.includes(error.code)) throw error;
			});
		} finally {
			await withTimeLimit(file.close());
		}
	}
}

import { randomUUID } from "node:crypto";
import { join } from "node:path";
import { parseObject } from "../../domain/json.ts";
import { problemOf } from "../../domain/problem.ts";
import {
	FILE_SYSTEM,
	type FileSystem,
	flushFile,
	flushFolder,
	hasErrorCode,
	retryWhileBusy,
	toStorageProblem,
	withTimeLimit,
} from "./fileSystem.ts";
import type { HeldLock } from "./heldLock.ts";

const TEMPORARY_FILE = /^\.(\d{1,15})\.[0-9a-f-]{36}\.tmp$/;

/** Age at which an unfinished file counts as left by a dead window, in milliseconds. */
const ABANDONED_AFTER_MS = 600_000;

/** The format of one kind of record. */
export interface JsonFileFormat<T> {
	/** The newest version that this extension knows. Records without a version count as 0. */
	readonly version: number;
	/** Parses a record's fields; `null` if the fields are incomplete or do not match the file's name. */
	parse(fields: Record<string, unknown>, name: string): T | null;
}

/** Content of a file: none, a record, a record of a newer version of this extension, or unreadable data. */
export type StoredValue<T> =
	| { readonly state: "none" | "newer" | "unreadable" }
	| { readonly state: "read"; readonly value: T };

/** Small JSON records in one folder that all windows read. Each write replaces the complete file. */
export class JsonFileStore<T> {
	readonly #folder: string;
	readonly #format: JsonFileFormat<T>;
	readonly #now: () => number;
	readonly #fileSystem: FileSystem;

	/**
	 * @param folder An absolute path. The first record creates the folder.
	 * @param now The clock, Unix milliseconds.
	 */
	constructor(
		folder: string,
		format: JsonFileFormat<T>,
		now: () => number = Date.now,
		fileSystem: FileSystem = FILE_SYSTEM,
	) {
		this.#fileSystem = fileSystem;
		this.#folder = folder;
		this.#format = format;
		this.#now = now;
	}

	/** Lists the plain files. Removes unfinished files of dead windows. @throws ProblemError `not-recorded` */
	async listFiles(): Promise<readonly string[]> {
		const entries = await retryWhileBusy(() => this.#fileSystem.readdir(this.#folder, { withFileTypes: true })).catch(
			(error) => {
				if (hasErrorCode(error, "ENOENT")) return [];
				throw toStorageProblem(error);
			},
		);
		const names = entries.filter((entry) => entry.isFile()).map(({ name }) => name);
		for (const name of names) {
			const writtenAt = TEMPORARY_FILE.exec(name)?.[1];
			const isAbandoned = writtenAt !== undefined && Math.abs(this.#now() - Number(writtenAt)) > ABANDONED_AFTER_MS;
			if (isAbandoned) await withTimeLimit(this.#fileSystem.unlink(join(this.#folder, name))).catch(() => {});
		}
		return names;
	}

	/** Reads a record. @throws ProblemError `not-recorded` if the file exists and cannot be read */
	async read(name: string): Promise<StoredValue<T>> {
		const text = await retryWhileBusy(() => this.#fileSystem.readFile(join(this.#folder, name), "utf8")).catch(
			(error) => {
				if (hasErrorCode(error, "ENOENT")) return null;
				throw toStorageProblem(error);
			},
		);
		if (text === null) return { state: "none" };
		const { version = 0, ...fields } = parseObject(text);
		if (typeof version === "number" && version > this.#format.version) return { state: "newer" };
		const value = this.#format.parse(fields, name);
		return value === null ? { state: "unreadable" } : { state: "read", value };
	}

	/**
	 * Writes a record, replacing the old record. The content is flushed to disk before the rename, so that a power
	 * failure leaves either the old record or the new record.
	 * @param lock The record's lock, if any. It is checked right before the rename.
	 * @throws ProblemError `lock-lost`, `not-recorded`
	 */
	async write(name: string, value: T, lock?: HeldLock): Promise<void> {
		const temporary = join(this.#folder, `.${this.#now()}.${randomUUID()}.tmp`);
		try {
			await withTimeLimit(this.#fileSystem.mkdir(this.#folder, { recursive: true, mode: 0o700 }));
			await this.#writeFlushed(temporary, JSON.stringify({ version: this.#format.version, ...value }));
			await retryWhileBusy(async () => {
				await lock?.assertHeld();
				await this.#fileSystem.rename(temporary, join(this.#folder, name));
			});
		} catch (error) {
			await withTimeLimit(this.#fileSystem.unlink(temporary)).catch(() => {});
			throw problemOf(error) ? error : toStorageProblem(error);
		}
		await flushFolder(this.#folder, this.#fileSystem);
	}

	/** Removes a record. @throws ProblemError `not-recorded` if the file exists and cannot be removed */
	async remove(name: string): Promise<void> {
		try {
			await retryWhileBusy(() => this.#fileSystem.unlink(join(this.#folder, name)));
		} catch (error) {
			if (!hasErrorCode(error, "ENOENT")) throw toStorageProblem(error);
		}
	}

	/** Writes a new file and flushes its content to disk, if the system can. */
	async #writeFlushed(path: string, text: string): Promise<void> {
		const file = await retryWhileBusy(() => this.#fileSystem.open(path, "wx", 0o600));
		try {
			await withTimeLimit(file.writeFile(text));
			await flushFile(file);
		} finally {
			await withTimeLimit(file.close());
		}
	}
}

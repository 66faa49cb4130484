import { randomUUID } from "node:crypto";
import { type FileHandle, link, mkdir, open, readdir, readFile, rename, unlink } from "node:fs/promises";
import { join } from "node:path";
import { Failure } from "../domain/failure.ts";
import { LATE_MS } from "../domain/pendingUpload.ts";

const TEMPORARY = /^\.(\d{1,15})\.[0-9a-f-]{36}\.tmp$/;

/**
 * Small files in one folder that all windows write. A file is written whole, and a new one gets its name by `link`, only if
 * nobody has it: writing aside and renaming would let two windows both win.
 */
export class ExclusiveFiles {
	readonly #folder: string;
	readonly #now: () => number;

	/**
	 * @param folder An absolute path; it is made when something is to be written.
	 * @param now The clock, Unix milliseconds.
	 */
	constructor(folder: string, now: () => number) {
		this.#folder = folder;
		this.#now = now;
	}

	/** The names of the plain files. What a window that died had not finished is cleared away. @throws Failure `not-recorded` */
	async names(): Promise<string[]> {
		const names = await this.#entries();
		for (const name of names) {
			const writtenAt = TEMPORARY.exec(name)?.[1];
			if (writtenAt !== undefined && this.#now() - Number(writtenAt) > LATE_MS) await this.remove(name);
		}
		return names;
	}

	/** A file's text, none where it cannot be read; `null` where it is gone, or never was. */
	async text(name: string | null): Promise<string | null> {
		return name === null ? null : this.read(name).catch(() => "");
	}

	/** As `text`, for those to whom it matters whether there is one. @throws Failure `not-recorded` where it cannot be read */
	async read(name: string): Promise<string | null> {
		try {
			return await readFile(join(this.#folder, name), "utf8");
		} catch (error) {
			if (hasCode(error, "ENOENT")) return null;
			throw new Failure({ reason: "not-recorded" });
		}
	}

	/**
	 * Writes JSON.
	 * @param whole Whether it is safe on the disk before it has its name: that takes a little longer, and a power failure
	 * leaves no empty file.
	 * @returns false where there is a file of that name. @throws Failure `not-recorded`
	 */
	async create(name: string, content: unknown, whole = false): Promise<boolean> {
		return this.#write(content, async (file, temporary) => {
			if (whole) await file.sync();
			if (!(await this.#link(temporary, name))) return false;
			// Both at once take hardly longer than one of them, and neither is of use without the other.
			await Promise.all([file.sync(), this.#syncFolder()]).catch(async (error) => {
				await this.remove(name);
				throw error;
			});
			return true;
		});
	}

	/** Writes JSON in the place of a file, whole: where two windows do so, one of them wins. @throws Failure `not-recorded` */
	async replace(name: string, content: unknown): Promise<void> {
		await this.#write(content, async (file, temporary) => {
			// What is replaced is there until this is safe.
			await file.sync();
			await rename(temporary, join(this.#folder, name));
			await this.#syncFolder();
			return true;
		});
	}

	/** Gives a file another name, at once; leaves alone what it cannot rename. */
	rename(name: string, next: string): Promise<void> {
		return rename(join(this.#folder, name), join(this.#folder, next)).catch(() => {});
	}

	/** Leaves alone what it cannot remove. */
	remove(name: string): Promise<void> {
		return unlink(join(this.#folder, name)).catch(() => {});
	}

	async #entries(): Promise<string[]> {
		try {
			const entries = await readdir(this.#folder, { withFileTypes: true });
			return entries.filter((entry) => entry.isFile()).map(({ name }) => name);
		} catch (error) {
			if (hasCode(error, "ENOENT")) return [];
			throw new Failure({ reason: "not-recorded" });
		}
	}

	/** @param place Gives what is written its name, and returns whether it has it. */
	async #write(content: unknown, place: (file: FileHandle, path: string) => Promise<boolean>): Promise<boolean> {
		const temporary = `.${this.#now()}.${randomUUID()}.tmp`;
		const path = join(this.#folder, temporary);
		try {
			const file = await this.#openNew(path);
			try {
				await file.writeFile(JSON.stringify(content));
				return await place(file, path);
			} finally {
				await Promise.all([file.close(), this.remove(temporary)]);
			}
		} catch {
			throw new Failure({ reason: "not-recorded" });
		}
	}

	async #openNew(path: string): Promise<FileHandle> {
		try {
			return await open(path, "wx", 0o600);
		} catch (error) {
			if (!hasCode(error, "ENOENT")) throw error;
			await mkdir(this.#folder, { recursive: true, mode: 0o700 });
			return open(path, "wx", 0o600);
		}
	}

	/** @returns false where there is a file of that name. */
	async #link(path: string, name: string): Promise<boolean> {
		try {
			await link(path, join(this.#folder, name));
			return true;
		} catch (error) {
			if (hasCode(error, "EEXIST")) return false;
			throw error;
		}
	}

	/** Has the names in the folder survive a power failure, where the system can. */
	async #syncFolder(): Promise<void> {
		const folder = await open(this.#folder, "r").catch(() => null);
		await folder?.sync().catch(() => {});
		await folder?.close();
	}
}

function hasCode(error: unknown, code: string): boolean {
	return (error as NodeJS.ErrnoException).code === code;
}

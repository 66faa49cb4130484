import { randomUUID } from "node:crypto";
import { link, mkdir, open, readdir, readFile, rename, unlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { LATE_MS } from "../domain/pendingUpload.ts";
import { hasCode, notRecorded } from "./files.ts";

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

	/** A file's text; `null` where there is none. @throws Failure `not-recorded` where it cannot be read */
	async read(name: string): Promise<string | null> {
		try {
			return await readFile(join(this.#folder, name), "utf8");
		} catch (error) {
			if (hasCode(error, "ENOENT")) return null;
			throw notRecorded(error);
		}
	}

	/** Writes JSON. @returns false where there is a file of that name. @throws Failure `not-recorded` */
	create(name: string, content: unknown): Promise<boolean> {
		return this.#write(content, (temporary) => this.#link(temporary, name));
	}

	/** Writes JSON in the place of a file, whole: where two windows do so, one of them wins. @throws Failure `not-recorded` */
	async replace(name: string, content: unknown): Promise<void> {
		await this.#write(content, async (temporary) => {
			await rename(temporary, join(this.#folder, name));
			return true;
		});
	}

	/**
	 * Gives a file another name, at once, and takes that from whatever has it. A disk that is full may have no room for
	 * the name: then the file is removed.
	 * @returns whether the name is free now.
	 */
	async rename(name: string, next: string): Promise<boolean> {
		try {
			await rename(join(this.#folder, name), join(this.#folder, next));
			return true;
		} catch {
			return this.remove(name);
		}
	}

	/** Leaves alone what it cannot remove. @returns whether the name is free now. */
	async remove(name: string): Promise<boolean> {
		try {
			await unlink(join(this.#folder, name));
			return true;
		} catch (error) {
			return hasCode(error, "ENOENT");
		}
	}

	async #entries(): Promise<string[]> {
		try {
			const entries = await readdir(this.#folder, { withFileTypes: true });
			return entries.filter((entry) => entry.isFile()).map(({ name }) => name);
		} catch (error) {
			if (hasCode(error, "ENOENT")) return [];
			throw notRecorded(error);
		}
	}

	/**
	 * What is written is safe on the disk before it has its name, so that a power failure leaves no empty file.
	 * @param place Gives it its name, and returns whether it has it.
	 */
	async #write(content: unknown, place: (path: string) => Promise<boolean>): Promise<boolean> {
		const temporary = `.${this.#now()}.${randomUUID()}.tmp`;
		const path = join(this.#folder, temporary);
		try {
			await mkdir(this.#folder, { recursive: true, mode: 0o700 });
			await writeFile(path, JSON.stringify(content), { flag: "wx", mode: 0o600, flush: true });
			return await place(path);
		} catch (error) {
			throw notRecorded(error);
		} finally {
			// At once: somebody waits for it.
			await Promise.all([this.#syncFolder(), this.remove(temporary)]);
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
		await folder?.close().catch(() => {});
	}
}

import type { FileSystem } from "../../common/storage/fileSystem.ts";
import type { HeldLock } from "../../common/storage/heldLock.ts";
import { JsonFileStore } from "../../common/storage/jsonFileStore.ts";
import type { FileLocks, LockOptions } from "../../common/storage/locks.ts";
import type { Certificate } from "../../domain/certificate.ts";
import { problemOf } from "../../domain/problem.ts";
import { JOURNAL_FILE_FORMAT, type JournalFile, journalFileName, parseJournalFileName } from "./journalFileFormat.ts";
import { OldJournalFiles } from "./oldJournalFiles.ts";
import { LATE_ARRIVAL_MS, type UploadAttempt } from "./uploadAttempt.ts";
import {
	type UnusableUpload,
	UploadHistory,
	type UploadKey,
	type UploadRecord,
	unusableUploadProblem,
} from "./uploadHistory.ts";

/**
 * Stores the uploads of all windows in one folder, with a file per certificate and organization. Only the owner of
 * a file's lock may change the file. A file without attempts is deleted.
 */
export class JournalStore {
	readonly #files: JsonFileStore<JournalFile>;
	readonly #oldFiles: OldJournalFiles;
	readonly #locks: FileLocks;
	readonly #now: () => number;

	/** @param folder,now,disk As in `JsonFileStore`. */
	constructor(folder: string, locks: FileLocks, now: () => number = Date.now, disk?: FileSystem) {
		this.#files = new JsonFileStore(folder, JOURNAL_FILE_FORMAT, now, disk);
		this.#oldFiles = new OldJournalFiles(folder);
		this.#locks = locks;
		this.#now = now;
	}

	/** This window's id, recorded as the sender of its uploads. */
	get owner(): string {
		return this.#locks.id;
	}

	/**
	 * Reads all records and deletes those no longer needed. Keeps unusable files and lists them in the result.
	 * @throws ProblemError `not-recorded` if the folder or a file can't be read: it may describe an open upload.
	 */
	async read(): Promise<UploadHistory> {
		const names = await this.#files.listFiles();
		const oldKeys = OldJournalFiles.keysIn(names);
		const unusable: UnusableUpload[] = [];
		const all: UploadRecord[] = [];
		for (const key of oldKeys) {
			const records = await this.#oldFiles.read(key);
			if (typeof records === "string") unusable.push({ ...key, state: records });
			else if (!(await this.#ifUnlocked(key, (locked) => locked.migrate()))) all.push(...records);
		}
		const oldIds = new Set(all.map(({ pending }) => pending.id));
		const keys = (oldKeys.length > 0 ? await this.#files.listFiles() : names).flatMap(
			(name) => parseJournalFileName(name) ?? [],
		);
		const read = await Promise.all(keys.map(async (key) => ({ key, records: await this.#read(key) })));
		for (const { key, records } of read)
			if (typeof records === "string") unusable.push({ ...key, state: records });
			else if (records.length > 0) all.push(...records.filter(({ pending }) => !oldIds.has(pending.id)));
			else await this.#ifUnlocked(key, (locked) => locked.remove([]));
		return new UploadHistory(all, unusable);
	}

	/**
	 * Runs `work` while no other window changes or sends the upload.
	 * @param options As in `FileLocks`.
	 * @throws ProblemError `locked`, `not-recorded`; errors of `work`; CancelledError
	 */
	withLock<T>(key: UploadKey, work: (locked: LockedUpload) => Promise<T>, options?: LockOptions): Promise<T> {
		return this.#locks.withLock(lockName(key), (lock) => work(this.#lockedUpload(lock, key)), options);
	}

	/** Returns the window that has locked an upload, as in `FileLocks`. @throws ProblemError `not-recorded` */
	holderOf(key: UploadKey): ReturnType<FileLocks["holderOf"]> {
		return this.#locks.holderOf(lockName(key));
	}

	#lockedUpload(lock: HeldLock, key: UploadKey): LockedUpload {
		const change = async (map: (records: readonly UploadRecord[]) => readonly UploadRecord[]) => {
			const before = await this.#read(key);
			// Never overwrite an unusable file.
			if (typeof before === "string") throw unusableUploadProblem(before);
			const attempts = map(before);
			if (attempts.length > 0) await this.#files.write(journalFileName(key), { attempts }, lock);
			else await this.#remove(key, lock);
		};
		return {
			check: () => lock.assertHeld(),
			add: (attempt) => change((records) => [...records, { pending: attempt, arrival: null }]),
			confirm: ({ id }, certificates) =>
				change((records) => {
					const index = records.findIndex((record) => record.pending.id === id && !record.arrival);
					const confirmed = records[index];
					if (!confirmed) return records;
					// Confirming an attempt drops older open attempts.
					const older = records.slice(0, index).filter(({ arrival }) => arrival);
					return [...older, { ...confirmed, arrival: { certificates, at: this.#now() } }, ...records.slice(index + 1)];
				}),
			remove: (ids) => change((records) => records.filter(({ pending }) => !ids.includes(pending.id))),
			removeCorrupt: async () => {
				if ((await this.#read(key)) === "unreadable") await this.#remove(key, lock);
				if ((await this.#oldFiles.read(key)) !== "unreadable") return;
				await lock.assertHeld();
				await this.#oldFiles.remove(key);
			},
			migrate: async () => {
				const old = await this.#oldFiles.read(key);
				if (typeof old === "string") throw unusableUploadProblem(old);
				await change((known) => {
					const added = old.filter(({ pending }) => !known.some((each) => each.pending.id === pending.id));
					return [...added, ...known].toSorted((one, other) => one.pending.startedAt - other.pending.startedAt);
				});
				await lock.assertHeld();
				await this.#oldFiles.remove(key);
			},
		};
	}

	/** Reads the remembered records of one upload, oldest first; or the reason why the file is unusable. */
	async #read(key: UploadKey): Promise<readonly UploadRecord[] | UnusableUpload["state"]> {
		const stored = await this.#files.read(journalFileName(key));
		if (stored.state === "newer" || stored.state === "unreadable") return stored.state;
		const attempts = stored.state === "read" ? stored.value.attempts : [];
		return attempts.filter(({ arrival }) => !arrival || this.#now() - arrival.at <= LATE_ARRIVAL_MS);
	}

	async #remove(key: UploadKey, lock: HeldLock): Promise<void> {
		await lock.assertHeld();
		await this.#files.remove(journalFileName(key));
	}

	/** Cleans up unless any window has locked the upload. @returns false if skipped; the next read retries. */
	async #ifUnlocked(key: UploadKey, work: (locked: LockedUpload) => Promise<void>): Promise<boolean> {
		try {
			if (await this.holderOf(key)) return false;
			await this.withLock(key, work, { refuse: true, brief: true });
			return true;
		} catch (thrown) {
			if (problemOf(thrown)) return false;
			throw thrown;
		}
	}
}

/**
 * One upload's file, for the lock's owner.
 * @throws ProblemError `lock-lost`, `not-recorded`, `record-newer` or `record-unreadable` from each call.
 */
export interface LockedUpload {
	/** As in `HeldLock`. */
	check(): Promise<void>;
	/** Records one more attempt. */
	add(attempt: UploadAttempt): Promise<void>;
	/** Records the certificates that an open attempt created. Keeps the first confirmation. */
	confirm(attempt: UploadAttempt, certificates: readonly Certificate[]): Promise<void>;
	/** Deletes attempts. */
	remove(ids: readonly string[]): Promise<void>;
	/** Deletes the file if it is corrupt. */
	removeCorrupt(): Promise<void>;
	/** Converts files of an older version of this extension to the current format. */
	migrate(): Promise<void>;
}

/** The public part of `JournalStore`. */
export type JournalStoreApi = Pick<JournalStore, keyof JournalStore>;

/** Limits the number of locks to 256, because a lock's files are never all deleted. */
function lockName({ sha256 }: UploadKey): string {
	return `upload.${sha256.slice(0, 2)}`;
}

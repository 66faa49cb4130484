import type { FileSystem } from "../../common/storage/fileSystem.ts";
import type { HeldLock } from "../../common/storage/heldLock.ts";
import { JsonFileStore } from "../../common/storage/jsonFileStore.ts";
import type { FileLocks } from "../../common/storage/locks.ts";
import type { Certificate } from "../../domain/certificate.ts";
import { problemOf } from "../../domain/problem.ts";
import { fileName, keyIn, UPLOADS, type UploadFile } from "./journalFileFormat.ts";
import { OldJournalFiles } from "./oldJournalFiles.ts";
import { LATE_ARRIVAL_MS, type UploadAttempt } from "./uploadAttempt.ts";
import { type SpoiltUpload, spoiltFailure, UploadHistory, type UploadKey, type UploadRecord } from "./uploadHistory.ts";

/**
 * What all windows write down of their uploads, in one folder: a file for each certificate and organization. Only the holder of
 * its lock changes it. The file is removed when it holds no attempt any more.
 */
export class JournalStore {
	readonly #files: JsonFileStore<UploadFile>;
	readonly #old: OldJournalFiles;
	readonly #locks: FileLocks;
	readonly #now: () => number;

	/** @param folder,now,disk As in `Records`. */
	constructor(folder: string, locks: FileLocks, now: () => number = Date.now, disk?: FileSystem) {
		this.#files = new JsonFileStore(folder, UPLOADS, now, disk);
		this.#old = new OldJournalFiles(folder);
		this.#locks = locks;
		this.#now = now;
	}

	/** Names this window as the sender of uploads. */
	get owner(): string {
		return this.#locks.id;
	}

	/**
	 * Reads all records, and removes those that are no longer needed. What cannot be understood stays, and is listed as spoilt.
	 * @throws Failure `not-recorded` where the folder or a file cannot be read: it may be about an upload that is open.
	 */
	async read(): Promise<UploadHistory> {
		const names = await this.#files.names();
		const old = OldJournalFiles.keysIn(names);
		const spoilt: SpoiltUpload[] = [];
		const all: UploadRecord[] = [];
		for (const key of old) {
			const records = await this.#old.read(key);
			if (typeof records === "string") spoilt.push({ ...key, state: records });
			else if (!(await this.#unlessHeld(key, (held) => held.takeOver()))) all.push(...records);
		}
		const taken = new Set(all.map(({ pending }) => pending.id));
		const keys = (old.length > 0 ? await this.#files.names() : names).flatMap((name) => keyIn(name) ?? []);
		const read = await Promise.all(keys.map(async (key) => ({ key, records: await this.#read(key) })));
		for (const { key, records } of read)
			if (typeof records === "string") spoilt.push({ ...key, state: records });
			else if (records.length > 0) all.push(...records.filter(({ pending }) => !taken.has(pending.id)));
			else await this.#unlessHeld(key, (held) => held.remove([]));
		return new UploadHistory(all, spoilt);
	}

	/**
	 * Does something while no other window changes, or sends, the same upload.
	 * @param options.refuse,options.signal As in `Locks`.
	 * @throws Failure `locked`, `not-recorded`; what `work` throws; Cancelled
	 */
	withLock<T>(
		key: UploadKey,
		work: (held: LockedUpload) => Promise<T>,
		options?: { readonly refuse?: boolean; readonly signal?: AbortSignal },
	): Promise<T> {
		return this.#locks.withLock(lockOf(key), (lock) => work(this.#heldBy(lock, key)), options);
	}

	/** Which window is at an upload, as in `Locks`. @throws Failure `not-recorded` */
	holderOf(key: UploadKey): ReturnType<FileLocks["holderOf"]> {
		return this.#locks.holderOf(lockOf(key));
	}

	#heldBy(lock: HeldLock, key: UploadKey): LockedUpload {
		const change = async (map: (records: readonly UploadRecord[]) => readonly UploadRecord[]) => {
			const before = await this.#read(key);
			// What cannot be understood is never written over.
			if (typeof before === "string") throw spoiltFailure(before);
			const attempts = map(before);
			if (attempts.length > 0) await this.#files.write(fileName(key), { attempts }, lock);
			else await this.#remove(key, lock);
		};
		return {
			check: () => lock.check(),
			add: (pending) => change((records) => [...records, { pending, arrival: null }]),
			settle: ({ id }, certificates) =>
				change((records) => {
					const index = records.findIndex((record) => record.pending.id === id && !record.arrival);
					const settled = records[index];
					if (!settled) return records;
					// What an arrival of a newer attempt leaves open of older ones counts no more.
					const older = records.slice(0, index).filter(({ arrival }) => arrival);
					return [...older, { ...settled, arrival: { certificates, at: this.#now() } }, ...records.slice(index + 1)];
				}),
			remove: (ids) => change((records) => records.filter(({ pending }) => !ids.includes(pending.id))),
			discard: async () => {
				if ((await this.#read(key)) === "unreadable") await this.#remove(key, lock);
				if ((await this.#old.read(key)) !== "unreadable") return;
				await lock.check();
				await this.#old.remove(key);
			},
			takeOver: async () => {
				const old = await this.#old.read(key);
				if (typeof old === "string") throw spoiltFailure(old);
				await change((known) => {
					const added = old.filter(({ pending }) => !known.some((each) => each.pending.id === pending.id));
					return [...added, ...known].toSorted((one, other) => one.pending.startedAt - other.pending.startedAt);
				});
				await lock.check();
				await this.#old.remove(key);
			},
		};
	}

	/** What is to be remembered of one upload, oldest first; or why that is not known. */
	async #read(key: UploadKey): Promise<readonly UploadRecord[] | SpoiltUpload["state"]> {
		const stored = await this.#files.read(fileName(key));
		if (stored.state === "newer" || stored.state === "unreadable") return stored.state;
		const attempts = stored.state === "read" ? stored.value.attempts : [];
		return attempts.filter(({ arrival }) => !arrival || this.#now() - arrival.at <= LATE_ARRIVAL_MS);
	}

	async #remove(key: UploadKey, lock: HeldLock): Promise<void> {
		await lock.check();
		await this.#files.remove(fileName(key));
	}

	/** Clears up while no window, this one included, holds an upload. @returns whether that was done; else the next reading does it. */
	async #unlessHeld(key: UploadKey, work: (held: LockedUpload) => Promise<void>): Promise<boolean> {
		try {
			if (await this.holderOf(key)) return false;
			await this.withLock(key, work, { refuse: true });
			return true;
		} catch (thrown) {
			if (problemOf(thrown)) return false;
			throw thrown;
		}
	}
}

/** One upload's file, for the holder of its lock. Each call throws Failure `lock-lost`, `not-recorded`, `record-newer` or `record-unreadable`. */
export interface LockedUpload {
	/** As in `HeldLock`. */
	check(): Promise<void>;
	/** Writes one more attempt down. */
	add(attempt: UploadAttempt): Promise<void>;
	/** Writes down what an attempt that is open arrived as. The first word counts. */
	settle(attempt: UploadAttempt, certificates: readonly Certificate[]): Promise<void>;
	/** Takes out attempts. */
	remove(ids: readonly string[]): Promise<void>;
	/** Removes the file where it is not whole. */
	discard(): Promise<void>;
	/** Writes what an older version of this extension wrote as this one does. */
	takeOver(): Promise<void>;
}

/** What others need of it. */
export type UploadStore = Pick<JournalStore, keyof JournalStore>;

/** So many locks there are at most: the files of a lock are never all removed. */
function lockOf({ sha256 }: UploadKey): string {
	return `upload.${sha256.slice(0, 2)}`;
}

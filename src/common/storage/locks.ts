import { randomUUID } from "node:crypto";
import { hostname } from "node:os";
import { join } from "node:path";
import { parseObject } from "../../domain/json.ts";
import { CancelledError, ProblemError } from "../../domain/problem.ts";
import {
	FILE_SYSTEM,
	type FileSystem,
	hasErrorCode,
	retryWhileBusy,
	toStorageProblem,
	withTimeLimit,
} from "./fileSystem.ts";
import {
	HEARTBEAT_MS,
	type HeldLock,
	type LockClock,
	LockFile,
	type LockHolder,
	type LockOwner,
	RELEASED,
} from "./heldLock.ts";

/** Silence after which a holder counts as dead, in milliseconds: five heartbeats. */
export const EXPIRES_AFTER_MS = 15_000;

/** Interval at which a waiting window reads the lock, in milliseconds. */
const POLL_MS = 25;

/** Longest wait for a lock, in milliseconds. A dead holder is overtaken earlier. */
const MAX_WAIT_MS = 2 * EXPIRES_AFTER_MS;

const SYSTEM_CLOCK: LockClock = {
	now: () => performance.now(),
	after: (milliseconds, callback) => {
		const timer = setTimeout(callback, milliseconds);
		return () => clearTimeout(timer);
	},
};

const THIS_PROCESS: LockOwner = { host: hostname(), process: process.pid };

const UNKNOWN_OWNER: LockOwner = { host: "", process: 0 };

/** The last reading of a holder's file. */
interface Reading {
	readonly text: string;
	readonly readAt: number;
	/** How long the text was seen unchanged, in milliseconds. */
	readonly silentMs: number;
	/** True if the text was seen to change. */
	readonly heartbeatSeen: boolean;
}

/** How to wait for a lock, and for what it is needed. */
export interface LockOptions {
	/** Throw as soon as another holder is seen alive, or if this window holds the lock, instead of waiting. */
	readonly refuse?: boolean;
	/** The work only changes files, so other work of this window waits for it, also with `refuse`. */
	readonly brief?: boolean;
	readonly signal?: AbortSignal;
}

/**
 * Exclusive locks between windows, also of several computers that share a folder. The file system must support
 * exclusive creation of files. A lock's files are `NAME.lock.1`, `NAME.lock.2` and so on. The creator of the highest
 * number holds the lock and writes heartbeats to the file. A lock that is released, or silent for 15 seconds, is
 * acquired by creating the next number. Wall clocks and process ids never decide, so that a clock change or a reused id
 * does no harm.
 */
export class FileLocks {
	readonly #folder: string;
	readonly #clock: LockClock;
	readonly #owner: LockOwner;
	readonly #fileSystem: FileSystem;
	/** Unique id of this window. */
	readonly id = randomUUID();
	/** Names of the locks that this window holds, perhaps for long. */
	readonly #heldNames = new Set<string>();
	/** The last reading of each lock that another window holds, by file name. */
	readonly #readings = new Map<string, Reading>();

	/** @param folder An absolute path. The first lock creates the folder. */
	constructor(
		folder: string,
		clock: LockClock = SYSTEM_CLOCK,
		owner: LockOwner = THIS_PROCESS,
		fileSystem: FileSystem = FILE_SYSTEM,
	) {
		this.#fileSystem = fileSystem;
		this.#folder = folder;
		this.#clock = clock;
		this.#owner = owner;
	}

	/**
	 * Runs work while holding a lock.
	 * @param name Lower-case letters, digits, dots and hyphens.
	 * @throws ProblemError `locked` with the holder, after 30 seconds at most; `not-recorded` if the lock's files cannot
	 * be written; any error of `work`; CancelledError
	 */
	async withLock<T>(name: string, work: (lock: HeldLock) => Promise<T>, options: LockOptions = {}): Promise<T> {
		if (options.refuse && this.#heldNames.has(name)) throw new ProblemError({ reason: "locked", ...this.#owner });
		const lock = await this.#acquire(name, options);
		if (!options.brief) this.#heldNames.add(name);
		try {
			return await work(lock);
		} finally {
			if (!options.brief) this.#heldNames.delete(name);
			await lock.release();
		}
	}

	/**
	 * Reads which window holds a lock.
	 * @returns the window's `id`, and whether a heartbeat was seen, which proves that the window is alive; `null` if the
	 * lock is free, or its holder was silent for 15 seconds
	 * @throws ProblemError `not-recorded` if the lock's files cannot be read
	 */
	async holderOf(name: string): Promise<{ readonly id: string; readonly isSeenAlive: boolean } | null> {
		const highest = (await this.#listNumbers(name)).at(-1) ?? 0;
		const file = lockFileName(name, highest);
		const holder = this.#liveHolder(file, await this.#readFile(file));
		return holder && { id: holder.id, isSeenAlive: this.#readings.get(file)?.heartbeatSeen ?? false };
	}

	async #acquire(name: string, { refuse = false, signal }: LockOptions): Promise<LockFile> {
		const started = this.#clock.now();
		let firstHolder = null as LockHolder | null;
		for (;;) {
			if (signal?.aborted) throw new CancelledError();
			const highest = (await this.#listNumbers(name)).at(-1) ?? 0;
			const file = lockFileName(name, highest);
			const text = await this.#readFile(file);
			const holder = this.#liveHolder(file, text);
			const claimed = holder ? null : await this.#claim(name, highest, text);
			if (claimed) return claimed;
			// The first reading may be a dead holder's last heartbeat.
			if (firstHolder?.id !== holder?.id) firstHolder = holder;
			// This window's own work is brief here.
			const heartbeatSeen = holder?.id !== this.id && holder?.heartbeats !== firstHolder?.heartbeats;
			const isTimedOut = this.#clock.now() - started > MAX_WAIT_MS;
			if (isTimedOut || (refuse && heartbeatSeen)) {
				const { host, process } = holder ?? UNKNOWN_OWNER;
				throw new ProblemError({ reason: "locked", host, process });
			}
			await this.#pause(POLL_MS, signal);
		}
	}

	/**
	 * Claims a lock whose highest number is released or silent.
	 * @param expected The text by which the highest file was judged.
	 * @returns `null` if another window has the next number or a higher number, or the holder was not silent after all.
	 */
	async #claim(name: string, highest: number, expected: string): Promise<LockFile | null> {
		const number = highest + 1;
		const previous = lockFileName(name, highest);
		const path = join(this.#folder, lockFileName(name, number));
		const isHighest = async () => (await this.#listNumbers(name)).at(-1) === number;
		const lock = new LockFile(path, { id: this.id, ...this.#owner }, this.#clock, this.#fileSystem, isHighest);
		await withTimeLimit(this.#fileSystem.mkdir(this.#folder, { recursive: true, mode: 0o700 })).catch((error) => {
			throw toStorageProblem(error);
		});
		try {
			await retryWhileBusy(() => lock.create());
		} catch (error) {
			if (hasErrorCode(error, "EEXIST")) return null;
			throw toStorageProblem(error);
		}
		// An overtaken holder writes a heartbeat before looking for a higher number. This window creates a number before
		// looking for the heartbeat. So at least one of the two windows sees the other.
		const isMine = await lock.assertHeld().then(
			async () => (await this.#readFile(previous)) === expected,
			() => false,
		);
		if (!isMine) {
			await lock.withdraw();
			return null;
		}
		await this.#removeBelow(name, number);
		return lock;
	}

	/** Returns a lock's holder by its file's current text; `null` if the lock is released, removed or silent. */
	#liveHolder(file: string, text: string): LockHolder | null {
		if (text.trimEnd() === RELEASED) {
			this.#readings.delete(file);
			return null;
		}
		const readAt = this.#clock.now();
		const seen = this.#readings.get(file);
		// The computer may have slept between two readings, and the holder with it.
		const silentMs = seen?.text === text ? seen.silentMs + Math.min(readAt - seen.readAt, HEARTBEAT_MS) : 0;
		this.#readings.set(file, {
			text,
			readAt,
			silentMs,
			heartbeatSeen: seen !== undefined && (seen.heartbeatSeen || seen.text !== text),
		});
		return silentMs >= EXPIRES_AFTER_MS ? null : parseHolder(text);
	}

	/** Reads a lock's file; `RELEASED` if the file is gone. @throws ProblemError `not-recorded` */
	#readFile(file: string): Promise<string> {
		return retryWhileBusy(() => this.#fileSystem.readFile(join(this.#folder, file), "utf8")).catch((error) => {
			if (hasErrorCode(error, "ENOENT")) return RELEASED;
			throw toStorageProblem(error);
		});
	}

	/** Returns the numbers of a lock's files, in ascending order. @throws ProblemError `not-recorded` */
	async #listNumbers(name: string): Promise<readonly number[]> {
		const names = await retryWhileBusy(() => this.#fileSystem.readdir(this.#folder)).catch((error) => {
			if (hasErrorCode(error, "ENOENT")) return [];
			throw toStorageProblem(error);
		});
		return names
			.filter((each) => each.startsWith(`${name}.lock.`))
			.map((each) => Number(each.slice(name.length + 6)))
			.filter((number) => Number.isSafeInteger(number))
			.sort((one, other) => one - other);
	}

	/** Removes obsolete files, but never the highest file, so that no window creates the same number again. */
	async #removeBelow(name: string, number: number): Promise<void> {
		for (const each of await this.#listNumbers(name).catch(() => []))
			if (each < number)
				await withTimeLimit(this.#fileSystem.unlink(join(this.#folder, lockFileName(name, each)))).catch(() => {});
	}

	/** Ends early if the signal is aborted. */
	#pause(milliseconds: number, signal?: AbortSignal): Promise<void> {
		return new Promise((resolve) => {
			if (signal?.aborted) return resolve();
			const onAbort = () => {
				cancelTimer();
				resolve();
			};
			const cancelTimer = this.#clock.after(milliseconds, () => {
				signal?.removeEventListener("abort", onAbort);
				resolve();
			});
			signal?.addEventListener("abort", onAbort, { once: true });
		});
	}
}

function lockFileName(name: string, number: number): string {
	return `${name}.lock.${number}`;
}

function parseHolder(text: string): LockHolder {
	const { id, host, process, beats } = parseObject(text);
	return {
		id: typeof id === "string" ? id : "",
		host: typeof host === "string" ? host : "",
		process: typeof process === "number" ? process : 0,
		heartbeats: typeof beats === "number" ? beats : 0,
	};
}

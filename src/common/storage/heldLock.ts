import { ProblemError } from "../../domain/problem.ts";
import { type FileSystem, hasErrorCode, retryWhileBusy, toStorageProblem, withTimeLimit } from "./fileSystem.ts";

/** Interval between a holder's heartbeats, in milliseconds. */
export const HEARTBEAT_MS = 3000;

/** Content of a released lock's file. */
export const RELEASED = "{}";

/** The owner of a lock, for display. */
export interface LockOwner {
	readonly host: string;
	readonly process: number;
}

/** Content of a held lock's file. */
export interface LockHolder extends LockOwner {
	/** Unique id of the window. */
	readonly id: string;
	/** Number of heartbeats so far. */
	readonly heartbeats: number;
}

export interface HeldLock {
	/**
	 * Asserts that this window still has the lock. Must be called right before each changing request or write.
	 * @throws ProblemError `lock-lost` if another window took over the lock; `not-recorded` if its files cannot be read
	 */
	assertHeld(): Promise<void>;
}

/** A clock that tests control. */
export interface LockClock {
	/** Returns monotonic milliseconds, which have no meaning in another process. */
	now(): number;
	/** Calls back after some milliseconds. @returns a function that cancels the call. */
	after(milliseconds: number, callback: () => void): () => void;
}

/** A file of a lock, created by this window, which has the lock as long as no file has a higher number. */
export class LockFile implements HeldLock {
	readonly #path: string;
	readonly #owner: Omit<LockHolder, "heartbeats">;
	readonly #clock: LockClock;
	readonly #fileSystem: FileSystem;
	readonly #isHighest: () => Promise<boolean>;
	#text = "";
	#heartbeats = 0;
	#stop = () => {};
	/** Resolves after the last write, so that writes never overtake each other. */
	#lastWrite = Promise.resolve();

	constructor(
		path: string,
		owner: Omit<LockHolder, "heartbeats">,
		clock: LockClock,
		fileSystem: FileSystem,
		isHighest: () => Promise<boolean>,
	) {
		this.#path = path;
		this.#owner = owner;
		this.#clock = clock;
		this.#fileSystem = fileSystem;
		this.#isHighest = isHighest;
	}

	/** Creates the file and starts the heartbeat. @throws the system's error, such as EEXIST */
	async create(): Promise<void> {
		try {
			await this.#writeHeartbeat("wx");
		} catch (error) {
			this.#stop();
			// A full disk leaves an empty file, which would count as held. Another window's file must stay.
			const content = await withTimeLimit(this.#fileSystem.readFile(this.#path, "utf8")).catch(() => null);
			if (!hasErrorCode(error, "EEXIST") && content !== null && this.#text.startsWith(content)) await this.withdraw();
			throw error;
		}
	}

	async assertHeld(): Promise<void> {
		this.#stop();
		await this.#writeHeartbeat("r+").catch((error) => {
			// A window that took over the lock removes this file.
			if (!hasErrorCode(error, "ENOENT")) throw toStorageProblem(error);
		});
		if (await this.#isHighest()) return;
		// If the other window gives up too, the lock must be free.
		await this.release();
		throw new ProblemError({ reason: "lock-lost" });
	}

	/** Marks the file as released. If that fails, waiting windows take over the lock after 15 seconds. */
	async release(): Promise<void> {
		this.#stop();
		await this.#write(RELEASED.padEnd(this.#text.length), "r+").catch(() => {});
	}

	/** Removes the file, so that the holder of the number below keeps the lock. */
	async withdraw(): Promise<void> {
		this.#stop();
		await withTimeLimit(this.#fileSystem.unlink(this.#path)).catch(() => {});
	}

	/** @param flag `r+` never creates a file that another window has removed. */
	async #writeHeartbeat(flag: "wx" | "r+"): Promise<void> {
		this.#text = JSON.stringify({ ...this.#owner, beats: ++this.#heartbeats });
		this.#stop = this.#clock.after(HEARTBEAT_MS, () => void this.#writeHeartbeat("r+").catch(() => {}));
		await this.#write(this.#text, flag);
	}

	/** Writes a text, which must not be shorter than the text before. */
	#write(text: string, flag: "wx" | "r+"): Promise<void> {
		const attempt = () => withTimeLimit(this.#fileSystem.writeFile(this.#path, text, { flag, mode: 0o600 }));
		// A second creation would fail on a file that the first attempt created.
		const write = flag === "wx" ? attempt : () => retryWhileBusy(attempt);
		const writing = this.#lastWrite.then(write);
		this.#lastWrite = writing.catch(() => {});
		return writing;
	}
}

import { ProblemError } from "../../domain/problem.ts";
import { type FileSystem, hasErrorCode, retryWhileBusy, toStorageProblem, withTimeLimit } from "./fileSystem.ts";

/** A holder counts up this often, in milliseconds. */
export const HEARTBEAT_MS = 3000;

/** What stands in the file of a lock that was released. */
export const RELEASED = "{}";

/** Who holds a lock, for people. */
export interface LockOwner {
	readonly host: string;
	readonly process: number;
}

/** What stands in the file of a lock that is held. */
export interface LockHolder extends LockOwner {
	/** Names the window among all. */
	readonly id: string;
	/** How often it counted up. */
	readonly heartbeats: number;
}

/** A lock that is held. */
export interface HeldLock {
	/**
	 * Must be called right before each request, and each write, that changes something.
	 * @throws Failure `lock-lost` where another window has taken the lock over; `not-recorded` where the lock's files cannot be read
	 */
	check(): Promise<void>;
}

/** The time, which tests move. */
export interface LockClock {
	/** Milliseconds, which never go back and have no meaning in another process. */
	now(): number;
	/** Calls back after some milliseconds. @returns what prevents it. */
	after(milliseconds: number, act: () => void): () => void;
}

/** The highest file of a lock. */
export class LockFile implements HeldLock {
	readonly #path: string;
	readonly #owner: Omit<LockHolder, "heartbeats">;
	readonly #clock: LockClock;
	readonly #disk: FileSystem;
	readonly #isHighest: () => Promise<boolean>;
	#text = "";
	#beats = 0;
	#stop = () => {};
	/** The end of what was written last, so that nothing overtakes it. */
	#written = Promise.resolve();

	constructor(
		path: string,
		owner: Omit<LockHolder, "heartbeats">,
		clock: LockClock,
		disk: FileSystem,
		isHighest: () => Promise<boolean>,
	) {
		this.#path = path;
		this.#owner = owner;
		this.#clock = clock;
		this.#disk = disk;
		this.#isHighest = isHighest;
	}

	/** Creates the file, and counts up in it from then on. @throws what the system says, such as EEXIST */
	async create(): Promise<void> {
		try {
			await this.#beat("wx");
		} catch (error) {
			this.#stop();
			// A full disk leaves an empty file, which would count as a holder's. Another window's file is left alone.
			const left = await withTimeLimit(this.#disk.readFile(this.#path, "utf8")).catch(() => null);
			if (!hasErrorCode(error, "EEXIST") && left !== null && this.#text.startsWith(left)) await this.withdraw();
			throw error;
		}
	}

	async check(): Promise<void> {
		this.#stop();
		await this.#beat("r+").catch((error) => {
			// Whoever has overtaken it removes its file.
			if (!hasErrorCode(error, "ENOENT")) throw toStorageProblem(error);
		});
		if (await this.#isHighest()) return;
		// Where the other window gives way, nobody has it: not this one, which says that it is lost.
		await this.release();
		throw new ProblemError({ reason: "lock-lost" });
	}

	/** Marks the file as released. If that fails, waiting windows take the lock over after 15 seconds. */
	async release(): Promise<void> {
		this.#stop();
		await this.#write(RELEASED.padEnd(this.#text.length), "r+").catch(() => {});
	}

	/** Removes the file, so that the holder of the number below keeps the lock. */
	async withdraw(): Promise<void> {
		this.#stop();
		await withTimeLimit(this.#disk.unlink(this.#path)).catch(() => {});
	}

	/** @param flag Never creates a file that another window has removed. */
	async #beat(flag: "wx" | "r+"): Promise<void> {
		this.#text = JSON.stringify({ ...this.#owner, beats: ++this.#beats });
		this.#stop = this.#clock.after(HEARTBEAT_MS, () => void this.#beat("r+").catch(() => {}));
		await this.#write(this.#text, flag);
	}

	/** Puts a text in the file that is as long as the one before, or longer. */
	#write(text: string, flag: "wx" | "r+"): Promise<void> {
		const once = () => withTimeLimit(this.#disk.writeFile(this.#path, text, { flag, mode: 0o600 }));
		// Who tries to create it again meets what the first try may have left.
		const write = flag === "wx" ? once : () => retryWhileBusy(once);
		const writing = this.#written.then(write);
		this.#written = writing.catch(() => {});
		return writing;
	}
}

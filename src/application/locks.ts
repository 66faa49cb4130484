import { randomUUID } from "node:crypto";
import { hostname } from "node:os";
import { join } from "node:path";
import { Cancelled, Failure } from "../domain/failure.ts";
import { fieldsOf } from "../domain/json.ts";
import { DISK, type Disk, hasCode, insistently, notRecorded } from "./files.ts";

/** A holder counts up this often, in milliseconds. */
const BEAT_MS = 3000;

/** A holder whose counter stays the same for so long, in milliseconds, is taken for dead: five beats. */
export const SILENT_MS = 15_000;

/** Whoever waits looks this often, in milliseconds. */
const LOOK_MS = 25;

/** Nobody waits longer, in milliseconds: a dead holder is overtaken before. */
const LONGEST_WAIT_MS = 2 * SILENT_MS;

/** Who holds a lock, for people. */
export interface LockOwner {
	readonly host: string;
	readonly process: number;
}

/** A lock that is held. */
export interface HeldLock {
	/** Must be called right before each request that changes something. @throws Failure `lock-lost` where another window has taken it over. */
	check(): Promise<void>;
}

/** The time, which tests move. */
export interface LockClock {
	/** Milliseconds, which never go back and have no meaning in another process. */
	now(): number;
	/** Calls back after some milliseconds. @returns what prevents it. */
	after(milliseconds: number, act: () => void): () => void;
}

const SYSTEM_CLOCK: LockClock = {
	now: () => performance.now(),
	after: (milliseconds, act) => {
		const timer = setTimeout(act, milliseconds);
		return () => clearTimeout(timer);
	},
};

const OWNER: LockOwner = { host: hostname(), process: process.pid };

const NOBODY: LockOwner = { host: "", process: 0 };

/** What stands in the file of a lock that was released. */
const RELEASED = "{}";

/**
 * Exclusive locks between windows, also of several computers that share a folder, on any file system that can create a file
 * only if there is none. The files of a lock are `NAME.1`, `NAME.2` and so on: the highest number holds. Its holder counts up
 * in it. A lock that was released, or whose counter stays the same for 15 seconds, is taken by creating the next number. Neither the
 * wall clock nor process ids decide, so that a clock that jumps and an id that is used again do no harm.
 */
export class Locks {
	readonly #folder: string;
	readonly #clock: LockClock;
	readonly #owner: LockOwner;
	readonly #disk: Disk;
	/** Names this window among all. */
	readonly #id = randomUUID();
	/** The locks that this window holds. */
	readonly #held = new Set<string>();
	/** What was last read of each lock that another window holds, and since when it has been so. */
	readonly #seen = new Map<string, { readonly text: string; readonly since: number }>();

	/** @param folder An absolute path; it is created when the first lock is taken. */
	constructor(folder: string, clock: LockClock = SYSTEM_CLOCK, owner: LockOwner = OWNER, disk: Disk = DISK) {
		this.#disk = disk;
		this.#folder = folder;
		this.#clock = clock;
		this.#owner = owner;
	}

	/**
	 * Does some work while nobody else holds a lock.
	 * @param name Lower-case letters, digits, dots and hyphens.
	 * @param options.refuse Whether to give up as soon as another holder is seen to be alive, instead of waiting for it.
	 * @throws Failure `locked` with its holder, after 30 seconds at most; `not-recorded` where the lock's files cannot be written;
	 * what `work` throws; Cancelled
	 */
	async hold<T>(
		name: string,
		work: (lock: HeldLock) => Promise<T>,
		options: { readonly refuse?: boolean; readonly signal?: AbortSignal } = {},
	): Promise<T> {
		if (options.refuse && this.#held.has(name)) throw new Failure({ reason: "locked", ...this.#owner });
		const held = await this.#take(name, options);
		this.#held.add(name);
		try {
			return await work(held);
		} finally {
			this.#held.delete(name);
			await held.release();
		}
	}

	/** Who holds a lock, as far as it is known: `null` also where its holder has been silent since it was first looked at. */
	async holder(name: string): Promise<LockOwner | null> {
		const highest = (await this.#numbers(name)).at(-1);
		return highest === undefined ? null : this.#alive(fileName(name, highest));
	}

	async #take(
		name: string,
		{ refuse = false, signal }: { readonly refuse?: boolean; readonly signal?: AbortSignal },
	): Promise<Held> {
		const started = this.#clock.now();
		for (;;) {
			if (signal?.aborted) throw new Cancelled();
			const highest = (await this.#numbers(name)).at(-1) ?? 0;
			const before = highest > 0 && this.#seen.get(fileName(name, highest))?.text;
			const owner = highest > 0 ? await this.#alive(fileName(name, highest)) : null;
			const held = owner ? null : await this.#create(name, highest + 1);
			if (held) return held;
			const hasBeaten = owner && before && before !== this.#seen.get(fileName(name, highest))?.text;
			const isTooLong = this.#clock.now() - started > LONGEST_WAIT_MS;
			if (isTooLong || (refuse && hasBeaten)) throw new Failure({ reason: "locked", ...(owner ?? NOBODY) });
			await this.#pause(LOOK_MS, signal);
		}
	}

	/** @returns `null` where somebody else has this number, or a higher one. */
	async #create(name: string, number: number): Promise<Held | null> {
		const path = join(this.#folder, fileName(name, number));
		const isHighest = async () => (await this.#numbers(name)).at(-1) === number;
		const held = new Held(path, { id: this.#id, ...this.#owner }, this.#clock, this.#disk, isHighest);
		await this.#disk.mkdir(this.#folder, { recursive: true, mode: 0o700 }).catch((error) => {
			throw notRecorded(error);
		});
		try {
			await held.create();
		} catch (error) {
			if (hasCode(error, "EEXIST")) return null;
			throw notRecorded(error);
		}
		try {
			await held.check();
		} catch {
			await held.release();
			return null;
		}
		await this.#removeBelow(name, number);
		return held;
	}

	/** Who holds a lock by this file; `null` where it is released, removed, or silent. */
	async #alive(file: string): Promise<LockOwner | null> {
		const text = await insistently(() => this.#disk.readFile(join(this.#folder, file), "utf8")).catch((error) => {
			if (hasCode(error, "ENOENT")) return RELEASED;
			throw notRecorded(error);
		});
		const now = this.#clock.now();
		const seen = this.#seen.get(file);
		if (seen?.text !== text) this.#seen.set(file, { text, since: now });
		else if (now - seen.since >= SILENT_MS) return null;
		if (text.trimEnd() !== RELEASED) return ownerIn(text);
		this.#seen.delete(file);
		return null;
	}

	/** The numbers of a lock's files, the highest last. @throws Failure `not-recorded` */
	async #numbers(name: string): Promise<readonly number[]> {
		const names = await insistently(() => this.#disk.readdir(this.#folder)).catch((error) => {
			if (hasCode(error, "ENOENT")) return [];
			throw notRecorded(error);
		});
		return names
			.filter((each) => each.startsWith(`${name}.lock.`))
			.map((each) => Number(each.slice(name.length + 6)))
			.filter((number) => Number.isSafeInteger(number))
			.sort((one, other) => one - other);
	}

	/** Removes what counts no more. The highest file stays, so that no number comes twice while somebody may be about to create it. */
	async #removeBelow(name: string, number: number): Promise<void> {
		for (const each of await this.#numbers(name).catch(() => []))
			if (each < number) await this.#disk.unlink(join(this.#folder, fileName(name, each))).catch(() => {});
	}

	/** Ends early where the signal is aborted. */
	#pause(milliseconds: number, signal?: AbortSignal): Promise<void> {
		return new Promise((resolve) => {
			if (signal?.aborted) return resolve();
			const stop = () => {
				forget();
				resolve();
			};
			const forget = this.#clock.after(milliseconds, () => {
				signal?.removeEventListener("abort", stop);
				resolve();
			});
			signal?.addEventListener("abort", stop, { once: true });
		});
	}
}

/** The highest file of a lock. */
class Held implements HeldLock {
	readonly #path: string;
	readonly #owner: LockOwner & { readonly id: string };
	readonly #clock: LockClock;
	readonly #disk: Disk;
	readonly #isHighest: () => Promise<boolean>;
	#text = "";
	#beats = 0;
	#stop = () => {};
	/** The end of what was written last, so that nothing overtakes it. */
	#written = Promise.resolve();

	constructor(
		path: string,
		owner: LockOwner & { readonly id: string },
		clock: LockClock,
		disk: Disk,
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
		await this.#beat("wx");
	}

	async check(): Promise<void> {
		const isHeld = await this.#isHighest().catch(() => false);
		if (!isHeld) throw new Failure({ reason: "lock-lost" });
	}

	/** What cannot be written is taken for silent in time. */
	async release(): Promise<void> {
		this.#stop();
		await this.#write(RELEASED.padEnd(this.#text.length), "r+").catch(() => {});
	}

	/** @param flag Never creates a file that another window has removed. */
	async #beat(flag: "wx" | "r+"): Promise<void> {
		this.#text = JSON.stringify({ ...this.#owner, beats: ++this.#beats });
		this.#stop = this.#clock.after(BEAT_MS, () => void this.#beat("r+").catch(() => {}));
		try {
			await this.#write(this.#text, flag);
		} catch (error) {
			if (flag === "wx") this.#stop();
			throw error;
		}
	}

	/** Puts a text in the file that is as long as the one before, or longer. */
	#write(text: string, flag: "wx" | "r+"): Promise<void> {
		const write = () => insistently(() => this.#disk.writeFile(this.#path, text, { flag, mode: 0o600 }));
		const writing = this.#written.then(write);
		this.#written = writing.catch(() => {});
		return writing;
	}
}

function fileName(name: string, number: number): string {
	return `${name}.lock.${number}`;
}

function ownerIn(text: string): LockOwner {
	const { host, process } = fieldsOf(text);
	return { host: typeof host === "string" ? host : "", process: typeof process === "number" ? process : 0 };
}

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

/** A holder whose counter stays the same for so long, in milliseconds, is taken for dead: five beats. */
export const EXPIRES_AFTER_MS = 15_000;

/** Whoever waits looks this often, in milliseconds. */
const LOOK_MS = 25;

/** Nobody waits longer, in milliseconds: a dead holder is overtaken before. */
const LONGEST_WAIT_MS = 2 * EXPIRES_AFTER_MS;

const SYSTEM_CLOCK: LockClock = {
	now: () => performance.now(),
	after: (milliseconds, act) => {
		const timer = setTimeout(act, milliseconds);
		return () => clearTimeout(timer);
	},
};

const OWNER: LockOwner = { host: hostname(), process: process.pid };

const NOBODY: LockOwner = { host: "", process: 0 };

/** What was read of a holder's file, and when. */
interface Seen {
	readonly text: string;
	readonly at: number;
	/** For how long it has been seen to stay so. */
	readonly silentMs: number;
	/** Whether it was seen to change. */
	readonly hasBeaten: boolean;
}

/**
 * Exclusive locks between windows, also of several computers that share a folder, on any file system that can create a file
 * only if there is none. The files of a lock are `NAME.1`, `NAME.2` and so on: the highest number holds. Its holder counts up
 * in it. A lock that was released, or whose counter stays the same for 15 seconds, is taken by creating the next number. Neither the
 * wall clock nor process ids decide, so that a clock that jumps and an id that is used again do no harm.
 */
export class FileLocks {
	readonly #folder: string;
	readonly #clock: LockClock;
	readonly #owner: LockOwner;
	readonly #disk: FileSystem;
	/** Names this window among all. */
	readonly id = randomUUID();
	/** The locks that this window holds. */
	readonly #held = new Set<string>();
	/** What was read last of each lock that another window holds. */
	readonly #seen = new Map<string, Seen>();

	/** @param folder An absolute path; it is created when the first lock is taken. */
	constructor(
		folder: string,
		clock: LockClock = SYSTEM_CLOCK,
		owner: LockOwner = OWNER,
		disk: FileSystem = FILE_SYSTEM,
	) {
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
	async withLock<T>(
		name: string,
		work: (lock: HeldLock) => Promise<T>,
		options: { readonly refuse?: boolean; readonly signal?: AbortSignal } = {},
	): Promise<T> {
		if (options.refuse && this.#held.has(name)) throw new ProblemError({ reason: "locked", ...this.#owner });
		const held = await this.#take(name, options);
		this.#held.add(name);
		try {
			return await work(held);
		} finally {
			this.#held.delete(name);
			await held.release();
		}
	}

	/**
	 * Which window holds a lock, by one more look.
	 * @returns the window's `id`, and whether it was seen to count up, which nobody does who died; `null` where no window holds
	 * it, or the one that did was silent for 15 seconds.
	 * @throws Failure `not-recorded` where the lock's files cannot be read
	 */
	async holderOf(name: string): Promise<{ readonly id: string; readonly isSeenAlive: boolean } | null> {
		const highest = (await this.#numbers(name)).at(-1) ?? 0;
		const file = fileName(name, highest);
		const holder = this.#alive(file, await this.#text(file));
		return holder && { id: holder.id, isSeenAlive: this.#seen.get(file)?.hasBeaten ?? false };
	}

	async #take(
		name: string,
		{ refuse = false, signal }: { readonly refuse?: boolean; readonly signal?: AbortSignal },
	): Promise<LockFile> {
		const started = this.#clock.now();
		let first = null as LockHolder | null;
		for (;;) {
			if (signal?.aborted) throw new CancelledError();
			const highest = (await this.#numbers(name)).at(-1) ?? 0;
			const file = fileName(name, highest);
			const text = await this.#text(file);
			const owner = this.#alive(file, text);
			const held = owner ? null : await this.#create(name, highest, text);
			if (held) return held;
			// What was seen before it waited may be the last word of one that died.
			if (first?.id !== owner?.id) first = owner;
			const hasBeaten = owner?.heartbeats !== first?.heartbeats;
			const isTooLong = this.#clock.now() - started > LONGEST_WAIT_MS;
			if (isTooLong || (refuse && hasBeaten)) {
				const { host, process } = owner ?? NOBODY;
				throw new ProblemError({ reason: "locked", host, process });
			}
			await this.#pause(LOOK_MS, signal);
		}
	}

	/**
	 * Takes a lock whose highest number is released, or silent.
	 * @param seen What its file said, by which that was judged.
	 * @returns `null` where somebody else has the next number, or a higher one, or was not silent after all.
	 */
	async #create(name: string, highest: number, seen: string): Promise<LockFile | null> {
		const number = highest + 1;
		const overtaken = fileName(name, highest);
		const path = join(this.#folder, fileName(name, number));
		const isHighest = async () => (await this.#numbers(name)).at(-1) === number;
		const held = new LockFile(path, { id: this.id, ...this.#owner }, this.#clock, this.#disk, isHighest);
		await withTimeLimit(this.#disk.mkdir(this.#folder, { recursive: true, mode: 0o700 })).catch((error) => {
			throw toStorageProblem(error);
		});
		try {
			await retryWhileBusy(() => held.create());
		} catch (error) {
			if (hasErrorCode(error, "EEXIST")) return null;
			throw toStorageProblem(error);
		}
		// Whoever is overtaken counts up before it looks for a higher number, and this looks for that after it has one: one of
		// the two sees the other.
		const isMine = await held.check().then(
			async () => (await this.#text(overtaken)) === seen,
			() => false,
		);
		if (!isMine) {
			await held.withdraw();
			return null;
		}
		await this.#removeBelow(name, number);
		return held;
	}

	/** Who holds a lock by what its file says now; `null` where it is released, removed, or silent. */
	#alive(file: string, text: string): LockHolder | null {
		if (text.trimEnd() === RELEASED) {
			this.#seen.delete(file);
			return null;
		}
		const at = this.#clock.now();
		const seen = this.#seen.get(file);
		// A computer that slept between two looks has slept for the holder, too.
		const silentMs = seen?.text === text ? seen.silentMs + Math.min(at - seen.at, HEARTBEAT_MS) : 0;
		this.#seen.set(file, {
			text,
			at,
			silentMs,
			hasBeaten: seen !== undefined && (seen.hasBeaten || seen.text !== text),
		});
		return silentMs >= EXPIRES_AFTER_MS ? null : holderIn(text);
	}

	/** What stands in a lock's file; as in a released one where it is gone. @throws Failure `not-recorded` */
	#text(file: string): Promise<string> {
		return retryWhileBusy(() => this.#disk.readFile(join(this.#folder, file), "utf8")).catch((error) => {
			if (hasErrorCode(error, "ENOENT")) return RELEASED;
			throw toStorageProblem(error);
		});
	}

	/** The numbers of a lock's files, the highest last. @throws Failure `not-recorded` */
	async #numbers(name: string): Promise<readonly number[]> {
		const names = await retryWhileBusy(() => this.#disk.readdir(this.#folder)).catch((error) => {
			if (hasErrorCode(error, "ENOENT")) return [];
			throw toStorageProblem(error);
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
			if (each < number)
				await withTimeLimit(this.#disk.unlink(join(this.#folder, fileName(name, each)))).catch(() => {});
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

function fileName(name: string, number: number): string {
	return `${name}.lock.${number}`;
}

function holderIn(text: string): LockHolder {
	const { id, host, process, beats } = parseObject(text);
	return {
		id: typeof id === "string" ? id : "",
		host: typeof host === "string" ? host : "",
		process: typeof process === "number" ? process : 0,
		heartbeats: typeof beats === "number" ? beats : 0,
	};
}

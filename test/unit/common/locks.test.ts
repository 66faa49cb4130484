import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import fs from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import type { FileSystem } from "../../../src/common/storage/fileSystem.ts";
import type { HeldLock, LockClock } from "../../../src/common/storage/heldLock.ts";
import { EXPIRES_AFTER_MS, FileLocks } from "../../../src/common/storage/locks.ts";
import { isCancelled, problemOf } from "../../../src/domain/problem.ts";
import { temporaryFolder } from "../../temporaryFolders.ts";

const NAME = "rotation.abc";

/** A clock that goes on only when it is told to; whoever waits is called back in order. */
class TestClock implements LockClock {
	#now = 0;
	#waiting: { readonly at: number; readonly act: () => void }[] = [];

	now() {
		return this.#now;
	}

	after(milliseconds: number, act: () => void) {
		const waiting = { at: this.#now + milliseconds, act };
		this.#waiting.push(waiting);
		return () => {
			this.#waiting = this.#waiting.filter((each) => each !== waiting);
		};
	}

	/** Lets much time pass at once, as a computer does that slept. */
	async leap(milliseconds: number) {
		this.#now += milliseconds - 100;
		await this.pass(100);
	}

	/** Lets some time pass, in steps of a tenth of a second, with what follows from each on the disk. */
	async pass(milliseconds: number) {
		const end = this.#now + milliseconds;
		while (this.#now < end) {
			this.#now += 100;
			const due = this.#waiting.filter(({ at }) => at <= this.#now);
			this.#waiting = this.#waiting.filter((each) => !due.includes(each));
			for (const { act } of due) act();
			await settled();
		}
	}
}

/** Waits until nothing is going on on the disk, and nothing follows from what was. */
async function settled() {
	for (let quiet = 0; quiet < 3; quiet++) {
		await new Promise(setImmediate);
		if (process.getActiveResourcesInfo().some((name) => /FSReq|CloseReq/i.test(name))) quiet = 0;
	}
}

describe("a lock between windows", () => {
	let temporary: ReturnType<typeof temporaryFolder>;
	let folder: string;

	beforeEach(() => {
		temporary = temporaryFolder("locks");
		folder = join(temporary.path, "locks");
	});

	afterEach(() => temporary.remove());

	const files = () => readdirSync(folder).sort();
	const locksOf = (process: number, clock: LockClock = new TestClock()) =>
		new FileLocks(folder, clock, { host: "here", process });
	const untilReleased = () => Promise.withResolvers<void>();
	const problem = async (promise: Promise<unknown>) => {
		try {
			await promise;
		} catch (thrown) {
			return problemOf(thrown) ?? thrown;
		}
		return null;
	};

	it("gives back what the work gives, throws what it throws, and is free after both", async () => {
		const locks = locksOf(1);
		assert.equal(await locks.withLock(NAME, async () => 7), 7);
		await assert.rejects(
			locks.withLock(NAME, () => Promise.reject(new Error("broken"))),
			/broken/,
		);
		assert.equal(await locks.withLock(NAME, async () => 8), 8);
	});

	it("leaves one file, and never uses a number twice", async () => {
		const locks = locksOf(1);
		for (const expected of ["1", "2", "3"]) {
			await locks.withLock(NAME, async () => {});
			assert.deepEqual(files(), [`${NAME}.lock.${expected}`]);
		}
	});

	it("has two works of one window, and of two windows, wait for each other", async () => {
		const clock = new TestClock();
		const [one, other] = [locksOf(1, clock), locksOf(2, clock)];
		const order: string[] = [];
		const gates = { first: untilReleased(), second: untilReleased() };
		const first = one.withLock(NAME, async () => {
			order.push("first begins");
			await gates.first.promise;
			order.push("first ends");
		});
		await settled();
		const rest = [one, other].map((locks, index) => locks.withLock(NAME, async () => void order.push(`work ${index}`)));
		await clock.pass(2000);
		assert.deepEqual(order, ["first begins"]);
		gates.first.resolve();
		await first;
		await clock.pass(2000);
		await Promise.all(rest);
		assert.deepEqual(order.slice(0, 2), ["first begins", "first ends"]);
		assert.deepEqual(order.slice(2).sort(), ["work 0", "work 1"]);
	});

	it("keeps locks of different names apart", async () => {
		const locks = locksOf(1);
		assert.equal(await locks.withLock(NAME, () => locks.withLock("another", async () => "both")), "both");
	});

	it("says who holds it, and gives up at once where asked to, as soon as the holder is seen to be alive", async () => {
		const clock = new TestClock();
		const gate = untilReleased();
		const holding = locksOf(17, clock).withLock(NAME, () => gate.promise);
		await settled();
		const other = locksOf(2, clock);
		const refused = problem(other.withLock(NAME, async () => {}, { refuse: true }));
		await clock.pass(4000);
		assert.deepEqual(await refused, { reason: "locked", host: "here", process: 17 });
		gate.resolve();
		await holding;
	});

	it("waits for a live holder no longer than half a minute", async () => {
		const clock = new TestClock();
		const gate = untilReleased();
		const holding = locksOf(17, clock).withLock(NAME, () => gate.promise);
		await settled();
		const waiting = problem(locksOf(2, clock).withLock(NAME, async () => {}));
		await clock.pass(2 * EXPIRES_AFTER_MS + 1000);
		assert.deepEqual(await waiting, { reason: "locked", host: "here", process: 17 });
		gate.resolve();
		await holding;
	});

	it("takes it over from a holder that is silent for 15 seconds, and no sooner", async () => {
		const [frozen, clock] = [new TestClock(), new TestClock()];
		const gate = untilReleased();
		let isHeld: unknown = "not asked";
		const holding = locksOf(17, frozen).withLock(NAME, async (lock) => {
			await gate.promise;
			isHeld = await problem(lock.check());
		});
		await settled();
		let taken = false;
		const other = locksOf(2, clock);
		const taking = other.withLock(NAME, async (lock) => {
			taken = true;
			await lock.check();
			// The first one comes back, and finds out before it does anything more.
			gate.resolve();
			await holding;
			await lock.check();
		});
		await clock.pass(EXPIRES_AFTER_MS - 500);
		assert.equal(taken, false);
		await clock.pass(3000);
		await taking;
		assert.deepEqual(isHeld, { reason: "lock-lost" });
		assert.deepEqual(files(), [`${NAME}.lock.2`]);
	});

	it("does not overtake a holder where the computer slept between two looks", async () => {
		const [frozen, clock] = [new TestClock(), new TestClock()];
		const gate = untilReleased();
		const holding = locksOf(17, frozen).withLock(NAME, () => gate.promise);
		await settled();
		let taken = false;
		const taking = locksOf(2, clock).withLock(NAME, async () => {
			taken = true;
		});
		await clock.pass(1000);
		await clock.leap(20_000);
		assert.equal(taken, false);
		gate.resolve();
		await holding;
		await clock.pass(1000);
		await taking;
	});

	it("gives way to a holder that wakes while it is overtaken, which then still holds", async () => {
		const [frozen, clock] = [new TestClock(), new TestClock()];
		const gate = untilReleased();
		let lock: HeldLock | undefined;
		const holding = locksOf(17, frozen).withLock(NAME, (held) => {
			lock = held;
			return gate.promise;
		});
		await settled();
		// The holder counts up just when the next number is created.
		let woken: Promise<unknown> | undefined;
		const disk: FileSystem = {
			...fs,
			writeFile: async (...args) => {
				woken ??= problem(lock?.check() ?? assert.fail());
				await woken;
				return fs.writeFile(...args);
			},
		};
		let taken = false;
		const taking = new FileLocks(folder, clock, { host: "here", process: 2 }, disk).withLock(NAME, async () => {
			taken = true;
		});
		await clock.pass(EXPIRES_AFTER_MS + 3000);
		assert.deepEqual([await woken, taken, await problem(lock?.check() ?? assert.fail())], [null, false, null]);
		gate.resolve();
		await holding;
		await clock.pass(1000);
		await taking;
		assert.equal(taken, true);
	});

	for (const code of ["ENOSPC", "EROFS"])
		it(`R59 leaves nothing that counts as a holder where its file cannot be filled: ${code}`, async () => {
			await locksOf(1).withLock(NAME, async () => {});
			const full: FileSystem = {
				...fs,
				writeFile: async (path, ...args) => {
					if (args[1] && Object(args[1]).flag === "wx") await fs.writeFile(path, "", { flag: "wx" });
					throw Object.assign(new Error(code), { code });
				},
			};
			const locks = new FileLocks(folder, new TestClock(), { host: "here", process: 2 }, full);
			assert.deepEqual(await problem(locks.withLock(NAME, async () => {})), { reason: "not-recorded", code });
			assert.deepEqual(files(), [`${NAME}.lock.1`]);
			await locksOf(1).withLock(NAME, async () => {});
		});

	it("R59 leaves another window's file where it could not create its own", async () => {
		const other = JSON.stringify({ id: "other", host: "there", process: 3, beats: 1 });
		const slow: FileSystem = {
			...fs,
			writeFile: async (path, ...args) => {
				// Another window was faster.
				if (args[1] && Object(args[1]).flag === "wx") await fs.writeFile(path, other, { flag: "wx" });
				throw Object.assign(new Error("EMFILE"), { code: "EMFILE" });
			},
		};
		const locks = new FileLocks(folder, new TestClock(), { host: "here", process: 2 }, slow);
		assert.deepEqual(await problem(locks.withLock(NAME, async () => {})), { reason: "not-recorded", code: "EMFILE" });
		assert.equal(readFileSync(join(folder, `${NAME}.lock.1`), "utf8"), other);
	});

	it("is released by a window that is told that it has lost it, also where the other one gives way", async () => {
		const locks = locksOf(1);
		const first = locks.withLock(NAME, async (lock) => {
			writeFileSync(join(folder, `${NAME}.lock.2`), "{}");
			assert.deepEqual(await problem(lock.check()), { reason: "lock-lost" });
			rmSync(join(folder, `${NAME}.lock.2`));
			// Without waiting for itself.
			return locks.withLock(NAME, async () => "done");
		});
		assert.equal(await first, "done");
	});

	it("R59 is taken where its file is in use for a moment when it is created", async () => {
		let failures = 2;
		const disk: FileSystem = {
			...fs,
			writeFile: async (path, ...args) => {
				if (failures-- > 0) {
					await fs.writeFile(path, "", { flag: "wx" });
					throw Object.assign(new Error("EBUSY"), { code: "EBUSY" });
				}
				return fs.writeFile(path, ...args);
			},
		};
		const locks = new FileLocks(folder, new TestClock(), { host: "here", process: 2 }, disk);
		assert.equal(await locks.withLock(NAME, async () => "taken"), "taken");
	});

	it("gives way where a higher number came meanwhile, and takes the next one", async () => {
		const locks = locksOf(1);
		await locks.withLock(NAME, async () => {});
		// As a window would that read the folder long ago: number 1 is released, so that it wants 2, while 3 is there.
		writeFileSync(join(folder, `${NAME}.lock.3`), "{}");
		await locks.withLock(NAME, async () => assert.deepEqual(files(), [`${NAME}.lock.4`]));
	});

	it("takes a file without a word in it for a holder, until it is silent", async () => {
		const clock = new TestClock();
		await locksOf(1).withLock(NAME, async () => {});
		writeFileSync(join(folder, `${NAME}.lock.9`), "");
		const locks = locksOf(2, clock);
		let taken = false;
		const taking = locks.withLock(NAME, async () => {
			taken = true;
		});
		await clock.pass(EXPIRES_AFTER_MS - 500);
		assert.equal(taken, false);
		await clock.pass(3000);
		await taking;
	});

	it("leaves other files alone", async () => {
		const locks = locksOf(1);
		await locks.withLock(NAME, async () => {});
		for (const name of [`${NAME}.lock.x`, `${NAME}.json`, `${NAME}.lock.`]) writeFileSync(join(folder, name), "mine");
		await locks.withLock(NAME, async () => {});
		for (const name of [`${NAME}.lock.x`, `${NAME}.json`])
			assert.equal(readFileSync(join(folder, name), "utf8"), "mine");
	});

	it("ends waiting when it is cancelled", async () => {
		const clock = new TestClock();
		const gate = untilReleased();
		const holding = locksOf(17, clock).withLock(NAME, () => gate.promise);
		await settled();
		const abort = new AbortController();
		const waiting = problem(locksOf(2, clock).withLock(NAME, async () => {}, { signal: abort.signal }));
		await settled();
		abort.abort();
		assert.ok(isCancelled(await waiting));
		gate.resolve();
		await holding;
	});

	it("says that nothing can be written where its folder cannot be made", async () => {
		writeFileSync(folder, "a file");
		assert.deepEqual(await problem(locksOf(1).withLock(NAME, async () => {})), {
			reason: "not-recorded",
			code: "ENOTDIR",
		});
	});

	it("is lost where its file is removed from under it", async () => {
		await locksOf(1).withLock(NAME, async (lock) => {
			rmSync(folder, { recursive: true });
			assert.deepEqual(await problem(lock.check()), { reason: "lock-lost" });
		});
	});

	it("is held by one of three processes at a time", async () => {
		const path = fileURLToPath(new URL("lockCompetitor.ts", import.meta.url));
		const racers = Array.from({ length: 3 }, () =>
			spawn(process.execPath, [path, folder, join(temporary.path, "inside"), "100"], {
				stdio: ["ignore", "pipe", "inherit"],
			}),
		);
		const counts = await Promise.all(racers.map(heldBy));
		assert.deepEqual(counts, [100, 100, 100]);
	});
});

/** How often a process held the lock alone. */
async function heldBy(racer: ChildProcess): Promise<number> {
	let last = "";
	if (racer.stdout) createInterface(racer.stdout).on("line", (line) => (last = line));
	await once(racer, "close");
	return Number(last);
}

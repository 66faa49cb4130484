import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import fs from "node:fs/promises";
import { hostname } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { mock } from "node:test";
import { fileURLToPath } from "node:url";
import type { FileSystem } from "../../../../src/common/storage/fileSystem.ts";
import type { HeldLock, LockClock } from "../../../../src/common/storage/heldLock.ts";
import { EXPIRES_AFTER_MS, FileLocks } from "../../../../src/common/storage/locks.ts";
import { isCancelled, problemOf } from "../../../../src/domain/problem.ts";
import { temporaryFolder } from "../../../temporaryFolders.ts";
import { systemError } from "../../fakes/systemError.ts";

const NAME = "rotation.abc";

/** A clock that only `advance` and `jump` move. Calls back in the order of registration. */
class TestClock implements LockClock {
	#now = 1_000_000;
	#timers: { readonly at: number; readonly callback: () => void }[] = [];

	now() {
		return this.#now;
	}

	after(milliseconds: number, callback: () => void) {
		const timer = { at: this.#now + milliseconds, callback };
		this.#timers.push(timer);
		return () => {
			this.#timers = this.#timers.filter((each) => each !== timer);
		};
	}

	/** Adds much time at once, like a computer that wakes from sleep. */
	async jump(milliseconds: number) {
		this.#now += milliseconds - 100;
		await this.advance(100);
	}

	/** Adds time in steps of 100 ms, and completes file operations after each step. */
	async advance(milliseconds: number) {
		const end = this.#now + milliseconds;
		while (this.#now < end) {
			this.#now += 100;
			const due = this.#timers.filter(({ at }) => at <= this.#now);
			this.#timers = this.#timers.filter((each) => !due.includes(each));
			for (const { callback } of due) callback();
			await fileOperationsSettled();
		}
	}
}

/** Waits until no file operation is running or follows from an earlier one. */
async function fileOperationsSettled() {
	for (let quiet = 0; quiet < 3; quiet++) {
		await new Promise(setImmediate);
		if (process.getActiveResourcesInfo().some((name) => /FSReq|CloseReq/i.test(name))) quiet = 0;
	}
}

describe("A lock between windows", () => {
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
	const createGate = () => Promise.withResolvers<void>();
	const problem = async (promise: Promise<unknown>) => {
		try {
			await promise;
		} catch (thrown) {
			return problemOf(thrown) ?? thrown;
		}
		return null;
	};

	it("returns the result of the work, throws its error, and is free afterwards", async () => {
		const locks = locksOf(1);
		assert.equal(await locks.withLock(NAME, async () => 7), 7);
		await assert.rejects(
			locks.withLock(NAME, () => Promise.reject(new Error("broken"))),
			/broken/,
		);
		assert.equal(await locks.withLock(NAME, async () => 8), 8);
	});

	it("leaves one file, and never reuses a number", async () => {
		const locks = locksOf(1);
		for (const expected of ["1", "2", "3"]) {
			await locks.withLock(NAME, async () => {});
			assert.deepEqual(files(), [`${NAME}.lock.${expected}`]);
		}
	});

	it("serializes the work of one window and of two windows", async () => {
		const clock = new TestClock();
		const [one, other] = [locksOf(1, clock), locksOf(2, clock)];
		const order: string[] = [];
		const gates = { first: createGate(), second: createGate() };
		const first = one.withLock(NAME, async () => {
			order.push("first begins");
			await gates.first.promise;
			order.push("first ends");
		});
		await fileOperationsSettled();
		const rest = [one, other].map((locks, index) => locks.withLock(NAME, async () => void order.push(`work ${index}`)));
		await clock.advance(2000);
		assert.deepEqual(order, ["first begins"]);
		gates.first.resolve();
		await first;
		await clock.advance(2000);
		await Promise.all(rest);
		assert.deepEqual(order.slice(0, 2), ["first begins", "first ends"]);
		assert.deepEqual(order.slice(2).sort(), ["work 0", "work 1"]);
	});

	it("does not block locks with other names", async () => {
		const locks = locksOf(1);
		const another = "rotation.xyz";
		for (const _ of [1, 2, 3]) await locks.withLock(another, async () => {});
		assert.equal(await locks.withLock(NAME, () => locks.withLock(another, async () => "both")), "both");
		assert.deepEqual(files(), [`${NAME}.lock.1`, `${another}.lock.4`]);
	});

	it("names the holder, and with `refuse` gives up as soon as the holder is known to be alive", async () => {
		const clock = new TestClock();
		const gate = createGate();
		const holding = locksOf(17, clock).withLock(NAME, () => gate.promise);
		await fileOperationsSettled();
		const other = locksOf(2, clock);
		const refused = problem(other.withLock(NAME, async () => {}, { refuse: true }));
		await clock.advance(4000);
		assert.deepEqual(await refused, { reason: "locked", host: "here", process: 17 });
		gate.resolve();
		await holding;
	});

	it("with `refuse` gives up at once if this window holds it for long, but waits for its own brief work", async () => {
		const clock = new TestClock();
		const locks = locksOf(17, clock);
		const gate = createGate();
		const long = locks.withLock(NAME, () => gate.promise);
		await fileOperationsSettled();
		const refused = await problem(locks.withLock(NAME, async () => {}, { refuse: true }));
		assert.deepEqual(refused, { reason: "locked", host: "here", process: 17 });
		gate.resolve();
		await long;

		const second = createGate();
		const brief = locks.withLock(NAME, () => second.promise, { refuse: true, brief: true });
		await fileOperationsSettled();
		const next = locks.withLock(NAME, async () => "done", { refuse: true });
		await clock.advance(4000);
		second.resolve();
		await brief;
		await clock.advance(500);
		assert.equal(await next, "done");
	});

	it("waits for a live holder for 30 seconds at most", async () => {
		const clock = new TestClock();
		const gate = createGate();
		const holding = locksOf(17, clock).withLock(NAME, () => gate.promise);
		await fileOperationsSettled();
		let isWaiting = true;
		const waiting = problem(locksOf(2, clock).withLock(NAME, async () => {})).finally(() => (isWaiting = false));
		await clock.advance(2 * EXPIRES_AFTER_MS - 1000);
		assert.ok(isWaiting);
		await clock.advance(2000);
		assert.deepEqual(await waiting, { reason: "locked", host: "here", process: 17 });
		gate.resolve();
		await holding;
	});

	it("is taken over from a holder that is silent for 15 seconds, not earlier", async () => {
		const [frozen, clock] = [new TestClock(), new TestClock()];
		const gate = createGate();
		let isHeld: unknown = "not asked";
		const holding = locksOf(17, frozen).withLock(NAME, async (lock) => {
			await gate.promise;
			isHeld = await problem(lock.assertHeld());
		});
		await fileOperationsSettled();
		let acquired = false;
		const other = locksOf(2, clock);
		const acquiring = other.withLock(NAME, async (lock) => {
			acquired = true;
			await lock.assertHeld();
			// The first holder wakes, and must detect the loss before its next write.
			gate.resolve();
			await holding;
			await lock.assertHeld();
		});
		await clock.advance(EXPIRES_AFTER_MS - 500);
		assert.equal(acquired, false);
		await clock.advance(3000);
		await acquiring;
		assert.deepEqual(isHeld, { reason: "lock-lost" });
		assert.deepEqual(files(), [`${NAME}.lock.2`]);
	});

	it("is not taken over if the computer slept between two checks", async () => {
		const [frozen, clock] = [new TestClock(), new TestClock()];
		const gate = createGate();
		const holding = locksOf(17, frozen).withLock(NAME, () => gate.promise);
		await fileOperationsSettled();
		let acquired = false;
		const acquiring = locksOf(2, clock).withLock(NAME, async () => {
			acquired = true;
		});
		await clock.advance(1000);
		await clock.jump(20_000);
		assert.equal(acquired, false);
		gate.resolve();
		await holding;
		await clock.advance(1000);
		await acquiring;
	});

	it("stays with a holder that wakes during the takeover", async () => {
		const [frozen, clock] = [new TestClock(), new TestClock()];
		const gate = createGate();
		let lock: HeldLock | undefined;
		const holding = locksOf(17, frozen).withLock(NAME, (held) => {
			lock = held;
			return gate.promise;
		});
		await fileOperationsSettled();
		// The holder writes a heartbeat exactly when the next number is created.
		let heartbeat: Promise<unknown> | undefined;
		const disk: FileSystem = {
			...fs,
			writeFile: async (...args) => {
				heartbeat ??= problem(lock?.assertHeld() ?? assert.fail());
				await heartbeat;
				return fs.writeFile(...args);
			},
		};
		let acquired = false;
		const acquiring = new FileLocks(folder, clock, { host: "here", process: 2 }, disk).withLock(NAME, async () => {
			acquired = true;
		});
		await clock.advance(EXPIRES_AFTER_MS + 3000);
		assert.deepEqual(
			[await heartbeat, acquired, await problem(lock?.assertHeld() ?? assert.fail())],
			[null, false, null],
		);
		gate.resolve();
		await holding;
		await clock.advance(1000);
		await acquiring;
		assert.equal(acquired, true);
	});

	for (const [code, filled] of [
		["ENOSPC", 0],
		["ENOSPC", 10],
		["EROFS", 0],
	] as const)
		it(`R59 leaves no file that counts as held if its file cannot be filled: ${code} after ${filled} bytes`, async () => {
			await locksOf(1).withLock(NAME, async () => {});
			const full: FileSystem = {
				...fs,
				writeFile: async (path, ...args) => {
					const [text, options] = args;
					if (Object(options).flag === "wx") await fs.writeFile(path, String(text).slice(0, filled), { flag: "wx" });
					throw systemError(code);
				},
			};
			const locks = new FileLocks(folder, new TestClock(), { host: "here", process: 2 }, full);
			assert.deepEqual(await problem(locks.withLock(NAME, async () => {})), { reason: "not-recorded", code });
			assert.deepEqual(files(), [`${NAME}.lock.1`]);
			await locksOf(1).withLock(NAME, async () => {});
		});

	for (const content of ["", "another window's"])
		it(`leaves a file alone that another window created first, with ${content ? "a" : "no"} content`, async () => {
			let created = 0;
			const slow: FileSystem = {
				...fs,
				writeFile: async (path, ...args) => {
					if (Object(args[1]).flag === "wx" && created++ === 0) await fs.writeFile(path, content, { flag: "wx" });
					return fs.writeFile(path, ...args);
				},
			};
			const clock = new TestClock();
			const locks = new FileLocks(folder, clock, { host: "here", process: 2 }, slow);
			const abort = new AbortController();
			const waiting = problem(locks.withLock(NAME, async () => {}, { signal: abort.signal }));
			await fileOperationsSettled();
			await clock.advance(4000);
			assert.equal(readFileSync(join(folder, `${NAME}.lock.1`), "utf8"), content);
			abort.abort();
			assert.ok(isCancelled(await waiting));
		});

	it("with `refuse` is taken over from a dead window, whose last heartbeat proves no life", async () => {
		await locksOf(1).withLock(NAME, async () => {});
		const dead = { id: "dead", host: "there", process: 3, beats: 5 };
		writeFileSync(join(folder, `${NAME}.lock.2`), JSON.stringify(dead));
		const clock = new TestClock();
		const acquiring = locksOf(2, clock).withLock(NAME, async () => "taken", { refuse: true });
		await clock.advance(EXPIRES_AFTER_MS + 3000);
		assert.equal(await acquiring, "taken");
	});

	it("names the computer and the process that hold it", async () => {
		await new FileLocks(folder).withLock(NAME, async () => {
			const { host, process: id, beats } = JSON.parse(readFileSync(join(folder, `${NAME}.lock.1`), "utf8"));
			// The second heartbeat follows at once, to see whether the lock is still free.
			assert.deepEqual({ host, id, beats }, { host: hostname(), id: process.pid, beats: 2 });
		});
	});

	it("names nobody if its file tells nothing usable", async () => {
		await locksOf(1).withLock(NAME, async () => {});
		writeFileSync(join(folder, `${NAME}.lock.2`), JSON.stringify({ id: 5, host: 7, process: "x", beats: "y" }));
		const clock = new TestClock();
		const locks = locksOf(2, clock);
		assert.deepEqual(await locks.holderOf(NAME), { id: "", isSeenAlive: false });
		const refused = problem(locks.withLock(NAME, async () => {}, { refuse: true }));
		await fileOperationsSettled();
		writeFileSync(join(folder, `${NAME}.lock.2`), JSON.stringify({ id: 5, host: 7, process: "x", beats: 6 }));
		await clock.advance(500);
		assert.deepEqual(await refused, { reason: "locked", host: "", process: 0 });
	});

	it("R59 is released even if its file is briefly in use then", async () => {
		let failures = 0;
		const disk: FileSystem = {
			...fs,
			writeFile: (...args) => (failures-- > 0 ? Promise.reject(systemError("EBUSY")) : fs.writeFile(...args)),
		};
		await new FileLocks(folder, new TestClock(), { host: "here", process: 2 }, disk).withLock(NAME, async () => {
			failures = 2;
		});
		assert.equal(readFileSync(join(folder, `${NAME}.lock.1`), "utf8").trimEnd(), "{}");
	});

	it("writes no heartbeat to a file that was removed", async () => {
		const clock = new TestClock();
		const gate = createGate();
		const holding = locksOf(1, clock).withLock(NAME, () => gate.promise);
		await fileOperationsSettled();
		rmSync(join(folder, `${NAME}.lock.1`));
		await clock.advance(4000);
		assert.deepEqual(files(), []);
		gate.resolve();
		await holding;
		assert.deepEqual(files(), []);
	});

	it("R59 is not said to be held if its file cannot be written", async () => {
		let fails = false;
		const disk: FileSystem = {
			...fs,
			writeFile: (...args) => (fails ? Promise.reject(systemError("EIO")) : fs.writeFile(...args)),
		};
		const locks = new FileLocks(folder, new TestClock(), { host: "here", process: 2 }, disk);
		await locks.withLock(NAME, async (lock) => {
			fails = true;
			assert.deepEqual(await problem(lock.assertHeld()), { reason: "not-recorded", code: "EIO" });
		});
	});

	it("R59 keeps another window's file after failing to create its own", async () => {
		const other = JSON.stringify({ id: "other", host: "there", process: 3, beats: 1 });
		const slow: FileSystem = {
			...fs,
			writeFile: async (path, ...args) => {
				// Another window creates the file first.
				if (args[1] && Object(args[1]).flag === "wx") await fs.writeFile(path, other, { flag: "wx" });
				throw systemError("EMFILE");
			},
		};
		const locks = new FileLocks(folder, new TestClock(), { host: "here", process: 2 }, slow);
		assert.deepEqual(await problem(locks.withLock(NAME, async () => {})), { reason: "not-recorded", code: "EMFILE" });
		assert.equal(readFileSync(join(folder, `${NAME}.lock.1`), "utf8"), other);
	});

	it("is released by a window that has lost it, even if the other window gives up", async () => {
		const locks = locksOf(1);
		const first = locks.withLock(NAME, async (lock) => {
			writeFileSync(join(folder, `${NAME}.lock.2`), "{}");
			assert.deepEqual(await problem(lock.assertHeld()), { reason: "lock-lost" });
			rmSync(join(folder, `${NAME}.lock.2`));
			// Must not wait for itself.
			return locks.withLock(NAME, async () => "done");
		});
		assert.equal(await first, "done");
	});

	it("R59 is acquired even if its file is briefly in use at creation", async () => {
		let failures = 2;
		const disk: FileSystem = {
			...fs,
			writeFile: async (path, ...args) => {
				if (failures-- > 0) {
					await fs.writeFile(path, "", { flag: "wx" });
					throw systemError("EBUSY");
				}
				return fs.writeFile(path, ...args);
			},
		};
		const locks = new FileLocks(folder, new TestClock(), { host: "here", process: 2 }, disk);
		assert.equal(await locks.withLock(NAME, async () => "taken"), "taken");
	});

	it("gives up a number below a new higher one, and uses the next number", async () => {
		const locks = locksOf(1);
		await locks.withLock(NAME, async () => {});
		// Like a window with an outdated listing: 1 is released, so the window creates 2, although 3 exists.
		writeFileSync(join(folder, `${NAME}.lock.3`), "{}");
		await locks.withLock(NAME, async () => assert.deepEqual(files(), [`${NAME}.lock.4`]));
	});

	it("treats an empty file as held until it expires", async () => {
		const clock = new TestClock();
		await locksOf(1).withLock(NAME, async () => {});
		writeFileSync(join(folder, `${NAME}.lock.9`), "");
		const locks = locksOf(2, clock);
		let acquired = false;
		const acquiring = locks.withLock(NAME, async () => {
			acquired = true;
		});
		await clock.advance(EXPIRES_AFTER_MS - 500);
		assert.equal(acquired, false);
		await clock.advance(3000);
		await acquiring;
	});

	it("ignores other files", async () => {
		const locks = locksOf(1);
		await locks.withLock(NAME, async () => {});
		for (const name of [`${NAME}.lock.x`, `${NAME}.json`, `${NAME}.lock.`]) writeFileSync(join(folder, name), "mine");
		await locks.withLock(NAME, async () => {});
		for (const name of [`${NAME}.lock.x`, `${NAME}.json`])
			assert.equal(readFileSync(join(folder, name), "utf8"), "mine");
	});

	it("stops waiting when cancelled", async () => {
		const clock = new TestClock();
		const gate = createGate();
		const holding = locksOf(17, clock).withLock(NAME, () => gate.promise);
		await fileOperationsSettled();
		const abort = new AbortController();
		const waiting = problem(locksOf(2, clock).withLock(NAME, async () => {}, { signal: abort.signal }));
		await fileOperationsSettled();
		abort.abort();
		assert.ok(isCancelled(await waiting));
		gate.resolve();
		await holding;
	});

	it("tells who holds it, and whether a heartbeat was seen", async () => {
		const clock = new TestClock();
		const [holder, reader] = [locksOf(17, clock), locksOf(2, clock)];
		assert.equal(await reader.holderOf(NAME), null);
		const gate = createGate();
		const holding = holder.withLock(NAME, () => gate.promise);
		await fileOperationsSettled();
		assert.deepEqual(await reader.holderOf(NAME), { id: holder.id, isSeenAlive: false });
		assert.deepEqual(await reader.holderOf(NAME), { id: holder.id, isSeenAlive: false });
		await clock.advance(4000);
		for (const _ of [1, 2]) assert.deepEqual(await reader.holderOf(NAME), { id: holder.id, isSeenAlive: true });
		gate.resolve();
		await holding;
		assert.equal(await reader.holderOf(NAME), null);
	});

	it("has no holder once a file was silent for 15 seconds", async () => {
		const clock = new TestClock();
		const reader = locksOf(2, clock);
		await locksOf(1).withLock(NAME, async () => {});
		const dead = { id: "dead", host: "there", process: 3, beats: 1 };
		writeFileSync(join(folder, `${NAME}.lock.2`), JSON.stringify(dead));
		for (let waited = 0; waited < EXPIRES_AFTER_MS; waited += 3000) {
			assert.deepEqual(await reader.holderOf(NAME), { id: "dead", isSeenAlive: false });
			await clock.advance(3000);
		}
		assert.equal(await reader.holderOf(NAME), null);
	});

	it("stays released: no heartbeat follows, also by the system's clock", async () => {
		mock.timers.enable({ apis: ["setTimeout"] });
		try {
			await new FileLocks(folder).withLock(NAME, async () => {});
			mock.timers.tick(10_000);
		} finally {
			mock.timers.reset();
		}
		await fileOperationsSettled();
		assert.equal(readFileSync(join(folder, `${NAME}.lock.1`), "utf8").trimEnd(), "{}");
	});

	it("is not acquired by a number below another window's, which an old listing lacked", async () => {
		await locksOf(1).withLock(NAME, async () => {});
		const clock = new TestClock();
		const gate = createGate();
		const holder = locksOf(17, clock);
		writeFileSync(join(folder, `${NAME}.lock.2`), "{}");
		const holding = holder.withLock(NAME, () => gate.promise);
		await fileOperationsSettled();
		rmSync(join(folder, `${NAME}.lock.2`), { force: true });
		let isOld = true;
		const oldListing = async () => {
			if (!isOld) return fs.readdir(folder);
			isOld = false;
			return [`${NAME}.lock.1`];
		};
		const disk = { ...fs, readdir: oldListing } as unknown as FileSystem;
		let acquired = false;
		const acquiring = new FileLocks(folder, clock, { host: "here", process: 2 }, disk).withLock(NAME, async () => {
			acquired = true;
		});
		await clock.advance(1000);
		assert.deepEqual([acquired, files()], [false, [`${NAME}.lock.3`]]);
		// Another window may use the number that was withdrawn.
		writeFileSync(join(folder, `${NAME}.lock.2`), "another window's");
		await clock.advance(4000);
		assert.equal(readFileSync(join(folder, `${NAME}.lock.2`), "utf8"), "another window's");
		gate.resolve();
		await holding;
		await clock.advance(1000);
		await acquiring;
		assert.equal(acquired, true);
	});

	it("is acquired even if the files of lower numbers cannot be listed for removal", async () => {
		let listings = 0;
		const readdir = (path: string) =>
			// The first listing finds the highest number, the second one looks whether a higher one came.
			++listings > 2 ? Promise.reject(systemError("EIO")) : fs.readdir(path);
		const disk = { ...fs, readdir } as unknown as FileSystem;
		const locks = new FileLocks(folder, new TestClock(), { host: "here", process: 2 }, disk);
		assert.equal(await locks.withLock(NAME, async () => "taken"), "taken");
	});

	for (const call of ["readdir", "readFile"] as const)
		it(`R59 is not acquired if it is unknown who holds it: ${call} fails`, async () => {
			const gate = createGate();
			const holding = locksOf(17).withLock(NAME, () => gate.promise);
			await fileOperationsSettled();
			const fail = () => Promise.reject(systemError("EIO"));
			const locks = new FileLocks(folder, new TestClock(), { host: "here", process: 2 }, { ...fs, [call]: fail });
			for (const attempt of [locks.withLock(NAME, async () => {}), locks.holderOf(NAME)])
				assert.deepEqual(await problem(attempt), { reason: "not-recorded", code: "EIO" });
			gate.resolve();
			await holding;
		});

	it("reports that its folder is read-only", async () => {
		const mkdir = () => Promise.reject(systemError("EROFS"));
		const locks = new FileLocks(folder, new TestClock(), { host: "here", process: 2 }, { ...fs, mkdir });
		assert.deepEqual(await problem(locks.withLock(NAME, async () => {})), { reason: "not-recorded", code: "EROFS" });
	});

	it("reports that its folder cannot be created", async () => {
		writeFileSync(folder, "a file");
		assert.deepEqual(await problem(locksOf(1).withLock(NAME, async () => {})), {
			reason: "not-recorded",
			code: "ENOTDIR",
		});
	});

	it("is lost if its file is removed", async () => {
		await locksOf(1).withLock(NAME, async (lock) => {
			rmSync(folder, { recursive: true });
			assert.deepEqual(await problem(lock.assertHeld()), { reason: "lock-lost" });
		});
	});

	it("is held by one of three processes at a time", async () => {
		const path = fileURLToPath(new URL("lockCompetitor.ts", import.meta.url));
		const competitors = Array.from({ length: 3 }, () =>
			spawn(process.execPath, [path, folder, join(temporary.path, "inside"), "100"], {
				stdio: ["ignore", "pipe", "inherit"],
			}),
		);
		const counts = await Promise.all(competitors.map(countExclusive));
		assert.deepEqual(counts, [100, 100, 100]);
	});
});

/** Returns how often a process held the lock exclusively. */
async function countExclusive(competitor: ChildProcess): Promise<number> {
	let last = "";
	if (competitor.stdout) createInterface(competitor.stdout).on("line", (line) => (last = line));
	await once(competitor, "close");
	return Number(last);
}

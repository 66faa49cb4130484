import assert from "node:assert/strict";
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import fs from "node:fs/promises";
import { join } from "node:path";
import type { FileSystem } from "../../../../src/common/storage/fileSystem.ts";
import { type JsonFileFormat, JsonFileStore } from "../../../../src/common/storage/jsonFileStore.ts";
import { assertPrivate } from "../../../systemDifferences.ts";
import { temporaryFolder } from "../../../temporaryFolders.ts";
import { systemError } from "../../fakes/systemError.ts";
import { expectProblem } from "../../openai/setup.ts";

interface Note {
	readonly text: string;
}

const FORMAT: JsonFileFormat<Note> = {
	version: 3,
	parse: ({ text }) => (typeof text === "string" ? { text } : null),
};
const NAME = "note.json";

describe("JSON files", () => {
	let folder: ReturnType<typeof temporaryFolder>;
	let path: string;
	let now: number;

	beforeEach(() => {
		folder = temporaryFolder("records");
		path = join(folder.path, "deep", "notes");
		now = 1_000_000;
	});
	afterEach(() => folder.remove());

	const open = (disk: Partial<FileSystem> = {}) => new JsonFileStore(path, FORMAT, () => now, { ...fs, ...disk });
	const overwrite = (text: string) => writeFileSync(join(path, NAME), text);
	const readText = () => readFileSync(join(path, NAME), "utf8");

	/** Returns a call that fails `times` times with this code, then works. */
	function failingCall<K extends keyof FileSystem>(call: K, code: string, times = Infinity): Pick<FileSystem, K> {
		let remaining = times;
		const act = (...args: unknown[]) =>
			remaining-- > 0 ? Promise.reject(systemError(code)) : (fs[call] as (...args: unknown[]) => unknown)(...args);
		return { [call]: act } as unknown as Pick<FileSystem, K>;
	}

	/** Returns an `open` whose files fail to flush with this code. */
	const failingFlush = (code: string): Pick<FileSystem, "open"> => ({
		open: async (...args) => {
			const file = await fs.open(...args);
			file.sync = () => Promise.reject(systemError(code));
			return file;
		},
	});

	it("are read as written by later stores, and by no other user", async () => {
		assert.deepEqual(await open().read(NAME), { state: "none" });
		assert.deepEqual(await open().listFiles(), []);
		await open().write(NAME, { text: "one" });
		await open().write(NAME, { text: "two" });
		assert.deepEqual(await open().read(NAME), { state: "read", value: { text: "two" } });
		assert.deepEqual([await open().listFiles(), readdirSync(path)], [[NAME], [NAME]]);
		assert.deepEqual(JSON.parse(readText()), { version: 3, text: "two" });
		assertPrivate(join(path, NAME));
	});

	it("are listed without folders", async () => {
		await open().write(NAME, { text: "one" });
		mkdirSync(join(path, "folder"));
		assert.deepEqual(await open().listFiles(), [NAME]);
	});

	it("are removed, even if already gone", async () => {
		await open().write(NAME, { text: "one" });
		for (const _ of [1, 2]) await open().remove(NAME);
		assert.deepEqual(readdirSync(path), []);
	});

	for (const [title, text, state] of [
		["of an older version", '{"version":2,"text":"x"}', "read"],
		["without a version", '{"text":"x"}', "read"],
		["of a newer version", '{"version":4,"text":"x"}', "newer"],
		["of a newer version with other fields", '{"version":4}', "newer"],
		["truncated", '{"version":3,"te', "unreadable"],
		["empty", "", "unreadable"],
		["without the required fields", '{"version":3}', "unreadable"],
		["with an invalid version", '{"version":"4"}', "unreadable"],
	] as const)
		it(`R58 ${title}: ${state}`, async () => {
			await open().write(NAME, { text: "one" });
			overwrite(text);
			assert.equal((await open().read(NAME)).state, state);
		});

	for (const call of ["readdir", "readFile", "rename", "unlink", "open"] as const)
		for (const code of ["EPERM", "EBUSY"])
			it(`R59 are retried while ${call} temporarily fails with ${code}`, async () => {
				await open().write(NAME, { text: "one" });
				await open().write("other.json", { text: "other" });
				const store = open(failingCall(call, code, 3));
				assert.ok((await store.listFiles()).includes(NAME));
				await store.write(NAME, { text: "two" });
				assert.deepEqual(await store.read(NAME), { state: "read", value: { text: "two" } });
				await store.remove("other.json");
				assert.deepEqual(readdirSync(path), [NAME]);
			});

	for (const [call, code] of [
		["mkdir", "EROFS"],
		["open", "ENOSPC"],
		["rename", "ESTALE"],
		["rename", "EPERM"],
	] as const)
		it(`R59 keep the old content and leave no other file if ${call} fails with ${code}, which is reported`, async () => {
			await open().write(NAME, { text: "one" });
			const refused = open(failingCall(call, code)).write(NAME, { text: "two" });
			assert.deepEqual(await expectProblem(refused), { reason: "not-recorded", code });
			assert.deepEqual(readdirSync(path), [NAME]);
			assert.deepEqual(await open().read(NAME), { state: "read", value: { text: "one" } });
		});

	it("R59 keep the old content if the flush fails", async () => {
		await open().write(NAME, { text: "one" });
		const refused = open(failingFlush("EIO")).write(NAME, { text: "two" });
		assert.deepEqual(await expectProblem(refused), { reason: "not-recorded", code: "EIO" });
		assert.deepEqual(readdirSync(path), [NAME]);
		assert.deepEqual(await open().read(NAME), { state: "read", value: { text: "one" } });
	});

	for (const code of ["EINVAL", "ENOSYS", "ENOTSUP", "EOPNOTSUPP"])
		it(`R59 are written if the file system cannot flush: ${code}`, async () => {
			await open(failingFlush(code)).write(NAME, { text: "one" });
			assert.deepEqual(await open().read(NAME), { state: "read", value: { text: "one" } });
		});

	it("R59 survive a power failure: the file is flushed before it gets its name, the folder after", async () => {
		const steps: string[] = [];
		const disk: Partial<FileSystem> = {
			open: async (opened, ...args) => {
				const what = opened === path ? "folder" : "file";
				const file = await fs.open(opened, ...args);
				const flush = file.sync.bind(file);
				file.sync = () => {
					steps.push(`flush ${what}`);
					return flush();
				};
				const close = file.close.bind(file);
				file.close = () => {
					steps.push(`close ${what}`);
					return close();
				};
				return file;
			},
			rename: (...args) => {
				steps.push("rename");
				return fs.rename(...args);
			},
		};
		await open(disk).write(NAME, { text: "one" });
		assert.deepEqual(steps, ["flush file", "close file", "rename", "flush folder", "close folder"]);
	});

	it("R59 are written if the folder cannot be opened for the flush", async () => {
		const disk: Partial<FileSystem> = {
			open: async (opened, ...args) => {
				if (opened === path) throw systemError("EISDIR");
				return fs.open(opened, ...args);
			},
		};
		await open(disk).write(NAME, { text: "one" });
		assert.deepEqual(await open().read(NAME), { state: "read", value: { text: "one" } });
	});

	it("R59 are not reported as missing if they are unreadable", async () => {
		await open().write(NAME, { text: "one" });
		for (const code of ["EIO", "ESTALE", "EACCES"]) {
			assert.deepEqual(await expectProblem(open(failingCall("readFile", code)).read(NAME)), {
				reason: "not-recorded",
				code,
			});
			assert.deepEqual(await expectProblem(open(failingCall("readdir", code)).listFiles()), {
				reason: "not-recorded",
				code,
			});
			assert.deepEqual(await expectProblem(open(failingCall("unlink", code)).remove(NAME)), {
				reason: "not-recorded",
				code,
			});
		}
	});

	it("lose the temporary file of a crashed window after ten minutes", async () => {
		await open().write(NAME, { text: "one" });
		const temporaryFile = `.${now}.01234567-89ab-cdef-0123-456789abcdef.tmp`;
		const foreignFiles = [`${temporaryFile}.old`, `x${temporaryFile}`];
		for (const name of [temporaryFile, ...foreignFiles]) writeFileSync(join(path, name), "{");
		await open().listFiles();
		now += 600_000;
		await open().listFiles();
		assert.ok(readdirSync(path).includes(temporaryFile));
		now += 1;
		await open().listFiles();
		assert.deepEqual(readdirSync(path).sort(), [...foreignFiles, NAME].sort());
	});
});

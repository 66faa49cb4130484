import assert from "node:assert/strict";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import fs from "node:fs/promises";
import { join } from "node:path";
import type { FileSystem } from "../../../src/common/storage/fileSystem.ts";
import { type JsonFileFormat, JsonFileStore } from "../../../src/common/storage/jsonFileStore.ts";
import { assertPrivate } from "../../systemDifferences.ts";
import { temporaryFolder } from "../../temporaryFolders.ts";
import { problemIn } from "../openai/setup.ts";

interface Note {
	readonly text: string;
}

const FORMAT: JsonFileFormat<Note> = {
	version: 3,
	parse: ({ text }) => (typeof text === "string" ? { text } : null),
};
const NAME = "note.json";

describe("Records", () => {
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
	const put = (text: string) => writeFileSync(join(path, NAME), text);
	const onDisk = () => readFileSync(join(path, NAME), "utf8");

	/** Fails so often with this code, and does then what it should. */
	function failing<K extends keyof FileSystem>(call: K, code: string, times = Infinity): Pick<FileSystem, K> {
		let left = times;
		const act = (...args: unknown[]) =>
			left-- > 0
				? Promise.reject(Object.assign(new Error(code), { code }))
				: (fs[call] as (...args: unknown[]) => unknown)(...args);
		return { [call]: act } as unknown as Pick<FileSystem, K>;
	}

	/** As a file system does whose files fail to be flushed. */
	const unflushed = (code: string): Pick<FileSystem, "open"> => ({
		open: async (...args) => {
			const file = await fs.open(...args);
			file.sync = () => Promise.reject(Object.assign(new Error(code), { code }));
			return file;
		},
	});

	it("are read as they were written, by whoever comes later, and by nobody else", async () => {
		assert.deepEqual(await open().read(NAME), { state: "none" });
		assert.deepEqual(await open().names(), []);
		await open().write(NAME, { text: "one" });
		await open().write(NAME, { text: "two" });
		assert.deepEqual(await open().read(NAME), { state: "read", value: { text: "two" } });
		assert.deepEqual([await open().names(), readdirSync(path)], [[NAME], [NAME]]);
		assert.deepEqual(JSON.parse(onDisk()), { version: 3, text: "two" });
		assertPrivate(join(path, NAME));
	});

	it("are removed, also where they are gone already", async () => {
		await open().write(NAME, { text: "one" });
		for (const _ of [1, 2]) await open().remove(NAME);
		assert.deepEqual(readdirSync(path), []);
	});

	for (const [what, text, state] of [
		["of an older version", '{"version":2,"text":"x"}', "read"],
		["from before there were versions", '{"text":"x"}', "read"],
		["of a newer version", '{"version":4,"text":"x"}', "newer"],
		["of a newer version with other fields", '{"version":4}', "newer"],
		["torn", '{"version":3,"te', "unreadable"],
		["empty", "", "unreadable"],
		["without its fields", '{"version":3}', "unreadable"],
		["with a version that is none", '{"version":"4"}', "unreadable"],
	] as const)
		it(`R58 tell one ${what}: ${state}`, async () => {
			await open().write(NAME, { text: "one" });
			put(text);
			assert.equal((await open().read(NAME)).state, state);
		});

	for (const call of ["readdir", "readFile", "rename", "unlink", "open"] as const)
		for (const code of ["EPERM", "EBUSY"])
			it(`R59 are tried again where ${call} gives ${code} for a while`, async () => {
				await open().write(NAME, { text: "one" });
				await open().write("other.json", { text: "other" });
				const records = open(failing(call, code, 3));
				assert.ok((await records.names()).includes(NAME));
				await records.write(NAME, { text: "two" });
				assert.deepEqual(await records.read(NAME), { state: "read", value: { text: "two" } });
				await records.remove("other.json");
				assert.deepEqual(readdirSync(path), [NAME]);
			});

	for (const [call, code] of [
		["mkdir", "EROFS"],
		["open", "ENOSPC"],
		["rename", "ESTALE"],
		["rename", "EPERM"],
	] as const)
		it(`R59 leave the old one and nothing beside where ${call} gives ${code}, and say so`, async () => {
			await open().write(NAME, { text: "one" });
			const refused = open(failing(call, code)).write(NAME, { text: "two" });
			assert.deepEqual(await problemIn(refused), { reason: "not-recorded", code });
			assert.deepEqual(readdirSync(path), [NAME]);
			assert.deepEqual(await open().read(NAME), { state: "read", value: { text: "one" } });
		});

	it("R59 are not written where the disk fails to keep them", async () => {
		await open().write(NAME, { text: "one" });
		const refused = open(unflushed("EIO")).write(NAME, { text: "two" });
		assert.deepEqual(await problemIn(refused), { reason: "not-recorded", code: "EIO" });
		assert.deepEqual(readdirSync(path), [NAME]);
		assert.deepEqual(await open().read(NAME), { state: "read", value: { text: "one" } });
	});

	for (const code of ["EINVAL", "ENOSYS", "ENOTSUP", "EOPNOTSUPP"])
		it(`R59 are written where the file system cannot flush: ${code}`, async () => {
			await open(unflushed(code)).write(NAME, { text: "one" });
			assert.deepEqual(await open().read(NAME), { state: "read", value: { text: "one" } });
		});

	it("R59 do not take what cannot be read for what is not there", async () => {
		await open().write(NAME, { text: "one" });
		for (const code of ["EIO", "ESTALE", "EACCES"]) {
			assert.deepEqual(await problemIn(open(failing("readFile", code)).read(NAME)), { reason: "not-recorded", code });
			assert.deepEqual(await problemIn(open(failing("readdir", code)).names()), { reason: "not-recorded", code });
			assert.deepEqual(await problemIn(open(failing("unlink", code)).remove(NAME)), { reason: "not-recorded", code });
		}
	});

	it("are cleared of what a window that died had not finished, ten minutes later", async () => {
		await open().write(NAME, { text: "one" });
		const left = `.${now}.01234567-89ab-cdef-0123-456789abcdef.tmp`;
		writeFileSync(join(path, left), "{");
		await open().names();
		assert.ok(readdirSync(path).includes(left));
		now += 600_001;
		await open().names();
		assert.deepEqual(readdirSync(path), [NAME]);
	});
});

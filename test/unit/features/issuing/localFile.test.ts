import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { MAX_FILE_BYTES } from "../../../../src/domain/limits.ts";
import { readLocalFile } from "../../../../src/features/issuing/localFile.ts";
import { endlessDevice, makeLink, makePipe, makeUnreadable } from "../../../systemDifferences.ts";
import { temporaryFolder } from "../../../temporaryFolders.ts";
import { expectProblem } from "../../openai/setup.ts";

describe("A file with a CA certificate or its key", () => {
	let temporary: ReturnType<typeof temporaryFolder>;
	let path: string;

	beforeEach(() => {
		temporary = temporaryFolder("local");
		path = join(temporary.path, "ca.key.pem");
	});
	afterEach(() => temporary.remove());

	const assertRefused = async (why: string, refused = path) =>
		assert.deepEqual(await expectProblem(readLocalFile(refused)), {
			reason: "file-unreadable",
			file: basename(refused),
			why,
		});

	it("is read, also through a link", async function () {
		writeFileSync(path, "key");
		assert.equal(Buffer.from(await readLocalFile(path)).toString(), "key");
		const link = join(temporary.path, "link");
		makeLink(this, path, link);
		assert.equal(Buffer.from(await readLocalFile(link)).toString(), "key");
	});

	it("may be large, but not too large", async () => {
		writeFileSync(path, Buffer.alloc(MAX_FILE_BYTES));
		assert.equal((await readLocalFile(path)).length, MAX_FILE_BYTES);
		writeFileSync(path, Buffer.alloc(MAX_FILE_BYTES + 1));
		await assertRefused("too-large");
	});

	it("is refused if it's missing, a folder or on a server", async () => {
		await assertRefused("gone");
		mkdirSync(path);
		await assertRefused("folder");
		await assertRefused("not-a-file", "\\\\server.invalid\\share\\ca.key.pem");
		await assertRefused("not-a-file", "//server.invalid/share/ca.key.pem");
	});

	it("is not opened if it's a pipe", async function () {
		makePipe(this, path);
		await assertRefused("not-a-file");
	});

	it("is not opened if it's a device", async function () {
		makeLink(this, endlessDevice(this), path);
		await assertRefused("not-a-file");
	});

	it("is refused without the permission to read it", async function () {
		writeFileSync(path, "key");
		makeUnreadable(this, path);
		await assertRefused("no-permission");
	});
});

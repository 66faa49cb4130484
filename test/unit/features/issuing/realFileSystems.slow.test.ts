import assert from "node:assert/strict";
import { readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type KeyFileIssue, NewPrivateKey } from "../../../../src/domain/certificateMaking.ts";
import { createFiles } from "../../../../src/features/issuing/newFiles.ts";
import { exfat, type MountedFileSystem, mountSmallDisk } from "../../../fileSystems.ts";
import { skipTest } from "../../../skipTest.ts";
import { expectProblem } from "../../openai/setup.ts";

/** Size of the small disk: a page for its folder's files. */
const DISK_BYTES = 4096;

describe("A new key on a file system", () => {
	let mounted: MountedFileSystem | undefined;

	afterEach(() => {
		mounted?.unmount();
		mounted = undefined;
	});

	/** Mounts a file system, or skips the test with the reason. */
	const mount = <T extends MountedFileSystem>(context: Mocha.Context, mountNow: () => T): T => {
		try {
			const fileSystem = mountNow();
			mounted = fileSystem;
			return fileSystem;
		} catch (error) {
			return skipTest(context, `not mounted: ${error}`);
		}
	};
	const mountDisk = () => mountSmallDisk(DISK_BYTES);

	const assertRefused = async (folder: string, why: KeyFileIssue, expected: readonly string[] = []) => {
		const key = new NewPrivateKey(Buffer.from("a key"));
		const files = [
			{ name: "a.key.pem", content: key },
			{ name: "a.pem", content: "a certificate".padEnd(DISK_BYTES) },
		];
		const problem = await expectProblem(createFiles(join(folder, "new", "a"), files));
		assert.equal(problem.reason === "key-file" && problem.why, why);
		assert.equal(problem.reason === "key-file" && problem.left, null);
		assert.deepEqual(readdirSync(folder), expected);
	};

	it("R60 without modes, such as exFAT, is not written", async function () {
		await assertRefused(mount(this, exfat.mount).path, "readable-by-others");
	});

	it("R60 is removed again if its certificate doesn't fit on the disk", async function () {
		await assertRefused(mount(this, mountDisk).path, "disk-full");
	});

	it("R60 is not written on a full disk", async function () {
		const { path } = mount(this, mountDisk);
		writeFileSync(join(path, "full"), Buffer.alloc(DISK_BYTES));
		await assertRefused(path, "disk-full", ["full"]);
	});

	it("R60 is not written on a read-only disk", async function () {
		const { path, makeReadOnly } = mount(this, mountDisk);
		makeReadOnly();
		await assertRefused(path, "no-permission");
	});
});

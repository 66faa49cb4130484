import assert from "node:assert/strict";
import {
	chmodSync,
	existsSync,
	mkdirSync,
	readdirSync,
	readFileSync,
	type Stats,
	statSync,
	writeFileSync,
} from "node:fs";
import fs, { type FileHandle } from "node:fs/promises";
import { join } from "node:path";
import { NewPrivateKey } from "../../../../src/domain/certificateMaking.ts";
import { CancelledError, type Problem, ProblemError } from "../../../../src/domain/problem.ts";
import {
	createFiles,
	findExisting,
	type IssuingFileSystem,
	isInProfile,
} from "../../../../src/features/issuing/newFiles.ts";
import { skipTest } from "../../../skipTest.ts";
import { assertPrivate, isWindows, makeLink } from "../../../systemDifferences.ts";
import { temporaryFolder } from "../../../temporaryFolders.ts";
import { systemError } from "../../fakes/systemError.ts";
import { expectProblem } from "../../openai/setup.ts";

const KEY = "-----BEGIN A KEY-----\n";
const CERTIFICATE = "-----BEGIN A CERTIFICATE-----\n";

describe("The files of a new certificate", () => {
	let temporary: ReturnType<typeof temporaryFolder>;
	let key: NewPrivateKey;

	beforeEach(() => {
		temporary = temporaryFolder("issuing");
		key = new NewPrivateKey(Buffer.from(KEY));
	});
	afterEach(() => temporary.remove());

	const at = (...path: string[]) => join(temporary.path, ...path);
	const folder = () => at("openai-mtls", "Acme");

	const create = (options: Parameters<typeof createFiles>[2] = {}, path = folder()) => {
		const files = [
			{ name: "Acme.key.pem", content: key },
			{ name: "Acme.pem", content: CERTIFICATE },
		];
		return createFiles(path, files, { profile: null, ...options });
	};
	const disk = (faults: Partial<IssuingFileSystem>): IssuingFileSystem => ({ ...fs, ...faults });
	const failing = (code: string) => () => Promise.reject(systemError(code));
	/** Returns an `open` that changes the files that it opens. */
	const changedFiles = (change: (file: FileHandle, path: string) => void): Pick<IssuingFileSystem, "open"> => ({
		open: async (path, ...more) => {
			const file = await fs.open(path, ...more);
			change(file, String(path));
			return file;
		},
	});
	const assertNothingMade = () => assert.deepEqual(readdirSync(temporary.path), []);
	const keyFileProblem = (file: string, why: string, code: string | null = null): Problem =>
		({ reason: "key-file", file, why, code, left: null }) as Problem;

	it("R60 are in a new folder that only its owner can open, with a key that only its owner can read", async () => {
		await create();
		assert.deepEqual(readdirSync(folder()).toSorted(), ["Acme.key.pem", "Acme.pem"]);
		assert.equal(readFileSync(join(folder(), "Acme.key.pem"), "utf8"), KEY);
		assert.equal(readFileSync(join(folder(), "Acme.pem"), "utf8"), CERTIFICATE);
		for (const path of [at("openai-mtls"), folder(), join(folder(), "Acme.key.pem")]) assertPrivate(path);
	});

	it("R60 are written in an existing folder, which stays as it is", async () => {
		mkdirSync(folder(), { recursive: true, mode: 0o755 });
		await create();
		if (!isWindows) assert.equal(statSync(folder()).mode & 0o777, 0o755);
		assertPrivate(join(folder(), "Acme.key.pem"));
	});

	it("R60 begin with the key, whose file is checked before its first byte", async () => {
		const steps: string[] = [];
		const record = changedFiles((file, path) => {
			const { stat, writeFile } = file;
			const name = path.endsWith("key.pem") ? "key" : "certificate";
			file.stat = (async (...args: []) => {
				steps.push(`stat ${name}`);
				return stat.apply(file, args);
			}) as FileHandle["stat"];
			file.writeFile = async (...args) => {
				steps.push(`write ${name} to a file of ${statSync(path).size} bytes`);
				await writeFile.apply(file, args);
			};
		});
		await create({ fileSystem: disk(record) });
		assert.deepEqual(steps, ["stat key", "write key to a file of 0 bytes", "write certificate to a file of 0 bytes"]);
	});

	for (const [who, mode, uid] of [
		["the group", 0o640, 0],
		["everybody", 0o604, 0],
		["another owner", 0o600, 1],
	] as const)
		it(`R60 are refused where ${who} could read the key, before it's written`, async function () {
			if (isWindows) skipTest(this, "Windows has no modes");
			const written: string[] = [];
			const open = changedFiles((file, path) => {
				const { stat } = file;
				file.stat = (async () => {
					const stats = (await stat.call(file)) as Stats;
					return Object.assign(stats, { mode: (stats.mode & ~0o777) | mode, uid: stats.uid + uid });
				}) as FileHandle["stat"];
				file.writeFile = async () => void written.push(path);
			});
			const problem = await expectProblem(create({ fileSystem: disk(open) }));
			assert.deepEqual(problem, keyFileProblem("Acme.key.pem", "readable-by-others"));
			assert.deepEqual(written, []);
			assertNothingMade();
		});

	for (const existing of ["Acme.key.pem", "Acme.pem"]) {
		it(`R60 replace no file: ${existing}`, async () => {
			mkdirSync(folder(), { recursive: true });
			writeFileSync(join(folder(), existing), "mine");
			assert.deepEqual(await expectProblem(create()), keyFileProblem(existing, "exists", "EEXIST"));
			assert.deepEqual(readdirSync(folder()), [existing]);
			assert.equal(readFileSync(join(folder(), existing), "utf8"), "mine");
			assert.equal(await findExisting(folder(), ["other", existing]), existing);
		});

		it(`R60 follow no link: ${existing}`, async function () {
			mkdirSync(folder(), { recursive: true });
			makeLink(this, at("target"), join(folder(), existing));
			assert.deepEqual(await expectProblem(create()), keyFileProblem(existing, "exists", "EEXIST"));
			assert.deepEqual(readdirSync(temporary.path), ["openai-mtls"]);
			assert.deepEqual(readdirSync(folder()), [existing]);
			assert.equal(await findExisting(folder(), [existing]), existing);
		});
	}

	for (const [call, file, code, why] of [
		["writeFile", "Acme.key.pem", "ENOSPC", "disk-full"],
		["writeFile", "Acme.pem", "EDQUOT", "disk-full"],
		["sync", "Acme.key.pem", "EIO", "other"],
		["sync", "Acme.pem", "EIO", "other"],
		["close", "Acme.pem", "EIO", "other"],
		["stat", "Acme.key.pem", "ESTALE", "other"],
	] as const)
		it(`R60 leave nothing behind if ${call} of ${file} fails with ${code}`, async () => {
			const open = changedFiles((handle, path) => {
				if (path.endsWith(file)) {
					const close = handle.close.bind(handle);
					handle[call] = async () => {
						if (call === "close") await close();
						throw systemError(code);
					};
				}
			});
			assert.deepEqual(await expectProblem(create({ fileSystem: disk(open) })), keyFileProblem(file, why, code));
			assertNothingMade();
		});

	it("R60 leave nothing behind if a folder can't be made", async () => {
		let calls = 0;
		const mkdir = ((path, options) =>
			++calls === 3 ? failing("ENOSPC")() : fs.mkdir(path, options)) as IssuingFileSystem["mkdir"];
		const problem = await expectProblem(create({ fileSystem: disk({ mkdir }) }));
		assert.deepEqual(problem, keyFileProblem("Acme", "disk-full", "ENOSPC"));
		assertNothingMade();
	});

	it("R60 are refused below a link to a missing folder, such as a disk that isn't mounted", async function () {
		makeLink(this, at("unmounted"), at("openai-mtls"));
		let calls = 0;
		const mkdir = ((path, options) =>
			++calls > 9 ? assert.fail("endless") : fs.mkdir(path, options)) as IssuingFileSystem["mkdir"];
		const problem = await expectProblem(create({ fileSystem: disk({ mkdir }) }));
		assert.deepEqual(problem, keyFileProblem("Acme", "other", "ENOENT"));
		assert.deepEqual(readdirSync(temporary.path), ["openai-mtls"]);
	});

	it("R60 are refused in a read-only folder", async function () {
		if (isWindows || process.getuid?.() === 0) skipTest(this, "this user can write everywhere");
		chmodSync(temporary.path, 0o500);
		assert.deepEqual(await expectProblem(create()), keyFileProblem("Acme", "no-permission", "EACCES"));
		chmodSync(temporary.path, 0o700);
		assertNothingMade();
	});

	it("R60 are refused on a read-only disk", async () => {
		const readOnly = disk({ open: failing("EROFS") });
		assert.deepEqual(
			await expectProblem(create({ fileSystem: readOnly })),
			keyFileProblem("Acme.key.pem", "no-permission", "EROFS"),
		);
		assertNothingMade();
	});

	it("R60 are removed if the last step fails, with its problem", async () => {
		const finish = async () => {
			assert.equal(readFileSync(join(folder(), "Acme.key.pem"), "utf8"), KEY);
			throw new ProblemError({ reason: "locked", host: "a", process: 1 });
		};
		assert.deepEqual(await expectProblem(create({ finish })), { reason: "locked", host: "a", process: 1 });
		assertNothingMade();
	});

	it("R60 are removed if the user cancels, before the last step", async () => {
		const abort = new AbortController();
		const open = changedFiles((_, path) => {
			if (path.endsWith("Acme.pem")) abort.abort();
		});
		const creating = create({ fileSystem: disk(open), signal: abort.signal, finish: async () => assert.fail() });
		await assert.rejects(creating, CancelledError);
		assertNothingMade();
	});

	it("R60 that can't be removed again are named", async () => {
		const open = changedFiles((file, path) => {
			if (path.endsWith("Acme.pem")) file.writeFile = failing("ENOSPC");
		});
		const problem = await expectProblem(create({ fileSystem: disk({ ...open, unlink: failing("EIO") }) }));
		const left = join(folder(), "Acme.pem");
		assert.deepEqual(problem, { ...keyFileProblem("Acme.pem", "disk-full", "ENOSPC"), left });
	});

	it("R60 forget the key in any case", async () => {
		await create();
		await assert.rejects(key.write(async () => {}));
		key = new NewPrivateKey(Buffer.from(KEY));
		await expectProblem(create());
		await assert.rejects(key.write(async () => {}));
	});

	it("R60 are only below the required folder, wherever links lead", async function () {
		mkdirSync(at("home"));
		mkdirSync(at("elsewhere"));
		const profile = at("home");
		for (const path of [at("home"), at("home", "a", "b"), at("home", "..b")]) {
			assert.ok(await isInProfile(path, { profile }));
		}
		for (const path of [at("homes", "a"), at("elsewhere"), temporary.path]) {
			assert.ok(!(await isInProfile(path, { profile })));
			const refused = await expectProblem(create({ profile }, path));
			assert.equal(refused.reason === "key-file" && refused.why, "outside-profile");
		}
		assert.deepEqual(readdirSync(at("elsewhere")), []);
		assert.ok(!existsSync(at("homes")));
		makeLink(this, at("elsewhere"), at("home", "link"));
		assert.ok(!(await isInProfile(at("home", "link", "a"), { profile })));
	});
});

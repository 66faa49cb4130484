import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { FILE_SYSTEM, type FileSystem } from "../../../../src/common/storage/fileSystem.ts";
import { FileLocks } from "../../../../src/common/storage/locks.ts";
import type { Certificate } from "../../../../src/domain/certificate.ts";
import { JournalStore } from "../../../../src/features/upload/journalStore.ts";
import { LATE_ARRIVAL_MS, type UploadAttempt } from "../../../../src/features/upload/uploadAttempt.ts";
import { assertPrivate, makeLink } from "../../../systemDifferences.ts";
import { temporaryFolder } from "../../../temporaryFolders.ts";
import { certificate } from "../../fakes/certificatesApi.ts";
import { FastClock } from "../../fakes/editorWindow.ts";
import { systemError } from "../../fakes/systemError.ts";
import { expectProblem } from "../../openai/setup.ts";

const organizationRef = randomUUID();
const sha256 = "ab".repeat(32);
const name = `${organizationRef}.${sha256}.json`;

function upload(overrides: Partial<UploadAttempt> = {}): UploadAttempt {
	return {
		organizationRef,
		sha256,
		id: "1",
		name: "Root",
		pem: "PEM",
		startedAt: 1000,
		idsBefore: ["cert_1", "cert_2"],
		servedBefore: 1,
		owner: "window",
		...overrides,
	};
}

describe("The journal store", () => {
	let folder: ReturnType<typeof temporaryFolder>;
	let path: string;
	let now: number;
	let store: JournalStore;

	beforeEach(() => {
		folder = temporaryFolder("pending");
		path = join(folder.path, "deep", "pending-uploads");
		now = 1000;
		store = open();
	});
	afterEach(() => folder.remove());

	/** Opens the journal like a window. */
	const open = (fileSystem?: FileSystem) =>
		new JournalStore(path, new FileLocks(join(folder.path, "locks")), () => now, fileSystem);
	const names = () => readdirSync(path).sort();
	const attempts = async () => (await store.read()).records.map(({ pending }) => pending);
	const add = (attempt: UploadAttempt) => store.withLock(attempt, (locked) => locked.add(attempt));
	const remove = (attempt: UploadAttempt) => store.withLock(attempt, (locked) => locked.remove([attempt.id]));
	const confirm = (attempt: UploadAttempt, ...certificates: readonly Certificate[]) =>
		store.withLock(attempt, (locked) => locked.confirm(attempt, certificates));

	it("R22 keeps attempts for later readers", async () => {
		assert.deepEqual(await attempts(), []);
		const one = upload();
		const unknown = upload({ sha256: "cd".repeat(32), id: "2", idsBefore: null, servedBefore: null });
		for (const each of [one, unknown]) await add(each);
		const later = await open().read();
		assert.deepEqual(
			later.records.map(({ pending }) => pending).sort((a, b) => a.sha256.localeCompare(b.sha256)),
			[one, unknown],
		);
		assert.equal(later.unconfirmed.length, 2);
	});

	it("R37 lets only their owner read the files, and leaves no other files", async () => {
		await add(upload());
		await confirm(upload(), certificate("cert_3"));
		assert.deepEqual(names(), [name]);
		for (const each of [path, join(path, name)]) assertPrivate(each);
	});

	it("R37 uses the newest attempt, or the previous attempt if that was removed", async () => {
		const [first, second] = [upload(), upload({ id: "2" })];
		await add(first);
		await add(second);
		const both = await store.read();
		assert.deepEqual(both.openAttempts(first), [first, second]);
		assert.deepEqual(both.unconfirmed, [second]);
		await remove(second);
		assert.deepEqual((await store.read()).unconfirmed, [first]);
		await remove(first);
		assert.deepEqual(names(), []);
	});

	it("R23 keeps the first confirmation of an attempt", async () => {
		await add(upload());
		const stored = certificate("cert_3", { createdAt: 5, active: undefined });
		now = 1500;
		await confirm(upload(), stored, certificate("cert_4"));
		await confirm(upload(), certificate("cert_5"));
		const records = await store.read();
		const known = { sha256, at: 1500 };
		assert.deepEqual(records.uploadedTo(organizationRef), [
			{ certificate: stored, ...known },
			{ certificate: certificate("cert_4"), ...known },
		]);
		assert.deepEqual(records.uploadedTo(randomUUID()), []);
		assert.deepEqual(records.unconfirmed, []);
	});

	it("R22 does not apply the confirmation of a removed attempt to a later attempt", async () => {
		await add(upload());
		await remove(upload());
		const retry = upload({ id: "2" });
		await add(retry);
		await confirm(upload(), certificate("cert_3"));
		assert.deepEqual((await store.read()).unconfirmed, [retry]);
	});

	it("R37 returns the confirmation of an attempt or a newer attempt, even if the attempt was dropped", async () => {
		const [first, second] = [upload(), upload({ id: "2", startedAt: 2000 })];
		for (const each of [first, second]) await add(each);
		assert.equal((await store.read()).confirmationSince(first), null);
		await confirm(second, certificate("cert_3"));
		const records = await store.read();
		const later = upload({ id: "3", startedAt: 3000 });
		assert.deepEqual(
			[first, second, later].map((each) => records.confirmationSince(each)?.certificates[0]?.id),
			["cert_3", "cert_3", undefined],
		);
	});

	it("drops older attempts only once a newer attempt is confirmed", async () => {
		const [first, second, third] = [upload(), upload({ id: "2" }), upload({ id: "3" })];
		for (const each of [first, second, third]) await add(each);
		assert.deepEqual(await attempts(), [first, second, third]);
		await confirm(second, certificate("cert_3"));
		assert.deepEqual(await attempts(), [second, third]);
		assert.deepEqual((await store.read()).unconfirmed, [third]);
	});

	it("keeps each confirmed attempt, but in its file no open one that is older", async () => {
		const [first, second, third] = [upload(), upload({ id: "2" }), upload({ id: "3" })];
		for (const each of [first, second, third]) await add(each);
		await confirm(first, certificate("cert_3"));
		await confirm(third, certificate("cert_4"));
		const { attempts: stored } = JSON.parse(readFileSync(join(path, name), "utf8"));
		assert.deepEqual(
			stored.map(({ pending }: { pending: UploadAttempt }) => pending.id),
			["1", "3"],
		);
	});

	it("R22 keeps confirmed attempts for ten minutes, and unconfirmed attempts forever", async () => {
		const unconfirmed = upload({ sha256: "cd".repeat(32) });
		await add(upload());
		await add(unconfirmed);
		now = 5000;
		await confirm(upload(), certificate("cert_3"));
		now = 5000 + LATE_ARRIVAL_MS;
		assert.equal((await store.read()).uploadedTo(organizationRef).length, 1);
		now += 1;
		const remaining = await store.read();
		assert.deepEqual(remaining.unconfirmed, [unconfirmed]);
		assert.deepEqual(remaining.uploadedTo(organizationRef), []);
		assert.deepEqual(names(), [`${organizationRef}.${unconfirmed.sha256}.json`]);
	});

	it("leaves a file to the next read while another window has its lock", async () => {
		await add(upload());
		await confirm(upload(), certificate("cert_3"));
		now += LATE_ARRIVAL_MS + 1;
		await open().withLock(upload(), async () => {
			assert.deepEqual(await attempts(), []);
			assert.deepEqual(names(), [name]);
		});
		assert.deepEqual(await attempts(), []);
		assert.deepEqual(names(), []);
	});

	it("R37 returns the window that has an upload's lock, as alive after a heartbeat", async () => {
		const other = new JournalStore(path, new FileLocks(join(folder.path, "locks"), new FastClock()), () => now);
		assert.equal(await store.holderOf(upload()), null);
		await other.withLock(upload(), async () => {
			assert.deepEqual(await store.holderOf(upload()), { id: other.owner, isSeenAlive: false });
			while (!(await store.holderOf(upload()))?.isSeenAlive);
		});
		assert.equal(await store.holderOf(upload()), null);
	});

	it("deletes the temporary file of a crashed window after ten minutes", async () => {
		mkdirSync(path, { recursive: true });
		writeFileSync(join(path, `.1000.${randomUUID()}.tmp`), "{");
		await store.read();
		assert.equal(names().length, 1);
		now += LATE_ARRIVAL_MS + 1;
		await store.read();
		assert.deepEqual(names(), []);
	});

	describe("a foreign or corrupt file", () => {
		const confirmation = { certificates: [certificate("cert_3")], at: 1000 };
		const record = (fields: object, arrival: unknown = null) =>
			JSON.stringify({ version: 2, attempts: [{ pending: { ...upload(), ...fields }, arrival }] });
		const withCertificate = (change: object) =>
			record({}, { ...confirmation, certificates: [{ ...certificate("cert_3"), ...change }] });
		const files: readonly [string, string][] = [
			["a truncated file", record({}).slice(0, -5)],
			["an empty file", ""],
			["null", "null"],
			["no attempts", JSON.stringify({ version: 2 })],
			["another connection than in the file name", record({ organizationRef: randomUUID() })],
			["another fingerprint than in the file name", record({ sha256: "cd".repeat(32) })],
			["an id that is a number", record({ id: 1 })],
			["a name that is null", record({ name: null })],
			["a PEM that is a number", record({ pem: 5 })],
			["a time that is text", record({ startedAt: "1000" })],
			["ids that are a number", record({ idsBefore: 5 })],
			["an id that is a parent path", record({ idsBefore: [".."] })],
			["a clock that is text", record({ servedBefore: "1" })],
			["an owner that is null", record({ owner: null })],
			[
				"a damaged attempt beside a usable one",
				JSON.stringify({
					version: 2,
					attempts: [
						{ pending: upload(), arrival: null },
						{ pending: {}, arrival: null },
					],
				}),
			],
			["an id beside a number", record({ idsBefore: ["cert_1", 5] })],
			["an empty confirmation", record({}, {})],
			[
				"a confirmation with a damaged certificate beside a usable one",
				record({}, { ...confirmation, certificates: [certificate("cert_3"), {}] }),
			],
			["a confirmation without a list", record({}, { ...confirmation, certificates: null })],
			["a confirmation without a time", record({}, { ...confirmation, at: null })],
			["a confirmation with a parent path as id", withCertificate({ id: "../x" })],
			["a confirmation with a name that is a number", withCertificate({ name: 5 })],
			["a confirmation with a time that is text", withCertificate({ expiresAt: "1" })],
			["a confirmation with a flag that is text", withCertificate({ active: "no" })],
		];
		for (const [title, text] of files)
			it(`R58 is reported and kept unchanged until the user discards it: ${title}`, async () => {
				const other = upload({ sha256: "ef".repeat(32) });
				await add(other);
				writeFileSync(join(path, name), text);
				now += LATE_ARRIVAL_MS + 1;
				assert.deepEqual(await attempts(), [other]);
				assert.equal((await store.read()).unusableState(upload()), "unreadable");
				assert.equal((await store.read()).unusableState(other), null);
				for (const refused of [add, remove])
					assert.deepEqual(await expectProblem(refused(upload())), { reason: "record-unreadable" });
				assert.equal(readFileSync(join(path, name), "utf8"), text);
				await store.withLock(upload(), (locked) => locked.removeCorrupt());
				assert.equal((await store.read()).unusableState(upload()), null);
			});

		it("R58 is reported as newer and never discarded if a newer version wrote it", async () => {
			await add(upload());
			const newer = readFileSync(join(path, name), "utf8").replace('"version":2', '"version":3');
			writeFileSync(join(path, name), newer);
			assert.deepEqual(await attempts(), []);
			assert.equal((await store.read()).unusableState(upload()), "newer");
			assert.deepEqual(await expectProblem(add(upload())), { reason: "record-newer" });
			await store.withLock(upload(), (locked) => locked.removeCorrupt());
			assert.equal(readFileSync(join(path, name), "utf8"), newer);
		});

		it("is ignored and kept: other files, and a folder, link or dead link with a journal file's name", async function () {
			await add(upload());
			const named = (hex: string) => `${organizationRef}.${hex.repeat(32)}.json`;
			for (const other of ["README.md", `x.${sha256}.json`]) writeFileSync(join(path, other), "{}");
			mkdirSync(join(path, named("01")));
			writeFileSync(join(folder.path, "elsewhere.json"), readFileSync(join(path, name)));
			makeLink(this, join(folder.path, "elsewhere.json"), join(path, named("02")));
			makeLink(this, join(folder.path, "nowhere"), join(path, named("03")));
			assert.deepEqual(await attempts(), [upload()]);
			assert.equal(names().length, 6);
		});
	});

	describe("files of older versions", () => {
		const { id: _, ...fields } = upload();
		const writeOld = (number: number, overrides: object = {}) =>
			write(`${number}.json`, { version: 1, ...fields, attempt: number, ...overrides });
		const write = (ending: string, content: unknown) => {
			mkdirSync(path, { recursive: true });
			writeFileSync(join(path, `${organizationRef}.${sha256}.${ending}`), JSON.stringify(content));
		};

		it("R58 are migrated with their outcomes", async () => {
			write("1.closed.json", {});
			writeOld(2);
			write("2.uploaded.json", { version: 1, certificates: [certificate("cert_3")], at: 1000 });
			writeOld(10);
			const records = await store.read();
			assert.deepEqual(records.unconfirmed, [upload({ id: "10.1000" })]);
			assert.deepEqual(
				records.uploadedTo(organizationRef).map((each) => each.certificate),
				[certificate("cert_3")],
			);
			assert.deepEqual(names(), [name]);
			assert.deepEqual((await store.read()).unconfirmed, records.unconfirmed);
		});

		it("R58 are migrated from before the first version number, with the former field name of the organization", async () => {
			const { organizationRef: connectionId, ...rest } = fields;
			write("1.json", { connectionId, ...rest, attempt: 1 });
			assert.deepEqual(await attempts(), [upload({ id: "1.1000" })]);
		});

		it("R58 are migrated next to newer attempts", async () => {
			await add(upload({ id: "new", startedAt: 2000 }));
			writeOld(1);
			assert.deepEqual(await attempts(), [upload({ id: "1.1000" }), upload({ id: "new", startedAt: 2000 })]);
			assert.deepEqual(names(), [name]);
		});

		it("R58 are migrated in the order in which they began", async () => {
			await add(upload({ id: "new", startedAt: 500 }));
			writeOld(1);
			assert.deepEqual(await attempts(), [upload({ id: "new", startedAt: 500 }), upload({ id: "1.1000" })]);
		});

		it("R58 are listed once, and migrated once, after a migration that ended before their removal", async () => {
			await add(upload({ id: "1.1000" }));
			writeOld(1);
			await open().withLock(upload(), async () => assert.deepEqual(await attempts(), [upload({ id: "1.1000" })]));
			assert.deepEqual(await attempts(), [upload({ id: "1.1000" })]);
			assert.deepEqual(names(), [name]);
		});

		it("R58 are migrated each to its own upload, while unusable ones of another stay", async () => {
			const [another, elsewhere] = [upload({ sha256: "cd".repeat(32) }), upload({ organizationRef: randomUUID() })];
			writeOld(1);
			for (const [{ organizationRef, sha256 }, content] of [
				[another, { version: 1 }],
				[elsewhere, { version: 1, ...fields, organizationRef: elsewhere.organizationRef, attempt: 1 }],
			] as const)
				writeFileSync(join(path, `${organizationRef}.${sha256}.1.json`), JSON.stringify(content));
			const { records } = await store.read();
			assert.deepEqual(
				new Set(records.map(({ pending }) => pending)),
				new Set([upload({ id: "1.1000" }), { ...elsewhere, id: "1.1000" }]),
			);
			const ofAnother = `${organizationRef}.${another.sha256}.1.json`;
			assert.deepEqual(names(), [name, ofAnother, `${elsewhere.organizationRef}.${sha256}.json`].sort());
			await store.withLock(upload(), (locked) => locked.removeCorrupt());
			assert.ok(names().includes(ofAnother));
			await store.withLock(another, (locked) => locked.removeCorrupt());
			assert.ok(!names().includes(ofAnother));
		});

		it("R58 of a newer version are not migrated", async () => {
			write("1.json", { version: 2, ...fields, attempt: 1 });
			const migration = store.withLock(upload(), (locked) => locked.migrate());
			assert.deepEqual(await expectProblem(migration), { reason: "record-newer" });
			assert.deepEqual(names(), [`${organizationRef}.${sha256}.1.json`]);
		});

		it("R58 are read before their migration too, while a window has the lock", async () => {
			writeOld(1);
			for (const holder of [store, open()])
				await holder.withLock(upload({ sha256: `ab${"0".repeat(62)}` }), async () => {
					assert.deepEqual(await attempts(), [upload({ id: "1.1000" })]);
				});
			assert.deepEqual(names(), [`${organizationRef}.${sha256}.1.json`]);
			await attempts();
			assert.deepEqual(names(), [name]);
		});

		for (const [title, state, content] of [
			["cannot be read", "unreadable", { version: 1 }],
			["have another attempt's number", "unreadable", { version: 1, ...fields, attempt: 2 }],
			["have a newer version", "newer", { version: 2, ...fields, attempt: 1 }],
		] as const)
			it(`R58 are kept if they ${title}, and block the upload`, async () => {
				write("1.json", content);
				const before = names();
				assert.equal((await store.read()).unusableState(upload()), state);
				assert.deepEqual(names(), before);
				await store.withLock(upload(), (locked) => locked.removeCorrupt());
				assert.deepEqual(names(), state === "newer" ? before : []);
			});
	});

	const unsafeKeys: readonly [string, UploadAttempt][] = [
		["a connection with a parent path", upload({ organizationRef: "../../x" })],
		["a fingerprint with a parent path", upload({ sha256: "ab/../../x" })],
	];
	for (const [title, invalid] of unsafeKeys)
		it(`R37 writes no file for ${title}`, async () => {
			assert.deepEqual(await expectProblem(add(invalid)), { reason: "not-recorded", code: null });
			assert.deepEqual(readdirSync(folder.path), ["locks"]);
		});

	it("R37 reports that the journal cannot be written or read", async () => {
		mkdirSync(join(folder.path, "deep"));
		writeFileSync(path, "");
		for (const refused of [() => add(upload()), () => store.read()])
			assert.equal((await expectProblem(refused())).reason, "not-recorded");
	});

	const storeWith = (change: Partial<FileSystem>): JournalStore => open({ ...FILE_SYSTEM, ...change } as FileSystem);
	const rejectWith = (code: string) => () => Promise.reject(systemError(code));

	it("R37 does not treat an unreadable file as missing", async () => {
		await add(upload());
		const brokenStore = storeWith({ readFile: rejectWith("EIO") as FileSystem["readFile"] });
		assert.deepEqual(await expectProblem(brokenStore.read()), { reason: "not-recorded", code: "EIO" });
	});

	for (const [step, change] of [
		["written", { open: rejectWith("ENOSPC") as FileSystem["open"] }],
		["renamed", { rename: rejectWith("EACCES") as FileSystem["rename"] }],
	] as const)
		it(`R37 keeps the previous content if a change cannot be ${step}`, async () => {
			await add(upload());
			const brokenStore = storeWith(change);
			const next = upload({ id: "2" });
			assert.equal(
				(await expectProblem(brokenStore.withLock(next, (locked) => locked.add(next)))).reason,
				"not-recorded",
			);
			assert.deepEqual(await attempts(), [upload()]);
			assert.deepEqual(names(), [name]);
		});

	it("R22 still treats an upload as confirmed if its file cannot be deleted", async () => {
		await add(upload());
		await confirm(upload(), certificate("cert_3"));
		now += LATE_ARRIVAL_MS + 1;
		assert.deepEqual((await storeWith({ unlink: rejectWith("EACCES") as FileSystem["unlink"] }).read()).records, []);
		assert.deepEqual(names(), [name]);
	});

	it("R37 writes nothing after another window acquired the lock", async () => {
		await add(upload());
		const refused = store.withLock(upload(), async (locked) => {
			writeFileSync(join(folder.path, "locks/upload.ab.lock.99"), "{}");
			for (const change of [
				() => locked.add(upload({ id: "2" })),
				() => locked.remove(["1"]),
				() => locked.confirm(upload(), []),
			])
				assert.deepEqual(await expectProblem(change()), { reason: "lock-lost" });
			await locked.check();
		});
		assert.deepEqual(await expectProblem(refused), { reason: "lock-lost" });
		assert.deepEqual(await attempts(), [upload()]);
	});

	it("R37 loses no attempt if two processes write 100 each", async () => {
		const program = fileURLToPath(new URL("journalCompetitor.ts", import.meta.url));
		const competitors = ["first", "second"].map((owner) =>
			spawn(process.execPath, [program, path, join(folder.path, "locks"), organizationRef, owner, "100"], {
				stdio: ["ignore", "inherit", "inherit"],
			}),
		);
		const codes = await Promise.all(competitors.map(async (competitor) => (await once(competitor, "exit"))[0]));
		assert.deepEqual(codes, [0, 0]);
		const ids = (await attempts()).map(({ id }) => id);
		const numbers = (owner: string) => ids.filter((id) => id.startsWith(owner));
		for (const owner of ["first", "second"])
			assert.deepEqual(
				numbers(owner),
				Array.from({ length: 100 }, (_, index) => `${owner} ${index + 1}`),
			);
	});
});

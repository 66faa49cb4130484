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
import { QuickClock } from "../../fakes/editorWindow.ts";
import { problemIn } from "../../openai/setup.ts";

const organizationRef = randomUUID();
const sha256 = "ab".repeat(32);
const name = `${organizationRef}.${sha256}.json`;

function upload(more: Partial<UploadAttempt> = {}): UploadAttempt {
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
		...more,
	};
}

describe("Pending uploads", () => {
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

	/** As a window does. */
	const open = (disk?: FileSystem) =>
		new JournalStore(path, new FileLocks(join(folder.path, "locks")), () => now, disk);
	const names = () => readdirSync(path).sort();
	const attempts = async () => (await store.read()).all.map(({ pending }) => pending);
	const add = (pending: UploadAttempt) => store.withLock(pending, (held) => held.add(pending));
	const remove = (pending: UploadAttempt) => store.withLock(pending, (held) => held.remove([pending.id]));
	const settle = (pending: UploadAttempt, ...certificates: readonly Certificate[]) =>
		store.withLock(pending, (held) => held.settle(pending, certificates));

	it("R22 keeps what was written for whoever reads it later", async () => {
		assert.deepEqual(await attempts(), []);
		const one = upload();
		const unknown = upload({ sha256: "cd".repeat(32), id: "2", idsBefore: null, servedBefore: null });
		for (const each of [one, unknown]) await add(each);
		const later = await open().read();
		assert.deepEqual(
			later.all.map(({ pending }) => pending).sort((a, b) => a.sha256.localeCompare(b.sha256)),
			[one, unknown],
		);
		assert.equal(later.unconfirmed.length, 2);
	});

	it("R37 lets nobody else read the files, and leaves nothing beside them", async () => {
		await add(upload());
		await settle(upload(), certificate("cert_3"));
		assert.deepEqual(names(), [name]);
		for (const each of [path, join(path, name)]) assertPrivate(each);
	});

	it("R37 counts the newest attempt, and the one before it where that was taken out", async () => {
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

	it("R23 knows as what an attempt arrived, by the first word on it", async () => {
		await add(upload());
		const stored = certificate("cert_3", { createdAt: 5, active: undefined });
		now = 1500;
		await settle(upload(), stored, certificate("cert_4"));
		await settle(upload(), certificate("cert_5"));
		const records = await store.read();
		const known = { sha256, at: 1500 };
		assert.deepEqual(records.uploaded(organizationRef), [
			{ certificate: stored, ...known },
			{ certificate: certificate("cert_4"), ...known },
		]);
		assert.deepEqual(records.uploaded(randomUUID()), []);
		assert.deepEqual(records.unconfirmed, []);
	});

	it("R22 takes no arrival of an attempt that was taken out for that of a later one", async () => {
		await add(upload());
		await remove(upload());
		const again = upload({ id: "2" });
		await add(again);
		await settle(upload(), certificate("cert_3"));
		assert.deepEqual((await store.read()).unconfirmed, [again]);
	});

	it("R37 tells what an attempt became, or a newer one, also where it is not there any more", async () => {
		const [first, second] = [upload(), upload({ id: "2", startedAt: 2000 })];
		for (const each of [first, second]) await add(each);
		assert.equal((await store.read()).arrivalSince(first), null);
		await settle(second, certificate("cert_3"));
		const records = await store.read();
		const later = upload({ id: "3", startedAt: 3000 });
		assert.deepEqual(
			[first, second, later].map((each) => records.arrivalSince(each)?.certificates[0]?.id),
			["cert_3", "cert_3", undefined],
		);
	});

	it("forgets older attempts once a newer one has arrived, and not before", async () => {
		const [first, second, third] = [upload(), upload({ id: "2" }), upload({ id: "3" })];
		for (const each of [first, second, third]) await add(each);
		assert.deepEqual(await attempts(), [first, second, third]);
		await settle(second, certificate("cert_3"));
		assert.deepEqual(await attempts(), [second, third]);
		assert.deepEqual((await store.read()).unconfirmed, [third]);
	});

	it("R22 keeps what arrived for ten minutes and then nothing of it, and what is not confirmed for ever", async () => {
		const unconfirmed = upload({ sha256: "cd".repeat(32) });
		await add(upload());
		await add(unconfirmed);
		now = 5000;
		await settle(upload(), certificate("cert_3"));
		now = 5000 + LATE_ARRIVAL_MS;
		assert.equal((await store.read()).uploaded(organizationRef).length, 1);
		now += 1;
		const left = await store.read();
		assert.deepEqual(left.unconfirmed, [unconfirmed]);
		assert.deepEqual(left.uploaded(organizationRef), []);
		assert.deepEqual(names(), [`${organizationRef}.${unconfirmed.sha256}.json`]);
	});

	it("leaves a file to the next reading while another window holds it", async () => {
		await add(upload());
		await settle(upload(), certificate("cert_3"));
		now += LATE_ARRIVAL_MS + 1;
		await open().withLock(upload(), async () => {
			assert.deepEqual(await attempts(), []);
			assert.deepEqual(names(), [name]);
		});
		assert.deepEqual(await attempts(), []);
		assert.deepEqual(names(), []);
	});

	it("R37 knows which window holds an upload, and that it is alive once it counted up", async () => {
		const other = new JournalStore(path, new FileLocks(join(folder.path, "locks"), new QuickClock()), () => now);
		assert.equal(await store.holderOf(upload()), null);
		await other.withLock(upload(), async () => {
			assert.deepEqual(await store.holderOf(upload()), { id: other.owner, isSeenAlive: false });
			while (!(await store.holderOf(upload()))?.isSeenAlive);
		});
		assert.equal(await store.holderOf(upload()), null);
	});

	it("clears away late what a window left that died while writing", async () => {
		mkdirSync(path, { recursive: true });
		writeFileSync(join(path, `.1000.${randomUUID()}.tmp`), "{");
		await store.read();
		assert.equal(names().length, 1);
		now += LATE_ARRIVAL_MS + 1;
		await store.read();
		assert.deepEqual(names(), []);
	});

	describe("what is not ours, or not whole", () => {
		const arrival = { certificates: [certificate("cert_3")], at: 1000 };
		const record = (pending: object, arrived: unknown = null) =>
			JSON.stringify({ version: 2, attempts: [{ pending: { ...upload(), ...pending }, arrival: arrived }] });
		const arrived = (change: object) =>
			record({}, { ...arrival, certificates: [{ ...certificate("cert_3"), ...change }] });
		const files: readonly [string, string][] = [
			["a cut file", record({}).slice(0, -5)],
			["an empty file", ""],
			["no object", "null"],
			["no attempts", JSON.stringify({ version: 2 })],
			["another connection than the name says", record({ organizationRef: randomUUID() })],
			["another fingerprint than the name says", record({ sha256: "cd".repeat(32) })],
			["no id", record({ id: 1 })],
			["no name", record({ name: null })],
			["a PEM that is none", record({ pem: 5 })],
			["a time that is text", record({ startedAt: "1000" })],
			["no ids", record({ idsBefore: 5 })],
			["an id that climbs", record({ idsBefore: [".."] })],
			["a clock that is text", record({ servedBefore: "1" })],
			["no owner", record({ owner: null })],
			["an arrival with nothing", record({}, {})],
			["an arrival without a list", record({}, { ...arrival, certificates: null })],
			["an arrival at no moment", record({}, { ...arrival, at: null })],
			["an arrival with an id that climbs", arrived({ id: "../x" })],
			["an arrival with a name that is a number", arrived({ name: 5 })],
			["an arrival with a time that is text", arrived({ expiresAt: "1" })],
			["an arrival with a flag that is text", arrived({ active: "no" })],
		];
		for (const [what, text] of files)
			it(`R58 is told, left alone and not written over, until a person discards it: ${what}`, async () => {
				const other = upload({ sha256: "ef".repeat(32) });
				await add(other);
				writeFileSync(join(path, name), text);
				now += LATE_ARRIVAL_MS + 1;
				assert.deepEqual(await attempts(), [other]);
				assert.equal((await store.read()).spoilt(upload()), "unreadable");
				assert.equal((await store.read()).spoilt(other), null);
				for (const refused of [add, remove])
					assert.deepEqual(await problemIn(refused(upload())), { reason: "record-unreadable" });
				assert.equal(readFileSync(join(path, name), "utf8"), text);
				await store.withLock(upload(), (held) => held.discard());
				assert.equal((await store.read()).spoilt(upload()), null);
			});

		it("R58 is told to be newer, and never discarded: what a newer version wrote", async () => {
			await add(upload());
			const newer = readFileSync(join(path, name), "utf8").replace('"version":2', '"version":3');
			writeFileSync(join(path, name), newer);
			assert.deepEqual(await attempts(), []);
			assert.equal((await store.read()).spoilt(upload()), "newer");
			assert.deepEqual(await problemIn(add(upload())), { reason: "record-newer" });
			await store.withLock(upload(), (held) => held.discard());
			assert.equal(readFileSync(join(path, name), "utf8"), newer);
		});

		it("is left out and left alone: other files, a folder, a link and a dead link of such names", async function () {
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

	describe("that older versions wrote", () => {
		const { id: _, ...fields } = upload();
		const old = (number: number, more: object = {}) =>
			write(`${number}.json`, { version: 1, ...fields, attempt: number, ...more });
		const write = (ending: string, content: unknown) => {
			mkdirSync(path, { recursive: true });
			writeFileSync(join(path, `${organizationRef}.${sha256}.${ending}`), JSON.stringify(content));
		};

		it("R58 are taken over, with what became of them", async () => {
			write("1.closed.json", {});
			old(2);
			write("2.uploaded.json", { version: 1, certificates: [certificate("cert_3")], at: 1000 });
			old(10);
			const records = await store.read();
			assert.deepEqual(records.unconfirmed, [upload({ id: "10.1000" })]);
			assert.deepEqual(
				records.uploaded(organizationRef).map((each) => each.certificate),
				[certificate("cert_3")],
			);
			assert.deepEqual(names(), [name]);
			assert.deepEqual((await store.read()).unconfirmed, records.unconfirmed);
		});

		it("R58 are taken over from before there were versions, when the organization had another name", async () => {
			const { organizationRef: connectionId, ...rest } = fields;
			write("1.json", { connectionId, ...rest, attempt: 1 });
			assert.deepEqual(await attempts(), [upload({ id: "1.1000" })]);
		});

		it("R58 are taken over beside what was written since", async () => {
			await add(upload({ id: "new", startedAt: 2000 }));
			old(1);
			assert.deepEqual(await attempts(), [upload({ id: "1.1000" }), upload({ id: "new", startedAt: 2000 })]);
			assert.deepEqual(names(), [name]);
		});

		it("R58 count before they are taken over, too, while this window or another one holds the upload", async () => {
			old(1);
			for (const holder of [store, open()])
				await holder.withLock(upload({ sha256: `ab${"0".repeat(62)}` }), async () => {
					assert.deepEqual(await attempts(), [upload({ id: "1.1000" })]);
				});
			assert.deepEqual(names(), [`${organizationRef}.${sha256}.1.json`]);
			await attempts();
			assert.deepEqual(names(), [name]);
		});

		for (const [what, state, content] of [
			["cannot be read", "unreadable", { version: 1 }],
			["are of a newer version", "newer", { version: 2, ...fields, attempt: 1 }],
		] as const)
			it(`R58 stay where they ${what}, and keep the upload from being sent`, async () => {
				write("1.json", content);
				const before = names();
				assert.equal((await store.read()).spoilt(upload()), state);
				assert.deepEqual(names(), before);
				await store.withLock(upload(), (held) => held.discard());
				assert.deepEqual(names(), state === "newer" ? before : []);
			});
	});

	const recordings: readonly [string, UploadAttempt][] = [
		["a connection that climbs", upload({ organizationRef: "../../x" })],
		["a fingerprint that climbs", upload({ sha256: "ab/../../x" })],
	];
	for (const [what, odd] of recordings)
		it(`R37 writes nothing under a name made of ${what}`, async () => {
			assert.deepEqual(await problemIn(add(odd)), { reason: "not-recorded", code: null });
			assert.deepEqual(readdirSync(folder.path), ["locks"]);
		});

	it("R37 says so where it cannot be written or read", async () => {
		mkdirSync(join(folder.path, "deep"));
		writeFileSync(path, "");
		for (const refused of [() => add(upload()), () => store.read()])
			assert.equal((await problemIn(refused())).reason, "not-recorded");
	});

	const failing = (change: Partial<FileSystem>): JournalStore => open({ ...FILE_SYSTEM, ...change } as FileSystem);
	const fails = (code: string) => () => Promise.reject(Object.assign(new Error(code), { code }));

	it("R37 does not take what it cannot read for what is not there", async () => {
		await add(upload());
		const sick = failing({ readFile: fails("EIO") as FileSystem["readFile"] });
		assert.deepEqual(await problemIn(sick.read()), { reason: "not-recorded", code: "EIO" });
	});

	for (const [step, change] of [
		["written", { open: fails("ENOSPC") as FileSystem["open"] }],
		["renamed", { rename: fails("EACCES") as FileSystem["rename"] }],
	] as const)
		it(`R37 keeps what was there where a change cannot be ${step}`, async () => {
			await add(upload());
			const sick = failing(change);
			const next = upload({ id: "2" });
			assert.equal((await problemIn(sick.withLock(next, (held) => held.add(next)))).reason, "not-recorded");
			assert.deepEqual(await attempts(), [upload()]);
			assert.deepEqual(names(), [name]);
		});

	it("R22 keeps what arrived for arrived where its file cannot be removed", async () => {
		await add(upload());
		await settle(upload(), certificate("cert_3"));
		now += LATE_ARRIVAL_MS + 1;
		assert.deepEqual((await failing({ unlink: fails("EACCES") as FileSystem["unlink"] }).read()).all, []);
		assert.deepEqual(names(), [name]);
	});

	it("R37 writes nothing once another window has taken over", async () => {
		await add(upload());
		const refused = store.withLock(upload(), async (held) => {
			writeFileSync(join(folder.path, "locks/upload.ab.lock.99"), "{}");
			for (const change of [
				() => held.add(upload({ id: "2" })),
				() => held.remove(["1"]),
				() => held.settle(upload(), []),
			])
				assert.deepEqual(await problemIn(change()), { reason: "lock-lost" });
			await held.check();
		});
		assert.deepEqual(await problemIn(refused), { reason: "lock-lost" });
		assert.deepEqual(await attempts(), [upload()]);
	});

	it("R37 loses none of what two processes write 100 times each", async () => {
		const program = fileURLToPath(new URL("journalCompetitor.ts", import.meta.url));
		const racers = ["first", "second"].map((owner) =>
			spawn(process.execPath, [program, path, join(folder.path, "locks"), organizationRef, owner, "100"], {
				stdio: ["ignore", "inherit", "inherit"],
			}),
		);
		const codes = await Promise.all(racers.map(async (racer) => (await once(racer, "exit"))[0]));
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

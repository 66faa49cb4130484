import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import fs, { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { Locks } from "../../../src/application/locks.ts";
import { PendingUploads } from "../../../src/application/pendingUploads.ts";
import { LATE_MS, type PendingUpload } from "../../../src/domain/pendingUpload.ts";
import { temporaryFolder } from "../../leftovers.ts";
import { assertPrivate, makeLink } from "../../system.ts";
import { problemIn } from "../api/setup.ts";
import { certificate } from "./fakes.ts";

const organizationRef = randomUUID();
const sha256 = "ab".repeat(32);

function upload(more: Partial<PendingUpload> = {}): PendingUpload {
	return {
		organizationRef,
		sha256,
		attempt: 1,
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
	let store: PendingUploads;

	beforeEach(() => {
		folder = temporaryFolder("pending");
		path = join(folder.path, "deep", "pending-uploads");
		now = 1000;
		store = open();
	});
	afterEach(() => folder.remove());

	/** As a window does. */
	const open = () => new PendingUploads(path, new Locks(join(folder.path, "locks")), () => now);
	const names = () => readdirSync(path).sort();
	const attempts = async () => (await store.read()).all.map(({ pending }) => pending);
	const fileOf = (attempt: number, kind = "") => `${organizationRef}.${sha256}.${attempt}${kind}.json`;

	it("R22 keeps what was written for whoever reads it later", async () => {
		assert.deepEqual(await attempts(), []);
		const one = upload();
		const unknown = upload({ sha256: "cd".repeat(32), idsBefore: null, servedBefore: null });
		for (const each of [one, unknown]) assert.equal(await store.write(each), true);
		const later = await open().read();
		assert.deepEqual(
			later.all.map(({ pending }) => pending).sort((a, b) => a.sha256.localeCompare(b.sha256)),
			[one, unknown],
		);
		assert.deepEqual(new Set(later.unconfirmed), new Set(later.all.map(({ pending }) => pending)));
	});

	it("R37 lets nobody else read the files, and leaves nothing beside them", async () => {
		await store.write(upload());
		await store.settle(upload(), [certificate("cert_3")]);
		assert.deepEqual(names(), [fileOf(1), fileOf(1, ".uploaded")]);
		for (const each of [path, ...names().map((name) => join(path, name))]) assertPrivate(each);
	});

	it("R37 lets the first one win, and keeps what it wrote", async () => {
		assert.equal(await store.write(upload({ owner: "first" })), true);
		assert.equal(await store.write(upload({ owner: "second" })), false);
		assert.deepEqual(await attempts(), [upload({ owner: "first" })]);
		assert.deepEqual(names(), [fileOf(1)]);
	});

	it("R22 has nothing to close where another window has done so", async () => {
		assert.equal(await store.remove(upload()), true);
	});

	it("R37 counts the newest attempt, and the one before it where that was taken out", async () => {
		const [first, second] = [upload(), upload({ attempt: 2 })];
		await store.write(first);
		await store.write(second);
		const both = await store.read();
		assert.deepEqual(both.openAttempts(first), [first, second]);
		assert.deepEqual(both.unconfirmed, [second]);
		assert.equal(both.nextNumber(first), 3);
		await store.remove(second);
		assert.deepEqual((await store.read()).unconfirmed, [first]);
	});

	it("R37 gives no number twice, whatever became of the attempt that had it", async () => {
		await store.write(upload());
		await store.remove(upload());
		assert.equal((await store.read()).nextNumber(upload()), 2);
		await store.write(upload({ attempt: 2 }));
		await store.settle(upload({ attempt: 2 }), [certificate("cert_3")]);
		now += LATE_MS + 1;
		for (const _ of ["closes it", "finds it closed"]) assert.equal((await store.read()).nextNumber(upload()), 3);
		assert.deepEqual(names(), [fileOf(2, ".closed")]);
	});

	it("R37 takes out what another window took out long ago, and nothing else", async () => {
		await store.write(upload());
		await store.remove(upload());
		const again = upload({ attempt: 2 });
		await store.write(again);
		await store.remove(upload());
		assert.deepEqual(await attempts(), [again]);
		assert.equal((await store.read()).nextNumber(upload()), 3);
	});

	it("R37 tells a window that stood still since it looked that its number had another one", async () => {
		const before = await store.read();
		await store.write(upload({ owner: "other" }));
		await store.settle(upload({ owner: "other" }), [certificate("cert_3")]);
		now += LATE_MS + 1;
		await store.read();
		assert.equal(before.nextNumber(upload()), 1);
		assert.equal(await store.write(upload()), true);
		assert.ok(!(await store.read()).addsOnly(upload(), before));
		const later = upload({ attempt: 2, owner: "other" });
		await store.write(later);
		await store.read();
		assert.deepEqual(names(), [fileOf(1), fileOf(2)]);
		assert.ok(!(await store.read()).addsOnly(upload(), before));
	});

	it("R23 knows as what an attempt arrived", async () => {
		await store.write(upload());
		const stored = certificate("cert_3", { createdAt: 5, active: undefined });
		now = 1500;
		await store.settle(upload(), [stored, certificate("cert_4")]);
		const records = await store.read();
		const known = { sha256, at: 1500 };
		assert.deepEqual(records.uploaded(organizationRef), [
			{ certificate: stored, ...known },
			{ certificate: certificate("cert_4"), ...known },
		]);
		assert.deepEqual(records.uploaded(randomUUID()), []);
		assert.deepEqual(records.unconfirmed, []);
		assert.equal(records.nextNumber(upload()), 2);
	});

	it("takes the first word on what an attempt arrived as", async () => {
		await store.write(upload());
		await store.settle(upload(), [certificate("cert_3")]);
		await store.settle(upload(), [certificate("cert_4")]);
		const arrived = (await store.read()).uploaded(organizationRef).map((each) => each.certificate);
		assert.deepEqual(arrived, [certificate("cert_3")]);
	});

	it("R22 takes no arrival of an attempt that was taken out for that of a later one", async () => {
		await store.write(upload());
		await store.remove(upload());
		const again = upload({ attempt: 2 });
		await store.write(again);
		await store.settle(upload(), [certificate("cert_3")]);
		assert.deepEqual((await store.read()).unconfirmed, [again]);
		assert.deepEqual(names(), [fileOf(2)]);
	});

	it("clears away older attempts once a newer one has arrived, and not before", async () => {
		const [first, second, third] = [upload(), upload({ attempt: 2 }), upload({ attempt: 3 })];
		for (const each of [first, second, third]) await store.write(each);
		assert.deepEqual(await attempts(), [first, second, third]);
		await store.settle(second, [certificate("cert_3")]);
		for (const _ of ["closes it", "removes it"]) assert.deepEqual((await store.read()).unconfirmed, [third]);
		assert.deepEqual(names(), [fileOf(2), fileOf(2, ".uploaded"), fileOf(3)].sort());
	});

	it("R22 keeps what arrived for ten minutes, and what is not confirmed for ever", async () => {
		const open = upload({ sha256: "cd".repeat(32) });
		await store.write(upload());
		await store.write(open);
		now = 5000;
		await store.settle(upload(), [certificate("cert_3")]);
		now = 5000 + LATE_MS;
		assert.equal((await store.read()).uploaded(organizationRef).length, 1);
		now += 1;
		const left = await store.read();
		assert.deepEqual(left.unconfirmed, [open]);
		assert.deepEqual(left.uploaded(organizationRef), []);
		assert.deepEqual(names(), [fileOf(1, ".closed"), `${organizationRef}.${open.sha256}.1.json`].sort());
	});

	it("clears away late what a window left that died while writing", async () => {
		mkdirSync(path, { recursive: true });
		writeFileSync(join(path, `.1000.${randomUUID()}.tmp`), "{");
		await store.read();
		assert.equal(names().length, 1);
		now += LATE_MS + 1;
		await store.read();
		assert.deepEqual(names(), []);
	});

	describe("what is not ours, or not whole", () => {
		const whole = JSON.stringify(upload());
		const changed = (change: Record<string, unknown>) => JSON.stringify({ ...upload(), ...change });
		const files: readonly [string, string, string][] = [
			["another file", "README.md", "read me"],
			["a cut file", fileOf(1), whole.slice(0, -5)],
			["an empty file", fileOf(1), ""],
			["no object", fileOf(1), "null"],
			["another connection than the name says", fileOf(1), changed({ organizationRef: randomUUID() })],
			["another fingerprint than the name says", fileOf(1), changed({ sha256: "cd".repeat(32) })],
			["another attempt than the name says", fileOf(1), changed({ attempt: 2 })],
			["no name", fileOf(1), changed({ name: undefined })],
			["a PEM that is none", fileOf(1), changed({ pem: 5 })],
			["a time that is text", fileOf(1), changed({ startedAt: "1000" })],
			["no ids", fileOf(1), changed({ idsBefore: undefined })],
			["an id that climbs", fileOf(1), changed({ idsBefore: [".."] })],
			["a clock that is text", fileOf(1), changed({ servedBefore: "1" })],
			["no owner", fileOf(1), changed({ owner: null })],
			["a connection that is no UUID", `x.${sha256}.1.json`, changed({ organizationRef: "x" })],
			["a number with a zero in front", `${organizationRef}.${sha256}.01.json`, whole],
			["attempt 0", fileOf(0), changed({ attempt: 0 })],
		];
		for (const [what, name, text] of files)
			it(`is left out and left alone: ${what}`, async () => {
				const other = upload({ sha256: "ef".repeat(32) });
				await store.write(other);
				writeFileSync(join(path, name), text);
				now += LATE_MS + 1;
				assert.deepEqual(await attempts(), [other]);
				assert.equal(readFileSync(join(path, name), "utf8"), text);
				const isOurs = name === fileOf(1);
				assert.equal((await store.read()).spoilt(upload())[0]?.state, isOurs ? "unreadable" : undefined);
			});

		it("R58 is left alone, and told to be newer: what a newer version wrote", async () => {
			await store.write(upload());
			const newer = readFileSync(join(path, fileOf(1)), "utf8").replace('"version":1', '"version":2');
			writeFileSync(join(path, fileOf(1)), newer);
			assert.deepEqual(await attempts(), []);
			assert.deepEqual(
				(await store.read()).spoilt(upload()).map(({ attempt, state }) => [attempt, state]),
				[[1, "newer"]],
			);
			assert.deepEqual((await store.read()).spoilt(upload({ sha256: "ef".repeat(32) })), []);
			assert.equal(await store.write(upload()), false);
			assert.equal(readFileSync(join(path, fileOf(1)), "utf8"), newer);
		});

		it("R58 is read: what was written before there were versions", async () => {
			mkdirSync(path, { recursive: true });
			const { organizationRef: connectionId, ...rest } = upload();
			writeFileSync(join(path, fileOf(1)), JSON.stringify({ connectionId, ...rest }));
			assert.deepEqual(await attempts(), [upload()]);
		});

		it("is left out and left alone: a folder, a link and a dead link of such names", async function () {
			await store.write(upload());
			mkdirSync(join(path, fileOf(2)));
			writeFileSync(join(folder.path, "elsewhere.json"), JSON.stringify(upload({ attempt: 3 })));
			makeLink(this, join(folder.path, "elsewhere.json"), join(path, fileOf(3)));
			makeLink(this, join(folder.path, "nowhere"), join(path, fileOf(4)));
			assert.deepEqual(await attempts(), [upload()]);
		});

		const arrival = { certificates: [certificate("cert_3")], at: 1000 };
		const arrivals: readonly [string, unknown][] = [
			["nothing", {}],
			["no list", { ...arrival, certificates: null }],
			["an id that climbs", { ...arrival, certificates: [certificate("../x")] }],
			["a name that is a number", { ...arrival, certificates: [{ ...certificate("cert_3"), name: 5 }] }],
			["a time that is text", { ...arrival, certificates: [{ ...certificate("cert_3"), expiresAt: "1" }] }],
			["a flag that is text", { ...arrival, certificates: [{ ...certificate("cert_3"), active: "no" }] }],
			["no moment", { ...arrival, at: null }],
		];
		for (const [what, content] of arrivals)
			it(`does not settle an attempt: an arrival with ${what}`, async () => {
				await store.write(upload());
				writeFileSync(join(path, fileOf(1, ".uploaded")), JSON.stringify(content));
				assert.deepEqual((await store.read()).unconfirmed, [upload()]);
			});

		it("does not keep its number from being passed over", async () => {
			mkdirSync(path, { recursive: true });
			writeFileSync(join(path, fileOf(4)), "{");
			assert.equal((await store.read()).nextNumber(upload()), 5);
		});
	});

	const recordings: readonly [string, PendingUpload][] = [
		["a connection that climbs", upload({ organizationRef: "../../x" })],
		["a fingerprint that climbs", upload({ sha256: "../../x" })],
	];
	for (const [what, odd] of recordings)
		it(`R37 writes nothing under a name made of ${what}`, async () => {
			assert.deepEqual(await problemIn(store.write(odd)), { reason: "not-recorded", code: null });
			assert.deepEqual(readdirSync(folder.path), ["locks"]);
		});

	it("R37 says so where it cannot be written or read", async () => {
		mkdirSync(join(folder.path, "deep"));
		writeFileSync(path, "");
		for (const refused of [() => store.write(upload()), () => store.read()])
			assert.deepEqual(await problemIn(refused()), { reason: "not-recorded", code: "ENOTDIR" });
	});

	describe("on a disk that fails", () => {
		const { readFile, rename, unlink } = fs.promises;
		afterEach(() => void Object.assign(fs.promises, { readFile, rename, unlink }));
		const become = (changed: Partial<typeof fs.promises>) => void Object.assign(fs.promises, changed);
		const fail = (code: string) => Promise.reject(Object.assign(new Error(code), { code }));
		const failing = (code: string) => () => fail(code);

		it("R37 does not take what it cannot read for what is not there", async () => {
			await store.write(upload());
			become({ readFile: failing("EIO") as typeof readFile });
			assert.deepEqual(await problemIn(store.read()), { reason: "not-recorded", code: "EIO" });
		});

		it("R22 does not take a file for unreadable that another window takes away before it is read", async () => {
			await store.write(upload());
			become({ readFile: failing("ENOENT") as typeof readFile });
			assert.deepEqual(await attempts(), []);
		});

		it("R22 closes by removing where there is no room for another name", async () => {
			await store.write(upload());
			become({ rename: failing("ENOSPC") });
			assert.equal(await store.remove(upload()), true);
			assert.deepEqual(names(), []);
		});

		it("R22 keeps what arrived for arrived where it cannot be closed", async () => {
			await store.write(upload());
			await store.settle(upload(), [certificate("cert_3")]);
			become({
				rename: failing("ENOSPC"),
				unlink: (path) => (String(path).endsWith(fileOf(1)) ? fail("EACCES") : unlink(path)),
			});
			assert.equal(await store.remove(upload()), false);
			assert.deepEqual((await store.read()).unconfirmed, []);
			now += LATE_MS + 1;
			assert.deepEqual((await store.read()).uploaded(organizationRef).length, 1);
		});

		it("R22 does not bring back an attempt that a newer one overtook where it cannot be closed", async () => {
			const second = upload({ attempt: 2 });
			for (const each of [upload(), second]) await store.write(each);
			await store.settle(second, [certificate("cert_3")]);
			now += LATE_MS + 1;
			const isFirst = (path: unknown) => String(path).endsWith(fileOf(1));
			become({
				rename: (from, to) => (isFirst(from) ? fail("EACCES") : rename(from, to)),
				unlink: (path) => (isFirst(path) ? fail("EACCES") : unlink(path)),
			});
			for (const _ of ["once", "twice"]) assert.deepEqual((await store.read()).unconfirmed, []);
		});
	});

	it("R23 puts the word that can be understood in the place of one that cannot", async () => {
		await store.write(upload());
		writeFileSync(join(path, fileOf(1, ".uploaded")), "");
		assert.deepEqual((await store.read()).unconfirmed, [upload()]);
		await store.settle(upload(), [certificate("cert_3")]);
		const records = await store.read();
		assert.deepEqual(records.unconfirmed, []);
		assert.deepEqual(records.uploaded(organizationRef)[0]?.certificate, certificate("cert_3"));
	});

	it("R23 tells what an attempt arrived as by the next one that arrived, not by the tenth", async () => {
		const certificates = Array.from({ length: 10 }, (_, index) => certificate(`cert_${index}`));
		for (const [index, each] of certificates.entries()) {
			await store.write(upload({ attempt: index + 1 }));
			if (index > 7) await store.settle(upload({ attempt: index + 1 }), [each]);
		}
		assert.deepEqual((await store.read()).arrivalSince(upload({ attempt: 9 }))?.certificates, [certificate("cert_8")]);
	});

	it("R37 two in one process want the same record 100 times: one of them has it each time", async () => {
		const other = open();
		for (let round = 1; round <= 100; round++) {
			const wins = await Promise.all([
				store.write(upload({ attempt: round, owner: "first" })),
				other.write(upload({ attempt: round, owner: "second" })),
			]);
			assert.deepEqual(wins.toSorted(), [false, true]);
		}
	});

	it("R37 an attempt that was taken away stands no more, so that nothing is sent without a record", async () => {
		await store.write(upload());
		const before = await store.read();
		const next = upload({ attempt: 2 });
		assert.ok(!before.addsOnly(next, before));
		await store.write(next);
		assert.ok((await store.read()).addsOnly(next, before));
	});

	it("R37 two processes want the same record 100 times: one of them has it each time", async () => {
		const rounds = 100;
		const racers = ["first", "second"].map((owner) => {
			const program = fileURLToPath(new URL("racer.ts", import.meta.url));
			const racer = spawn(process.execPath, [program, path, join(folder.path, "locks"), organizationRef, owner], {
				stdio: ["pipe", "pipe", "inherit"],
			});
			return { racer, owner, lines: createInterface(racer.stdout)[Symbol.asyncIterator]() };
		});
		try {
			for (const { lines } of racers) assert.equal((await lines.next()).value, "ready");
			for (let round = 1; round <= rounds; round++) {
				for (const { racer } of racers) racer.stdin.write(`${round}\n`);
				const wins = await Promise.all(racers.map(async ({ lines }) => (await lines.next()).value));
				assert.deepEqual(wins.toSorted(), ["lost", "won"]);
			}
			assert.equal((await attempts()).length, rounds);
		} finally {
			for (const { racer } of racers) {
				racer.stdin.end();
				await once(racer, "exit");
			}
		}
	});
});

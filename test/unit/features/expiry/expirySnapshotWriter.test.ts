import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmdirSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ORGANIZATION } from "../../../../src/domain/scope.ts";
import { dayOf, dueToday, type ExpirySnapshot } from "../../../../src/features/expiry/expiryRules.ts";
import { claimDay, ExpirySnapshotWriter, mute } from "../../../../src/features/expiry/expirySnapshotWriter.ts";
import { readWatchRecord } from "../../../../src/features/expiry/reminderState.ts";
import { CertificateStore } from "../../../../src/features/organization/certificateStore.ts";
import { EnforcementIndex } from "../../../../src/features/organization/enforcementIndex.ts";
import { ProjectStore } from "../../../../src/features/organization/projectStore.ts";
import { assertPrivate } from "../../../systemDifferences.ts";
import { temporaryFolder } from "../../../temporaryFolders.ts";
import { FakeAdministration, failing, inProject, project } from "../../fakes/adminApi.ts";
import { certificate, listing, readerOf } from "../../fakes/certificatesApi.ts";

const [ONE, OTHER] = [randomUUID(), randomUUID()];
const HOUR = 3_600_000;

describe("The snapshot", () => {
	const forbidden = { reason: "forbidden", permission: "api.management.read" } as const;
	let temporary: ReturnType<typeof temporaryFolder>;
	let folder: string;
	let fake: FakeAdministration;
	let now: number;

	beforeEach(() => {
		temporary = temporaryFolder("snapshot");
		folder = join(temporary.path, "storage", "watch");
		fake = new FakeAdministration([certificate("one"), certificate("two", { expiresAt: 300 })], [project("p")]);
		now = 1_700_000_000_000;
	});
	afterEach(() => temporary.remove());

	const path = () => join(folder, "snapshot.json");
	const written = (): ExpirySnapshot & { readonly version: number } => JSON.parse(readFileSync(path(), "utf8"));
	const ids = () => written().certificates.map(({ id }) => id);

	const openWindow = (organizationRef: string | null = ONE) => {
		const certificates = new CertificateStore(
			async () => fake,
			async () => readerOf(),
			() => now,
		);
		const projects = new ProjectStore(
			async () => fake,
			() => now,
		);
		let changes = 0;
		let unwritten: ExpirySnapshot | null = null;
		const enforcement = new EnforcementIndex(certificates, projects);
		const file = new ExpirySnapshotWriter(
			folder,
			{ certificates, projects, enforcement },
			{
				record: async () => {
					const record = await readWatchRecord(folder);
					return { ...record, snapshot: unwritten ?? record.snapshot };
				},
				check: () => changes++,
				goBy: (snapshot) => {
					unwritten = snapshot;
				},
			},
		);
		if (organizationRef !== null) certificates.bindConnection(organizationRef);
		return {
			certificates,
			readList: async () => {
				await certificates.refresh();
				await file.settled();
			},
			readProjects: async () => {
				await projects.refresh();
				await once(projects, "change");
				await file.settled();
			},
			forget: async (id: string | null) => {
				certificates.reset(id);
				projects.reset();
				await file.settled();
			},
			get changes() {
				return changes;
			},
			get unwritten() {
				return unwritten;
			},
		};
	};

	it("is not written before a list was read", async () => {
		const window = openWindow();
		fake.fault = (call) => (call === "list organization" ? failing(forbidden) : undefined);
		await window.readList();
		assert.ok(!existsSync(folder));
		assert.equal(window.changes, 0);
	});

	it("holds names, ids, dates and what is known of the activation, for its owner alone", async () => {
		fake.activeIn(ORGANIZATION).add("one");
		await openWindow().readList();
		assert.deepEqual(written(), {
			version: 1,
			organizationRef: ONE,
			readAt: now,
			certificates: [
				{ id: "one", name: "one", expiresAt: 200, inOrganization: true },
				{ id: "two", name: "two", expiresAt: 300, inOrganization: false },
			],
		});
		assert.deepEqual(readdirSync(folder), ["snapshot.json"]);
		for (const each of [path(), folder]) assertPrivate(each);
	});

	it("is written anew only where it differs, or would look an hour older than it is", async () => {
		const window = openWindow();
		await window.readList();
		const first = statSync(path(), { bigint: true }).ino;
		now += HOUR - 1;
		await window.readList();
		await openWindow().readList();
		assert.equal(statSync(path(), { bigint: true }).ino, first);
		assert.equal(window.changes, 1);
		now += 1;
		await window.readList();
		assert.equal(written().readAt, now);
		fake.activeIn(ORGANIZATION).add("two");
		await window.readList();
		assert.equal(written().certificates[1]?.inOrganization, true);
		assert.equal(window.changes, 3);
	});

	it("loses what is gone", async () => {
		const window = openWindow();
		await window.readList();
		fake.certificates = fake.certificates.slice(1);
		await window.readList();
		assert.deepEqual(ids(), ["two"]);
	});

	it("keeps what a list that is not whole does not show", async () => {
		const window = openWindow();
		await window.readList();
		fake.shown.set("organization", { ...listing(certificate("two")), complete: false });
		await window.readList();
		assert.deepEqual(ids(), ["two", "one"]);
	});

	it("remembers that a project holds one, until the projects say otherwise", async () => {
		const window = openWindow();
		fake.activeIn(inProject("p")).add("one");
		await window.readList();
		assert.equal(written().certificates[0]?.inProject, undefined);
		await window.readProjects();
		assert.deepEqual(
			written().certificates.map((each) => each.inProject),
			[true, false],
		);
		// A window that reads the list alone.
		const next = openWindow();
		fake.activeIn(ORGANIZATION).add("two");
		await next.readList();
		assert.deepEqual(
			written().certificates.map((each) => [each.inOrganization, each.inProject]),
			[
				[false, true],
				[true, false],
			],
		);
		fake.activeIn(inProject("p")).delete("one");
		await next.readProjects();
		assert.equal(written().certificates[0]?.inProject, false);
	});

	it("goes with its connection: removed, or another one in its place", async () => {
		const window = openWindow();
		await window.readList();
		await window.forget(ONE);
		assert.ok(existsSync(path()), "the same connection, not read yet");
		await window.forget(OTHER);
		assert.ok(!existsSync(path()));
		assert.equal(window.changes, 2);
		await window.readList();
		assert.equal(written().organizationRef, OTHER);
		await window.forget(null);
		assert.ok(!existsSync(path()));
	});

	it("of another connection goes as soon as it is known which one is in use", async () => {
		await openWindow().readList();
		const window = openWindow(null);
		window.certificates.bindConnection(OTHER);
		fake.fault = () => failing(forbidden);
		await window.readList();
		assert.ok(!existsSync(path()));
	});

	it("stays where there is no key in another window, also where its key is for the first one alone", async () => {
		await openWindow().readList();
		const other = openWindow(null);
		other.certificates.bindConnection(null);
		await other.forget(null);
		assert.deepEqual(ids(), ["one", "two"]);
		await other.forget(ONE);
		await other.forget(null);
		assert.ok(!existsSync(path()), "the key was removed where it was known");
	});

	// Stands for a disk that is full: nothing else fails for whoever runs the tests as root.
	const unwritable = () => [certificate("one", { name: { toJSON: () => assert.fail("cannot be written") } as never })];

	it("stays as it was where another one of the same connection cannot be written", async () => {
		const window = openWindow();
		await window.readList();
		fake.certificates = unwritable();
		await window.readList();
		assert.deepEqual(ids(), ["one", "two"]);
	});

	it("does not stay where the one of another connection cannot be written", async () => {
		const window = openWindow();
		await window.readList();
		fake.certificates = unwritable();
		window.certificates.reset(OTHER);
		await window.readList();
		assert.deepEqual(readdirSync(folder), []);
		assert.equal(window.changes, 2);
	});

	describe("whose place is not free", () => {
		beforeEach(() => mkdirSync(path(), { recursive: true }));

		it("R59 is what this window goes by where it stays so, and leaves nothing behind", async () => {
			const window = openWindow();
			await window.readList();
			assert.deepEqual(readdirSync(folder), ["snapshot.json"]);
			assert.ok(statSync(path()).isDirectory());
			assert.deepEqual(
				window.unwritten?.certificates.map(({ id }) => id),
				["one", "two"],
			);
			rmdirSync(path());
			now += HOUR;
			await window.readList();
			assert.deepEqual([window.unwritten, ids()], [null, ["one", "two"]]);
		});

		it("is not gone by any more once its connection is gone", async () => {
			const window = openWindow();
			await window.readList();
			await window.forget(OTHER);
			assert.equal(window.unwritten, null);
		});
	});

	it("R58 that a newer version wrote is as none, stays as it is, and this window goes by what it read", async () => {
		mkdirSync(folder, { recursive: true });
		const newer = '{"version":2}';
		writeFileSync(path(), newer);
		const window = openWindow();
		await window.readList();
		assert.equal((await readWatchRecord(folder)).snapshot, null);
		assert.equal(readFileSync(path(), "utf8"), newer);
		assert.deepEqual(
			window.unwritten?.certificates.map(({ id }) => id),
			["one", "two"],
		);
	});

	it("that is broken is as none, and is written anew", async () => {
		mkdirSync(folder, { recursive: true });
		writeFileSync(path(), "{");
		assert.equal((await readWatchRecord(folder)).snapshot, null);
		await openWindow().readList();
		assert.deepEqual(ids(), ["one", "two"]);
	});

	describe("and what is told", () => {
		const due = async (at = now) => dueToday(await readWatchRecord(folder), at, 30).map(({ id }) => id);

		beforeEach(async () => {
			const expiresAt = now / 1000 + 9 * 86_400;
			fake.certificates = ["one", "two"].map((id) => certificate(id, { expiresAt }));
			for (const id of ["one", "two"]) fake.activeIn(ORGANIZATION).add(id);
			await openWindow().readList();
		});

		it("is told by one of many windows a day, and on the next one again", async () => {
			for (const at of [now, now + 24 * HOUR, now + 48 * HOUR]) {
				assert.deepEqual(await due(at), ["one", "two"]);
				const { remindedOn } = await readWatchRecord(folder);
				const claims = await Promise.all(Array.from({ length: 20 }, () => claimDay(folder, dayOf(at), remindedOn)));
				assert.deepEqual(claims.toSorted(), ["claimed", ...Array(19).fill("taken")]);
				assert.deepEqual(await due(at), []);
				assert.equal(await claimDay(folder, dayOf(at), []), "taken");
			}
			assert.deepEqual(
				readdirSync(folder).filter((name) => name.endsWith(".told")),
				[`${dayOf(now + 48 * HOUR)}.told`],
			);
		});

		it("R59 is told by each window where that cannot be written down", async () => {
			writeFileSync(join(temporary.path, "file"), "");
			for (const path of [join(temporary.path, "file"), join(temporary.path, "file", "watch")])
				assert.equal(await claimDay(path, dayOf(now), []), "unwritten");
		});

		it("is not told again of one by the name that its file had at first", async () => {
			writeFileSync(join(folder, `${ONE}.one.muted`), "");
			assert.deepEqual(await due(), ["two"]);
		});

		it("R59 is told of one whose id differs from a muted one's only by case, on every file system", async () => {
			const expiresAt = now / 1000 + 9 * 86_400;
			fake.certificates = ["cert_aB", "cert_Ab"].map((id) => certificate(id, { expiresAt }));
			for (const { id } of fake.certificates) fake.activeIn(ORGANIZATION).add(id);
			await openWindow().readList();
			for (const id of ["cert_aB", "cert_Ab"]) await mute(folder, ONE, [id]);
			const names = readdirSync(folder).filter((name) => name.endsWith(".muted"));
			assert.equal(new Set(names.map((name) => name.toLowerCase())).size, 2);
		});

		it("is not told again of one of which it should not, and of others it is", async () => {
			await Promise.all([mute(folder, ONE, ["one"]), mute(folder, ONE, ["one"])]);
			assert.deepEqual(await due(), ["two"]);
			await mute(folder, OTHER, ["two"]);
			assert.deepEqual(await due(), ["two"]);
			await mute(folder, ONE, ["two", "../../two"]);
			assert.deepEqual(await due(), []);
			assert.deepEqual(readdirSync(temporary.path), ["storage"]);
			assert.deepEqual(readdirSync(join(temporary.path, "storage")), ["watch"]);
		});
	});
});

import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmdirSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { FileLocks } from "../../../../src/common/storage/locks.ts";
import { ORGANIZATION } from "../../../../src/domain/scope.ts";
import { ClientStore } from "../../../../src/features/clients/clientStore.ts";
import {
	type ExpirySnapshot,
	findDueClients,
	findDueToday,
	localDay,
} from "../../../../src/features/expiry/expiryRules.ts";
import { claimDay, ExpirySnapshotWriter, muteReminders } from "../../../../src/features/expiry/expirySnapshotWriter.ts";
import { readReminderState } from "../../../../src/features/expiry/reminderState.ts";
import { CertificateStore } from "../../../../src/features/organization/certificateStore.ts";
import { EnforcementIndex } from "../../../../src/features/organization/enforcementIndex.ts";
import { ProjectStore } from "../../../../src/features/organization/projectStore.ts";
import { daysFromNow, makeCertificate } from "../../../certificates.ts";
import { assertPrivate } from "../../../systemDifferences.ts";
import { temporaryFolder } from "../../../temporaryFolders.ts";
import { FakeAdminApi, failWith, project, projectScope } from "../../fakes/adminApi.ts";
import { certificate, fakeReader, listing } from "../../fakes/certificatesApi.ts";

const [ONE, OTHER] = [randomUUID(), randomUUID()];
const HOUR = 3_600_000;

describe("The expiry snapshot", () => {
	const forbidden = { reason: "forbidden", permission: "api.management.read" } as const;
	let temporary: ReturnType<typeof temporaryFolder>;
	let folder: string;
	let fake: FakeAdminApi;
	let now: number;

	beforeEach(() => {
		temporary = temporaryFolder("snapshot");
		folder = join(temporary.path, "storage", "watch");
		fake = new FakeAdminApi([certificate("one"), certificate("two", { expiresAt: 300 })], [project("p")]);
		now = 1_700_000_000_000;
	});
	afterEach(() => temporary.remove());

	const path = () => join(folder, "snapshot.json");
	const stored = (): ExpirySnapshot & { readonly version: number } => JSON.parse(readFileSync(path(), "utf8"));
	const ids = () => stored().certificates.map(({ id }) => id);

	const openWindow = (organizationRef: string | null = ONE) => {
		const certificates = new CertificateStore(
			async () => fake,
			async () => fakeReader(),
			() => now,
		);
		const projects = new ProjectStore(
			async () => fake,
			() => now,
		);
		let changes = 0;
		let unsavedSnapshot: ExpirySnapshot | null = null;
		const enforcement = new EnforcementIndex(certificates, projects);
		const clients = new ClientStore(join(temporary.path, "clients"), new FileLocks(join(temporary.path, "locks")));
		const writer = new ExpirySnapshotWriter(
			folder,
			{ certificates, projects, enforcement, clients },
			{
				readState: async () => {
					const state = await readReminderState(folder);
					return { ...state, snapshot: unsavedSnapshot ?? state.snapshot };
				},
				check: () => changes++,
				setUnsavedSnapshot: (snapshot) => {
					unsavedSnapshot = snapshot;
				},
			},
		);
		if (organizationRef !== null) certificates.bindConnection(organizationRef);
		return {
			certificates,
			addClient: async (name: string, days: number) => {
				const [notBefore, notAfter] = [daysFromNow(-99), daysFromNow(days)];
				const { der, sha256 } = await makeCertificate({ ca: false, notBefore, notAfter });
				const expiresAt = Math.floor(notAfter.getTime() / 1000);
				const paths = { certificatePath: null, keyPath: null, fileStamp: null };
				const client = { sha256, name, chain: [der], notBefore: 0, notAfter: expiresAt, ...paths };
				await clients.add(ONE, [client]);
				await writer.flush();
				return { sha256, name, expiresAt };
			},
			removeClient: async (sha256: string) => {
				await clients.remove(ONE, [sha256]);
				await writer.flush();
			},
			readList: async () => {
				await certificates.refresh();
				await writer.flush();
			},
			readProjects: async () => {
				await projects.refresh();
				await once(projects, "change");
				await writer.flush();
			},
			resetConnection: async (id: string | null) => {
				certificates.reset(id);
				projects.reset();
				await writer.flush();
			},
			get changes() {
				return changes;
			},
			get unsavedSnapshot() {
				return unsavedSnapshot;
			},
		};
	};

	it("is not written before a list was read", async () => {
		const window = openWindow();
		fake.faultFor = (call) => (call === "list organization" ? failWith(forbidden) : undefined);
		await window.readList();
		assert.ok(!existsSync(folder));
		assert.equal(window.changes, 0);
	});

	it("contains names, ids, dates and activation status, readable only by its owner", async () => {
		fake.activeIn(ORGANIZATION).add("one");
		await openWindow().readList();
		assert.deepEqual(stored(), {
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

	it("is rewritten only if it differs, or if its time is an hour old", async () => {
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
		assert.equal(stored().readAt, now);
		fake.activeIn(ORGANIZATION).add("two");
		await window.readList();
		assert.equal(stored().certificates[1]?.inOrganization, true);
		assert.equal(window.changes, 3);
	});

	it("drops deleted certificates", async () => {
		const window = openWindow();
		await window.readList();
		fake.certificates = fake.certificates.slice(1);
		await window.readList();
		assert.deepEqual(ids(), ["two"]);
	});

	it("contains the clients that expire first, as any window changes them", async () => {
		const window = openWindow();
		await window.readList();
		assert.equal(stored().clients, undefined);
		const late = await window.addClient("late", 9);
		await window.addClient("expired", -1);
		const soon = await window.addClient("soon", 3);
		assert.deepEqual(stored().clients, [soon, late]);
		const other = openWindow();
		await other.readList();
		const next = await other.addClient("next", 5);
		now += HOUR;
		// This window knows only its own changes.
		await window.readList();
		assert.deepEqual(stored().clients, [soon, next, late]);
		await muteReminders(folder, ONE, [soon.sha256]);
		const due = findDueClients(await readReminderState(folder), Date.now(), 30);
		assert.deepEqual(due, [next, late]);
	});

	it("lacks a client that was removed in a window that never read the list", async () => {
		const window = openWindow();
		await window.readList();
		const [soon, late] = [await window.addClient("soon", 3), await window.addClient("late", 20)];
		const before = stored();
		await openWindow().removeClient(soon.sha256);
		assert.deepEqual(stored(), { ...before, clients: [late] });
	});

	it("keeps certificates that an incomplete list lacks", async () => {
		const window = openWindow();
		await window.readList();
		fake.listOverrides.set("organization", { ...listing(certificate("two")), complete: false });
		await window.readList();
		assert.deepEqual(ids(), ["two", "one"]);
	});

	it("keeps the activation in a project until the projects are read again", async () => {
		const window = openWindow();
		fake.activeIn(projectScope("p")).add("one");
		await window.readList();
		assert.equal(stored().certificates[0]?.inProject, undefined);
		await window.readProjects();
		assert.deepEqual(
			stored().certificates.map((each) => each.inProject),
			[true, false],
		);
		// This window reads only the organization's list.
		const next = openWindow();
		fake.activeIn(ORGANIZATION).add("two");
		await next.readList();
		assert.deepEqual(
			stored().certificates.map((each) => [each.inOrganization, each.inProject]),
			[
				[false, true],
				[true, false],
			],
		);
		fake.activeIn(projectScope("p")).delete("one");
		await next.readProjects();
		assert.equal(stored().certificates[0]?.inProject, false);
	});

	it("is deleted if its connection is removed or replaced", async () => {
		const window = openWindow();
		await window.readList();
		await window.resetConnection(ONE);
		assert.ok(existsSync(path()), "the same connection, not read yet");
		await window.resetConnection(OTHER);
		assert.ok(!existsSync(path()));
		assert.equal(window.changes, 2);
		await window.readList();
		assert.equal(stored().organizationRef, OTHER);
		await window.resetConnection(null);
		assert.ok(!existsSync(path()));
	});

	it("of another connection is deleted as soon as the current connection is known", async () => {
		await openWindow().readList();
		const window = openWindow(null);
		window.certificates.bindConnection(OTHER);
		fake.faultFor = () => failWith(forbidden);
		await window.readList();
		assert.ok(!existsSync(path()));
	});

	it("is kept by a window that never had the key, and deleted by a window that lost it", async () => {
		await openWindow().readList();
		const other = openWindow(null);
		other.certificates.bindConnection(null);
		await other.resetConnection(null);
		assert.deepEqual(ids(), ["one", "two"]);
		await other.resetConnection(ONE);
		await other.resetConnection(null);
		assert.ok(!existsSync(path()), "the key was removed where it was known");
	});

	// Simulates a full disk: other write errors do not occur if root runs the tests.
	const unserializable = () => [
		certificate("one", { name: { toJSON: () => assert.fail("cannot be written") } as never }),
	];

	it("is kept if a new snapshot of its connection cannot be written", async () => {
		const window = openWindow();
		await window.readList();
		fake.certificates = unserializable();
		await window.readList();
		assert.deepEqual(ids(), ["one", "two"]);
	});

	it("is deleted if the snapshot of a new connection cannot be written", async () => {
		const window = openWindow();
		await window.readList();
		fake.certificates = unserializable();
		window.certificates.reset(OTHER);
		await window.readList();
		assert.deepEqual(readdirSync(folder), []);
		assert.equal(window.changes, 2);
	});

	describe("with a folder at its path", () => {
		beforeEach(() => mkdirSync(path(), { recursive: true }));

		it("R59 is used unsaved by this window, and leaves no temporary file", async () => {
			const window = openWindow();
			await window.readList();
			assert.deepEqual(readdirSync(folder), ["snapshot.json"]);
			assert.ok(statSync(path()).isDirectory());
			assert.deepEqual(
				window.unsavedSnapshot?.certificates.map(({ id }) => id),
				["one", "two"],
			);
			rmdirSync(path());
			now += HOUR;
			await window.readList();
			assert.deepEqual([window.unsavedSnapshot, ids()], [null, ["one", "two"]]);
		});

		it("is no longer used once its connection is replaced", async () => {
			const window = openWindow();
			await window.readList();
			await window.resetConnection(OTHER);
			assert.equal(window.unsavedSnapshot, null);
		});
	});

	it("R58 of a newer version is ignored and kept, and this window uses an unsaved snapshot", async () => {
		mkdirSync(folder, { recursive: true });
		const newer = '{"version":2}';
		writeFileSync(path(), newer);
		const window = openWindow();
		await window.readList();
		assert.equal((await readReminderState(folder)).snapshot, null);
		assert.equal(readFileSync(path(), "utf8"), newer);
		assert.deepEqual(
			window.unsavedSnapshot?.certificates.map(({ id }) => id),
			["one", "two"],
		);
	});

	it("is ignored and rewritten if it is corrupt", async () => {
		mkdirSync(folder, { recursive: true });
		writeFileSync(path(), "{");
		assert.equal((await readReminderState(folder)).snapshot, null);
		await openWindow().readList();
		assert.deepEqual(ids(), ["one", "two"]);
	});

	describe("and its reminder", () => {
		const due = async (at = now) => findDueToday(await readReminderState(folder), at, 30).map(({ id }) => id);

		beforeEach(async () => {
			const expiresAt = now / 1000 + 9 * 86_400;
			fake.certificates = ["one", "two"].map((id) => certificate(id, { expiresAt }));
			for (const id of ["one", "two"]) fake.activeIn(ORGANIZATION).add(id);
			await openWindow().readList();
		});

		it("is shown by one of many windows each day", async () => {
			for (const at of [now, now + 24 * HOUR, now + 48 * HOUR]) {
				assert.deepEqual(await due(at), ["one", "two"]);
				const { remindedOn } = await readReminderState(folder);
				const claims = await Promise.all(Array.from({ length: 20 }, () => claimDay(folder, localDay(at), remindedOn)));
				assert.deepEqual(claims.toSorted(), ["claimed", ...Array(19).fill("taken")]);
				assert.deepEqual(await due(at), []);
				assert.equal(await claimDay(folder, localDay(at), []), "taken");
			}
			assert.deepEqual(
				readdirSync(folder).filter((name) => name.endsWith(".told")),
				[`${localDay(now + 48 * HOUR)}.told`],
			);
		});

		it("R59 is left to each window if the day cannot be recorded", async () => {
			writeFileSync(join(temporary.path, "file"), "");
			for (const path of [join(temporary.path, "file"), join(temporary.path, "file", "watch")])
				assert.deepEqual(await Promise.all(["one window", "another"].map(() => claimDay(path, localDay(now), []))), [
					"unwritten",
					"unwritten",
				]);
		});

		it("is not shown for a certificate with a mute file of the original name", async () => {
			writeFileSync(join(folder, `${ONE}.one.muted`), "");
			assert.deepEqual(await due(), ["two"]);
		});

		it("R59 is muted separately for ids that differ only in case, on every file system", async () => {
			const expiresAt = now / 1000 + 9 * 86_400;
			fake.certificates = ["cert_aB", "cert_Ab"].map((id) => certificate(id, { expiresAt }));
			for (const { id } of fake.certificates) fake.activeIn(ORGANIZATION).add(id);
			await openWindow().readList();
			for (const id of ["cert_aB", "cert_Ab"]) await muteReminders(folder, ONE, [id]);
			const names = readdirSync(folder).filter((name) => name.endsWith(".muted"));
			assert.equal(new Set(names.map((name) => name.toLowerCase())).size, 2);
		});

		it("is not shown for a muted certificate, but for others", async () => {
			await Promise.all([muteReminders(folder, ONE, ["one"]), muteReminders(folder, ONE, ["one"])]);
			assert.deepEqual(await due(), ["two"]);
			await muteReminders(folder, OTHER, ["two"]);
			assert.deepEqual(await due(), ["two"]);
			await muteReminders(folder, ONE, ["two", "../../two"]);
			assert.deepEqual(await due(), []);
			assert.deepEqual(readdirSync(temporary.path), ["storage"]);
			assert.deepEqual(readdirSync(join(temporary.path, "storage")), ["watch"]);
		});
	});
});

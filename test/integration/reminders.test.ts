import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import * as vscode from "vscode";
import { labels } from "../../src/common/messages/labels.ts";
import { FileLocks } from "../../src/common/storage/locks.ts";
import type { Certificate, CertificateListing } from "../../src/domain/certificate.ts";
import { ClientStore } from "../../src/features/clients/clientStore.ts";
import { badgeTooltip } from "../../src/features/expiry/badgeMessage.ts";
import type { ExpirySnapshot, SnapshotCertificate } from "../../src/features/expiry/expiryRules.ts";
import { ExpirySnapshotWriter } from "../../src/features/expiry/expirySnapshotWriter.ts";
import {
	describeDeletedSinceReminder,
	describeReminder,
	reminderLabels,
} from "../../src/features/expiry/reminderMessages.ts";
import { ExpiryMonitor } from "../../src/features/expiry/ui/expiryMonitor.ts";
import { remind } from "../../src/features/expiry/ui/reminderNotification.ts";
import { CertificateStore } from "../../src/features/organization/certificateStore.ts";
import { EnforcementIndex } from "../../src/features/organization/enforcementIndex.ts";
import { ProjectStore } from "../../src/features/organization/projectStore.ts";
import { temporaryFolder } from "../temporaryFolders.ts";
import { assertExpectedPrompts, expectButton, shown, updateSetting } from "./user.ts";

const DAY = 86_400_000;
const REMINDER_DAYS = "openaiCertificates.reminderDays";

describe("The expiry monitor", () => {
	let temporary: ReturnType<typeof temporaryFolder>;
	let folder: string;
	let now: number;
	let listing: CertificateListing;
	const organizationRef = randomUUID();
	const windows: ExpiryMonitor[] = [];
	const revealed: string[] = [];
	const rotated: Certificate[] = [];

	beforeEach(() => {
		temporary = temporaryFolder("watch");
		folder = temporary.path;
		now = new Date(2026, 10, 25, 9).getTime();
		shown.messages.length = 0;
		revealed.length = 0;
		rotated.length = 0;
	});
	afterEach(() => {
		for (const window of windows.splice(0)) window.dispose();
		temporary.remove();
		assertExpectedPrompts();
	});

	const expiring = (id: string, days: number, more: Partial<SnapshotCertificate> = {}): SnapshotCertificate => ({
		id,
		name: `Name of ${id}`,
		expiresAt: (now + days * DAY) / 1000 + 60,
		inOrganization: true,
		...more,
	});

	/** Writes the snapshot of a window, and sets the list that the service returns. */
	const write = (...certificates: readonly SnapshotCertificate[]) => {
		const snapshot: ExpirySnapshot = { organizationRef, readAt: now, certificates };
		mkdirSync(folder, { recursive: true });
		writeFileSync(join(folder, "snapshot.json"), JSON.stringify(snapshot));
		const listed = certificates.map(({ id, name, expiresAt }) => ({ id, name, expiresAt }));
		listing = {
			certificates: listed.map((each) => ({ ...each, createdAt: null, validAt: null, active: true })),
			...{ unreadable: 0, complete: true, servedAt: null, organization: null },
		};
	};

	/** Opens a window that uses the test's clock. */
	const open = () => {
		const certificates = new CertificateStore(
			async () => ({ list: async () => listing }) as never,
			() => assert.fail("nothing is read"),
			() => now,
		);
		certificates.bindConnection(organizationRef);
		const view = { badge: undefined as vscode.ViewBadge | undefined };
		const reveal = { reveal: async ({ id }: { id: string }) => void revealed.push(id) };
		let reminders: Promise<unknown> = Promise.resolve();
		const monitor = new ExpiryMonitor({
			view: view as vscode.TreeView<unknown>,
			folder,
			now: () => now,
			report: (thrown) => assert.fail(String(thrown)),
			remind: () => {
				const rotate = async (certificate: Certificate) => void rotated.push(certificate);
				const reminder = remind({
					...{ folder, snapshotWriter, certificates, view: reveal as never, monitor, rotate },
					documents: { show: async () => assert.fail("Nobody expected a document.") },
				});
				reminders = Promise.all([reminders, reminder]);
				return reminder;
			},
		});
		const projects = new ProjectStore(() => assert.fail("nothing is read"));
		const enforcement = new EnforcementIndex(certificates, projects);
		const clients = new ClientStore(join(folder, "clients"), new FileLocks(join(folder, "locks")));
		const snapshotWriter = new ExpirySnapshotWriter(folder, { certificates, projects, enforcement, clients }, monitor);
		windows.push(monitor);
		return {
			view,
			setUnsavedSnapshot: (snapshot: ExpirySnapshot) => monitor.setUnsavedSnapshot(snapshot),
			switchConnection: async (organizationRef: string) => {
				certificates.reset(organizationRef);
				await snapshotWriter.flush();
			},
			check: async () => {
				await monitor.check();
				// A window also starts a first check by itself. Either check may show the reminder.
				for (let checked: Promise<unknown> | undefined; checked !== reminders; ) {
					checked = reminders;
					await checked;
				}
			},
		};
	};

	const newMessages = () => shown.messages.splice(0);

	it("R59 counts and reminds once a day by what this window read, if no file can be written", async () => {
		const certificates = [expiring("one", 12)];
		write(...certificates);
		rmSync(folder, { recursive: true });
		writeFileSync(folder, "a file in its place");
		const window = open();
		window.setUnsavedSnapshot({ organizationRef, readAt: now, certificates });
		await window.check();
		assert.equal(window.view.badge?.value, 1);
		assert.deepEqual(newMessages(), [describeReminder(certificates, now, now)]);
		await window.check();
		assert.deepEqual(newMessages(), []);
		now += DAY;
		await window.check();
		assert.deepEqual(newMessages(), [describeReminder(certificates, now - DAY, now)]);
	});

	it("counts expiring certificates in the badge, and reminds of active ones once a day", async () => {
		assert.ok(vscode.window.state.focused);
		const [one, far] = [expiring("one", 12), expiring("far", 30.5)];
		write(one, expiring("idle", 3, { inOrganization: false }), far);
		const window = open();
		await window.check();
		assert.deepEqual(window.view.badge, { value: 2, tooltip: badgeTooltip(2) });
		assert.deepEqual(newMessages(), [describeReminder([one], now, now)]);
		await window.check();
		now += DAY / 2;
		await window.check();
		assert.deepEqual(newMessages(), []);
		now += DAY / 2;
		await window.check();
		assert.equal(window.view.badge?.value, 3);
		assert.deepEqual(newMessages(), [describeReminder([one, far], now - DAY, now)]);
	});

	it("reminds in one of two windows, and not again after a restart", async () => {
		write(expiring("one", 12));
		const [first, second] = [open(), open()];
		await Promise.all([first.check(), second.check()]);
		assert.equal(newMessages().length, 1);
		const restarted = open();
		await restarted.check();
		assert.deepEqual([restarted.view.badge?.value, newMessages()], [1, []]);
		now += DAY;
		await Promise.all([first.check(), second.check(), restarted.check()]);
		assert.equal(newMessages().length, 1);
	});

	/** Makes a certificate no longer concern a window. */
	const removals: readonly [title: string, remove: (window: ReturnType<typeof open>) => unknown][] = [
		["was deleted", () => write()],
		["was renewed", () => write(expiring("new", 365))],
		["is of another connection than the current one", (window) => window.switchConnection(randomUUID())],
	];
	for (const [title, remove] of removals)
		it(`neither counts nor reminds of a certificate that ${title}`, async () => {
			const one = expiring("one", 12);
			write(one);
			const window = open();
			await window.check();
			assert.equal(window.view.badge?.value, 1);
			assert.deepEqual(newMessages(), [describeReminder([one], now, now)]);
			now += DAY;
			await remove(window);
			await window.check();
			assert.equal(window.view.badge, undefined);
			assert.deepEqual(newMessages(), []);
		});

	it("never reminds of muted certificates again", async () => {
		const [one, two] = [expiring("one", 12), expiring("two", 11)];
		write(one, two);
		expectButton(reminderLabels.muteSeveral);
		await open().check();
		assert.deepEqual(newMessages(), [describeReminder([two, one], now, now)]);
		now += DAY;
		const three = expiring("three", 9);
		write(expiring("one", 11), expiring("two", 10), three);
		const next = open();
		await next.check();
		assert.deepEqual(newMessages(), [describeReminder([three], now, now)]);
		assert.equal(next.view.badge?.value, 3);
	});

	it("shows the row of the most urgent certificate", async () => {
		const [one, two] = [expiring("one", 12), expiring("two", -2)];
		write(one, two);
		expectButton(labels.showCertificate);
		await open().check();
		assert.deepEqual(revealed, ["two"]);
		assert.deepEqual(newMessages(), [describeReminder([two, one], now, now)]);
	});

	it("reports that the certificate was deleted in the meantime", async () => {
		const one = expiring("one", 12);
		write(one);
		listing = { ...listing, certificates: [] };
		expectButton(labels.showCertificate);
		await open().check();
		assert.deepEqual(revealed, []);
		assert.deepEqual(newMessages().slice(1), [describeDeletedSinceReminder(one)]);
	});

	it("starts the rotation of the certificate, regardless of the selection", async () => {
		write(expiring("one", 12));
		expectButton(reminderLabels.rotate);
		await open().check();
		assert.deepEqual([revealed, rotated], [["one"], [listing.certificates[0]]]);
	});

	it("does nothing if the period is 0, and applies a changed setting", async () => {
		const set = (days: number | undefined) => updateSetting(REMINDER_DAYS, days);
		write(expiring("one", 12));
		await set(0);
		const window = open();
		await window.check();
		assert.deepEqual([window.view.badge, newMessages()], [undefined, []]);
		await set(undefined);
		await window.check();
		assert.equal(window.view.badge?.value, 1);
		assert.deepEqual(readdirSync(folder).length, 2);
	});
});

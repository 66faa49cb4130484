import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import type { Locator } from "playwright-core";
import { formatDateTime } from "../../src/common/messages/dates.ts";
import { labels } from "../../src/common/messages/labels.ts";
import { badgeTooltip } from "../../src/features/expiry/badgeMessage.ts";
import { describeReminder, reminderLabels } from "../../src/features/expiry/reminderMessages.ts";
import { makeCertificate } from "../certificates.ts";
import type { StoredCertificate } from "../emulator/state.ts";
import { manifestText } from "../texts/manifestTexts.ts";
import { clockOffsetEnv, packageClockExtension } from "../vscode/hostPatches.ts";
import { removeConnection, signIn, signOut } from "./setup/certificateActions.ts";
import { itMatchesApiDescription } from "./setup/contractCheck.ts";
import { environment } from "./setup/environment.ts";
import { splitAtValue } from "./setup/productTexts.ts";
import { waitUntilMuted } from "./setup/reminders.ts";
import { showRunningExtensions } from "./setup/runningExtensions.ts";
import { itKeepsTheKeySecret } from "./setup/secretChecks.ts";
import { EXTENSION_NAME, resetBeforeEachTest, type Session, STORAGE_PATH, startSession } from "./setup/session.ts";
import { waitForRow } from "./setup/uploadActions.ts";

const DAY = 86_400_000;
const EXPIRING = "Expiring CA";

describe(`Certificates that expire, in VS Code ${environment.version}`, () => {
	const ahead = (days: number) => clockOffsetEnv(days * DAY);
	let session: Session;
	let pem: string;
	let expiring: StoredCertificate;
	let idle: StoredCertificate;
	/** Number of days by which VS Code's clock is ahead. */
	let daysAhead = 0;

	before(async () => {
		session = await startSession({
			...environment,
			files: {},
			otherExtensions: [await packageClockExtension()],
		});
		({ pem } = await makeCertificate({ commonName: EXPIRING }));
	});

	after(() => session.close());

	resetBeforeEachTest(
		() => session,
		async () => {
			removeReminderState();
			if (daysAhead > 0) await restart(0);
			const { state } = session.emulator;
			const expiresIn = (days: number) => Math.floor((Date.now() + days * DAY) / 1000) + 3600;
			expiring = state.put({ name: EXPIRING, pem, expiresAt: expiresIn(12) });
			idle = state.put({ name: "Idle CA", pem, expiresAt: expiresIn(5) });
			state.put({ name: "Fresh CA", pem });
			state.setActive("organization", [expiring.id], true).commit();
		},
	);

	const reminderFolder = () => join(session.code.dataFolder, STORAGE_PATH, "watch");
	const removeReminderState = () => rmSync(reminderFolder(), { recursive: true, force: true, maxRetries: 10 });
	/** Lists the extension's files with their contents. */
	const listFiles = () => {
		const storage = join(session.code.dataFolder, STORAGE_PATH);
		return readdirSync(storage, { recursive: true, encoding: "utf8" })
			.filter((name) => statSync(join(storage, name)).isFile())
			.map((name) => [name, readFileSync(join(storage, name), "utf8")]);
	};
	const tab = (): Locator => session.window.page.locator(".activitybar").getByRole("tab", { name: EXTENSION_NAME });
	const badge = (text: string) =>
		session.window.page.locator(".activitybar .badge-content").getByText(text, { exact: true });

	/** Restarts VS Code with a clock that is some days ahead. */
	const restart = async (days: number) => {
		const { window, code } = session;
		await window.unload();
		await code.restart(ahead(days));
		daysAhead = days;
		await window.load();
	};

	/** Shows the list and waits for today's reminder. @returns the reminder. */
	const showReminder = async () => {
		await signIn(session);
		return session.window.toast(describeReminder([expiring], Date.now(), Date.now()));
	};

	/** Waits until VS Code shows that the extension was activated. */
	const waitUntilActivated = async () => {
		const { page } = session.window;
		await (await showRunningExtensions(session.window))
			.locator(".activation-time")
			.filter({ hasText: /Activation: \d+ms/ })
			.waitFor();
		await page.keyboard.press("Escape");
		await page.locator(".monaco-modal-editor-block").waitFor({ state: "hidden" });
	};

	it("R38 cause no connection and no file at the first start, when no key is stored and no list was read", async () => {
		const { window, emulator } = session;
		await window.unload();
		removeReminderState();
		const before = emulator.connections.total;
		await window.loadWithoutData();
		await waitUntilActivated();
		assert.equal(emulator.connections.total, before);
		assert.ok(!existsSync(reminderFolder()));
	});

	it("are counted in the badge, also for screen readers, and the active certificate causes a single reminder", async () => {
		const { window } = session;
		// Removes the badge of earlier tests.
		await signOut(session);
		const toast = await showReminder();
		await badge("2").waitFor();
		await session.picture("expiring");
		const tabLabel = (await tab().getAttribute("aria-label")) ?? "";
		assert.ok(tabLabel.includes(badgeTooltip(2)), tabLabel);
		const { rotate, muteOne } = reminderLabels;
		assert.deepEqual(toast.buttons, [rotate, labels.showCertificate, muteOne]);
		await toast.press(labels.showCertificate);
		await (await waitForRow(window, EXPIRING)).waitUntilSelected();
	});

	it("R38 cause no other reminder on the same day after a restart, and no connection until the list is shown", async () => {
		const { window, emulator } = session;
		await (await showReminder()).dismiss();
		const before = emulator.connections.total;
		await window.openExplorer();
		const files = listFiles();
		await restart(0);
		await badge("2").waitFor();
		await waitUntilActivated();
		assert.deepEqual(await window.toasts(), []);
		assert.equal(emulator.connections.total, before);
		assert.deepEqual(listFiles(), files);
		await window.openViews();
		await waitForRow(window, EXPIRING);
		assert.ok(emulator.connections.total > before);
	});

	it("cause a reminder on the next day, with the age of the data, until the user mutes the reminder", async () => {
		const { window, emulator } = session;
		await (await showReminder()).dismiss();
		await window.openExplorer();
		const before = emulator.connections.total;
		await restart(1.2);
		const readAt = Date.now();
		const message = describeReminder([expiring], readAt, readAt + 1.2 * DAY);
		// The time in the message may be another minute.
		const [beforeTime] = splitAtValue(message, formatDateTime(readAt));
		const toast = await window.toast(beforeTime);
		await session.picture("reminder");
		assert.equal(emulator.connections.total, before);
		await toast.press(reminderLabels.muteOne);
		await waitUntilMuted(reminderFolder());
		await restart(2.4);
		await badge("2").waitFor();
		await waitUntilActivated();
		assert.deepEqual(await window.toasts(), []);
	});

	it("are no longer counted once they or their connection are removed", async () => {
		const { window, emulator } = session;
		await (await showReminder()).dismiss();
		await badge("2").waitFor();
		emulator.state.remove(idle.id).commit();
		await window.run(`${EXTENSION_NAME}: ${manifestText("command.refresh")}`);
		await badge("1").waitFor();
		await removeConnection(session);
		await badge("1").waitFor({ state: "detached" });
		assert.ok(!existsSync(join(reminderFolder(), "snapshot.json")));
	});

	describe("after all tests", () => {
		beforeEach(() => signIn(session));

		itMatchesApiDescription(() => session);

		itKeepsTheKeySecret(() => session);
	});
});

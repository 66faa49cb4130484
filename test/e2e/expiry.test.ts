import assert from "node:assert/strict";
import { existsSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { Locator } from "playwright-core";
import { makeCertificate } from "../certificates.ts";
import type { StoredCertificate } from "../emulator/state.ts";
import { temporaryFolder } from "../temporaryFolders.ts";
import { clockAhead, packageClock } from "../vscode/clock.ts";
import { signIn, signOut } from "./setup/certificateActions.ts";
import { itKeepsTheContract } from "./setup/contractCheck.ts";
import { environment } from "./setup/environment.ts";
import { itKeepsTheKeySecret } from "./setup/secretChecks.ts";
import { EXTENSION, eachTestBegins, type Session, STORAGE, startSession } from "./setup/session.ts";
import { rowOf } from "./setup/uploadActions.ts";

const DAY = 86_400_000;
const EXPIRING = "Expiring CA";

describe(`Certificates that expire, in VS Code ${environment.version}`, () => {
	const temporary = temporaryFolder("clock");
	const ahead = (days: number) => clockAhead(days * DAY);
	let session: Session;
	let pem: string;
	let idle: StoredCertificate;
	/** By how many days the editor's clock is ahead. */
	let daysAhead = 0;

	before(async () => {
		const beside = [await packageClock(temporary.path)];
		session = await startSession({ ...environment, files: {}, beside });
		({ pem } = await makeCertificate({ commonName: EXPIRING }));
	});

	after(async () => {
		await session.close();
		temporary.remove();
	});

	eachTestBegins(
		() => session,
		async () => {
			removeRecord();
			if (daysAhead > 0) await restart(0);
			const { state } = session.emulator;
			const expiresIn = (days: number) => Math.floor((Date.now() + days * DAY) / 1000) + 3600;
			const { id } = state.put({ name: EXPIRING, pem, expiresAt: expiresIn(12) });
			idle = state.put({ name: "Idle CA", pem, expiresAt: expiresIn(5) });
			state.put({ name: "Fresh CA", pem });
			state.setActive("organization", [id], true).commit();
		},
	);

	const record = () => join(session.code.dataFolder, STORAGE, "watch");
	const removeRecord = () => rmSync(record(), { recursive: true, force: true, maxRetries: 10 });
	const tab = (): Locator => session.window.page.locator(".activitybar").getByRole("tab", { name: EXTENSION });
	const badge = (text: string) =>
		session.window.page.locator(".activitybar .badge-content").getByText(text, { exact: true });

	/** Starts the editor anew, some days later than now. */
	const restart = async (days: number) => {
		const { window, code } = session;
		await window.leave();
		await code.restart(ahead(days));
		daysAhead = days;
		await window.load();
	};

	/** Has a person look at the list, and be told today. @returns the reminder. */
	const isTold = async () => {
		await signIn(session);
		return session.window.toast(`“${EXPIRING}” is active and expires in 12 days.`);
	};

	/** Waits until the extension says that it was activated by itself. */
	const isRunning = async () => {
		const { page } = session.window;
		await session.window.run("Developer: Show Running Extensions");
		const running = page.locator(".runtime-extensions-editor .extension").filter({ hasText: EXTENSION });
		await running
			.locator(".activation-time")
			.filter({ hasText: /Activation: \d+ms/ })
			.waitFor();
		await page.keyboard.press("Escape");
		await page.locator(".monaco-modal-editor-block").waitFor({ state: "hidden" });
	};

	it("R38 are no reason to connect, or to write anything, before somebody has asked for them", async () => {
		const { window, emulator } = session;
		await window.leave();
		removeRecord();
		const before = emulator.connections.total;
		await window.loadAsNew();
		await isRunning();
		assert.equal(emulator.connections.total, before);
		assert.ok(!existsSync(record()));
	});

	it("are counted in the badge, also for those who listen, and the active one is told once", async () => {
		const { window } = session;
		// The badge is to be this test's own.
		await signOut(session);
		const toast = await isTold();
		await badge("2").waitFor();
		await session.picture("expiring");
		assert.match((await tab().getAttribute("aria-label")) ?? "", /2 certificates expire soon, or have expired/);
		assert.deepEqual(
			toast.buttons.filter((name) => name !== "Rotate…"),
			["Show", "Not Again for This One"],
		);
		await toast.press("Show");
		await (await rowOf(window, EXPIRING)).becomesSelected();
	});

	it("are not told again on the same day, after a restart, of which the service hears nothing", async () => {
		const { window, emulator } = session;
		await (await isTold()).dismiss();
		const before = emulator.connections.total;
		const told = readdirSync(record()).filter((name) => name.endsWith(".told"));
		await window.openExplorer();
		await restart(0);
		await badge("2").waitFor();
		await isRunning();
		assert.deepEqual(await window.toasts(), []);
		assert.equal(emulator.connections.total, before);
		assert.deepEqual(
			readdirSync(record()).filter((name) => name.endsWith(".told")),
			told,
		);
	});

	it("are told again on the next day, with the age of what is known, until the person says not again", async () => {
		const { window, emulator } = session;
		await (await isTold()).dismiss();
		await window.openExplorer();
		const before = emulator.connections.total;
		await restart(1.2);
		const toast = await window.toast(`“${EXPIRING}” is active and expires in 10 days. This is as of `);
		await session.picture("reminder");
		assert.equal(emulator.connections.total, before);
		await toast.press("Not Again for This One");
		while (!readdirSync(record()).some((name) => name.endsWith(".muted"))) await new Promise(setImmediate);
		await restart(2.4);
		await badge("2").waitFor();
		await isRunning();
		assert.deepEqual(await window.toasts(), []);
	});

	it("are not counted any more once they are gone, or their connection is", async () => {
		const { window, emulator } = session;
		await (await isTold()).dismiss();
		await badge("2").waitFor();
		emulator.state.remove(idle.id).commit();
		await window.run(`${EXTENSION}: Refresh`);
		await badge("1").waitFor();
		await window.run(`${EXTENSION}: Remove Admin Key…`);
		await (await window.dialog("Remove the admin key")).press("Remove Key");
		await badge("1").waitFor({ state: "detached" });
		assert.ok(!existsSync(join(record(), "snapshot.json")));
	});

	describe("in the end", () => {
		beforeEach(() => signIn(session));

		itKeepsTheContract(() => session);

		itKeepsTheKeySecret(() => session);
	});
});

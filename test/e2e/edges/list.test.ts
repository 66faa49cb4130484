import assert from "node:assert/strict";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { formatActivation } from "../../../src/common/messages/activationStatusMessages.ts";
import { formatAccessibilityLabel } from "../../../src/common/messages/certificateMessages.ts";
import { describeProblem } from "../../../src/common/messages/problems/problems.ts";
import { DASHBOARD_PAGES } from "../../../src/domain/openaiHosts.ts";
import { describeListNotes } from "../../../src/features/sidebar/listNotes.ts";
import { type Emulator, startEmulator } from "../../emulator/emulator.ts";
import type { FaultKind } from "../../emulator/faults.ts";
import { temporaryFolder } from "../../temporaryFolders.ts";
import { manifestText } from "../../texts/manifestTexts.ts";
import { keyringLockEnv, packageKeyringExtension } from "../../vscode/hostPatches.ts";
import { removeConnection, signIn } from "../setup/certificateActions.ts";
import { currentTime, toCertificate } from "../setup/certificateTexts.ts";
import { itMatchesApiDescription } from "../setup/contractCheck.ts";
import { environment } from "../setup/environment.ts";
import { manifestButtons, SOME_TIME, timedText, welcomeText } from "../setup/productTexts.ts";
import { itKeepsTheKeySecret } from "../setup/secretChecks.ts";
import { paletteTitle, resetBeforeEachTest, type Session, startSession } from "../setup/session.ts";
import { certificateDescription, UNREAD_PROJECTS } from "../setup/treeTexts.ts";
import { VIEW_TITLE, waitForRow } from "../setup/uploadActions.ts";

const DAY = 86_400_000;
const REFRESH = paletteTitle("refresh");

describe(`The view in VS Code ${environment.version}`, () => {
	const temporary = temporaryFolder("keyring");
	/** Locks the keyring as long as it exists. */
	const keyringLock = join(temporary.path, "lock");
	let session: Session;
	/** The service of the base URL in the workspace's settings. */
	let attacker: Emulator;

	before(async () => {
		attacker = await startEmulator();
		session = await startSession({
			...environment,
			files: {},
			env: keyringLockEnv(keyringLock),
			otherExtensions: [await packageKeyringExtension()],
		});
		const { url } = attacker;
		mkdirSync(join(session.folder, ".vscode"));
		writeFileSync(
			join(session.folder, ".vscode/settings.json"),
			JSON.stringify({ "openaiCertificates.baseUrl": url, openaiCertificates: { baseUrl: url } }),
		);
		await session.window.load();
	});

	after(async () => {
		await session.close();
		await attacker.close();
		temporary.remove();
	});

	resetBeforeEachTest(
		() => session,
		async () => {
			const now = Date.now();
			for (const [name, days] of [
				["Valid CA", 400],
				["Expiring CA", 12],
				["Expired CA", -3],
			] as const) {
				session.emulator.state.put({ name, expiresAt: Math.floor((now + days * DAY) / 1000) + 60 });
			}
			await signIn(session);
		},
	);

	it("distinguishes valid, expiring and expired by text and icon", async () => {
		const { window, emulator } = session;
		// In a window that has not read the projects.
		await window.loadWithoutData();
		await signIn(session);
		await session.picture("three-states");
		const expected = [
			["Valid CA", "valid", "circle-outline"],
			["Expiring CA", "expiring", "warning"],
			["Expired CA", "expired", "error"],
		] as const;
		for (const [name, state, icon] of expected) {
			const stored = emulator.state.certificates.find((each) => each.name === name) ?? assert.fail();
			const { now } = currentTime();
			const row = await waitForRow(window, name);
			assert.equal(await row.description(), certificateDescription(stored, UNREAD_PROJECTS));
			const label = formatAccessibilityLabel(toCertificate(stored), state, formatActivation(UNREAD_PROJECTS), now);
			assert.ok((await row.ariaLabel()).startsWith(label), await row.ariaLabel());
			assert.equal(await row.icon(), icon);
		}
	});

	it("R01 R44 ignores a base URL that a workspace sets", () => {
		assert.equal(attacker.connections.total, 0);
		assert.ok(session.emulator.exchanges.length > 0);
	});

	it("keeps the key in secret storage over a restart", async () => {
		const { window, code } = session;
		await window.unload();
		await code.restart();
		await window.load();
		await window.openViews();
		await waitForRow(window, "Valid CA");
	});

	// The integration tests cover all other reasons. The manifest's test covers the manifest's texts for all reasons.
	const problems: readonly [title: string, FaultKind, manifestKey: string, canTryAgain: boolean][] = [
		["401", { kind: "status", status: 401 }, "welcome.unauthorized", false],
		["a reset", { kind: "reset" }, "welcome.connection-lost", true],
	];
	const dashboardLinks: readonly [label: string, page: string][] = [
		[manifestText("command.openAdminKeys"), DASHBOARD_PAGES.adminKeys],
		[manifestText("command.openDashboard"), DASHBOARD_PAGES.certificates],
	];
	for (const [title, fault, key, canTryAgain] of problems)
		it(`says why the list could not load: ${title}`, async () => {
			const { window, emulator } = session;
			await window.unload();
			// The extension retries a list automatically if a retry may help.
			emulator.faults.arm({ ...fault, operation: "list", when: "before", times: Infinity });
			await window.load();
			await window.openViews();
			const welcome = await window.view(VIEW_TITLE).welcome(welcomeText(key));
			await session.picture(`welcome ${title}`);
			const buttons = manifestButtons(key);
			assert.deepEqual(welcome.buttons, buttons);
			assert.deepEqual(await window.view(VIEW_TITLE).rows(), []);
			for (const [label, page] of dashboardLinks.filter(([label]) => buttons.includes(label))) {
				await window.view(VIEW_TITLE).pressWelcomeButton(label);
				assert.equal(await window.declineExternal(page), page);
			}
			emulator.faults.clear();
			if (!canTryAgain) return;
			const [tryAgain = ""] = buttons;
			await window.view(VIEW_TITLE).pressWelcomeButton(tryAgain);
			await waitForRow(window, "Valid CA");
		});

	it("says in each view that the key can't be read while the keyring is locked", async () => {
		const { window } = session;
		await window.unload();
		writeFileSync(keyringLock, "");
		try {
			await window.load();
			await window.openViews();
			for (const view of [VIEW_TITLE, manifestText("view.projects"), manifestText("view.clients")]) {
				await window.openView(view);
				const { buttons } = await window.view(view).welcome(welcomeText("welcome.secrets-unavailable"));
				assert.deepEqual(buttons, manifestButtons("welcome.secrets-unavailable"));
			}
			await session.picture("keyring-locked");
		} finally {
			rmSync(keyringLock);
		}
		const [tryAgain = ""] = manifestButtons("welcome.secrets-unavailable");
		await window.view(VIEW_TITLE).pressWelcomeButton(tryAgain);
		await waitForRow(window, "Valid CA");
	});

	it("R31 keeps the list when a refresh fails, and says how old it is", async () => {
		const { window, emulator } = session;
		emulator.faults.arm({ kind: "status", status: 503, operation: "list", when: "before", times: Infinity });
		await window.run(REFRESH);
		const failure = describeProblem({ reason: "service-error", status: 503 });
		const [note = ""] = describeListNotes({ complete: true, unreadable: 0 }, failure, SOME_TIME);
		const age = timedText(note, /.*\d:\d\d.*/);
		await window.view(VIEW_TITLE).rowWith(age.start).waitUntilVisible();
		await session.picture("old-list");
		const rows = await window.view(VIEW_TITLE).rows();
		assert.match(rows[0]?.trim() ?? "", age.pattern);
		assert.equal(rows.length, 4);
		emulator.faults.clear();
		await window.run(REFRESH);
		await window.view(VIEW_TITLE).rowWith(age.start).waitUntilGone();
		assert.equal((await window.view(VIEW_TITLE).rows()).length, 3);
	});

	it("reacts to the removal of the key at once", async () => {
		await removeConnection(session);
		await session.window.view(VIEW_TITLE).welcome(welcomeText("welcome.no-key"));
	});

	describe("after all tests", () => {
		itMatchesApiDescription(() => session);

		itKeepsTheKeySecret(() => session);
	});
});

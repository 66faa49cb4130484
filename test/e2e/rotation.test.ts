import assert from "node:assert/strict";
import { readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { assertNoNotifications, chooseInRowMenu, signIn } from "./setup/certificateActions.ts";
import { itMatchesApiDescription } from "./setup/contractCheck.ts";
import { environment } from "./setup/environment.ts";
import {
	NEXT,
	OLD,
	OTHER,
	type RotationScenario,
	SHORT,
	startRotationFixture,
	WAITING_NOTE,
} from "./setup/rotationActions.ts";
import { itKeepsTheKeySecret } from "./setup/secretChecks.ts";
import { resetBeforeEachTest } from "./setup/session.ts";
import { acceptName, pressUpload, VIEW_TITLE, waitForRow } from "./setup/uploadActions.ts";

describe(`Rotating in VS Code ${environment.version}`, () => {
	let fixture: Awaited<ReturnType<typeof startRotationFixture>>;
	let scenario: RotationScenario;

	before(async () => {
		fixture = await startRotationFixture();
	});

	after(() => fixture.close());

	resetBeforeEachTest(
		() => fixture.session,
		async () => {
			scenario = await fixture.startScenario();
		},
	);

	/** Adds the new certificate to the organization and waits until the list shows it. */
	const addNext = async () => {
		scenario.addNext();
		await signIn(fixture.session);
	};

	/** Rotates from the old to the new certificate, and waits until the rows say that clients must move. */
	const rotate = async () => {
		await addNext();
		await scenario.rotate(OLD, NEXT);
	};

	it("offers a file first, then suitable certificates, then unsuitable certificates with the reason", async () => {
		const { window, picture } = scenario.parts.session;
		await chooseInRowMenu(window, OLD, "Rotate…");
		const picker = await window.quickInput(`Rotate “${OLD}”`);
		const options = await picker.options();
		await picture("rotate-which");
		assert.match(options[0] ?? "", /^Choose a File…/);
		assert.match(options[1] ?? "", /^Other CA, /);
		assert.match(options[2] ?? "", /^Short CA, .*The new certificate does not expire later than the old one\./);
		assert.equal(options.length, 3);
		await picker.cancel();
		await assertNoNotifications(window);
	});

	it("refuses a certificate that does not expire later, before a file is uploaded", async () => {
		const { window, emulator } = scenario.parts.session;
		const before = emulator.exchanges.length;
		const message = "The new certificate does not expire later than the old one.";
		await scenario.chooseReplacementFile(OLD, "early.pem");
		await (await window.toast(message)).dismiss();
		await scenario.chooseReplacement(OLD, SHORT);
		await (await window.toast(message)).dismiss();
		assert.deepEqual(scenario.postsSince(before), []);
	});

	it("says what to delete if the organization is full, and uploads nothing", async () => {
		const { window, emulator, picture } = scenario.parts.session;
		const { state } = emulator;
		const now = Math.floor(Date.now() / 1000);
		const room = 50 - state.certificates.length;
		for (let index = 0; index < room; index++)
			state.put({
				name: `Filler ${index}`,
				createdAt: now - 900_000,
				validAt: now - 900_000,
				expiresAt: now + (index - 1) * 200_000,
			});
		await scenario.refresh();
		const before = emulator.exchanges.length;
		await scenario.chooseReplacementFile(OLD, "new.pem");
		const dialog = await window.dialog("There is no room for the new certificate.");
		await picture("rotate-no-room");
		assert.match(dialog.detail, /OpenAI keeps 50 at most\. Delete one first, then rotate\./);
		assert.match(dialog.detail, /Active nowhere:\s+• “Filler 0”: cert_\w+, expired 2 days ago\s+• “Filler 1”/);
		assert.deepEqual(dialog.buttons, ["Cancel", "Show Certificates"]);
		await dialog.enter();
		assert.deepEqual(scenario.postsSince(before), []);
		await assertNoNotifications(window);
	});

	it("R53 refuses while a scope, even an archived project, cannot be read, and names the scope", async () => {
		const { window, emulator } = scenario.parts.session;
		const before = emulator.exchanges.length;
		const match = ({ path }: { path: string }) => path.includes(scenario.parts.archived.id);
		const fault = { kind: "status", status: 403, operation: "projectList", when: "before" } as const;
		emulator.faults.arm({ ...fault, match, times: Number.POSITIVE_INFINITY });
		await scenario.chooseReplacement(OLD, OTHER);
		const toast = await window.toast("Where it is active could not be read as a whole: project “Archived”.");
		assert.match(toast.text, /Nothing was changed\./);
		await toast.dismiss();
		assert.deepEqual(scenario.postsSince(before), []);
	});

	it("uploads a file, shows the plan, and activates in exactly the scopes of the old certificate", async () => {
		const { window, emulator, picture } = scenario.parts.session;
		const before = emulator.exchanges.length;
		await scenario.chooseReplacementFile(OLD, "new.pem");
		const next = await acceptName(window, NEXT);
		await pressUpload(window, next);
		const dialog = await scenario.confirmation(OLD, next);
		await picture("rotate-plan");
		assert.match(dialog.detail, /Subject: CN=Old CA → CN=New CA/);
		assert.match(dialog.detail, /Key: EC.* \(another one\)/i);
		assert.match(dialog.detail, /is activated in:\s+• the organization\s+• project “\w+”\s+• project “\w+”\s/);
		assert.match(dialog.detail, /“Old CA” stays active beside it\./);
		assert.match(dialog.detail, /A filter \(CEL policy\)/);
		assert.deepEqual(dialog.buttons, ["Cancel", "Don't Rotate", "Rotate"]);
		assert.equal(dialog.onEnter, "Don't Rotate");
		await dialog.enter();
		assert.deepEqual(scenario.postsSince(before), ["POST certificates"]);

		// The same file again: its certificate is uploaded already, so that nothing more is asked or sent.
		await scenario.chooseReplacementFile(OLD, "new.pem");
		await (await scenario.confirmation(OLD, next)).press("Rotate");
		await scenario.waitUntilClientsMustMove(OLD);
		await assertNoNotifications(window);
		for (const scope of scenario.scopes)
			assert.deepEqual(scenario.activeIn(scope), [scenario.parts.old.id, scenario.idOf(next)]);
		assert.deepEqual(scenario.activeIn(scenario.parts.staging.id), []);
		const [, ...activations] = scenario.postsSince(before);
		assert.deepEqual(
			activations.toSorted(),
			[
				"POST certificates/activate",
				...[scenario.parts.production, scenario.parts.archived].map(
					({ id }) => `POST projects/${id}/certificates/activate`,
				),
			].toSorted(),
		);
		assert.equal(activations.at(-1), "POST certificates/activate");
	});

	it("states the next step in the row, its tooltip, its text for screen readers and the rows below", async () => {
		const { window, picture } = scenario.parts.session;
		await rotate();
		const row = await waitForRow(window, OLD);
		assert.match(
			await row.description(),
			new RegExp(`^${WAITING_NOTE} · \\d+ days left · .*${scenario.parts.old.id}$`),
		);
		assert.match(await row.ariaLabel(), new RegExp(`, ${WAITING_NOTE}$`));
		assert.match(await row.tooltip(WAITING_NOTE), /Activation: active in 3 scopes/);
		assert.deepEqual(await row.actionNames(), ["Finish Rotation…", "Deactivate…", "Copy Id"]);
		const menu = await row.menu();
		const items = await menu.items();
		for (const item of ["Rotate…", "Finish Rotation…", "Undo Rotation…"]) assert.ok(items.includes(item), item);
		await menu.close();
		const other = await (await waitForRow(window, SHORT)).menu();
		assert.ok(!(await other.items()).some((item) => item.includes("Rotat")));
		await other.close();
		await row.expand();
		await window.view(VIEW_TITLE).rowWith(`Rotating to“${NEXT}” in the organization`).waitUntilVisible();
		await window.widenSideBar(200);
		await picture("rotating");
	});

	it("says that nothing is left to activate", async () => {
		const { window, emulator } = scenario.parts.session;
		await rotate();
		const before = emulator.exchanges.length;
		await chooseInRowMenu(window, OLD, "Rotate…");
		await (await window.toast(`“${NEXT}” is active wherever “${OLD}” is. Move the clients, then Finish.`)).dismiss();
		assert.deepEqual(scenario.postsSince(before), []);
	});

	it("keeps the plan over a restart", async () => {
		const { window, code } = scenario.parts.session;
		await rotate();
		await window.unload();
		await code.restart();
		await window.load();
		await window.openViews();
		await scenario.waitUntilClientsMustMove(OLD);
	});

	it("restores the previous state by Undo", async () => {
		const { window, emulator, picture } = scenario.parts.session;
		await rotate();
		const before = emulator.exchanges.length;
		await chooseInRowMenu(window, OLD, "Undo Rotation…");
		const message = `Undo the rotation of “${OLD}” to “${NEXT}”?`;
		const dialog = await window.dialog(message);
		await picture("rotation-undo");
		assert.match(dialog.detail, /is deactivated in:\s+• the organization\s+• project “\w+”\s+• project “\w+”\s/);
		assert.match(dialog.detail, /Clients that have moved are refused there from then on\./);
		assert.deepEqual(dialog.buttons, ["Cancel", "Don't Undo", "Undo"]);
		assert.equal(dialog.onEnter, "Don't Undo");
		await dialog.enter();
		assert.deepEqual(scenario.postsSince(before), []);
		await chooseInRowMenu(window, OLD, "Undo Rotation…");
		await (await window.dialog(message)).press("Undo");
		await scenario.waitUntilOver();
		for (const scope of scenario.scopes) assert.deepEqual(scenario.activeIn(scope), [scenario.parts.old.id]);
		await assertNoNotifications(window);
	});

	it("R34 reads back the result of an activation without a response, and reports failures", async () => {
		const { window, emulator, picture } = scenario.parts.session;
		await addNext();
		const match = ({ path }: { path: string }) => path.includes(scenario.parts.archived.id);
		emulator.faults.arm({ kind: "status", status: 403, operation: "projectActivate", when: "before", match });
		await scenario.chooseReplacement(OLD, NEXT);
		await (await scenario.confirmation(OLD, NEXT)).press("Rotate");
		const toast = await window.toast("in project “Archived”: not activated.");
		await window
			.view(VIEW_TITLE)
			.rowWith("Rotating: replacement not active everywhere yet, Rotate or Finish")
			.waitUntilVisible();
		await picture("rotation-begun");
		assert.match(toast.text, /Rotate again to go on, or undo it\.$/);
		await toast.dismiss();
		assert.deepEqual(scenario.activeIn(scenario.parts.archived.id), [scenario.parts.old.id]);

		const before = emulator.exchanges.length;
		emulator.faults.arm({ kind: "reset", operation: "projectActivate", when: "after", times: 2 });
		await chooseInRowMenu(window, OLD, "Rotate…");
		const dialog = await window.dialog(`Go on rotating “${OLD}” to “${NEXT}”?`);
		assert.match(dialog.detail, /is activated in:\s+• project “Archived”\s/);
		await dialog.press("Rotate");
		await scenario.waitUntilClientsMustMove(OLD);
		assert.deepEqual(scenario.activeIn(scenario.parts.archived.id), [scenario.parts.old.id, scenario.idOf(NEXT)]);
		assert.equal(scenario.postsSince(before).length, 2);
		await assertNoNotifications(window);
	});

	it("says on a machine without a plan what is not known, and continues from the known state", async () => {
		const { code, picture } = scenario.parts.session;
		await rotate();
		const plans = readdirSync(code.dataFolder, { recursive: true, encoding: "utf8" }).filter((path) =>
			/rotations\/[^/]+\.json$/.test(path),
		);
		assert.equal(plans.length, 1);
		for (const path of plans) rmSync(join(code.dataFolder, path));
		await scenario.refresh();
		await scenario.waitUntilOver();
		await scenario.chooseReplacement(OLD, NEXT);
		const dialog = await scenario.confirmation(OLD, NEXT);
		await picture("rotation-elsewhere");
		assert.match(dialog.detail, /is active already in the organization, project “\w+”, and project “\w+”\. Whether/);
		await dialog.press("Rotate");
		await scenario.waitUntilClientsMustMove(OLD);
	});

	describe("after all tests", () => {
		itMatchesApiDescription(() => fixture.session);

		itKeepsTheKeySecret(() => fixture.session);
	});
});

import assert from "node:assert/strict";
import {
	addCaCertificate,
	assertNoNotifications,
	chooseInRowMenu,
	closeSettings,
	pressRowButton,
	signIn,
} from "./setup/certificateActions.ts";
import { itMatchesApiDescription } from "./setup/contractCheck.ts";
import { environment } from "./setup/environment.ts";
import {
	NEXT as next,
	OLD,
	ORGANIZATION,
	OTHER,
	type RotationScenario,
	startRotationFixture,
} from "./setup/rotationActions.ts";
import { itKeepsTheKeySecret } from "./setup/secretChecks.ts";
import { resetBeforeEachTest } from "./setup/session.ts";
import { VIEW_TITLE, waitForRow } from "./setup/uploadActions.ts";

const PROJECT = "Project CA";

describe(`Ending a rotation in VS Code ${environment.version}`, () => {
	let fixture: Awaited<ReturnType<typeof startRotationFixture>>;
	let scenario: RotationScenario;

	before(async () => {
		fixture = await startRotationFixture();
	});

	after(() => fixture.close());

	resetBeforeEachTest(
		() => fixture.session,
		async () => {
			scenario = await fixture.startScenario(async (scenario) => {
				scenario.addNext();
				await addCaCertificate(fixture.session.emulator, PROJECT);
			});
		},
	);

	const scopePrompt = () => scenario.parts.session.window.quickInput(`Where “${OLD}” is active`);

	it("does not ask if lists contain only a project's own active certificates", async () => {
		const { switches } = scenario.parts.session.emulator;
		scenario.setActive(scenario.parts.old.id, false, ...scenario.projects);
		switches.projectListInactive = false;
		await scenario.chooseReplacement(OLD, next);
		const dialog = await scenario.confirmation(OLD, next);
		assert.match(dialog.detail, /is activated in:\s+• the organization\s+“Old CA” stays/);
		await dialog.escape();
	});

	it("asks if lists are ambiguous, and leaves projects unchanged if the answer is the organization only", async () => {
		const { session, old } = scenario.parts;
		scenario.setActive(old.id, false, ...scenario.projects);
		session.emulator.switches.projectListInherits = true;
		await scenario.chooseReplacement(OLD, next);
		const picker = await scopePrompt();
		await (await waitForRow(session.window, OTHER)).select();
		await session.picture("rotation-unclear");
		const [only, too] = await picker.options();
		assert.match(only ?? "", /^Only through the organization/);
		assert.match(too ?? "", /^By itself, too, .* in project “\w+”, project “\w+”, and project “\w+”, too\./);
		await picker.pick("Only through the organization");
		const dialog = await scenario.confirmation(OLD, next);
		assert.match(dialog.detail, /is activated in:\s+• the organization\s+“Old CA” stays/);
		await dialog.press("Rotate");
		await scenario.waitUntilClientsMustMove(OLD);
		assert.deepEqual(scenario.activeIn(ORGANIZATION), [old.id, scenario.idOf(next)]);
		for (const id of scenario.projects) assert.deepEqual(scenario.activeIn(id), []);
		await scenario.undo(next);
		assert.deepEqual(scenario.activeIn(ORGANIZATION), [old.id]);
	});

	it("activates in the projects too if the answer says so, and undoes the activation there", async () => {
		const { session, old } = scenario.parts;
		session.emulator.switches.projectListInherits = true;
		scenario.setActive(old.id, true, ...scenario.projects);
		await scenario.chooseReplacement(OLD, next);
		await (await scopePrompt()).pick("By itself, too");
		await (await scenario.confirmation(OLD, next)).press("Rotate");
		await scenario.waitUntilClientsMustMove(OLD);
		for (const scope of [ORGANIZATION, ...scenario.projects])
			assert.deepEqual(scenario.activeIn(scope), [old.id, scenario.idOf(next)]);
		await scenario.undo(next);
		for (const scope of [ORGANIZATION, ...scenario.projects]) assert.deepEqual(scenario.activeIn(scope), [old.id]);
	});

	it("does not finish while this extension would lock itself out, and opens the settings", async () => {
		const { window, emulator, picture } = scenario.parts.session;
		await scenario.rotate(OLD, next);
		const before = emulator.exchanges.length;
		await pressRowButton(window, await waitForRow(window, OLD), "Finish Rotation…");
		const dialog = await window.dialog(`“${OLD}” cannot go yet: this extension would lock itself out.`);
		await picture("rotation-lock-out");
		assert.match(dialog.detail, /This extension will be refused too\. .*CN=Old client was issued by CN=Old CA/);
		assert.deepEqual(dialog.buttons, ["Cancel", "Set Up Client Certificate"]);
		await dialog.enter();
		await closeSettings(window);
		assert.deepEqual(scenario.postsSince(before), []);
	});

	it("does not start if this extension could neither finish nor undo", async () => {
		const { window, emulator, picture, chainTo } = { ...scenario.parts.session, ...scenario.parts };
		chainTo("idle");
		const before = emulator.exchanges.length;
		await scenario.chooseReplacement(OLD, next);
		const dialog = await window.dialog(`Can't rotate “${OLD}”: this extension could neither finish nor undo it.`);
		await picture("rotation-dead-end");
		assert.match(dialog.detail, /Set a client certificate that chains to “Old CA” or “New CA/);
		assert.deepEqual(dialog.buttons, ["Cancel", "Set Up Client Certificate"]);
		await dialog.escape();
		assert.deepEqual(scenario.postsSince(before), []);
	});

	it("finishes without a client certificate if OpenAI requires none", async () => {
		const { session, old } = scenario.parts;
		const { window } = session;
		await session.configure({});
		await signIn(session);
		await scenario.rotate(OLD, next);
		await pressRowButton(window, await waitForRow(window, OLD), "Finish Rotation…");
		const dialog = await window.dialog(`Have all clients moved from “${OLD}” to “${next}”?`);
		await session.picture("rotation-finish-unasked");
		assert.match(dialog.detail, /No client certificate is set\. OpenAI answers this extension without one/);
		await dialog.press("Finish");
		await scenario.waitUntilOver();
		for (const scope of scenario.scopes) assert.deepEqual(scenario.activeIn(scope), [scenario.idOf(next)]);
		assert.ok(!scenario.scopes.some((scope) => scenario.activeIn(scope).includes(old.id)));
	});

	it("R36 asks again if something was changed meanwhile, then finishes in every scope", async () => {
		const { window, emulator, picture } = scenario.parts.session;
		await scenario.rotate(OLD, next);
		scenario.parts.chainTo("next");
		await pressRowButton(window, await waitForRow(window, OLD), "Finish Rotation…");
		const message = `Have all clients moved from “${OLD}” to “${next}”?`;
		const dialog = await window.dialog(message);
		await picture("rotation-finish");
		assert.match(dialog.detail, /^Nothing here can show whether they have\. .* identities that log in by it/);
		assert.match(dialog.detail, /“Old CA” is deactivated in:\s+• the organization\s/);
		assert.match(dialog.detail, /client certificate CN=New client was checked offline: it chains to “New CA/);
		assert.deepEqual(dialog.buttons, ["Cancel", "Finish", "Finish and Delete", "Not Yet"]);
		assert.equal(dialog.onEnter, "Not Yet");
		scenario.setActive(scenario.parts.old.id, true, scenario.parts.staging.id);
		const before = emulator.exchanges.length;
		await dialog.press("Finish");
		const again = await window.dialog(message);
		assert.match(again.detail, /^Something was changed meanwhile/);
		assert.match(again.detail, /is not active yet in project “Staging”: it is activated there first\./);
		assert.deepEqual(scenario.postsSince(before), []);
		await again.press("Finish");
		await scenario.waitUntilOver();
		for (const scope of [...scenario.scopes, scenario.parts.staging.id])
			assert.deepEqual(scenario.activeIn(scope), [scenario.idOf(next)]);
		assert.ok(scenario.idOf(OLD));
		await assertNoNotifications(window);
	});

	it("reports its progress if a scope fails, continues from there, then deletes", async () => {
		const { window, emulator, picture } = scenario.parts.session;
		const { old, staging, production } = scenario.parts;
		scenario.setActive(old.id, false, ...scenario.scopes);
		scenario.setActive(scenario.idOf(next), true, ...scenario.scopes, staging.id);
		scenario.parts.chainTo("next");
		scenario.setActive(scenario.idOf(PROJECT), true, staging.id, production.id);
		// An expanded row makes the extension read the projects too.
		const projectRow = await waitForRow(window, PROJECT);
		await projectRow.expand();
		await scenario.refresh();
		await window.view(VIEW_TITLE).rowWith("active in 2 scopes").waitUntilVisible();
		await projectRow.collapse();
		await scenario.rotate(PROJECT, next);
		const message = `Have all clients moved from “${PROJECT}” to “${next}”?`;
		const match = ({ path }: { path: string }) => path.includes(staging.id);
		emulator.faults.arm({ kind: "status", status: 403, operation: "projectDeactivate", when: "before", match });
		await chooseInRowMenu(window, PROJECT, "Finish Rotation…");
		await (await window.dialog(message)).press("Finish and Delete");
		const toast = await window.toast(`The rotation of “${PROJECT}” is not finished.`);
		await picture("rotation-not-finished");
		assert.match(toast.text, /In project “Staging”: “Project CA” not deactivated\. .*\(403\)/);
		await toast.dismiss();
		assert.deepEqual(scenario.activeIn(staging.id), [scenario.idOf(next), scenario.idOf(PROJECT)]);
		await chooseInRowMenu(window, PROJECT, "Finish Rotation…");
		const row = await waitForRow(window, PROJECT);
		await (await window.dialog(message)).press("Finish and Delete");
		await row.waitUntilGone();
		await scenario.waitUntilOver();
		assert.equal(scenario.idOf(PROJECT), "");
		for (const scope of [staging.id, production.id]) assert.deepEqual(scenario.activeIn(scope), [scenario.idOf(next)]);
		await assertNoNotifications(window);
	});

	describe("after all tests", () => {
		itMatchesApiDescription(() => fixture.session);

		itKeepsTheKeySecret(() => fixture.session);
	});
});

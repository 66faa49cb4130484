import assert from "node:assert/strict";
import { formatActivation } from "../../src/common/messages/activationStatusMessages.ts";
import { labels } from "../../src/common/messages/labels.ts";
import { describeSelfAccess } from "../../src/features/clientCheck/clientCheckMessages.ts";
import {
	describeAlsoActivated,
	rotationPickLabels,
	unclearScopesTitle,
} from "../../src/features/rotation/rotationPickMessages.ts";
import {
	describeDeadEnd,
	describeFinish,
	describeLockOut,
	rotationPromptLabels,
} from "../../src/features/rotation/rotationPromptMessages.ts";
import { describeRotationResult } from "../../src/features/rotation/rotationResultMessages.ts";
import {
	addCaCertificate,
	assertNoNotifications,
	chooseInRowMenu,
	closeSettings,
	pressRowButton,
	signIn,
} from "./setup/certificateActions.ts";
import { currentTime } from "./setup/certificateTexts.ts";
import { itMatchesApiDescription } from "./setup/contractCheck.ts";
import { environment } from "./setup/environment.ts";
import {
	NEXT as next,
	OLD,
	ORGANIZATION,
	OTHER,
	type RotationScenario,
	startRotationFixture,
	toScope,
} from "./setup/rotationActions.ts";
import { FINISH_ROTATION, finishMessage, named } from "./setup/rotationTexts.ts";
import { itKeepsTheKeySecret } from "./setup/secretChecks.ts";
import { resetBeforeEachTest } from "./setup/session.ts";
import { waitForRow } from "./setup/uploadActions.ts";

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

	const scopePrompt = () => scenario.parts.session.window.quickInput(unclearScopesTitle(named(OLD)));

	/** Returns the details of the question before the rotation of the old certificate is finished. */
	const finishDetail = (
		access: string,
		scopes: readonly string[],
		{ missing = [], changed = false }: { readonly missing?: readonly string[]; readonly changed?: boolean } = {},
	) =>
		describeFinish(
			{
				...{ old: scenario.certificate(OLD), next: scenario.certificate(next), access, clients: null, changed },
				...{ scopes: scenario.summary(scopes), missing: scenario.summary(missing) },
			},
			currentTime(),
		).detail;

	it("does not ask if lists contain only a project's own active certificates", async () => {
		const { switches } = scenario.parts.session.emulator;
		scenario.setActive(scenario.parts.old.id, false, ...scenario.projects);
		switches.projectListInactive = false;
		await scenario.chooseReplacement(OLD, next);
		const dialog = await scenario.confirmation(OLD, next);
		assert.equal(dialog.detail, await scenario.startDetail(OLD, next, { missing: [ORGANIZATION] }));
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
		const [only = "", too = ""] = await picker.options();
		const { onlyInOrganization, inProjectsToo } = rotationPickLabels;
		assert.ok(only.startsWith(onlyInOrganization), only);
		assert.ok(too.startsWith(inProjectsToo), too);
		assert.ok(too.includes(describeAlsoActivated(scenario.summary(scenario.projects))), too);
		await picker.pick(onlyInOrganization);
		const dialog = await scenario.confirmation(OLD, next);
		assert.equal(dialog.detail, await scenario.startDetail(OLD, next, { missing: [ORGANIZATION] }));
		await dialog.press(rotationPromptLabels.rotate);
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
		await (await scopePrompt()).pick(rotationPickLabels.inProjectsToo);
		await (await scenario.confirmation(OLD, next)).press(rotationPromptLabels.rotate);
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
		await pressRowButton(window, await waitForRow(window, OLD), FINISH_ROTATION);
		const question = describeLockOut(named(OLD), named(next), scenario.ownAccess("old", next));
		const dialog = await window.dialog(question.message);
		await picture("rotation-lock-out");
		assert.equal(dialog.detail, question.detail);
		assert.deepEqual(dialog.buttons, ["Cancel", labels.setUpClientCertificate].toSorted());
		await dialog.enter();
		await closeSettings(window);
		assert.deepEqual(scenario.postsSince(before), []);
	});

	it("does not start if this extension could neither finish nor undo", async () => {
		const { window, emulator, picture, chainTo } = { ...scenario.parts.session, ...scenario.parts };
		chainTo("idle");
		const before = emulator.exchanges.length;
		await scenario.chooseReplacement(OLD, next);
		const question = describeDeadEnd(named(OLD), named(next), scenario.ownAccess("idle", next));
		const dialog = await window.dialog(question.message);
		await picture("rotation-dead-end");
		assert.equal(dialog.detail, question.detail);
		assert.deepEqual(dialog.buttons, ["Cancel", labels.setUpClientCertificate].toSorted());
		await dialog.escape();
		assert.deepEqual(scenario.postsSince(before), []);
	});

	it("finishes without a client certificate if OpenAI requires none", async () => {
		const { session, old } = scenario.parts;
		const { window } = session;
		await session.configure({});
		await signIn(session);
		await scenario.rotate(OLD, next);
		await pressRowButton(window, await waitForRow(window, OLD), FINISH_ROTATION);
		const dialog = await window.dialog(finishMessage(OLD, next));
		await session.picture("rotation-finish-unasked");
		const access = describeSelfAccess({ kind: "none", answered: true }, Date.now() / 1000);
		assert.equal(dialog.detail, finishDetail(access, scenario.scopes));
		await dialog.press(rotationPromptLabels.finish);
		await scenario.waitUntilOver();
		for (const scope of scenario.scopes) assert.deepEqual(scenario.activeIn(scope), [scenario.idOf(next)]);
		assert.ok(!scenario.scopes.some((scope) => scenario.activeIn(scope).includes(old.id)));
	});

	it("R36 asks again if something was changed meanwhile, then finishes in every scope", async () => {
		const { window, emulator, picture } = scenario.parts.session;
		await scenario.rotate(OLD, next);
		scenario.parts.chainTo("next");
		await pressRowButton(window, await waitForRow(window, OLD), FINISH_ROTATION);
		const message = finishMessage(OLD, next);
		const dialog = await window.dialog(message);
		await picture("rotation-finish");
		const access = scenario.ownAccess("next", next);
		assert.equal(dialog.detail, finishDetail(access, scenario.scopes));
		const { finish, finishAndDelete, dontFinish } = rotationPromptLabels;
		assert.deepEqual(dialog.buttons, ["Cancel", finish, finishAndDelete, dontFinish].toSorted());
		assert.equal(dialog.onEnter, dontFinish);
		scenario.setActive(scenario.parts.old.id, true, scenario.parts.staging.id);
		const before = emulator.exchanges.length;
		await dialog.press(finish);
		const again = await window.dialog(message);
		const staging = scenario.parts.staging.id;
		const changes = { missing: [staging], changed: true };
		assert.equal(again.detail, finishDetail(access, [...scenario.scopes, staging], changes));
		assert.deepEqual(scenario.postsSince(before), []);
		await again.press(finish);
		await scenario.waitUntilOver();
		for (const scope of [...scenario.scopes, staging])
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
		const { projects } = scenario.summary([staging.id, production.id]);
		const status = { organization: false, projects, unread: 0, allProjects: true, problem: null };
		await projectRow.waitForText(formatActivation(status));
		await projectRow.collapse();
		await scenario.rotate(PROJECT, next);
		const message = finishMessage(PROJECT, next);
		const match = ({ path }: { path: string }) => path.includes(staging.id);
		emulator.faults.arm({ kind: "status", status: 403, operation: "projectDeactivate", when: "before", match });
		await chooseInRowMenu(window, PROJECT, FINISH_ROTATION);
		await (await window.dialog(message)).press(rotationPromptLabels.finishAndDelete);
		const scopes = [
			{ scope: toScope(staging.id), outcome: "failed", problem: { reason: "forbidden", permission: null } },
			{ scope: toScope(production.id), outcome: "not-tried", problem: null },
		] as const;
		const end = { step: "finish", deleteOld: true, from: named(PROJECT), to: named(next) } as const;
		const result = { scopes, ended: false, deleted: false, problem: null };
		const toast = await window.toast(describeRotationResult(end, result, scenario.nameOf));
		await picture("rotation-not-finished");
		await toast.dismiss();
		assert.deepEqual(scenario.activeIn(staging.id), [scenario.idOf(next), scenario.idOf(PROJECT)]);
		await chooseInRowMenu(window, PROJECT, FINISH_ROTATION);
		const row = await waitForRow(window, PROJECT);
		await (await window.dialog(message)).press(rotationPromptLabels.finishAndDelete);
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

import assert from "node:assert/strict";
import { readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { formatActivation } from "../../src/common/messages/activationStatusMessages.ts";
import {
	certificateTooltip,
	formatAccessibilityLabel,
	formatRowDescription,
} from "../../src/common/messages/certificateMessages.ts";
import { labels } from "../../src/common/messages/labels.ts";
import { describeProblem } from "../../src/common/messages/problems/problems.ts";
import { describeRotationIssue } from "../../src/common/messages/problems/rotationIssues.ts";
import { describeActivationResults } from "../../src/features/activation/activationResultMessages.ts";
import { rotateTitle } from "../../src/features/rotation/rotationPickMessages.ts";
import {
	describeCompletedStart,
	describeNoRoom,
	describeUndo,
	rotationPromptLabels,
} from "../../src/features/rotation/rotationPromptMessages.ts";
import { rotationResultLabels } from "../../src/features/rotation/rotationResultMessages.ts";
import { manifestText } from "../texts/manifestTexts.ts";
import { scopeResult } from "../unit/fakes/adminApi.ts";
import { assertNoNotifications, chooseInRowMenu, signIn } from "./setup/certificateActions.ts";
import { itMatchesApiDescription } from "./setup/contractCheck.ts";
import { environment } from "./setup/environment.ts";
import {
	NEXT,
	OLD,
	ORGANIZATION,
	OTHER,
	type RotationScenario,
	SHORT,
	startRotationFixture,
	toScope,
} from "./setup/rotationActions.ts";
import {
	FINISH_ROTATION,
	named,
	ROTATE,
	replacementRow,
	stageNote,
	startMessage,
	UNDO_ROTATION,
	undoMessage,
	WAITING_NOTE,
} from "./setup/rotationTexts.ts";
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
		await chooseInRowMenu(window, OLD, ROTATE);
		const picker = await window.quickInput(rotateTitle(named(OLD)));
		const options = await picker.options();
		await picture("rotate-which");
		const [file = "", suitable = "", unsuitable = ""] = options;
		assert.ok(file.startsWith(labels.chooseFile), file);
		assert.ok(suitable.startsWith(`${OTHER}, `), suitable);
		assert.ok(unsuitable.startsWith(`${SHORT}, `), unsuitable);
		assert.ok(unsuitable.includes(describeRotationIssue("not-longer")), unsuitable);
		assert.equal(options.length, 3);
		await picker.cancel();
		await assertNoNotifications(window);
	});

	it("refuses a certificate that does not expire later, before a file is uploaded", async () => {
		const { window, emulator } = scenario.parts.session;
		const before = emulator.exchanges.length;
		const message = describeProblem({ reason: "rotation-refused", issue: "not-longer" });
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
				expiresAt: now + (index - 1) * 200_000 + 50_000,
			});
		await scenario.refresh();
		const before = emulator.exchanges.length;
		await scenario.chooseReplacementFile(OLD, "new.pem");
		const inactive = state.certificates
			.map((stored) => ({ ...stored, active: undefined }))
			.filter(({ name }) => name !== OLD)
			.toSorted((one, other) => one.expiresAt - other.expiresAt);
		const question = describeNoRoom(inactive, now);
		const dialog = await window.dialog(question.message);
		await picture("rotate-no-room");
		assert.equal(dialog.detail, question.detail);
		assert.deepEqual(dialog.buttons, ["Cancel", labels.showCertificates]);
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
		const { id, name } = scenario.parts.archived;
		const problem = describeProblem({
			reason: "scopes-unread",
			...{ organization: false, allProjects: false, projects: [{ id, name }] },
			why: { reason: "forbidden", permission: null },
		});
		const toast = await window.toast(problem);
		assert.equal(toast.text, problem);
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
		assert.equal(dialog.detail, await scenario.startDetail(OLD, next, { missing: scenario.scopes }));
		const { dontRotate, rotate } = rotationPromptLabels;
		assert.deepEqual(dialog.buttons, ["Cancel", dontRotate, labels.openDashboard, rotate].toSorted());
		assert.equal(dialog.onEnter, dontRotate);
		await dialog.enter();
		assert.deepEqual(scenario.postsSince(before), ["POST certificates"]);

		// The same file again: its certificate is uploaded already, so that nothing more is asked or sent.
		await scenario.chooseReplacementFile(OLD, "new.pem");
		await (await scenario.confirmation(OLD, next)).press(rotate);
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
		const certificate = scenario.certificate(OLD);
		const { projects } = scenario.summary(scenario.scopes);
		const status = { organization: true, projects, unread: 0, allProjects: true, problem: null };
		const activation = formatActivation(status);
		const now = Date.now() / 1000;
		assert.equal(await row.description(), formatRowDescription(certificate, status, now, WAITING_NOTE));
		const label = formatAccessibilityLabel(certificate, "valid", activation, now, WAITING_NOTE);
		assert.equal(await row.ariaLabel(), label);
		const tooltip = certificateTooltip(certificate, "valid", activation, now, WAITING_NOTE);
		assert.equal(await row.tooltip(WAITING_NOTE), tooltip);
		const buttons = [FINISH_ROTATION, manifestText("command.deactivate"), manifestText("command.copyId")];
		assert.deepEqual(await row.actionNames(), buttons);
		const menu = await row.menu();
		const items = await menu.items();
		const rotationItems = [ROTATE, FINISH_ROTATION, UNDO_ROTATION];
		for (const item of rotationItems) assert.ok(items.includes(item), item);
		await menu.close();
		const other = await (await waitForRow(window, SHORT)).menu();
		const otherItems = await other.items();
		for (const item of rotationItems) assert.ok(!otherItems.includes(item), item);
		await other.close();
		await row.expand();
		const factRow = replacementRow(NEXT, scenario.ordered(scenario.scopes), scenario.nameOf);
		await window.view(VIEW_TITLE).rowWith(factRow).waitUntilVisible();
		await window.widenSideBar(200);
		await picture("rotating");
	});

	it("says that nothing is left to activate", async () => {
		const { window, emulator } = scenario.parts.session;
		await rotate();
		const before = emulator.exchanges.length;
		await chooseInRowMenu(window, OLD, ROTATE);
		await (await window.toast(describeCompletedStart(named(OLD), named(NEXT)))).dismiss();
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
		await chooseInRowMenu(window, OLD, UNDO_ROTATION);
		const message = undoMessage(OLD, NEXT);
		const dialog = await window.dialog(message);
		await picture("rotation-undo");
		const [old, next, nowhere] = [scenario.certificate(OLD), scenario.certificate(NEXT), scenario.summary([])];
		const { detail } = describeUndo({
			...{ old, next, scopes: scenario.summary(scenario.scopes), kept: nowhere, reactivated: nowhere },
			...{ access: scenario.ownAccess("old", OLD), changed: false },
		});
		assert.equal(dialog.detail, detail);
		const { dontUndo, undo } = rotationPromptLabels;
		assert.deepEqual(dialog.buttons, ["Cancel", dontUndo, undo].toSorted());
		assert.equal(dialog.onEnter, dontUndo);
		await dialog.enter();
		assert.deepEqual(scenario.postsSince(before), []);
		await chooseInRowMenu(window, OLD, UNDO_ROTATION);
		await (await window.dialog(message)).press(undo);
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
		await (await scenario.confirmation(OLD, NEXT)).press(rotationPromptLabels.rotate);
		const failed = scopeResult(toScope(scenario.parts.archived.id), {
			failed: [scenario.idOf(NEXT)],
			problem: { reason: "forbidden", permission: null },
		});
		const toast = await window.toast(describeActivationResults([named(NEXT)], [failed], true, scenario.nameOf));
		await window.view(VIEW_TITLE).rowWith(stageNote("activating")).waitUntilVisible();
		await picture("rotation-begun");
		assert.ok(toast.text.endsWith(rotationResultLabels.rotateAgain), toast.text);
		await toast.dismiss();
		assert.deepEqual(scenario.activeIn(scenario.parts.archived.id), [scenario.parts.old.id]);

		const before = emulator.exchanges.length;
		emulator.faults.arm({ kind: "reset", operation: "projectActivate", when: "after", times: 2 });
		await chooseInRowMenu(window, OLD, ROTATE);
		const dialog = await window.dialog(startMessage(OLD, NEXT, { planned: true }));
		const [archived, ...others] = [scenario.parts.archived.id, ORGANIZATION, scenario.parts.production.id];
		const where = { missing: [archived], present: others, planned: true };
		assert.equal(dialog.detail, await scenario.startDetail(OLD, NEXT, where));
		const { dontContinue, continueRotating } = rotationPromptLabels;
		assert.deepEqual(dialog.buttons, ["Cancel", dontContinue, continueRotating, labels.openDashboard].toSorted());
		assert.equal(dialog.onEnter, dontContinue);
		await dialog.press(continueRotating);
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
		assert.equal(dialog.detail, await scenario.startDetail(OLD, NEXT, { present: scenario.scopes }));
		await dialog.press(rotationPromptLabels.rotate);
		await scenario.waitUntilClientsMustMove(OLD);
	});

	describe("after all tests", () => {
		itMatchesApiDescription(() => fixture.session);

		itKeepsTheKeySecret(() => fixture.session);
	});
});

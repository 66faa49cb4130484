import assert from "node:assert/strict";
import { addAnchor, chooseOn, closeSettings, pressOn, saysNothing, signIn } from "./setup/certificateActions.ts";
import { itKeepsTheContract } from "./setup/contractCheck.ts";
import { environment } from "./setup/environment.ts";
import { NEXT as next, OLD, ORGANIZATION, OTHER, type Rotating, startRotating } from "./setup/rotationActions.ts";
import { itKeepsTheKeySecret } from "./setup/secretChecks.ts";
import { eachTestBegins } from "./setup/session.ts";
import { rowOf, VIEW } from "./setup/uploadActions.ts";

const PROJECT = "Project CA";

describe(`Ending a rotation in VS Code ${environment.version}`, () => {
	let kit: Awaited<ReturnType<typeof startRotating>>;
	let rotating: Rotating;

	before(async () => {
		kit = await startRotating();
	});

	after(() => kit.close());

	eachTestBegins(
		() => kit.session,
		async () => {
			rotating = await kit.begin(async (rotating) => {
				rotating.addNext();
				await addAnchor(kit.session.emulator, PROJECT);
			});
		},
	);

	const unclear = () => rotating.made.session.window.quickInput(`Where “${OLD}” is active`);

	it("does not ask where lists show what is a project's own, and leave out what is not active", async () => {
		const { switches } = rotating.made.session.emulator;
		rotating.switch(rotating.made.old.id, false, ...rotating.projects);
		switches.projectListInactive = false;
		await rotating.rotateTo(OLD, next);
		const dialog = await rotating.question(OLD, next);
		assert.match(dialog.detail, /is activated in:\s+• the organization\s+“Old CA” stays/);
		await dialog.escape();
	});

	it("asks what lists cannot tell, and leaves projects alone where it is the organization only", async () => {
		const { session, old } = rotating.made;
		rotating.switch(old.id, false, ...rotating.projects);
		session.emulator.switches.projectListInherits = true;
		await rotating.rotateTo(OLD, next);
		const pick = await unclear();
		await (await rowOf(session.window, OTHER)).select();
		await session.picture("rotation-unclear");
		const [only, too] = await pick.options();
		assert.match(only ?? "", /^Only through the organization/);
		assert.match(too ?? "", /^By itself, too, .* in project “\w+”, project “\w+”, and project “\w+”, too\./);
		await pick.pick("Only through the organization");
		const dialog = await rotating.question(OLD, next);
		assert.match(dialog.detail, /is activated in:\s+• the organization\s+“Old CA” stays/);
		await dialog.press("Rotate");
		await rotating.isWaiting(OLD);
		assert.deepEqual(rotating.activeIn(ORGANIZATION), [old.id, rotating.idOf(next)]);
		for (const id of rotating.projects) assert.deepEqual(rotating.activeIn(id), []);
		await rotating.undo(next);
		assert.deepEqual(rotating.activeIn(ORGANIZATION), [old.id]);
	});

	it("activates in the projects, too, where the answer is that, and undoes it there", async () => {
		const { session, old } = rotating.made;
		session.emulator.switches.projectListInherits = true;
		rotating.switch(old.id, true, ...rotating.projects);
		await rotating.rotateTo(OLD, next);
		await (await unclear()).pick("By itself, too");
		await (await rotating.question(OLD, next)).press("Rotate");
		await rotating.isWaiting(OLD);
		for (const scope of [ORGANIZATION, ...rotating.projects])
			assert.deepEqual(rotating.activeIn(scope), [old.id, rotating.idOf(next)]);
		await rotating.undo(next);
		for (const scope of [ORGANIZATION, ...rotating.projects]) assert.deepEqual(rotating.activeIn(scope), [old.id]);
	});

	it("does not finish while this extension would lock itself out, and leads to the settings", async () => {
		const { window, emulator, picture } = rotating.made.session;
		await rotating.rotate(OLD, next);
		const before = emulator.exchanges.length;
		await pressOn(window, await rowOf(window, OLD), "Finish Rotation…");
		const dialog = await window.dialog(`“${OLD}” cannot go yet: this extension would lock itself out.`);
		await picture("rotation-lock-out");
		assert.match(dialog.detail, /This extension will be refused too\. .*CN=Old client was issued by CN=Old CA/);
		assert.deepEqual(dialog.buttons, ["Cancel", "Set Up Client Certificate"]);
		await dialog.enter();
		await closeSettings(window);
		assert.deepEqual(rotating.posts(before), []);
	});

	it("does not start where this extension could neither finish nor undo", async () => {
		const { window, emulator, picture, chainTo } = { ...rotating.made.session, ...rotating.made };
		chainTo("idle");
		const before = emulator.exchanges.length;
		await rotating.rotateTo(OLD, next);
		const dialog = await window.dialog(`Can't rotate “${OLD}”: this extension could neither finish nor undo it.`);
		await picture("rotation-dead-end");
		assert.match(dialog.detail, /Set a client certificate that chains to “Old CA” or “New CA/);
		assert.deepEqual(dialog.buttons, ["Cancel", "Set Up Client Certificate"]);
		await dialog.escape();
		assert.deepEqual(rotating.posts(before), []);
	});

	it("finishes without a client certificate where OpenAI answers without one", async () => {
		const { session, old } = rotating.made;
		const { window } = session;
		await session.configure({});
		await signIn(session);
		await rotating.rotate(OLD, next);
		await pressOn(window, await rowOf(window, OLD), "Finish Rotation…");
		const dialog = await window.dialog(`Have all clients moved from “${OLD}” to “${next}”?`);
		await session.picture("rotation-finish-unasked");
		assert.match(dialog.detail, /No client certificate is set\. OpenAI answers this extension without one/);
		await dialog.press("Finish");
		await rotating.isOver();
		for (const scope of rotating.scopes) assert.deepEqual(rotating.activeIn(scope), [rotating.idOf(next)]);
		assert.ok(!rotating.scopes.some((scope) => rotating.activeIn(scope).includes(old.id)));
	});

	it("R36 asks anew where something was changed meanwhile, then finishes in every scope", async () => {
		const { window, emulator, picture } = rotating.made.session;
		await rotating.rotate(OLD, next);
		rotating.made.chainTo("next");
		await pressOn(window, await rowOf(window, OLD), "Finish Rotation…");
		const message = `Have all clients moved from “${OLD}” to “${next}”?`;
		const dialog = await window.dialog(message);
		await picture("rotation-finish");
		assert.match(dialog.detail, /^Nothing here can show whether they have\. .* identities that log in by it/);
		assert.match(dialog.detail, /“Old CA” is deactivated in:\s+• the organization\s/);
		assert.match(dialog.detail, /client certificate CN=New client was checked offline: it chains to “New CA/);
		assert.deepEqual(dialog.buttons, ["Cancel", "Finish", "Finish and Delete", "Not Yet"]);
		assert.equal(dialog.onEnter, "Not Yet");
		rotating.switch(rotating.made.old.id, true, rotating.made.staging.id);
		const before = emulator.exchanges.length;
		await dialog.press("Finish");
		const again = await window.dialog(message);
		assert.match(again.detail, /^Something was changed meanwhile/);
		assert.match(again.detail, /is not active yet in project “Staging”: it is activated there first\./);
		assert.deepEqual(rotating.posts(before), []);
		await again.press("Finish");
		await rotating.isOver();
		for (const scope of [...rotating.scopes, rotating.made.staging.id])
			assert.deepEqual(rotating.activeIn(scope), [rotating.idOf(next)]);
		assert.ok(rotating.idOf(OLD));
		await saysNothing(window);
	});

	it("tells how far it came where a scope fails, and goes on from there, then deletes", async () => {
		const { window, emulator, picture } = rotating.made.session;
		const { old, staging, production } = rotating.made;
		rotating.switch(old.id, false, ...rotating.scopes);
		rotating.switch(rotating.idOf(next), true, ...rotating.scopes, staging.id);
		rotating.made.chainTo("next");
		rotating.switch(rotating.idOf(PROJECT), true, staging.id, production.id);
		// Has the projects read, too.
		const projectRow = await rowOf(window, PROJECT);
		await projectRow.expand();
		await rotating.refresh();
		await window.view(VIEW).rowWith("active in 2 scopes").appears();
		await projectRow.collapse();
		await rotating.rotate(PROJECT, next);
		const message = `Have all clients moved from “${PROJECT}” to “${next}”?`;
		const match = ({ path }: { path: string }) => path.includes(staging.id);
		emulator.faults.next({ kind: "status", status: 403, operation: "projectDeactivate", when: "before", match });
		await chooseOn(window, PROJECT, "Finish Rotation…");
		await (await window.dialog(message)).press("Finish and Delete");
		const toast = await window.toast(`The rotation of “${PROJECT}” is not finished.`);
		await picture("rotation-not-finished");
		assert.match(toast.text, /In project “Staging”: “Project CA” not deactivated\. .*\(403\)/);
		await toast.dismiss();
		assert.deepEqual(rotating.activeIn(staging.id), [rotating.idOf(next), rotating.idOf(PROJECT)]);
		await chooseOn(window, PROJECT, "Finish Rotation…");
		const row = await rowOf(window, PROJECT);
		await (await window.dialog(message)).press("Finish and Delete");
		await row.disappears();
		await rotating.isOver();
		assert.equal(rotating.idOf(PROJECT), "");
		for (const scope of [staging.id, production.id]) assert.deepEqual(rotating.activeIn(scope), [rotating.idOf(next)]);
		await saysNothing(window);
	});

	describe("in the end", () => {
		itKeepsTheContract(() => kit.session);

		itKeepsTheKeySecret(() => kit.session);
	});
});

import assert from "node:assert/strict";
import { readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { chooseOn, saysNothing, signIn } from "./setup/certificateActions.ts";
import { itKeepsTheContract } from "./setup/contractCheck.ts";
import { environment } from "./setup/environment.ts";
import { NEXT, OLD, OTHER, type Rotating, SHORT, startRotating, WAITING } from "./setup/rotationActions.ts";
import { itKeepsTheKeySecret } from "./setup/secretChecks.ts";
import { eachTestBegins } from "./setup/session.ts";
import { acceptName, confirm, rowOf, VIEW } from "./setup/uploadActions.ts";

describe(`Rotating in VS Code ${environment.version}`, () => {
	let kit: Awaited<ReturnType<typeof startRotating>>;
	let rotating: Rotating;

	before(async () => {
		kit = await startRotating();
	});

	after(() => kit.close());

	eachTestBegins(
		() => kit.session,
		async () => {
			rotating = await kit.begin();
		},
	);

	/** Has the organization hold the new one, and the list show it. */
	const addNext = async () => {
		rotating.addNext();
		await signIn(kit.session);
	};

	/** Has the old one rotate to the new one, until its row says that clients must move. */
	const rotate = async () => {
		await addNext();
		await rotating.rotate(OLD, NEXT);
	};

	it("offers a file first, then what fits, then what does not and why", async () => {
		const { window, picture } = rotating.made.session;
		await chooseOn(window, OLD, "Rotate…");
		const pick = await window.quickInput(`Rotate “${OLD}”`);
		const options = await pick.options();
		await picture("rotate-which");
		assert.match(options[0] ?? "", /^Choose a File…/);
		assert.match(options[1] ?? "", /^Other CA, /);
		assert.match(options[2] ?? "", /^Short CA, .*The new certificate does not expire later than the old one\./);
		assert.equal(options.length, 3);
		await pick.cancel();
		await saysNothing(window);
	});

	it("refuses one that does not expire later, before a file is uploaded", async () => {
		const { window, emulator } = rotating.made.session;
		const before = emulator.exchanges.length;
		const words = "The new certificate does not expire later than the old one.";
		await rotating.rotateToFile(OLD, "early.pem");
		await (await window.toast(words)).dismiss();
		await rotating.rotateTo(OLD, SHORT);
		await (await window.toast(words)).dismiss();
		assert.deepEqual(rotating.posts(before), []);
	});

	it("says what to delete where there is no room, and uploads nothing", async () => {
		const { window, emulator, picture } = rotating.made.session;
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
		await rotating.refresh();
		const before = emulator.exchanges.length;
		await rotating.rotateToFile(OLD, "new.pem");
		const dialog = await window.dialog("There is no room for the new certificate.");
		await picture("rotate-no-room");
		assert.match(dialog.detail, /OpenAI keeps 50 at most\. Delete one first, then rotate\./);
		assert.match(dialog.detail, /Active nowhere:\s+• “Filler 0”: cert_\w+, expired 2 days ago\s+• “Filler 1”/);
		assert.deepEqual(dialog.buttons, ["Cancel", "Show Certificates"]);
		await dialog.enter();
		assert.deepEqual(rotating.posts(before), []);
		await saysNothing(window);
	});

	it("R53 refuses while a scope cannot be read, an archived project too, and names it", async () => {
		const { window, emulator } = rotating.made.session;
		const before = emulator.exchanges.length;
		const match = ({ path }: { path: string }) => path.includes(rotating.made.archived.id);
		const fault = { kind: "status", status: 403, operation: "projectList", when: "before" } as const;
		emulator.faults.next({ ...fault, match, times: Number.POSITIVE_INFINITY });
		await rotating.rotateTo(OLD, OTHER);
		const toast = await window.toast("Where it is active could not be read as a whole: project “Archived”.");
		assert.match(toast.text, /Nothing was changed\./);
		await toast.dismiss();
		assert.deepEqual(rotating.posts(before), []);
	});

	it("uploads a file, shows the plan, and activates exactly where the old one is active", async () => {
		const { window, emulator, picture } = rotating.made.session;
		const before = emulator.exchanges.length;
		await rotating.rotateToFile(OLD, "new.pem");
		const next = await acceptName(window, NEXT);
		await confirm(window, next);
		const dialog = await rotating.question(OLD, next);
		await picture("rotate-plan");
		assert.match(dialog.detail, /Subject: CN=Old CA → CN=New CA/);
		assert.match(dialog.detail, /Key: EC.* \(another one\)/i);
		assert.match(dialog.detail, /is activated in:\s+• the organization\s+• project “\w+”\s+• project “\w+”\s/);
		assert.match(dialog.detail, /“Old CA” stays active beside it\./);
		assert.match(dialog.detail, /A filter \(CEL policy\)/);
		assert.deepEqual(dialog.buttons, ["Cancel", "Don't Rotate", "Rotate"]);
		assert.equal(dialog.onEnter, "Don't Rotate");
		await dialog.enter();
		assert.deepEqual(rotating.posts(before), ["POST certificates"]);

		// The same file again: it is there, so that nothing more is asked and nothing is sent.
		await rotating.rotateToFile(OLD, "new.pem");
		await (await rotating.question(OLD, next)).press("Rotate");
		await rotating.isWaiting(OLD);
		await saysNothing(window);
		for (const scope of rotating.scopes)
			assert.deepEqual(rotating.activeIn(scope), [rotating.made.old.id, rotating.idOf(next)]);
		assert.deepEqual(rotating.activeIn(rotating.made.staging.id), []);
		const [, ...activations] = rotating.posts(before);
		assert.deepEqual(
			activations.toSorted(),
			[
				"POST certificates/activate",
				...[rotating.made.production, rotating.made.archived].map(
					({ id }) => `POST projects/${id}/certificates/activate`,
				),
			].toSorted(),
		);
		assert.equal(activations.at(-1), "POST certificates/activate");
	});

	it("says in its row, its tooltip, to a screen reader and below it what is to be done", async () => {
		const { window, picture } = rotating.made.session;
		await rotate();
		const row = await rowOf(window, OLD);
		assert.match(await row.description(), new RegExp(`^${WAITING} · \\d+ days left · .*${rotating.made.old.id}$`));
		assert.match(await row.spoken(), new RegExp(`, ${WAITING}$`));
		assert.match(await row.tooltip(WAITING), /Activation: active in 3 scopes/);
		assert.deepEqual(await row.actions(), ["Finish Rotation…", "Deactivate…", "Copy Id"]);
		const menu = await row.menu();
		const items = await menu.items();
		for (const item of ["Rotate…", "Finish Rotation…", "Undo Rotation…"]) assert.ok(items.includes(item), item);
		await menu.close();
		const other = await (await rowOf(window, SHORT)).menu();
		assert.ok(!(await other.items()).some((item) => item.includes("Rotat")));
		await other.close();
		await row.expand();
		await window.view(VIEW).rowWith(`Rotating to“${NEXT}” in the organization`).appears();
		await window.widenSideBar(200);
		await picture("rotating");
	});

	it("says so where nothing is left to be activated", async () => {
		const { window, emulator } = rotating.made.session;
		await rotate();
		const before = emulator.exchanges.length;
		await chooseOn(window, OLD, "Rotate…");
		await (await window.toast(`“${NEXT}” is active wherever “${OLD}” is. Move the clients, then Finish.`)).dismiss();
		assert.deepEqual(rotating.posts(before), []);
	});

	it("keeps the plan over a restart", async () => {
		const { window, code } = rotating.made.session;
		await rotate();
		await window.leave();
		await code.restart();
		await window.load();
		await window.openViews();
		await rotating.isWaiting(OLD);
	});

	it("undoes it: all is as it was before", async () => {
		const { window, emulator, picture } = rotating.made.session;
		await rotate();
		const before = emulator.exchanges.length;
		await chooseOn(window, OLD, "Undo Rotation…");
		const message = `Undo the rotation of “${OLD}” to “${NEXT}”?`;
		const dialog = await window.dialog(message);
		await picture("rotation-undo");
		assert.match(dialog.detail, /is deactivated in:\s+• the organization\s+• project “\w+”\s+• project “\w+”\s/);
		assert.match(dialog.detail, /Clients that have moved are refused there from then on\./);
		assert.deepEqual(dialog.buttons, ["Cancel", "Don't Undo", "Undo"]);
		assert.equal(dialog.onEnter, "Don't Undo");
		await dialog.enter();
		assert.deepEqual(rotating.posts(before), []);
		await chooseOn(window, OLD, "Undo Rotation…");
		await (await window.dialog(message)).press("Undo");
		await rotating.isOver();
		for (const scope of rotating.scopes) assert.deepEqual(rotating.activeIn(scope), [rotating.made.old.id]);
		await saysNothing(window);
	});

	it("R34 reads back what became of an activation without an answer, and tells what failed", async () => {
		const { window, emulator, picture } = rotating.made.session;
		await addNext();
		const match = ({ path }: { path: string }) => path.includes(rotating.made.archived.id);
		emulator.faults.next({ kind: "status", status: 403, operation: "projectActivate", when: "before", match });
		await rotating.rotateTo(OLD, NEXT);
		await (await rotating.question(OLD, NEXT)).press("Rotate");
		const toast = await window.toast("in project “Archived”: not activated.");
		await window.view(VIEW).rowWith("Rotating: replacement not active everywhere yet, Rotate or Finish").appears();
		await picture("rotation-begun");
		assert.match(toast.text, /Rotate again to go on, or undo it\.$/);
		await toast.dismiss();
		assert.deepEqual(rotating.activeIn(rotating.made.archived.id), [rotating.made.old.id]);

		const before = emulator.exchanges.length;
		emulator.faults.next({ kind: "reset", operation: "projectActivate", when: "after", times: 2 });
		await chooseOn(window, OLD, "Rotate…");
		const dialog = await window.dialog(`Go on rotating “${OLD}” to “${NEXT}”?`);
		assert.match(dialog.detail, /is activated in:\s+• project “Archived”\s/);
		await dialog.press("Rotate");
		await rotating.isWaiting(OLD);
		assert.deepEqual(rotating.activeIn(rotating.made.archived.id), [rotating.made.old.id, rotating.idOf(NEXT)]);
		assert.equal(rotating.posts(before).length, 2);
		await saysNothing(window);
	});

	it("says on a machine that has no plan what is not known there, and goes on from what is", async () => {
		const { code, picture } = rotating.made.session;
		await rotate();
		const plans = readdirSync(code.dataFolder, { recursive: true, encoding: "utf8" }).filter((path) =>
			/rotations\/[^/]+\.json$/.test(path),
		);
		assert.equal(plans.length, 1);
		for (const path of plans) rmSync(join(code.dataFolder, path));
		await rotating.refresh();
		await rotating.isOver();
		await rotating.rotateTo(OLD, NEXT);
		const dialog = await rotating.question(OLD, NEXT);
		await picture("rotation-elsewhere");
		assert.match(dialog.detail, /is active already in the organization, project “\w+”, and project “\w+”\. Whether/);
		await dialog.press("Rotate");
		await rotating.isWaiting(OLD);
	});

	describe("in the end", () => {
		itKeepsTheContract(() => kit.session);

		itKeepsTheKeySecret(() => kit.session);
	});
});

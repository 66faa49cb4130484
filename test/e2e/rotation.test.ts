import assert from "node:assert/strict";
import { readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type MadeCertificate, makeCertificate } from "../certificates.ts";
import type { Project, StoredCertificate } from "../emulator/state.ts";
import { temporaryFolder } from "../leftovers.ts";
import { itKeepsTheContract } from "./contract.ts";
import { environment } from "./environment.ts";
import { addAnchor, chooseOn, closeSettings, saysNothing, sentSince, signIn } from "./managing.ts";
import { itKeepsTheKeySecret } from "./secrecy.ts";
import { pictureFailures, type Session, startSession } from "./session.ts";
import { acceptName, confirm, rowOf, VIEW } from "./uploading.ts";

const OLD = "Old CA";
const NEXT = "New CA";
const OTHER = "Other CA";
const SHORT = "Short CA";
const PROJECT = "Project CA";
const WAITING = "Rotating: move clients, then Finish";

describe(`Rotating in VS Code ${environment.version}`, () => {
	const temporary = temporaryFolder("client");
	const clientFile = join(temporary.path, "client.pem");
	let session: Session;
	let old: StoredCertificate;
	let oldClient: MadeCertificate;
	let nextClient: MadeCertificate;
	/** As the service calls the new one. */
	let next: string;
	let production: Project;
	let archived: Project;
	let staging: Project;

	before(async () => {
		const expiring = (commonName: string, days: number) =>
			makeCertificate({ commonName, notAfter: new Date(Date.now() + days * 86_400_000) });
		const [issuer, nextIssuer, short, early] = await Promise.all([
			...[expiring(OLD, 100), expiring(NEXT, 800), expiring(SHORT, 50), expiring("Early CA", 60)],
		]);
		assert.ok(issuer && nextIssuer && short && early);
		oldClient = await makeCertificate({ commonName: "Old client", ca: false, issuer });
		nextClient = await makeCertificate({ commonName: "New client", ca: false, issuer: nextIssuer });
		present(oldClient);
		session = await startSession({
			...environment,
			files: { "new.pem": nextIssuer.pem, "early.pem": early.pem },
			settings: { "openaiCertificates.clientCertificate": clientFile },
		});
		const { state } = session.emulator;
		const upload = ({ pem }: MadeCertificate, name: string) => state.upload({ certificate: pem, name }).commit();
		old = upload(issuer, OLD);
		upload(short, SHORT);
		for (const name of [OTHER, PROJECT]) await addAnchor(session.emulator, name);
		production = state.addProject("Production");
		archived = state.addProject("Archived", { archived: true });
		staging = state.addProject("Staging");
		switchOn(old.id, ORGANIZATION, production.id, archived.id);
		await signIn(session, OLD);
	});

	after(async () => {
		await session.close();
		temporary.remove();
	});

	pictureFailures(() => session);

	const ORGANIZATION = "organization";
	const activeIn = (scope: string) => session.emulator.state.activeIn(scope);
	const switchOn = (id: string, ...scopes: readonly string[]) => {
		for (const scope of scopes) session.emulator.state.setActive(scope, [id], true).commit();
	};
	const switchOff = (id: string, ...scopes: readonly string[]) => {
		for (const scope of scopes) session.emulator.state.setActive(scope, [id], false).commit();
	};
	const idOf = (name: string) =>
		session.emulator.state.certificates.find((certificate) => certificate.name === name)?.id ?? "";
	/** Has this extension's own client certificate be this one. */
	const present = ({ pem, privateKeyPem }: MadeCertificate) =>
		writeFileSync(clientFile, pem + privateKeyPem, { mode: 0o600 });
	const scopes = () => [ORGANIZATION, production.id, archived.id];
	const posts = (before: number) => sentSince(session.emulator, before, "POST");

	/** Chooses Rotate… on a row, and the certificate that takes over. */
	const rotateTo = async (from: string, to: string) => {
		await chooseOn(session.window, from, "Rotate…");
		await (await session.window.quickInput(`Rotate “${from}”`)).pick(to);
	};
	const rotateToFile = async (from: string, file: string) => {
		await rotateTo(from, "Choose a File…");
		const where = await session.window.quickInput(`The certificate that takes over from “${from}”`);
		await where.valueBecomes(`${session.folder}/`);
		await where.type(join(session.folder, file));
		await where.accept();
	};
	const question = (from: string, to: string) => session.window.dialog(`Rotate “${from}” to “${to}”?`);
	const isWaiting = async (name: string) => {
		await session.window.view(VIEW).rowWith(`${name}${WAITING}`).appears();
		await session.window.view(VIEW).rowWith(`taking over from “${name}”`).appears();
	};
	/** Waits until no row tells of a rotation. */
	const isOver = async () => {
		await session.window.view(VIEW).rowWith("Rotating: ").disappears();
		await session.window.view(VIEW).rowWith("taking over from").disappears();
	};
	/** Reads everything again, and waits for it. */
	const refresh = async () => {
		const read = session.emulator.faults.next({ kind: "none", operation: "list", when: "before" });
		await session.window.view(VIEW).action("Refresh");
		await read.ended;
	};

	it("offers a file first, then what fits, then what does not and why", async () => {
		const { window, picture } = session;
		await chooseOn(window, OLD, "Rotate…");
		const pick = await window.quickInput(`Rotate “${OLD}”`);
		const options = await pick.options();
		await picture("rotate-which");
		assert.match(options[0] ?? "", /^Choose a File…/);
		assert.ok(
			options.slice(1, 3).every((option) => /^(Other|Project) CA, /.test(option)),
			options.join("\n"),
		);
		assert.match(options[3] ?? "", /^Short CA, .*The new certificate does not expire later than the old one\./);
		assert.equal(options.length, 4);
		await pick.cancel();
		await saysNothing(window);
	});

	it("refuses one that does not expire later, before a file is uploaded", async () => {
		const { window, emulator } = session;
		const before = emulator.exchanges.length;
		const words = "The new certificate does not expire later than the old one.";
		await rotateToFile(OLD, "early.pem");
		await (await window.toast(words)).dismiss();
		await rotateTo(OLD, SHORT);
		await (await window.toast(words)).dismiss();
		assert.deepEqual(posts(before), []);
	});

	it("says what to delete where there is no room, and uploads nothing", async () => {
		const { window, emulator, picture } = session;
		const { state } = emulator;
		const now = Math.floor(Date.now() / 1000);
		const fillers = Array.from({ length: 50 - state.certificates.length }, (_, index) =>
			state.put({ name: `Filler ${index}`, validAt: now - 900_000, expiresAt: now + (index - 1) * 200_000 }),
		);
		await refresh();
		const before = emulator.exchanges.length;
		await rotateToFile(OLD, "new.pem");
		const dialog = await window.dialog("There is no room for the new certificate.");
		await picture("rotate-no-room");
		assert.match(dialog.detail, /OpenAI keeps 50 at most\. Delete one first, then rotate\./);
		assert.match(dialog.detail, /Active nowhere:\s+• “Filler 0”: cert_\w+, expired 2 days ago\s+• “Filler 1”/);
		assert.deepEqual(dialog.buttons, ["Cancel", "Show Certificates"]);
		await dialog.enter();
		assert.deepEqual(posts(before), []);
		for (const { id } of fillers) state.remove(id).commit();
		await refresh();
		await saysNothing(window);
	});

	it("R53 refuses while a scope cannot be read, an archived project too, and names it", async () => {
		const { window, emulator } = session;
		const before = emulator.exchanges.length;
		const match = ({ path }: { path: string }) => path.includes(archived.id);
		const fault = { kind: "status", status: 403, operation: "projectList", when: "before" } as const;
		emulator.faults.next({ ...fault, match, times: Number.POSITIVE_INFINITY });
		await rotateTo(OLD, OTHER);
		const toast = await window.toast("Where it is active could not be read as a whole: project “Archived”.");
		assert.match(toast.text, /Nothing was changed\./);
		await toast.dismiss();
		emulator.faults.clear();
		assert.deepEqual(posts(before), []);
	});

	it("uploads a file, shows the plan, and activates exactly where the old one is active", async () => {
		const { window, emulator, picture } = session;
		const before = emulator.exchanges.length;
		await rotateToFile(OLD, "new.pem");
		next = await acceptName(window, NEXT);
		await confirm(window, next);
		const dialog = await question(OLD, next);
		await picture("rotate-plan");
		assert.match(dialog.detail, /Subject: CN=Old CA → CN=New CA/);
		assert.match(dialog.detail, /Key: EC.* \(another one\)/i);
		assert.match(dialog.detail, /is activated in:\s+• the organization\s+• project “\w+”\s+• project “\w+”\s/);
		assert.match(dialog.detail, /“Old CA” stays active beside it\./);
		assert.match(dialog.detail, /A filter \(CEL policy\)/);
		assert.deepEqual(dialog.buttons, ["Cancel", "Don't Rotate", "Rotate"]);
		assert.equal(dialog.onEnter, "Don't Rotate");
		await dialog.enter();
		assert.deepEqual(posts(before), ["POST certificates"]);

		// The same file again: it is there, so that nothing more is asked and nothing is sent.
		await rotateToFile(OLD, "new.pem");
		await (await question(OLD, next)).press("Rotate");
		await isWaiting(OLD);
		await saysNothing(window);
		for (const scope of scopes()) assert.deepEqual(activeIn(scope), [old.id, idOf(next)]);
		assert.deepEqual(activeIn(staging.id), []);
		const [, ...activations] = posts(before);
		assert.deepEqual(
			activations.toSorted(),
			[
				"POST certificates/activate",
				...[production, archived].map(({ id }) => `POST projects/${id}/certificates/activate`),
			].toSorted(),
		);
		assert.equal(activations.at(-1), "POST certificates/activate");
	});

	it("says in its row, its tooltip, to a screen reader and below it what is to be done", async () => {
		const { window, picture } = session;
		const row = await rowOf(window, OLD);
		assert.match(await row.description(), new RegExp(`^${WAITING} · ${old.id} · `));
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
		await window.view(VIEW).rowWith(`Rotating to“${next}” in the organization`).appears();
		await window.widenSideBar(200);
		await picture("rotating");
		await row.collapse();
	});

	it("says so where nothing is left to be activated", async () => {
		const { window, emulator } = session;
		const before = emulator.exchanges.length;
		await chooseOn(window, OLD, "Rotate…");
		await (await window.toast(`“${next}” is active wherever “${OLD}” is. Move the clients, then Finish.`)).dismiss();
		assert.deepEqual(posts(before), []);
	});

	it("keeps the plan over a restart", async () => {
		const { window, code } = session;
		await window.leave();
		await code.restart();
		await window.load();
		await window.openViews();
		await isWaiting(OLD);
	});

	it("does not finish while this extension would lock itself out, and leads to the settings", async () => {
		const { window, emulator, picture } = session;
		const before = emulator.exchanges.length;
		await (await rowOf(window, OLD)).action("Finish Rotation…");
		const dialog = await window.dialog(`“${OLD}” cannot go yet: this extension would lock itself out.`);
		await picture("rotation-lock-out");
		assert.match(dialog.detail, /This extension will be refused too\. .*CN=Old client was issued by CN=Old CA/);
		assert.deepEqual(dialog.buttons, ["Cancel", "Set Up Client Certificate"]);
		await dialog.enter();
		await closeSettings(window);
		assert.deepEqual(posts(before), []);
	});

	it("undoes it: all is as it was before", async () => {
		const { window, emulator, picture } = session;
		await window.openViews();
		const before = emulator.exchanges.length;
		await chooseOn(window, OLD, "Undo Rotation…");
		const message = `Undo the rotation of “${OLD}” to “${next}”?`;
		const dialog = await window.dialog(message);
		await picture("rotation-undo");
		assert.match(dialog.detail, /is deactivated in:\s+• the organization\s+• project “\w+”\s+• project “\w+”\s/);
		assert.match(dialog.detail, /Clients that have moved are refused there from then on\./);
		assert.deepEqual(dialog.buttons, ["Cancel", "Don't Undo", "Undo"]);
		assert.equal(dialog.onEnter, "Don't Undo");
		await dialog.enter();
		assert.deepEqual(posts(before), []);
		await chooseOn(window, OLD, "Undo Rotation…");
		await (await window.dialog(message)).press("Undo");
		await isOver();
		for (const scope of scopes()) assert.deepEqual(activeIn(scope), [old.id]);
		await saysNothing(window);
	});

	it("R34 reads back what became of an activation without an answer, and tells what failed", async () => {
		const { window, emulator, picture } = session;
		const match = ({ path }: { path: string }) => path.includes(archived.id);
		emulator.faults.next({ kind: "status", status: 403, operation: "projectActivate", when: "before", match });
		await rotateTo(OLD, next);
		await (await question(OLD, next)).press("Rotate");
		const toast = await window.toast("in project “Archived”: not activated.");
		await window.view(VIEW).rowWith("Rotating: begun, Rotate again to go on").appears();
		await picture("rotation-begun");
		assert.match(toast.text, /Rotate again to go on, or undo it\.$/);
		await toast.dismiss();
		assert.deepEqual(activeIn(archived.id), [old.id]);

		const before = emulator.exchanges.length;
		emulator.faults.next({ kind: "reset", operation: "projectActivate", when: "after", times: 2 });
		await chooseOn(window, OLD, "Rotate…");
		const dialog = await window.dialog(`Go on rotating “${OLD}” to “${next}”?`);
		assert.match(dialog.detail, /is activated in:\s+• project “Archived”\s/);
		await dialog.press("Rotate");
		await isWaiting(OLD);
		assert.deepEqual(activeIn(archived.id), [old.id, idOf(next)]);
		assert.equal(posts(before).length, 2);
		await saysNothing(window);
	});

	it("says on a machine that has no plan what is not known there, and goes on from what is", async () => {
		const { code, picture } = session;
		const plans = readdirSync(code.dataFolder, { recursive: true, encoding: "utf8" }).filter((path) =>
			/rotations\/[^/]+\.json$/.test(path),
		);
		assert.equal(plans.length, 1);
		for (const path of plans) rmSync(join(code.dataFolder, path));
		await refresh();
		await isOver();
		await rotateTo(OLD, next);
		const dialog = await question(OLD, next);
		await picture("rotation-elsewhere");
		assert.match(dialog.detail, /is active already in the organization, project “\w+”, and project “\w+”\. Whether/);
		await dialog.press("Rotate");
		await isWaiting(OLD);
	});

	it("R36 asks anew where something was changed meanwhile, then finishes in every scope", async () => {
		const { window, emulator, picture } = session;
		present(nextClient);
		await (await rowOf(window, OLD)).action("Finish Rotation…");
		const message = `Have all clients moved from “${OLD}” to “${next}”?`;
		const dialog = await window.dialog(message);
		await picture("rotation-finish");
		assert.match(dialog.detail, /^Nothing here can show whether they have\. .* identities that log in by it/);
		assert.match(dialog.detail, /“Old CA” is deactivated in:\s+• the organization\s/);
		assert.match(dialog.detail, /client certificate CN=New client was checked offline: it chains to “New CA/);
		assert.deepEqual(dialog.buttons, ["Cancel", "Finish", "Finish and Delete", "Not Yet"]);
		assert.equal(dialog.onEnter, "Not Yet");
		switchOn(old.id, staging.id);
		const before = emulator.exchanges.length;
		await dialog.press("Finish");
		const again = await window.dialog(message);
		assert.match(again.detail, /^Something was changed meanwhile/);
		assert.match(again.detail, /is not active yet in project “Staging”: it is activated there first\./);
		assert.deepEqual(posts(before), []);
		await again.press("Finish");
		await isOver();
		for (const scope of [...scopes(), staging.id]) assert.deepEqual(activeIn(scope), [idOf(next)]);
		assert.ok(idOf(OLD));
		await saysNothing(window);
	});

	it("tells how far it came where a scope fails, and goes on from there, then deletes", async () => {
		const { window, emulator, picture } = session;
		switchOn(idOf(PROJECT), staging.id, production.id);
		// Has the projects read, too.
		const projectRow = await rowOf(window, PROJECT);
		await projectRow.expand();
		await refresh();
		await window.view(VIEW).rowWith("active in 2 scopes").appears();
		await projectRow.collapse();
		await rotateTo(PROJECT, next);
		await (await question(PROJECT, next)).press("Rotate");
		await isWaiting(PROJECT);
		const message = `Have all clients moved from “${PROJECT}” to “${next}”?`;
		const match = ({ path }: { path: string }) => path.includes(staging.id);
		emulator.faults.next({ kind: "status", status: 403, operation: "projectDeactivate", when: "before", match });
		await chooseOn(window, PROJECT, "Finish Rotation…");
		await (await window.dialog(message)).press("Finish and Delete");
		const toast = await window.toast(`The rotation of “${PROJECT}” is not finished.`);
		await picture("rotation-not-finished");
		assert.match(toast.text, /In project “Staging”: “Project CA” not deactivated\. .*\(403\)/);
		await toast.dismiss();
		assert.deepEqual(activeIn(staging.id), [idOf(next), idOf(PROJECT)]);
		await chooseOn(window, PROJECT, "Finish Rotation…");
		const row = await rowOf(window, PROJECT);
		await (await window.dialog(message)).press("Finish and Delete");
		await row.disappears();
		await isOver();
		assert.equal(idOf(PROJECT), "");
		for (const scope of [staging.id, production.id]) assert.deepEqual(activeIn(scope), [idOf(next)]);
		await saysNothing(window);
	});

	/** Has the old one be active in the organization alone, as to begin with, and the row show it. */
	const backToOrganization = async () => {
		present(oldClient);
		switchOff(idOf(next), ORGANIZATION, staging.id, production.id, archived.id);
		switchOn(old.id, ORGANIZATION);
		await refresh();
		await session.window.view(VIEW).rowWith("active in the organization").appears();
		assert.deepEqual(activeIn(ORGANIZATION), [old.id]);
		for (const { id } of [production, archived, staging]) assert.deepEqual(activeIn(id), []);
	};
	const unclear = () => session.window.quickInput(`Where “${OLD}” is active`);
	const undo = async () => {
		await chooseOn(session.window, OLD, "Undo Rotation…");
		await (await session.window.dialog(`Undo the rotation of “${OLD}”`)).press("Undo");
		await isOver();
		assert.deepEqual(activeIn(ORGANIZATION), [old.id]);
		for (const { id } of [production, archived, staging]) assert.deepEqual(activeIn(id), []);
	};

	it("does not ask where lists show what is a project's own, and leave out what is not active", async () => {
		const { switches } = session.emulator;
		await backToOrganization();
		switches.projectListInactive = false;
		await rotateTo(OLD, next);
		const dialog = await question(OLD, next);
		assert.match(dialog.detail, /is activated in:\s+• the organization\s+“Old CA” stays/);
		await dialog.escape();
		switches.projectListInactive = true;
	});

	it("asks what lists cannot tell, and leaves projects alone where it is the organization only", async () => {
		const { emulator, picture } = session;
		emulator.switches.projectListInherits = true;
		await rotateTo(OLD, next);
		const pick = await unclear();
		await picture("rotation-unclear");
		assert.match(await pick.placeholder(), /^Is “Old CA” active by itself in project “\w+”, project “\w+”, and pro/);
		await pick.pick("Only through the organization");
		const dialog = await question(OLD, next);
		assert.match(dialog.detail, /is activated in:\s+• the organization\s+“Old CA” stays/);
		await dialog.press("Rotate");
		await isWaiting(OLD);
		assert.deepEqual(activeIn(ORGANIZATION), [old.id, idOf(next)]);
		for (const { id } of [production, archived, staging]) assert.deepEqual(activeIn(id), []);
		await undo();
	});

	it("activates in the projects, too, where the answer is that, and undoes it there", async () => {
		await rotateTo(OLD, next);
		await (await unclear()).pick("By itself, too");
		await (await question(OLD, next)).press("Rotate");
		await isWaiting(OLD);
		for (const { id } of [production, archived, staging]) assert.deepEqual(activeIn(id), [idOf(next)]);
		await undo();
	});

	itKeepsTheContract(() => session);

	itKeepsTheKeySecret(() => session);
});

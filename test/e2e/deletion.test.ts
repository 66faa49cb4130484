import assert from "node:assert/strict";
import type { Project, StoredCertificate } from "../emulator/state.ts";
import {
	addCaCertificate,
	assertNoNotifications,
	chooseInRowMenu,
	requestsSince,
	signIn,
} from "./setup/certificateActions.ts";
import { itMatchesApiDescription } from "./setup/contractCheck.ts";
import { environment } from "./setup/environment.ts";
import { itKeepsTheKeySecret } from "./setup/secretChecks.ts";
import { resetBeforeEachTest, type Session, startSession } from "./setup/session.ts";
import { VIEW_TITLE, waitForRow } from "./setup/uploadActions.ts";

const ACTIVE = "Held CA";
/** Active in no scope, oldest first. */
const INACTIVE = ["Free CA", "Lost CA", "Gone CA"];

describe(`Deleting in VS Code ${environment.version}`, () => {
	let session: Session;
	let active: StoredCertificate;
	let production: Project;
	let old: Project;

	before(async () => {
		session = await startSession({ ...environment, files: {} });
	});

	after(() => session.close());

	resetBeforeEachTest(
		() => session,
		async () => {
			const { emulator } = session;
			active = await addCaCertificate(emulator, ACTIVE);
			for (const name of INACTIVE) await addCaCertificate(emulator, name);
			production = emulator.state.addProject("Production");
			old = emulator.state.addProject("Old", { archived: true });
			for (const scope of ["organization", production.id, old.id])
				emulator.state.setActive(scope, [active.id], true).commit();
			await signIn(session);
		},
	);

	const names = () => session.emulator.state.certificates.map(({ name }) => name);
	const message = (name: string) => `Delete “${name}”?`;

	it("R35 deletes an inactive certificate, after a modal whose default button does no harm", async () => {
		const { window } = session;
		await chooseInRowMenu(window, "Free CA", "Delete…");
		const dialog = await window.dialog(message("Free CA"));
		await session.picture("delete");
		assert.match(dialog.detail, /It is active nowhere\. Once it is deleted, OpenAI has no copy of it/);
		assert.deepEqual(dialog.buttons, ["Cancel", "Delete", "Save PEM As…"]);
		assert.equal(dialog.onEnter, "Save PEM As…");
		await dialog.escape();
		assert.ok(names().includes("Free CA"));
		await chooseInRowMenu(window, "Free CA", "Delete…");
		const row = await waitForRow(window, "Free CA");
		await (await window.dialog(message("Free CA"))).press("Delete");
		await window.waitForStatus("Deleted “Free CA”.");
		await row.waitUntilGone();
		assert.ok(!names().includes("Free CA"));
		await assertNoNotifications(window);
	});

	it("applies F2 and Delete to the focused row and all rows selected with it, and never during typing", async () => {
		const { window } = session;
		const { keyboard } = window.page;
		const view = window.view(VIEW_TITLE);
		await view.waitForRows("Gone CA", "Lost CA", "Free CA", ACTIVE);
		await view.row("Gone CA").addToSelection();
		await keyboard.press("ArrowDown");
		await view.row("Lost CA").waitUntilFocused();
		await keyboard.press("F2");
		const box = await window.quickInput("Rename Lost CA");
		for (const key of ["Home", "Delete"]) await keyboard.press(key);
		await box.waitForValue("ost CA");
		await box.cancel();
		await view.row("Lost CA").waitUntilFocused();
		await keyboard.press("Delete");
		await (await window.dialog(message("Lost CA"))).escape();
		await view.row("Lost CA").addToSelection();
		await keyboard.press("Delete");
		// Each certificate has its own question; Escape ends the command.
		await (await window.dialog(message("Gone CA"))).escape();
		await assertNoNotifications(window);
		assert.deepEqual(names(), [ACTIVE, ...INACTIVE]);
	});

	it("R34 reports only the deletion if the response was lost twice", async () => {
		const { window, emulator } = session;
		const before = emulator.exchanges.length;
		emulator.faults.arm({ kind: "reset", operation: "delete", when: "after", times: 2 });
		await chooseInRowMenu(window, "Lost CA", "Delete…");
		const row = await waitForRow(window, "Lost CA");
		await (await window.dialog(message("Lost CA"))).press("Delete");
		await window.waitForStatus("Deleted “Lost CA”.");
		await row.waitUntilGone();
		assert.ok(!names().includes("Lost CA"));
		assert.ok(requestsSince(emulator, before, "DELETE").length <= 2);
		await assertNoNotifications(window);
	});

	it("R36 says that the certificate is gone if another user deleted it first, and shows the current list", async () => {
		const { window, emulator } = session;
		const gone = emulator.state.certificates.find(({ name }) => name === "Gone CA") ?? assert.fail();
		emulator.state.remove(gone.id).commit();
		const before = emulator.exchanges.length;
		const row = await waitForRow(window, "Gone CA");
		await chooseInRowMenu(window, "Gone CA", "Delete…");
		await (await window.toast("“Gone CA”: deleted meanwhile, by somebody else.")).dismiss();
		await row.waitUntilGone();
		assert.deepEqual(requestsSince(emulator, before, "DELETE"), []);
	});

	it("R53 refuses while a scope cannot be read, and names the scope", async () => {
		const { window, emulator } = session;
		const before = emulator.exchanges.length;
		const match = ({ path }: { path: string }) => path.includes(old.id);
		const fault = { kind: "status", status: 403, operation: "projectList", when: "before" } as const;
		emulator.faults.arm({ ...fault, match, times: Number.POSITIVE_INFINITY });
		await chooseInRowMenu(window, ACTIVE, "Delete…");
		const toast = await window.toast("Where it is active could not be read as a whole: project “Old”.");
		assert.match(toast.text, /Nothing was changed\./);
		await toast.dismiss();
		assert.deepEqual(requestsSince(emulator, before, "DELETE"), []);
	});

	it("R35 refuses to delete an active certificate, names every scope, and deactivates and deletes in one step", async () => {
		const { window, emulator } = session;
		const before = emulator.exchanges.length;
		const question = `“${ACTIVE}” cannot be deleted while it is active.`;
		await chooseInRowMenu(window, ACTIVE, "Delete…");
		const dialog = await window.dialog(question);
		await session.picture("delete-active");
		assert.match(dialog.detail, /It is active in:\s+• the organization\s+• project “Old”\s+• project “Production”/);
		assert.match(
			dialog.detail,
			/Nothing else is active in the organization, project “Old”, and project “Production”\./,
		);
		assert.deepEqual(dialog.buttons, ["Cancel", "Deactivate Everywhere and Delete", "Keep It"]);
		assert.equal(dialog.onEnter, "Keep It");
		await dialog.enter();
		assert.deepEqual(requestsSince(emulator, before, "POST"), []);

		emulator.faults.arm({ kind: "status", status: 403, operation: "projectDeactivate", when: "before" });
		await chooseInRowMenu(window, ACTIVE, "Delete…");
		await (await window.dialog(question)).press("Deactivate Everywhere and Delete");
		const toast = await window.toast(`“${ACTIVE}” was not deleted.`);
		await session.picture("not-deleted");
		// The unfinished scopes come first.
		assert.match(
			toast.text,
			/“Held CA” in project “Old”: not deactivated\..*“Held CA” in project “Production”: not tried\. “Held CA” in the organization: deactivated\.$/,
		);
		await toast.dismiss();
		assert.deepEqual(emulator.state.activeIn("organization"), []);
		assert.deepEqual(emulator.state.activeIn(old.id), [active.id]);

		await chooseInRowMenu(window, ACTIVE, "Delete…");
		const remaining = await window.dialog(question);
		assert.match(remaining.detail, /It is active in:\s+• project “Old”\s+• project “Production”/);
		await remaining.press("Deactivate Everywhere and Delete");
		await window.waitForStatus(`Deleted “${ACTIVE}”.`);
		for (const scope of [production.id, old.id]) assert.deepEqual(emulator.state.activeIn(scope), []);
		assert.deepEqual(names(), INACTIVE);
		await assertNoNotifications(window);
	});

	describe("after all tests", () => {
		itMatchesApiDescription(() => session);

		itKeepsTheKeySecret(() => session);
	});
});

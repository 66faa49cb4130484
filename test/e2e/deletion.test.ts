import assert from "node:assert/strict";
import { describeDeletedMeanwhile, formatCertificates } from "../../src/common/messages/certificateMessages.ts";
import { describeProblem } from "../../src/common/messages/problems/problems.ts";
import { describeFailedDeletion } from "../../src/features/activation/activationResultMessages.ts";
import { renameTitle } from "../../src/features/certificates/renameMessages.ts";
import {
	deleteLabels,
	describeActiveDeletion,
	describeDeleted,
	describeInactiveDeletion,
} from "../../src/features/deletion/deleteMessages.ts";
import type { Project, StoredCertificate } from "../emulator/state.ts";
import { manifestText } from "../texts/manifestTexts.ts";
import { certificate } from "../unit/fakes/certificatesApi.ts";
import { nameAmong, named, type ScopeOrProject, summarize, toScopeResult } from "./setup/activationTexts.ts";
import {
	addCaCertificate,
	assertNoNotifications,
	chooseInRowMenu,
	requestsSince,
	signIn,
} from "./setup/certificateActions.ts";
import { currentTime, withContent } from "./setup/certificateTexts.ts";
import { itMatchesApiDescription } from "./setup/contractCheck.ts";
import { environment } from "./setup/environment.ts";
import { inOneLine } from "./setup/productTexts.ts";
import { itKeepsTheKeySecret } from "./setup/secretChecks.ts";
import { resetBeforeEachTest, type Session, startSession } from "./setup/session.ts";
import { VIEW_TITLE, waitForRow } from "./setup/uploadActions.ts";

const DELETE = manifestText("command.delete");
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
	const stored = (name: string) =>
		session.emulator.state.certificates.find((each) => each.name === name) ?? assert.fail();
	const message = (name: string) => describeInactiveDeletion(named(name), false, currentTime()).message;
	const deleted = (name: string) => describeDeleted(certificate(name));

	/** Describes the prompt before the deletion of the active certificate, which is active in these scopes. */
	const activeDeletion = async (...scopes: readonly ScopeOrProject[]) =>
		describeActiveDeletion(
			{
				...{ subject: await withContent(active), scopes: summarize(...scopes), unenforced: summarize(...scopes) },
				...{ inheritedOnly: summarize(), unknown: summarize(), access: null, clients: null, changed: false },
			},
			currentTime(),
		);

	it("R35 deletes an inactive certificate, after a modal whose default button does no harm", async () => {
		const { window } = session;
		await chooseInRowMenu(window, "Free CA", DELETE);
		const dialog = await window.dialog(message("Free CA"));
		await session.picture("delete");
		const { detail } = describeInactiveDeletion(await withContent(stored("Free CA")), false, currentTime());
		assert.equal(dialog.detail, detail);
		assert.deepEqual(dialog.buttons, ["Cancel", deleteLabels.delete, deleteLabels.savePem].sort());
		assert.equal(dialog.onEnter, deleteLabels.savePem);
		await dialog.escape();
		assert.ok(names().includes("Free CA"));
		await chooseInRowMenu(window, "Free CA", DELETE);
		const row = await waitForRow(window, "Free CA");
		await (await window.dialog(message("Free CA"))).press(deleteLabels.delete);
		await window.waitForStatus(deleted("Free CA"));
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
		const box = await window.quickInput(renameTitle(certificate("Lost CA")));
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
		await chooseInRowMenu(window, "Lost CA", DELETE);
		const row = await waitForRow(window, "Lost CA");
		await (await window.dialog(message("Lost CA"))).press(deleteLabels.delete);
		await window.waitForStatus(deleted("Lost CA"));
		await row.waitUntilGone();
		assert.ok(!names().includes("Lost CA"));
		assert.ok(requestsSince(emulator, before, "DELETE").length <= 2);
		await assertNoNotifications(window);
	});

	it("R36 says that the certificate is gone if another user deleted it first, and shows the current list", async () => {
		const { window, emulator } = session;
		emulator.state.remove(stored("Gone CA").id).commit();
		const before = emulator.exchanges.length;
		const row = await waitForRow(window, "Gone CA");
		await chooseInRowMenu(window, "Gone CA", DELETE);
		const gone = describeDeletedMeanwhile(formatCertificates([certificate("Gone CA")]));
		await (await window.toast(gone)).dismiss();
		await row.waitUntilGone();
		assert.deepEqual(requestsSince(emulator, before, "DELETE"), []);
	});

	it("R53 refuses while a scope cannot be read, and names the scope", async () => {
		const { window, emulator } = session;
		const before = emulator.exchanges.length;
		const match = ({ path }: { path: string }) => path.includes(old.id);
		const fault = { kind: "status", status: 403, operation: "projectList", when: "before" } as const;
		emulator.faults.arm({ ...fault, match, times: Number.POSITIVE_INFINITY });
		await chooseInRowMenu(window, ACTIVE, DELETE);
		const unread = describeProblem({
			...{ reason: "scopes-unread", organization: false, allProjects: false, projects: [old] },
			why: { reason: "forbidden", permission: null },
		});
		const toast = await window.toast(unread);
		assert.equal(toast.text, unread);
		await toast.dismiss();
		assert.deepEqual(requestsSince(emulator, before, "DELETE"), []);
	});

	it("R35 asks before it deletes an active certificate, names every scope, and deactivates and deletes in one step", async () => {
		const { window, emulator } = session;
		const before = emulator.exchanges.length;
		const { message: question, detail } = await activeDeletion("organization", old, production);
		const { deactivateAndDelete, dontDelete } = deleteLabels;
		await chooseInRowMenu(window, ACTIVE, DELETE);
		const dialog = await window.dialog(question);
		await session.picture("delete-active");
		assert.equal(dialog.detail, detail);
		assert.deepEqual(dialog.buttons, ["Cancel", deactivateAndDelete, dontDelete].sort());
		assert.equal(dialog.onEnter, dontDelete);
		await dialog.enter();
		assert.deepEqual(requestsSince(emulator, before, "POST"), []);

		emulator.faults.arm({ kind: "status", status: 403, operation: "projectDeactivate", when: "before" });
		await chooseInRowMenu(window, ACTIVE, DELETE);
		await (await window.dialog(question)).press(deactivateAndDelete);
		// The unfinished scopes come first.
		const problem = { reason: "forbidden", permission: null } as const;
		const expected = [
			{ scope: old, outcome: "failed", problem },
			{ scope: production, outcome: "notTried" },
			{ scope: "organization" },
		] as const;
		const results = expected.map((each) => toScopeResult([active.id], each));
		const failed = describeFailedDeletion(certificate(ACTIVE), results, problem, nameAmong(expected));
		const toast = await window.toast(failed);
		await session.picture("not-deleted");
		assert.equal(toast.text, inOneLine(failed));
		await toast.dismiss();
		assert.deepEqual(emulator.state.activeIn("organization"), []);
		assert.deepEqual(emulator.state.activeIn(old.id), [active.id]);

		await chooseInRowMenu(window, ACTIVE, DELETE);
		const remaining = await window.dialog(question);
		assert.equal(remaining.detail, (await activeDeletion(old, production)).detail);
		await remaining.press(deactivateAndDelete);
		await window.waitForStatus(deleted(ACTIVE));
		for (const scope of [production.id, old.id]) assert.deepEqual(emulator.state.activeIn(scope), []);
		assert.deepEqual(names(), INACTIVE);
		await assertNoNotifications(window);
	});

	describe("after all tests", () => {
		itMatchesApiDescription(() => session);

		itKeepsTheKeySecret(() => session);
	});
});

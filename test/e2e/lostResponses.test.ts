import assert from "node:assert/strict";
import { makeCertificate } from "../certificates.ts";
import {
	addCaCertificate,
	assertNoNotifications,
	pressRowButton,
	runRowCommand,
	signIn,
} from "./setup/certificateActions.ts";
import { itMatchesApiDescription } from "./setup/contractCheck.ts";
import { environment } from "./setup/environment.ts";
import { itKeepsTheKeySecret } from "./setup/secretChecks.ts";
import { EXTENSION_NAME, resetBeforeEachTest, type Session, startSession } from "./setup/session.ts";
import { acceptName, chooseUpload, enterKey, pressUpload, VIEW_TITLE, waitForRow } from "./setup/uploadActions.ts";

const OTHER = "Other CA";

describe(`Uploads without a response in VS Code ${environment.version}`, () => {
	let session: Session;

	before(async () => {
		const [after, before, late] = await Promise.all(
			["Lost after", "Lost before", "Late"].map((commonName) => makeCertificate({ commonName })),
		);
		const files = {
			"lost-after.pem": after?.pem ?? "",
			"lost-before.pem": before?.pem ?? "",
			"late.pem": late?.pem ?? "",
		};
		session = await startSession({ ...environment, files });
	});

	after(() => session.close());

	resetBeforeEachTest(
		() => session,
		async () => {
			await addCaCertificate(session.emulator, OTHER);
			await signIn(session);
		},
	);

	/** Counts the uploads after the first `before` exchanges. */
	const countPostsSince = (before: number) =>
		session.emulator.exchanges.slice(before).filter(({ method }) => method === "POST").length;

	/** Uploads a file with the suggested name. @returns the name. */
	const upload = async (file: string, commonName: string) => {
		await chooseUpload(session.window, file);
		const name = await acceptName(session.window, commonName);
		await pressUpload(session.window, name);
		return name;
	};

	/** Waits for the row of an unconfirmed upload. @returns the row. */
	const unconfirmedRow = async () => {
		await session.window.openViews();
		const row = session.window.view(VIEW_TITLE).rowWith("upload not confirmed");
		await row.waitUntilVisible();
		return row;
	};

	it("R20 shows the row with id and expiry without any action if the response was lost after the upload arrived", async () => {
		const { window, emulator } = session;
		const before = emulator.exchanges.length;
		emulator.faults.arm({ kind: "reset", operation: "upload", when: "after" });
		const name = await upload("lost-after.pem", "Lost after");
		const row = await waitForRow(window, name);
		await row.waitUntilSelected();
		const [stored, ...others] = emulator.state.certificates.filter((certificate) => certificate.name === name);
		assert.deepEqual(others, []);
		assert.equal(await row.description(), `364 days left · ${stored?.id}`);
		assert.equal(countPostsSince(before), 1);
		await assertNoNotifications(window);
	});

	it("R21 R22 says when the list lacked the upload, keeps a row, and checks the list before another upload", async () => {
		const { window, emulator } = session;
		const before = emulator.exchanges.length;
		emulator.faults.arm({ kind: "reset", operation: "upload", when: "before" });
		const name = await upload("lost-before.pem", "Lost before");
		const toast = await window.toast(`“${name}” was sent, but no response arrived.`);
		assert.match(toast.text, /It wasn't in the list at \d\d:\d\d but might still appear/);
		assert.deepEqual(toast.buttons, ["Check Now"]);
		const row = await unconfirmedRow();
		await session.picture("unconfirmed");
		assert.match(await row.description(), /^upload not confirmed · not seen at \d\d:\d\d$/);
		assert.match(await row.ariaLabel(), new RegExp(`^${name}, upload not confirmed · not seen at`));
		assert.equal(await row.icon(), "question");
		assert.match(await row.tooltip("Started:"), /SHA-256: [0-9a-f]{4} [0-9a-f]{4}/);

		const listRequest = emulator.faults.arm({ kind: "none", operation: "list", when: "before" });
		await toast.press("Check Now");
		await listRequest.reached;
		await (await window.toast(`The upload of “${name}” is still unconfirmed. It wasn't in the list at`)).dismiss();

		await chooseUpload(window, "lost-before.pem");
		const refusal = await window.toast(`as “${name}”, is not confirmed: it may have arrived.`);
		assert.deepEqual(refusal.buttons, ["Show Certificates"]);
		await refusal.press("Show Certificates");

		assert.deepEqual(await row.actionNames(), ["Check Now", "Forget…"]);
		const menu = await row.menu();
		assert.deepEqual(await menu.items(), ["Check Now", "Upload Again…", "Forget…"]);
		await menu.choose("Upload Again…");
		const question = await window.dialog(`“${name}” was not seen at `);
		await session.picture("upload-again");
		assert.match(question.detail, /may still arrive until \d\d:\d\d: then there would be two\./);
		assert.deepEqual(question.buttons, ["Cancel", "Upload Anyway", "Wait"]);
		assert.equal(question.onEnter, "Wait");
		await question.enter();
		assert.equal(countPostsSince(before), 1);

		await runRowCommand(window, async () => (await row.menu()).choose("Upload Again…"));
		await (await window.dialog(`“${name}” was not seen at `)).press("Upload Anyway");
		await row.waitUntilGone();
		await (await waitForRow(window, name)).waitUntilSelected();
		assert.equal(countPostsSince(before), 2);
		assert.equal(emulator.state.certificates.filter((certificate) => certificate.name === name).length, 1);
		await assertNoNotifications(window);
	});

	/** Uploads `lost-before.pem` without a response, so that it stays unconfirmed. @returns the upload's name. */
	const loseUpload = async () => {
		session.emulator.faults.arm({ kind: "reset", operation: "upload", when: "before" });
		const name = await upload("lost-before.pem", "Lost before");
		await (await session.window.toast(`“${name}” was sent, but no response arrived.`)).dismiss();
		return name;
	};

	/** Enters the admin key although the view has rows. @param name Name of a certificate to wait for. */
	const enterKeyFromRow = async (name: string) => {
		const { window, emulator } = session;
		await window.openViews();
		await window.view(VIEW_TITLE).waitForMessage("There is no admin key yet");
		await window.view(VIEW_TITLE).row("Set Admin Key…").select();
		await enterKey(window, new URL(emulator.url).host, emulator.adminKey);
		await waitForRow(window, name);
	};

	it("R22 keeps the row after the key is removed and set again in another browser, and does not send the file again", async () => {
		const { window, emulator } = session;
		const before = emulator.exchanges.length;
		const name = await loseUpload();
		await window.run(`${EXTENSION_NAME}: Remove Admin Key…`);
		const question = await window.dialog("Remove the admin key for");
		assert.match(question.detail, /^Unfinished: 1 unconfirmed upload\. This is kept/);
		await session.picture("remove-key-unfinished");
		await question.press("Remove Key");
		await window.loadWithoutData();
		await enterKeyFromRow(OTHER);
		const row = await unconfirmedRow();
		await chooseUpload(window, "lost-before.pem");
		await (await window.toast(`as “${name}”, is not confirmed: it may have arrived.`)).dismiss();
		await pressRowButton(window, row, "Check Now");
		await (await window.toast("It wasn't in the list at")).dismiss();
		assert.equal(countPostsSince(before), 1);
	});

	it("R22 lists, warns of and discards an upload to an organization without a name", async () => {
		const { window, emulator } = session;
		emulator.switches.namesOrganization = false;
		await window.loadWithoutData();
		await signIn(session);
		const name = await loseUpload();
		await window.loadWithoutData();
		emulator.switches.namesOrganization = true;
		const [existing] = emulator.state.certificates;
		if (existing) emulator.state.remove(existing.id).commit();
		await addCaCertificate(emulator, "Later CA");
		await enterKeyFromRow("Later CA");
		const row = window.view(VIEW_TITLE).rowWith("organization unknown");
		await row.waitUntilVisible();
		assert.match(await row.description(), /^unconfirmed upload · .+ · organization unknown$/);
		await session.picture("organization-unknown");
		assert.deepEqual(await row.actionNames(), ["Check Now", "Forget…"]);
		await pressRowButton(window, row, "Check Now");
		await (await window.toast("nothing shows that it's this one")).dismiss();

		await chooseUpload(window, "lost-before.pem");
		await acceptName(window, "Lost before");
		const warning = await window.dialog(`Upload “${name}” to `);
		assert.match(warning.detail, /is unconfirmed since .+ if it's this one, another upload might create a duplicate\./);
		const uploadRequest = emulator.faults.arm({ kind: "none", operation: "upload", when: "after" });
		await warning.press("Upload Anyway");
		await uploadRequest.ended;
		const stored = emulator.state.certificates.find((certificate) => certificate.name === name);
		await window
			.view(VIEW_TITLE)
			.rowWith(stored?.id ?? assert.fail())
			.waitUntilSelected();
		await pressRowButton(window, row, "Forget…");
		await (await window.dialog(`Forget the upload of “${name}”?`)).press("Forget");
		await row.waitUntilGone();
	});

	it("R22 keeps the row over a restart, and finds the upload that arrived meanwhile", async () => {
		const { window, emulator, code } = session;
		const before = emulator.exchanges.length;
		emulator.faults.arm({ kind: "reset", operation: "upload", when: "late" });
		const name = await upload("late.pem", "Late");
		await (await window.toast(`“${name}” was sent, but no response arrived.`)).dismiss();
		await window.unload();
		await code.restart();
		await window.load();
		const row = await unconfirmedRow();
		// The list loads after the unconfirmed row, and its rows would move that row.
		await window.view(VIEW_TITLE).rowWith(OTHER).waitUntilVisible();
		emulator.faults.commitLate();
		await pressRowButton(window, row, "Check Now");
		const [stored] = emulator.state.certificates.filter((certificate) => certificate.name === name);
		await (await window.toast(`“${name}” had arrived: ${stored?.id}, expires in 364 days.`)).dismiss();
		await row.waitUntilGone();
		await (await waitForRow(window, name)).waitUntilSelected();
		assert.equal(countPostsSince(before), 1);
	});

	describe("after all tests", () => {
		itMatchesApiDescription(() => session);

		itKeepsTheKeySecret(() => session);
	});
});

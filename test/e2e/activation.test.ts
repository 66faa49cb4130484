import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { makeCertificate, type TestCertificate } from "../certificates.ts";
import type { Project, StoredCertificate } from "../emulator/state.ts";
import { temporaryFolder } from "../temporaryFolders.ts";
import {
	addCaCertificate,
	assertNoNotifications,
	chooseInRowMenu,
	closeSettings,
	pickScopes,
	requestsSince,
	signIn,
} from "./setup/certificateActions.ts";
import { itMatchesApiDescription } from "./setup/contractCheck.ts";
import { environment } from "./setup/environment.ts";
import { itKeepsTheKeySecret } from "./setup/secretChecks.ts";
import { resetBeforeEachTest, type Session, startSession } from "./setup/session.ts";
import { waitForRow } from "./setup/uploadActions.ts";

const ACME = "Acme Root CA";
const OTHER = "Other CA";
const BUSY = "Busy CA";
const ORGANIZATION = "The organization";

describe(`Activating and deactivating in VS Code ${environment.version}`, () => {
	const temporary = temporaryFolder("client");
	let session: Session;
	let issuer: TestCertificate;
	let acme: StoredCertificate;
	let other: StoredCertificate;
	let busy: StoredCertificate;
	let production: Project;
	let staging: Project;

	before(async () => {
		issuer = await makeCertificate({ commonName: ACME });
		const client = await makeCertificate({ commonName: "Acme client", ca: false, issuer });
		const file = join(temporary.path, "client.pem");
		writeFileSync(file, client.pem + client.privateKeyPem, { mode: 0o600 });
		const settings = { "openaiCertificates.clientCertificate": file };
		session = await startSession({ ...environment, files: {}, settings });
	});

	after(async () => {
		await session.close();
		temporary.remove();
	});

	resetBeforeEachTest(
		() => session,
		async () => {
			const { emulator } = session;
			acme = emulator.state.upload({ certificate: issuer.pem, name: ACME }).commit();
			other = await addCaCertificate(emulator, OTHER);
			busy = await addCaCertificate(emulator, BUSY);
			production = emulator.state.addProject("Production");
			staging = emulator.state.addProject("Staging");
			for (const { id } of [production, staging]) setActive(id, [busy.id], true);
			await signIn(session);
		},
	);

	const activeIn = (scope: string) => session.emulator.state.activeIn(scope);
	const setActive = (scope: string, ids: readonly string[], active: boolean) =>
		session.emulator.state.setActive(scope, ids, active).commit();
	const fingerprint = (sha256: string) => `${sha256.slice(0, 16).match(/.{4}/g)?.join(" ")} …`;

	it("R33 activates in a project after a modal that states the consequences, and whose default button does no harm", async () => {
		const { window, emulator } = session;
		// Without stored data, so that notes which are shown only once are shown again.
		await window.loadWithoutData();
		await signIn(session);
		const before = emulator.exchanges.length;
		await chooseInRowMenu(window, ACME, "Activate…");
		const picker = await window.quickInput(`Activate “${ACME}”`);
		const [first, ...others] = await picker.checkboxRows();
		assert.match(first ?? "", /^The organization.*all of its projects.*not active/);
		assert.equal(others.length, 2);
		await session.picture("activate-where");
		await picker.accept();
		await picker.toggleCheckbox("Production");
		await picker.accept();
		const message = `Activate “${ACME}” in project “Production”?`;
		const dialog = await window.dialog(message);
		await session.picture("activate-project");
		assert.ok(dialog.detail.includes(`${acme.id}, SHA-256 ${fingerprint(issuer.sha256)}`), dialog.detail);
		assert.match(dialog.detail, /From then on, OpenAI refuses every request in project “Production” that/);
		assert.match(dialog.detail, /A filter \(CEL policy\) .* does not come along/);
		assert.deepEqual(dialog.buttons, ["Activate", "Cancel", "Don't Activate"]);
		assert.equal(dialog.onEnter, "Don't Activate");
		await dialog.enter();
		await chooseInRowMenu(window, ACME, "Activate…");
		await pickScopes(window, `Activate “${ACME}”`, "Production");
		const again = await window.dialog(message);
		assert.doesNotMatch(again.detail, /CEL policy/);
		assert.deepEqual(requestsSince(emulator, before, "POST"), []);
		await again.press("Activate");
		await window.waitForStatus(`“${ACME}” in project “Production”: activated.`);
		assert.deepEqual(activeIn(production.id), [busy.id, acme.id]);
		assert.deepEqual(activeIn("organization"), []);
		assert.deepEqual(requestsSince(emulator, before, "POST"), [`POST projects/${production.id}/certificates/activate`]);
		await assertNoNotifications(window);
	});

	it("R15 Esc at any prompt does nothing and shows nothing", async () => {
		const { window, emulator } = session;
		const before = emulator.exchanges.length;
		await chooseInRowMenu(window, ACME, "Activate…");
		await (await window.quickInput(`Activate “${ACME}”`)).cancel();
		await chooseInRowMenu(window, ACME, "Activate…");
		await pickScopes(window, `Activate “${ACME}”`, "Staging");
		await (await window.dialog("Activate “Acme Root CA” in project “Staging”?")).escape();
		await chooseInRowMenu(window, ACME, "Activate…");
		await pickScopes(window, `Activate “${ACME}”`, ORGANIZATION);
		await (await window.dialog("Activate “Acme Root CA” in the organization?")).press("Continue…");
		await (await window.quickInput("Activate in the organization")).cancel();
		assert.deepEqual(requestsSince(emulator, before, "POST"), []);
		await assertNoNotifications(window);
	});

	it("says that there is nothing to do", async () => {
		const { window } = session;
		setActive(production.id, [acme.id], true);
		await chooseInRowMenu(window, ACME, "Activate…");
		await pickScopes(window, `Activate “${ACME}”`, "Production");
		await (await window.toast(`“${ACME}”: active in project “Production” already.`)).dismiss();
	});

	it("R33 activates in the organization only after the name is typed, and says first whose calls will be refused", async () => {
		const { window, folder } = session;
		await chooseInRowMenu(window, ACME, "Activate…");
		await pickScopes(window, `Activate “${ACME}”`, ORGANIZATION, "Staging");
		const dialog = await window.dialog("in the organization and project “Staging”?");
		await session.picture("activate-organization");
		assert.match(dialog.detail, /refuses every request in the organization and all of its projects that/);
		assert.match(dialog.detail, /Calls of the Admin API are refused likewise, which all of this extension's are\./);
		assert.match(dialog.detail, /client certificate CN=Acme client was checked offline: it chains to “Acme Root CA”/);
		assert.match(dialog.detail, /The dashboard at OpenAI does not demand a client certificate: it is the way back\./);
		assert.deepEqual(dialog.buttons, ["Cancel", "Continue…", "Save All Anchors' PEMs…"]);
		assert.equal(dialog.onEnter, "Save All Anchors' PEMs…");
		await dialog.enter();
		const where = await window.quickInput("Where to save 3 PEM files");
		await where.waitForValue(`${folder}/`);
		await where.accept();
		await window.waitForStatus("3 of 3 certificates saved.");
		for (const { id, pem } of [acme, other, busy]) assert.equal(readFileSync(join(folder, `${id}.pem`), "utf8"), pem);
		await (await window.dialog("in the organization and project “Staging”?")).press("Continue…");
		const box = await window.quickInput("Activate in the organization");
		await box.message(`To activate, type: ${ACME}`);
		await box.accept();
		await box.message(`Type exactly: ${ACME}`);
		await box.type("acme root ca");
		await box.accept();
		assert.deepEqual(activeIn("organization"), []);
		await box.type(ACME);
		await box.accept();
		await window.waitForStatus(`“${ACME}” in the organization and project “Staging”: activated.`);
		assert.deepEqual(activeIn("organization"), [acme.id]);
		assert.deepEqual(activeIn(staging.id), [busy.id, acme.id]);
		await assertNoNotifications(window);
	});

	it("R33 says why this extension's client certificate will not be accepted, and opens the settings", async () => {
		const { window, emulator } = session;
		const before = emulator.exchanges.length;
		await chooseInRowMenu(window, OTHER, "Activate…");
		await pickScopes(window, `Activate “${OTHER}”`, ORGANIZATION);
		const dialog = await window.dialog(`Activate “${OTHER}” in the organization?`);
		assert.match(
			dialog.detail,
			/This extension will be refused too\. .*CN=Acme client was issued by CN=Acme Root CA, which is neither in the file nor the trust anchor\./,
		);
		assert.equal(dialog.onEnter, "Set Up Client Certificate");
		await dialog.enter();
		await closeSettings(window);
		assert.deepEqual(requestsSince(emulator, before, "POST"), []);
	});

	it("R34 reads back the result if the response was lost twice", async () => {
		const { window, emulator } = session;
		const before = emulator.exchanges.length;
		emulator.faults.arm({ kind: "reset", operation: "projectActivate", when: "after", times: 2 });
		await chooseInRowMenu(window, OTHER, "Activate…");
		await pickScopes(window, `Activate “${OTHER}”`, "Production");
		await (await window.dialog(`Activate “${OTHER}” in project “Production”?`)).press("Activate");
		await window.waitForStatus(`“${OTHER}” in project “Production”: activated.`);
		assert.deepEqual(activeIn(production.id), [busy.id, other.id]);
		assert.equal(requestsSince(emulator, before, "POST").length, 2);
		await assertNoNotifications(window);
	});

	it("reports for each scope whether it was changed", async () => {
		const { window, emulator } = session;
		for (const { id } of [production, staging]) setActive(id, [acme.id], true);
		const match = ({ path }: { path: string }) => path.includes(staging.id);
		emulator.faults.arm({ kind: "status", status: 403, operation: "projectDeactivate", when: "before", match });
		await chooseInRowMenu(window, BUSY, "Deactivate…");
		await pickScopes(window, `Deactivate “${BUSY}”`, "Production", "Staging");
		const dialog = await window.dialog(`Deactivate “${BUSY}” in project “Production” and project “Staging”?`);
		assert.match(dialog.detail, /Clients whose certificates chain to nothing else that is active there are refused/);
		await dialog.press("Deactivate");
		const toast = await window.toast(`“${BUSY}” in project “Production”: deactivated.`);
		await session.picture("partly");
		// Failures come first, and the complete text is available.
		assert.match(toast.text, /^“Busy CA” in project “Staging”: not deactivated\. .*\(403\)/);
		assert.deepEqual(toast.buttons, ["Show Details"]);
		await toast.press("Show Details");
		const details = await window.editorText("deactivated");
		await session.picture("partly-details");
		assert.match(
			details,
			/^“Busy CA” in project “Staging”: not deactivated\..*\n“Busy CA” in project “Production”: deactivated\.$/m,
		);
		assert.deepEqual(activeIn(production.id), [acme.id]);
		assert.deepEqual(activeIn(staging.id), [busy.id, acme.id]);
	});

	it("R36 asks again if something was changed meanwhile, and acts on the new state", async () => {
		const { window, emulator } = session;
		setActive(staging.id, [acme.id], true);
		// Active in a single scope, so that the command does not ask for scopes.
		setActive(production.id, [busy.id], false);
		await signIn(session);
		await chooseInRowMenu(window, BUSY, "Deactivate…");
		const message = `Deactivate “${BUSY}” in project “Staging”?`;
		const dialog = await window.dialog(message);
		const before = emulator.exchanges.length;
		assert.doesNotMatch(dialog.detail, /Nothing else is active/);
		setActive(staging.id, [acme.id], false);
		await dialog.press("Deactivate");
		const again = await window.dialog(message);
		await session.picture("changed-meanwhile");
		assert.match(again.detail, /^Something was changed meanwhile, so nothing was done\. This is how it is now\./);
		assert.match(again.detail, /Nothing else is active in project “Staging”\. From then on, no client certificate is/);
		assert.equal(again.onEnter, "Don't Deactivate");
		assert.deepEqual(requestsSince(emulator, before, "POST"), []);
		await again.press("Deactivate");
		await window.waitForStatus(`“${BUSY}” in project “Staging”: deactivated.`);
		assert.deepEqual(activeIn(staging.id), []);
		await assertNoNotifications(window);
	});

	it("activates all selected certificates at once", async () => {
		const { window } = session;
		await (await waitForRow(window, ACME)).addToSelection();
		await (await waitForRow(window, OTHER)).addToSelection();
		await chooseInRowMenu(window, ACME, "Activate…");
		await pickScopes(window, "Activate 2 certificates", ORGANIZATION);
		await (await window.dialog("Activate 2 certificates in the organization?")).press("Continue…");
		const box = await window.quickInput("Activate in the organization");
		await box.type("activate 2");
		await box.accept();
		await window.waitForStatus("2 certificates in the organization: activated.");
		assert.deepEqual([...activeIn("organization")].sort(), [acme.id, other.id].sort());
	});

	it("R34 says that the certificate was activated, that the extension is refused from now on, and how to regain access", async () => {
		const { window, emulator } = session;
		emulator.switches.lockOut = true;
		await chooseInRowMenu(window, BUSY, "Activate…");
		await pickScopes(window, `Activate “${BUSY}”`, ORGANIZATION);
		await (await window.dialog(`Activate “${BUSY}” in the organization?`)).press("Continue…");
		const box = await window.quickInput("Activate in the organization");
		await box.type(BUSY);
		await box.accept();
		const toast = await window.toast("This extension is now refused.");
		await session.picture("locked-out");
		assert.match(
			toast.text,
			/^“Busy CA” in the organization: activated\. .* The way back is the dashboard at OpenAI, or a/,
		);
		assert.deepEqual(toast.buttons, ["Set Up Client Certificate", "Show Details"]);
		await toast.dismiss();
		assert.deepEqual(activeIn("organization"), [busy.id]);
	});

	it("R34 does not report an activation without a response, although the extension is refused since then", async () => {
		const { window, emulator } = session;
		const list = { operation: "list", when: "before", times: Number.POSITIVE_INFINITY } as const;
		emulator.faults.arm({
			...{ kind: "reset", operation: "activate", when: "before", times: 2 },
			beforeSending: () => void emulator.faults.arm({ ...list, kind: "status", status: 401, code: "invalid_api_key" }),
		});
		await chooseInRowMenu(window, OTHER, "Activate…");
		await pickScopes(window, `Activate “${OTHER}”`, ORGANIZATION);
		await (await window.dialog(`Activate “${OTHER}” in the organization?`)).press("Continue…");
		await (await window.quickInput("Activate in the organization")).submit(OTHER);
		const toast = await window.toast("This extension is now refused.");
		await session.picture("shut-out-unknown");
		assert.match(toast.text, /^“Other CA” in the organization: not known whether activated\./);
		await toast.dismiss();
		assert.match(await (await waitForRow(window, OTHER)).ariaLabel(), /, activation not known, /);
		assert.deepEqual(activeIn("organization"), []);
	});

	describe("after all tests", () => {
		itMatchesApiDescription(() => session);

		itKeepsTheKeySecret(() => session);
	});
});

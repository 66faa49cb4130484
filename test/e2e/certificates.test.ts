import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { makeCertificate, type TestCertificate } from "../certificates.ts";
import type { StoredCertificate } from "../emulator/state.ts";
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
import { waitForRow } from "./setup/uploadActions.ts";

const ACME = "Acme Root CA";
const OTHER = "Other CA";
const RENAMED = "Acme CA";
const TRAVERSAL = "../../climbing";

describe(`Other commands for certificates in VS Code ${environment.version}`, () => {
	let session: Session;
	let source: TestCertificate;
	let acme: StoredCertificate;
	let traversal: StoredCertificate;

	before(async () => {
		session = await startSession({ ...environment, files: {} });
		await session.window.context.grantPermissions(["clipboard-read", "clipboard-write"]);
	});

	after(() => session.close());

	resetBeforeEachTest(
		() => session,
		async () => {
			const { emulator, folder } = session;
			for (const file of readdirSync(folder)) rmSync(join(folder, file));
			// A new certificate for each test, because the clipboard still contains data of the previous certificate.
			source = await makeCertificate({ commonName: ACME });
			acme = emulator.state.upload({ certificate: source.pem, name: ACME }).commit();
			await addCaCertificate(emulator, OTHER);
			// The service's content includes text and a private key besides the certificate.
			const content = `nothing of this kind\n${source.privateKeyPem}${source.pem}`;
			traversal = emulator.state.put({ name: TRAVERSAL, pem: content });
			const production = emulator.state.addProject("Production");
			emulator.state.setActive(production.id, [acme.id], true).commit();
			await signIn(session);
		},
	);

	const nameOf = (id: string) => session.emulator.state.get(id).name;

	it("renames, and validates the new name like the name of an upload", async () => {
		const { window } = session;
		await chooseInRowMenu(window, ACME, "Rename…");
		const box = await window.quickInput(`Rename ${ACME}`);
		assert.equal(await box.value(), ACME);
		await box.type(OTHER);
		await box.message("Another certificate has this name already");
		await box.type("a\u202eb");
		await box.accept();
		await box.message("A name holds no control characters");
		await box.submit("Acme Root CA 2028");
		await window.waitForStatus("Renamed to “Acme Root CA 2028”.");
		await waitForRow(window, "Acme Root CA 2028");
		assert.equal(nameOf(acme.id), "Acme Root CA 2028");
		await assertNoNotifications(window);
	});

	it("R34 reads back the name if the response was lost twice", async () => {
		const { window, emulator } = session;
		const before = emulator.exchanges.length;
		emulator.faults.arm({ kind: "reset", operation: "rename", when: "after", times: 2 });
		await chooseInRowMenu(window, ACME, "Rename…");
		await (await window.quickInput(`Rename ${ACME}`)).submit(RENAMED);
		await window.waitForStatus(`Renamed to “${RENAMED}”.`);
		assert.equal(nameOf(acme.id), RENAMED);
		assert.equal(requestsSince(emulator, before, "POST").length, 2);
		await assertNoNotifications(window);
	});

	it("R36 asks again if another user renamed the certificate meanwhile", async () => {
		const { window, emulator } = session;
		await chooseInRowMenu(window, ACME, "Rename…");
		const box = await window.quickInput(`Rename ${ACME}`);
		emulator.state.rename(acme.id, "Somebody's").commit();
		const before = emulator.exchanges.length;
		await box.submit("Mine");
		const secondBox = await window.quickInput("Rename Somebody's");
		await secondBox.message("It was renamed by somebody else meanwhile.");
		assert.deepEqual(requestsSince(emulator, before, "POST"), []);
		await secondBox.submit(RENAMED);
		await window.waitForStatus(`Renamed to “${RENAMED}”.`);
		assert.equal(nameOf(acme.id), RENAMED);
	});

	it("copies the fingerprint and the PEM", async () => {
		const { window } = session;
		await chooseInRowMenu(window, ACME, "Copy SHA-256");
		await window.waitForStatus("Copied the SHA-256 fingerprint.");
		await window.waitForClipboard(source.sha256);
		await chooseInRowMenu(window, ACME, "Copy PEM");
		await window.waitForStatus("Copied the PEM.");
		await window.waitForClipboard(source.pem);
	});

	it("R49 opens and saves only a re-encoded certificate, in a file named by the id", async () => {
		const { window, folder } = session;
		await chooseInRowMenu(window, TRAVERSAL, "Open PEM");
		const text = await window.editorText("BEGIN CERTIFICATE");
		await session.picture("open-pem");
		assert.equal(`${text.trim()}\n`, source.pem);
		await chooseInRowMenu(window, TRAVERSAL, "Save PEM As…");
		const box = await window.quickInput(`Save the PEM of “${TRAVERSAL}”`);
		const path = join(folder, `${traversal.id}.pem`);
		await box.waitForValue(path);
		await box.accept();
		await window.waitForStatus(`Saved ${traversal.id}.pem.`);
		assert.equal(readFileSync(path, "utf8"), source.pem);
		assert.ok(!existsSync(join(folder, "../../climbing.pem")));
	});

	it("saves several certificates into a folder, and overwrites no file with other content", async () => {
		const { window, emulator, folder } = session;
		const other = emulator.state.certificates.find(({ name }) => name === OTHER) ?? assert.fail();
		const fileOf = ({ id }: StoredCertificate) => join(folder, `${id}.pem`);
		writeFileSync(fileOf(other), "mine");
		await (await waitForRow(window, ACME)).addToSelection();
		await (await waitForRow(window, OTHER)).addToSelection();
		await chooseInRowMenu(window, ACME, "Save PEM As…");
		const box = await window.quickInput("Where to save 2 PEM files");
		await box.waitForValue(`${folder}/`);
		await box.accept();
		const toast = await window.toast("1 of 2 certificates saved.");
		assert.match(toast.text, /A file of that name holds something else, and was left alone: Other CA\.$/);
		await toast.dismiss();
		assert.equal(readFileSync(fileOf(acme), "utf8"), acme.pem);
		assert.equal(readFileSync(fileOf(other), "utf8"), "mine");
	});

	it("shows details, including the scopes in which the certificate is active", async () => {
		const { window } = session;
		await chooseInRowMenu(window, ACME, "Show Details");
		const text = await window.editorText("Active in");
		await session.picture("details");
		assert.match(text, new RegExp(`^${ACME}\n`));
		assert.ok(text.includes(source.sha256.match(/.{4}/g)?.join(" ") ?? ""), text);
		assert.match(text, /project “Production”/);
	});

	it("shows each change, its actor, and the project by name", async () => {
		const { window, emulator } = session;
		const byKey = { keyId: "key_emulator" };
		for (const actor of [byKey, byKey, byKey, byKey, "dashboard"] as const)
			emulator.state.rename(acme.id, ACME, actor).commit();
		await chooseInRowMenu(window, ACME, "Show History");
		const text = await window.editorText("audit log");
		await session.picture("history");
		const events = [...text.matchAll(/^ {4}(?!by )(.+)$/gm)].map(([, event]) => event);
		assert.deepEqual(
			[...new Set(events)].map((event) => [event, events.filter((each) => each === event).length]),
			[
				["renamed", 5],
				["activated in project “Production”", 1],
				["uploaded", 1],
			],
		);
		assert.match(text, /^ {4}by someone@example\.test$/m);
	});

	it("names the missing permission for the history", async () => {
		const { window, emulator } = session;
		const message = "You have insufficient permissions for this operation. Missing scopes: api.management.read";
		emulator.faults.arm({ kind: "status", status: 403, message, operation: "history", when: "before" });
		await chooseInRowMenu(window, ACME, "Show History");
		await (await window.toast("The admin key lacks the permission api.management.read.")).dismiss();
	});

	it("confirms by a notification if VS Code is set up for a screen reader, which reads no status bar", async () => {
		const { window } = session;
		await session.configure({ "editor.accessibilitySupport": "on" });
		await window.openViews();
		await chooseInRowMenu(window, ACME, "Copy SHA-256");
		await (await window.toast("Copied the SHA-256 fingerprint.")).dismiss();
	});

	describe("after all tests", () => {
		itMatchesApiDescription(() => session);

		itKeepsTheKeySecret(() => session);
	});
});

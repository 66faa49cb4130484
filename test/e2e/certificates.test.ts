import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type MadeCertificate, makeCertificate } from "../certificates.ts";
import type { StoredCertificate } from "../emulator/state.ts";
import { addAnchor, chooseOn, saysNothing, sentSince, signIn } from "./setup/certificateActions.ts";
import { itKeepsTheContract } from "./setup/contractCheck.ts";
import { environment } from "./setup/environment.ts";
import { itKeepsTheKeySecret } from "./setup/secretChecks.ts";
import { eachTestBegins, type Session, startSession } from "./setup/session.ts";
import { rowOf } from "./setup/uploadActions.ts";

const ACME = "Acme Root CA";
const OTHER = "Other CA";
const RENAMED = "Acme CA";
const CLIMBING = "../../climbing";

describe(`What else can be done with certificates in VS Code ${environment.version}`, () => {
	let session: Session;
	let made: MadeCertificate;
	let acme: StoredCertificate;
	let climbing: StoredCertificate;

	before(async () => {
		session = await startSession({ ...environment, files: {} });
		await session.window.context.grantPermissions(["clipboard-read", "clipboard-write"]);
	});

	after(() => session.close());

	eachTestBegins(
		() => session,
		async () => {
			const { emulator, folder } = session;
			for (const file of readdirSync(folder)) rmSync(join(folder, file));
			// Another one for each test: the clipboard still holds what was copied of the one before.
			made = await makeCertificate({ commonName: ACME });
			acme = emulator.state.upload({ certificate: made.pem, name: ACME }).commit();
			await addAnchor(emulator, OTHER);
			// What the service keeps holds a private key, and text, beside the certificate.
			const content = `nothing of this kind\n${made.privateKeyPem}${made.pem}`;
			climbing = emulator.state.put({ name: CLIMBING, pem: content });
			const production = emulator.state.addProject("Production");
			emulator.state.setActive(production.id, [acme.id], true).commit();
			await signIn(session);
		},
	);

	const nameOf = (id: string) => session.emulator.state.get(id).name;

	it("renames, and judges the new name as the upload does", async () => {
		const { window } = session;
		await chooseOn(window, ACME, "Rename…");
		const box = await window.quickInput(`Rename ${ACME}`);
		assert.equal(await box.value(), ACME);
		await box.type(OTHER);
		await box.message("Another certificate has this name already");
		await box.type("a\u202eb");
		await box.accept();
		await box.message("A name holds no control characters");
		await box.answer("Acme Root CA 2028");
		await window.status("Renamed to “Acme Root CA 2028”.");
		await rowOf(window, "Acme Root CA 2028");
		assert.equal(nameOf(acme.id), "Acme Root CA 2028");
		await saysNothing(window);
	});

	it("R34 reads back the name where the answer was lost, twice", async () => {
		const { window, emulator } = session;
		const before = emulator.exchanges.length;
		emulator.faults.next({ kind: "reset", operation: "rename", when: "after", times: 2 });
		await chooseOn(window, ACME, "Rename…");
		await (await window.quickInput(`Rename ${ACME}`)).answer(RENAMED);
		await window.status(`Renamed to “${RENAMED}”.`);
		assert.equal(nameOf(acme.id), RENAMED);
		assert.equal(sentSince(emulator, before, "POST").length, 2);
		await saysNothing(window);
	});

	it("R36 asks again where it was renamed by somebody else meanwhile", async () => {
		const { window, emulator } = session;
		await chooseOn(window, ACME, "Rename…");
		const box = await window.quickInput(`Rename ${ACME}`);
		emulator.state.rename(acme.id, "Somebody's").commit();
		const before = emulator.exchanges.length;
		await box.answer("Mine");
		const again = await window.quickInput("Rename Somebody's");
		await again.message("It was renamed by somebody else meanwhile.");
		assert.deepEqual(sentSince(emulator, before, "POST"), []);
		await again.answer(RENAMED);
		await window.status(`Renamed to “${RENAMED}”.`);
		assert.equal(nameOf(acme.id), RENAMED);
	});

	it("copies fingerprint and PEM", async () => {
		const { window } = session;
		await chooseOn(window, ACME, "Copy SHA-256");
		await window.status("Copied the SHA-256 fingerprint.");
		await window.clipboardBecomes(made.sha256);
		await chooseOn(window, ACME, "Copy PEM");
		await window.status("Copied the PEM.");
		await window.clipboardBecomes(made.pem);
	});

	it("R49 opens and saves only a certificate encoded anew, in a file that is named by the id", async () => {
		const { window, folder } = session;
		await chooseOn(window, CLIMBING, "Open PEM");
		const text = await window.editorText("BEGIN CERTIFICATE");
		await session.picture("open-pem");
		assert.equal(`${text.trim()}\n`, made.pem);
		await chooseOn(window, CLIMBING, "Save PEM As…");
		const box = await window.quickInput(`Save the PEM of “${CLIMBING}”`);
		const path = join(folder, `${climbing.id}.pem`);
		await box.valueBecomes(path);
		await box.accept();
		await window.status(`Saved ${climbing.id}.pem.`);
		assert.equal(readFileSync(path, "utf8"), made.pem);
		assert.ok(!existsSync(join(folder, "../../climbing.pem")));
	});

	it("saves several into a folder, and nothing over what holds something else", async () => {
		const { window, emulator, folder } = session;
		const taken = emulator.state.certificates.find(({ name }) => name === OTHER) ?? assert.fail();
		const fileOf = ({ id }: StoredCertificate) => join(folder, `${id}.pem`);
		writeFileSync(fileOf(taken), "mine");
		await (await rowOf(window, ACME)).selectToo();
		await (await rowOf(window, OTHER)).selectToo();
		await chooseOn(window, ACME, "Save PEM As…");
		const box = await window.quickInput("Where to save 2 PEM files");
		await box.valueBecomes(`${folder}/`);
		await box.accept();
		const toast = await window.toast("1 of 2 certificates saved.");
		assert.match(toast.text, /A file of that name holds something else, and was left alone: Other CA\.$/);
		await toast.dismiss();
		assert.equal(readFileSync(fileOf(acme), "utf8"), acme.pem);
		assert.equal(readFileSync(fileOf(taken), "utf8"), "mine");
	});

	it("shows details, where it is active among them", async () => {
		const { window } = session;
		await chooseOn(window, ACME, "Show Details");
		const text = await window.editorText("Active in");
		await session.picture("details");
		assert.match(text, new RegExp(`^${ACME}\n`));
		assert.ok(text.includes(made.sha256.match(/.{4}/g)?.join(" ") ?? ""), text);
		assert.match(text, /project “Production”/);
	});

	it("shows what was done, by whom, and where by the project's name", async () => {
		const { window, emulator } = session;
		const byKey = { keyId: "key_emulator" };
		for (const actor of [byKey, byKey, byKey, byKey, "dashboard"] as const)
			emulator.state.rename(acme.id, ACME, actor).commit();
		await chooseOn(window, ACME, "Show History");
		const text = await window.editorText("audit log");
		await session.picture("history");
		const events = [...text.matchAll(/^ {4}(?!by )(.+)$/gm)].map(([, words]) => words);
		assert.deepEqual(
			[...new Set(events)].map((words) => [words, events.filter((each) => each === words).length]),
			[
				["renamed", 5],
				["activated in project “Production”", 1],
				["uploaded", 1],
			],
		);
		assert.match(text, /^ {4}by someone@example\.test$/m);
	});

	it("names the permission that is missing for the history", async () => {
		const { window, emulator } = session;
		const message = "You have insufficient permissions for this operation. Missing scopes: api.management.read";
		emulator.faults.next({ kind: "status", status: 403, message, operation: "history", when: "before" });
		await chooseOn(window, ACME, "Show History");
		await (await window.toast("The admin key lacks the permission api.management.read.")).dismiss();
	});

	it("says by a notification what is done where the editor is set up for a screen reader, which reads no status bar", async () => {
		const { window } = session;
		await session.configure({ "editor.accessibilitySupport": "on" });
		await window.openViews();
		await chooseOn(window, ACME, "Copy SHA-256");
		await (await window.toast("Copied the SHA-256 fingerprint.")).dismiss();
	});

	describe("in the end", () => {
		itKeepsTheContract(() => session);

		itKeepsTheKeySecret(() => session);
	});
});

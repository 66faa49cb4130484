import assert from "node:assert/strict";
import { makeCertificate, type TestCertificate } from "../certificates.ts";
import { signIn, signOut } from "./setup/certificateActions.ts";
import { itMatchesApiDescription } from "./setup/contractCheck.ts";
import { environment } from "./setup/environment.ts";
import { itKeepsTheKeySecret } from "./setup/secretChecks.ts";
import { resetBeforeEachTest, type Session, startSession } from "./setup/session.ts";
import { acceptName, chooseUpload, enterKey, pressUpload, VIEW_TITLE, waitForRow } from "./setup/uploadActions.ts";

const DAY = 86_400_000;
const HOSTILE = "[x](command:workbench.action.quit) $(trash) \u202e<img src=x> \u001b[31m";
const SANITIZED = "[x] (command:workbench.action.quit) $ (trash) <img src=x> [31m";
/** Syntax of links and icons, and the character that reverses the text's direction. */
const UNSAFE = /\]\(|\$\(|\u202e/u;
const HOSTILE_FILE = "$(trash) [y](command:z).pem";
const INSPECT = "Inspect Certificate";
const EXISTING = "There already";

describe(`Findings in VS Code ${environment.version}`, () => {
	let session: Session;
	let root: TestCertificate;

	before(async () => {
		const at = Date.now();
		root = await makeCertificate({ commonName: "Acme Root CA" });
		const leaf = await makeCertificate({ commonName: "Acme client", ca: false, issuer: root });
		const renewed = await makeCertificate({
			commonName: "Acme Root CA",
			keyOf: root,
			notAfter: new Date(at + 800 * DAY),
		});
		const expired = await makeCertificate({
			commonName: "Old CA",
			notBefore: new Date(at - 9 * DAY),
			notAfter: new Date(at - 2 * DAY),
		});
		const hostile = await makeCertificate({ commonName: HOSTILE });
		const damaged = Buffer.from(root.der);
		damaged[damaged.length - 5] = (damaged[damaged.length - 5] ?? 0) ^ 1;
		session = await startSession({
			...environment,
			files: {
				"root.pem": root.pem,
				"leaf.pem": leaf.pem,
				"renewed.pem": renewed.pem,
				"expired.pem": expired.pem,
				"damaged.der": damaged,
				"key.pem": root.privateKeyPem,
				[HOSTILE_FILE]: hostile.pem,
			},
		});
	});

	after(() => session.close());

	resetBeforeEachTest(() => session);

	/** Adds the root to the organization and waits until the view shows it. @returns the stored root. */
	const addRoot = async () => {
		const stored = session.emulator.state.upload({ certificate: root.pem, name: EXISTING }).commit();
		await signIn(session);
		return stored;
	};

	/** Returns the numbers of connections and exchanges so far. */
	const traffic = () => [session.emulator.connections.total, session.emulator.exchanges.length];

	it("refuses a damaged file before it asks for a key, and Enter only inspects the file", async () => {
		const { window } = session;
		await signOut(session);
		const before = traffic();
		await chooseUpload(window, "damaged.der");
		const dialog = await window.dialog("Acme Root CA cannot be uploaded.");
		await session.picture("blocked");
		assert.match(dialog.detail, /Not possible: It is damaged: its own signature does not fit/);
		assert.deepEqual(dialog.buttons, ["Cancel", "Inspect"]);
		assert.equal(dialog.onEnter, "Inspect");
		await dialog.enter();
		assert.match(await window.editorText("Block 1"), /Not possible: It is damaged/);
		assert.deepEqual(traffic(), before);
	});

	it("inspects a file without key and network: contents, block by block, with findings", async () => {
		const { window } = session;
		await signOut(session);
		const before = traffic();
		await (await window.explorerMenu("root.pem")).choose(INSPECT);
		const text = await window.editorText("root.pem");
		await session.picture("inspection");
		assert.match(text, /root\.pem/);
		assert.match(text, /This file holds one certificate\./);
		assert.match(text, /Subject +CN=Acme Root CA/);
		assert.match(text, /Note: A root/);
		assert.ok(text.includes(root.sha256.match(/.{4}/g)?.join(" ") ?? ""));
		assert.doesNotMatch(text, /Uploaded as/);
		assert.deepEqual(traffic(), before);
	});

	it("refuses an expired certificate, by the service's clock", async () => {
		const { window, emulator } = session;
		await signOut(session);
		await chooseUpload(window, "expired.pem");
		await enterKey(window, new URL(emulator.url).host, emulator.adminKey);
		const dialog = await window.dialog("Old CA cannot be uploaded.");
		assert.match(dialog.detail, /Not possible: It expired 2 days ago: the service refuses it/);
		await dialog.escape();
		assert.equal(emulator.state.certificates.length, 0);
	});

	it("R11 with a severe finding, Enter does no harm and a second button continues", async () => {
		const { window, emulator } = session;
		await signIn(session);
		await chooseUpload(window, "leaf.pem");
		const name = await acceptName(window, "Acme client");
		const dialog = await window.dialog(`Upload “${name}” to `);
		await session.picture("grave");
		assert.match(dialog.detail, /Careful: /);
		assert.equal(dialog.onEnter, "Inspect");
		await dialog.enter();
		await window.editorText("Acme client");
		assert.equal(emulator.state.certificates.length, 0);
		await chooseUpload(window, "leaf.pem");
		await acceptName(window, "Acme client");
		await (await window.dialog(`Upload “${name}” to `)).press("Upload Anyway");
		await (await waitForRow(window, name)).waitUntilSelected();
		assert.deepEqual(
			emulator.state.certificates.map((certificate) => certificate.name),
			[name],
		);
	});

	it("R24 says that the same certificate is already uploaded, and shows it", async () => {
		const { window, emulator } = session;
		const stored = await addRoot();
		await chooseUpload(window, "root.pem");
		await acceptName(window, "Acme Root CA");
		const dialog = await window.dialog("Upload “Acme Root CA");
		assert.ok(dialog.detail.includes(`as “${EXISTING}” (${stored.id})`), dialog.detail);
		await dialog.enter();
		await (await waitForRow(window, EXISTING)).waitUntilSelected();
		assert.equal(emulator.state.certificates.length, 1);
	});

	it("shows in an inspection the name of an uploaded certificate, once its content is known", async () => {
		const { window } = session;
		await addRoot();
		await (await waitForRow(window, EXISTING)).expand();
		await window.view(VIEW_TITLE).rowWith("SHA-256").waitUntilVisible();
		await (await window.explorerMenu("root.pem")).choose(INSPECT);
		assert.match(await window.editorText("Uploaded as"), /Uploaded as +There already, cert_/);
	});

	it("distinguishes a renewal from another certificate with the same name", async () => {
		const { window } = session;
		await addRoot();
		for (const [file, finding] of [
			["renewed.pem", /Note: It renews the certificate with this name/],
			["leaf.pem", /Warning: Another certificate has this name already/],
		] as const) {
			await chooseUpload(window, file);
			const box = await window.quickInput(`Upload ${file === "leaf.pem" ? "Acme client" : "Acme Root CA"}`);
			await box.submit(EXISTING);
			const dialog = await window.dialog(`Upload “${EXISTING}” to `);
			assert.match(dialog.detail, finding);
			await dialog.escape();
		}
	});

	it("says that the organization is full before it asks for the name", async () => {
		const { window, emulator } = session;
		await addRoot();
		for (let count = emulator.state.certificates.length; count < 50; count++)
			emulator.state.put({ name: `CA ${count}` });
		await window.run("Certificates for OpenAI: Refresh");
		await waitForRow(window, "CA 49");
		await chooseUpload(window, "root.pem");
		const dialog = await window.dialog("The organization holds 50 certificates");
		await session.picture("no-room");
		assert.deepEqual(dialog.buttons, ["Cancel", "Show Certificates", "Upload Anyway"]);
		assert.equal(dialog.onEnter, "Show Certificates");
		await dialog.enter();
		await waitForRow(window, "CA 49");
	});

	it("R12 sanitizes a hostile subject and file name wherever they are shown", async () => {
		const { window, emulator } = session;
		await addRoot();
		await chooseUpload(window, HOSTILE_FILE);
		const box = await window.quickInput(`Upload ${SANITIZED}`);
		await box.cancel();
		await chooseUpload(window, HOSTILE_FILE);
		const again = await window.quickInput(`Upload ${SANITIZED}`);
		await again.submit("[n](command:workbench.action.quit) $(trash)");
		const sanitizedName = "[n] (command:workbench.action.quit) $ (trash)";
		const { detail } = await pressUpload(window, sanitizedName);
		assert.match(detail, /Subject: CN=\[x\] \(command:workbench/);
		assert.doesNotMatch(detail, UNSAFE);
		const row = await waitForRow(window, sanitizedName);
		await row.waitUntilSelected();
		assert.ok((await row.tooltip("Valid to:")).startsWith(sanitizedName));
		await session.picture("hostile-row");
		assert.equal(emulator.state.certificates.at(-1)?.name, "[n](command:workbench.action.quit) $(trash)");
		await (await window.explorerMenu(HOSTILE_FILE)).choose(INSPECT);
		const text = await window.editorText("$ (trash) [y] (command:z).pem");
		assert.match(text, /Subject +CN=\[x\] \(command:workbench/);
		assert.doesNotMatch(text, UNSAFE);
		assert.deepEqual(await window.externalLinks(), []);
	});

	it("uploads several files in turn, stops at Escape, and shows a summary", async () => {
		const { window, emulator } = session;
		await addRoot();
		const before = emulator.state.certificates.length;
		await window.selectFiles("key.pem", "renewed.pem", "root.pem");
		await chooseUpload(window, "root.pem");
		const box = await window.quickInput("Upload Acme Root CA · renewed.pem, 2 of 3");
		await box.submit("First of several");
		const { detail } = await pressUpload(window, "First of several");
		assert.match(detail, /^File: renewed\.pem, 2 of 3$/m);
		await (await waitForRow(window, "First of several")).waitUntilSelected();
		await (await window.quickInput("Upload Acme Root CA · root.pem, 3 of 3")).cancel();
		const toast = await window.toast("1 of 3 files uploaded.");
		await session.picture("summary");
		assert.match(toast.text, /key\.pem: This is a private key/);
		assert.equal(emulator.state.certificates.length, before + 1);
		await toast.dismiss();
	});

	describe("after all tests", () => {
		beforeEach(() => addRoot());

		itMatchesApiDescription(() => session);

		itKeepsTheKeySecret(() => session);
	});
});

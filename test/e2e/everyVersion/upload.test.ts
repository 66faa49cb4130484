import assert from "node:assert/strict";
import { createPrivateKey } from "node:crypto";
import { makeCertificate, type TestCertificate } from "../../certificates.ts";
import { assertNoNotifications, pressRowButton, signIn, signOut } from "../setup/certificateActions.ts";
import { itMatchesApiDescription } from "../setup/contractCheck.ts";
import { environment } from "../setup/environment.ts";
import { itKeepsTheKeySecret } from "../setup/secretChecks.ts";
import { EXTENSION_NAME, resetBeforeEachTest, type Session, startSession } from "../setup/session.ts";
import {
	acceptName,
	chooseUpload,
	pressUpload,
	UPLOAD_COMMAND,
	VIEW_TITLE,
	waitForRow,
} from "../setup/uploadActions.ts";

describe(`Uploading in VS Code ${environment.version}`, () => {
	let root: TestCertificate;
	let session: Session;

	before(async () => {
		root = await makeCertificate({ commonName: "Acme Root CA" });
		const client = await makeCertificate({ commonName: "Acme client", ca: false, issuer: root });
		session = await startSession({
			...environment,
			files: {
				"acme-root.pem": root.pem,
				"bundle.crt": client.pem + root.pem,
				"key.pem": root.privateKeyPem,
				"both.pem": root.privateKeyPem + root.pem,
				"notes.pem": "nothing of this kind",
				"notes.txt": root.pem,
			},
		});
	});

	after(() => session.close());

	resetBeforeEachTest(() => session);

	const host = () => new URL(session.emulator.url).host;

	/** Adds the root to the organization under the name that an upload suggests, and waits until the view shows it. */
	const addRoot = async () => {
		const name = `Acme Root CA ${new Date(Date.now() + 365 * 86_400_000).getUTCFullYear()}`;
		const stored = session.emulator.state.upload({ certificate: root.pem, name }).commit();
		await signIn(session);
		return { name, id: stored.id };
	};

	/** Returns method and path of all exchanges after the first `before`. */
	const methodsAndPathsSince = (before: number) =>
		session.emulator.exchanges.slice(before).map(({ method, path }) => `${method} ${path}`);
	const LIST = "GET /v1/organization/certificates";
	const POST = "POST /v1/organization/certificates";

	it("shows a welcome text with a next step if there is no key", async () => {
		const { window, picture } = session;
		await signOut(session);
		const before = session.emulator.exchanges.length;
		await window.openViews();
		const { buttons } = await window.view(VIEW_TITLE).welcome("An admin key is needed");
		await picture("welcome-no-key");
		assert.deepEqual(buttons, ["Set Admin Key…"]);
		assert.deepEqual(methodsAndPathsSince(before), []);
	});

	it("offers the command on certificate files only", async () => {
		const { window } = session;
		for (const [file, offered] of [
			["acme-root.pem", true],
			["bundle.crt", true],
			["notes.txt", false],
		] as const) {
			const menu = await window.explorerMenu(file);
			assert.equal((await menu.items()).includes(UPLOAD_COMMAND), offered, file);
			await menu.close();
		}
	});

	const refusedFiles: readonly [string, string][] = [
		["key.pem", "This is a private key. Nothing was sent. Choose the CA certificate."],
		["notes.pem", "notes.pem"],
	];
	for (const [file, message] of refusedFiles)
		it(`R07 refuses ${file} with a reason, before it asks for a key`, async () => {
			const { window } = session;
			await signOut(session);
			const before = session.emulator.exchanges.length;
			await chooseUpload(window, file);
			const toast = await window.toast(message);
			await session.picture(`refused-${file}`);
			assert.doesNotMatch(toast.text, /BEGIN|nothing of this kind/);
			await toast.dismiss();
			assert.deepEqual(methodsAndPathsSince(before), []);
		});

	it("R15 Esc at the key prompt does nothing and shows nothing", async () => {
		const { window } = session;
		await signOut(session);
		const before = session.emulator.exchanges.length;
		await chooseUpload(window, "acme-root.pem");
		await (await window.quickInput(`Admin key for ${host()}`)).cancel();
		await window.openViews();
		await window.view(VIEW_TITLE).welcome("An admin key is needed");
		assert.deepEqual(await window.toasts(), []);
		assert.deepEqual(methodsAndPathsSince(before), []);
	});

	it("R16 masks the key, validates it during typing, and says why the service did not accept it", async () => {
		const { window } = session;
		await signOut(session);
		await chooseUpload(window, "acme-root.pem");
		const box = await window.quickInput(`Admin key for ${host()}`);
		assert.ok(await box.isPassword());
		await box.type("sk-admin a b");
		await box.message("A key holds no blanks");
		assert.ok(await box.hasError());
		await box.type("sk-proj-abc");
		await box.message("looks like a project key");
		await box.type(`sk-emulator-${"0".repeat(20)}`);
		await box.accept();
		await box.message("did not accept this key (401)");
		await session.picture("key-refused");
		assert.equal(session.emulator.exchanges.at(-1)?.status, 401);
		await box.type(session.emulator.adminKey);
		await box.accept();
		await (await window.quickInput("Upload Acme Root CA")).cancel();
		assert.deepEqual(await window.toasts(), []);
		assert.equal(session.emulator.state.certificates.length, 0);
	});

	it("shows a welcome text with a next step if there are no certificates yet", async () => {
		await signIn(session);
		const { buttons } = await session.window.view(VIEW_TITLE).welcome("no certificates yet");
		await session.picture("welcome-nothing-yet");
		assert.deepEqual(buttons, [UPLOAD_COMMAND]);
	});

	it("uploads exactly the certificate, and reveals, selects and expands its row with name, id and expiry", async () => {
		const { window, emulator } = session;
		await signIn(session);
		const before = emulator.exchanges.length;
		await chooseUpload(window, "acme-root.pem");
		const name = await acceptName(window, "Acme Root CA");
		const { detail, buttons, onEnter } = await pressUpload(window, name);
		assert.match(
			detail,
			/^Subject: CN=Acme Root CA\nIssuer: CN=Acme Root CA\nValid: 20\d\d-\d\d-\d\d to 20\d\d-\d\d-\d\d \(UTC\), expires in 364 days\n/,
		);
		assert.ok(detail.includes(`SHA-256: ${root.sha256.match(/.{4}/g)?.join(" ")}\n\n`), detail);
		assert.match(detail, /Note: A root: it signed itself\./);
		assert.deepEqual(buttons, ["Cancel", "Upload"]);
		assert.equal(onEnter, "Upload");
		const row = await waitForRow(window, name);
		const [stored, ...others] = emulator.state.certificates;
		assert.ok(stored);
		assert.deepEqual(others, []);
		assert.equal(name, `Acme Root CA ${new Date(Date.now() + 365 * 86_400_000).getUTCFullYear()}`);
		assert.equal(stored.name, name);
		assert.equal(stored.pem, root.pem);
		assert.equal(await row.description(), `364 days left · ${stored.id}`);
		await row.waitUntilSelected();
		assert.equal(
			await row.ariaLabel(),
			`${name}, valid, expires in 364 days, not active in the organization, ${stored.id}`,
		);
		assert.match(await row.tooltip("Valid to:"), /Valid to: \d{4}-\d\d-\d\d \d\d:\d\d UTC/);
		await window.view(VIEW_TITLE).rowWith("EC, 256 bits").waitUntilVisible();
		const [, id, expires, ...more] = await window.view(VIEW_TITLE).rows();
		assert.deepEqual([id, expires?.replace(/\d{4}-\d\d-\d\d/, "…")], [`ID ${stored.id}`, "Expires … (UTC)"]);
		assert.equal(more.at(-1), "Projects not checked yet");
		await session.picture("row");
		// The list request after the upload detects a simultaneous upload of the certificate from another machine.
		const sent = methodsAndPathsSince(before);
		assert.deepEqual(sent.slice(sent.indexOf(POST)).slice(0, 2), [POST, LIST]);
		await assertNoNotifications(window);
	});

	it("R14 validates the name during typing", async () => {
		const { window, emulator } = session;
		await addRoot();
		await chooseUpload(window, "acme-root.pem");
		const box = await window.quickInput("Upload Acme Root CA");
		await box.message("Another certificate has this name already");
		await box.type("a\u202eb");
		await box.message("A name holds no control characters");
		await box.type("   ");
		await box.accept();
		await box.message("Enter a name.");
		await box.cancel();
		assert.equal(emulator.state.certificates.length, 1);
	});

	it("R08 asks which of several certificates to upload, with the only CA preselected and a Back button", async () => {
		const { window, emulator } = session;
		await addRoot();
		await chooseUpload(window, "bundle.crt");
		const which = await window.quickInput("Upload bundle.crt (1/2)");
		const [client, authority] = await which.options();
		assert.match(client ?? "", /Acme client.*leaf · expires in 364 days · 1 of 2/);
		assert.match(authority ?? "", /Acme Root CA.*CA · expires in 364 days · 2 of 2/);
		await session.picture("which");
		await which.accept();
		const name = await window.quickInput("Upload Acme Root CA (2/2)");
		await name.press("Back");
		await (await window.quickInput("Upload bundle.crt (1/2)")).pick("Acme client");
		await (await window.quickInput("Upload Acme client (2/2)")).cancel();
		assert.equal(emulator.state.certificates.length, 1);
	});

	it("R06 sends no byte of a private key in the same file as the certificate", async () => {
		const { window, emulator } = session;
		await addRoot();
		await chooseUpload(window, "both.pem");
		const box = await window.quickInput("Upload Acme Root CA");
		await box.type("From both");
		await box.accept();
		const dialog = await window.dialog("Upload “From both” to ");
		await session.picture("confirmation-strong");
		assert.match(dialog.detail, /Careful: The same certificate is uploaded already, as “Acme Root CA \d+” \(cert_/);
		assert.match(dialog.detail, /Warning: .*private key.* line 1/);
		assert.deepEqual(dialog.buttons, ["Cancel", "Inspect", "Show the Uploaded One", "Upload Anyway"]);
		assert.equal(dialog.onEnter, "Show the Uploaded One");
		await dialog.press("Upload Anyway");
		await (await waitForRow(window, "From both")).waitUntilSelected();
		const der = createPrivateKey(root.privateKeyPem).export({ type: "pkcs8", format: "der" });
		const posts = emulator.exchanges.filter(({ method }) => method === "POST");
		const sent = JSON.parse(posts.at(-1)?.requestBody ?? "");
		assert.deepEqual(sent, { certificate: root.pem, name: "From both" });
		assert.ok(!JSON.stringify(emulator.exchanges).includes(der.subarray(40, 64).toString("base64")));
	});

	it("shows a running upload as a row, whose Cancel button ends the upload", async () => {
		const { window, emulator } = session;
		await addRoot();
		const silence = emulator.faults.arm({ kind: "silence", operation: "upload", when: "before" });
		await chooseUpload(window, "acme-root.pem");
		const box = await window.quickInput("Upload Acme Root CA");
		await box.type("Never arrives");
		await box.accept();
		await (await window.dialog("Upload “Never arrives” to ")).press("Upload Anyway");
		await silence.reached;
		// The explorer is visible, and the view is not.
		assert.deepEqual((await window.toast("Uploading “Never arrives”…")).buttons, ["Cancel"]);
		await session.picture("uploading-out-of-sight");
		await window.openViews();
		const row = await waitForRow(window, "Never arrives");
		assert.equal(await row.description(), "uploading…");
		await session.picture("uploading");
		await row.pressAction("Cancel Upload");
		await silence.ended;
		await (await window.toast("You canceled the upload of “Never arrives” after it was sent.")).dismiss();
		await window.openViews();
		const unconfirmed = window.view(VIEW_TITLE).rowWith("upload not confirmed");
		await unconfirmed.waitUntilSelected();
		await pressRowButton(window, unconfirmed, "Forget…");
		const dialog = await window.dialog("Forget the upload of “Never arrives”?");
		assert.match(dialog.detail, /If it arrived, it will show up in the list\./);
		assert.deepEqual(dialog.buttons, ["Cancel", "Check Now", "Forget"]);
		assert.equal(dialog.onEnter, "Check Now");
		await dialog.press("Forget");
		await unconfirmed.waitUntilGone();
	});

	it("says in one sentence why the service refused, and sends nothing twice", async () => {
		const { window, emulator } = session;
		await addRoot();
		const before = emulator.exchanges.length;
		const code = "mtls_certificate_invalid";
		emulator.faults.arm({ kind: "status", status: 400, code, operation: "upload", when: "before" });
		await chooseUpload(window, "acme-root.pem");
		const name = await acceptName(window, "Acme Root CA");
		await (await window.dialog(`Upload “${name}” to `)).press("Upload Anyway");
		await (await window.toast("OpenAI refused the certificate as not valid.")).dismiss();
		assert.equal(methodsAndPathsSince(before).filter((sent) => sent === POST).length, 1);
		assert.ok(!(await window.view(VIEW_TITLE).rows()).some((row) => row.includes("not confirmed")));
	});

	it("starts from the palette with the active editor's file, and from the editor's tab", async () => {
		const { window } = session;
		await signIn(session);
		await window.openFile("acme-root.pem");
		await window.run(`${EXTENSION_NAME}: ${UPLOAD_COMMAND}`);
		const files = await window.quickInput("Upload a certificate to OpenAI");
		const [active, other] = await files.options();
		assert.match(active ?? "", /acme-root\.pem.*active editor/);
		assert.match(other ?? "", /Choose a file…/);
		await files.pick("acme-root.pem");
		await (await window.quickInput("Upload Acme Root CA")).cancel();
		const menu = await window.tabMenu("acme-root.pem");
		await menu.choose(UPLOAD_COMMAND);
		await (await window.quickInput("Upload Acme Root CA")).cancel();
	});

	it("copies an id", async () => {
		const { window } = session;
		const { name, id } = await addRoot();
		await window.context.grantPermissions(["clipboard-read", "clipboard-write"]);
		await pressRowButton(window, await waitForRow(window, name), "Copy Id");
		await window.waitForStatus("Copied the certificate's id.");
		await window.waitForClipboard(id);
	});

	describe("after all tests", () => {
		beforeEach(() => signIn(session));

		itMatchesApiDescription(() => session);

		itKeepsTheKeySecret(() => session);
	});
});

import assert from "node:assert/strict";
import { createPrivateKey } from "node:crypto";
import { formatActivation } from "../../../src/common/messages/activationStatusMessages.ts";
import { certificateFacts } from "../../../src/common/messages/certificateFacts.ts";
import { certificateTooltip, formatAccessibilityLabel } from "../../../src/common/messages/certificateMessages.ts";
import { describeNameIssue, validateNameInput } from "../../../src/common/messages/certificateNameMessages.ts";
import { interfaceLabels } from "../../../src/common/messages/interfaceMessages.ts";
import { labels } from "../../../src/common/messages/labels.ts";
import {
	formatCertificateChoice,
	formatFindingLines,
	formatKeyDetails,
} from "../../../src/common/messages/parsedCertificateMessages.ts";
import { describeKeyIssue, describeProblem } from "../../../src/common/messages/problems/problems.ts";
import { describeCopiedIds } from "../../../src/features/certificates/viewAndCopyMessages.ts";
import { describeKeyKind, describeRejectedKey, keyTitle } from "../../../src/features/connections/keyMessages.ts";
import { formatRunningUpload, uploadingTitle } from "../../../src/features/upload/uploadMessages.ts";
import {
	describeForgetPrompt,
	describeUploadPrompt,
	uploadPromptLabels,
	uploadTitle,
} from "../../../src/features/upload/uploadPromptMessages.ts";
import { makeCertificate, type TestCertificate } from "../../certificates.ts";
import { manifestText } from "../../texts/manifestTexts.ts";
import { assertNoNotifications, pressRowButton, requestsSince, signIn, signOut } from "../setup/certificateActions.ts";
import { readCertificate, readCertificateFile, toCertificate } from "../setup/certificateTexts.ts";
import { itMatchesApiDescription } from "../setup/contractCheck.ts";
import { environment } from "../setup/environment.ts";
import { splitAtValue, welcomeText } from "../setup/productTexts.ts";
import { itKeepsTheKeySecret } from "../setup/secretChecks.ts";
import { EXTENSION_NAME, resetBeforeEachTest, type Session, startSession } from "../setup/session.ts";
import {
	acceptName,
	chooseUpload,
	pressUpload,
	UPLOAD_COMMAND,
	uploadQuestion,
	VIEW_TITLE,
	waitForRow,
} from "../setup/uploadActions.ts";
import {
	attemptAtSomeTime,
	NOT_ACTIVATED,
	notSeenText,
	UNCONFIRMED,
	uploadedDescription,
} from "../setup/uploadTexts.ts";

const ROOT_TITLE = uploadTitle("Acme Root CA", undefined);
const LIST = "GET certificates";
const POST = "POST certificates";

describe(`Uploading in VS Code ${environment.version}`, () => {
	let root: TestCertificate;
	let client: TestCertificate;
	let session: Session;

	before(async () => {
		root = await makeCertificate({ commonName: "Acme Root CA" });
		client = await makeCertificate({ commonName: "Acme client", ca: false, issuer: root });
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
		return { name, stored };
	};

	it("shows a welcome text with a next step if there is no key", async () => {
		const { window, picture } = session;
		await signOut(session);
		const before = session.emulator.exchanges.length;
		await window.openViews();
		const { buttons } = await window.view(VIEW_TITLE).welcome(welcomeText("welcome.no-key"));
		await picture("welcome-no-key");
		assert.deepEqual(
			buttons,
			["setKey", "openAdminKeys", "createCa"].map((command) => manifestText(`command.${command}`)),
		);
		assert.deepEqual(requestsSince(session.emulator, before), []);
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

	const refusedFiles = [
		["key.pem", "private-key"],
		["notes.pem", "no-block"],
	] as const;
	for (const [file, refusal] of refusedFiles)
		it(`R07 refuses ${file} with a reason, before it asks for a key`, async () => {
			const { window } = session;
			await signOut(session);
			const before = session.emulator.exchanges.length;
			await chooseUpload(window, file);
			const problem = { reason: "file-refused", file, wanted: "anchor", refusal, skipped: [] } as const;
			const toast = await window.toast(describeProblem(problem));
			await session.picture(`refused-${file}`);
			assert.doesNotMatch(toast.text, /BEGIN|nothing of this kind/);
			await toast.dismiss();
			assert.deepEqual(requestsSince(session.emulator, before), []);
		});

	it("R15 Esc at the key prompt does nothing and shows nothing", async () => {
		const { window } = session;
		await signOut(session);
		const before = session.emulator.exchanges.length;
		await chooseUpload(window, "acme-root.pem");
		await (await window.quickInput(keyTitle(host()))).cancel();
		await window.openViews();
		await window.view(VIEW_TITLE).welcome(welcomeText("welcome.no-key"));
		assert.deepEqual(await window.toasts(), []);
		assert.deepEqual(requestsSince(session.emulator, before), []);
	});

	it("R16 masks the key, validates it during typing, and says why the service did not accept it", async () => {
		const { window } = session;
		await signOut(session);
		await chooseUpload(window, "acme-root.pem");
		const box = await window.quickInput(keyTitle(host()));
		assert.ok(await box.isPassword());
		await box.type("sk-admin a b");
		await box.message(describeKeyIssue("space-inside"));
		assert.ok(await box.hasError());
		await box.type("sk-proj-abc");
		await box.message(describeKeyKind("project") ?? assert.fail());
		await box.type(`sk-emulator-${"0".repeat(20)}`);
		await box.accept();
		await box.message(describeRejectedKey(host()));
		await session.picture("key-refused");
		assert.equal(session.emulator.exchanges.at(-1)?.status, 401);
		await box.type(session.emulator.adminKey);
		await box.accept();
		await (await window.quickInput(ROOT_TITLE)).cancel();
		assert.deepEqual(await window.toasts(), []);
		assert.equal(session.emulator.state.certificates.length, 0);
	});

	it("shows a welcome text with a next step if there are no certificates yet", async () => {
		await signIn(session);
		const { buttons } = await session.window.view(VIEW_TITLE).welcome(welcomeText("welcome.nothing-yet"));
		await session.picture("welcome-nothing-yet");
		assert.deepEqual(buttons, [UPLOAD_COMMAND, manifestText("command.createCa")]);
	});

	it("uploads exactly the certificate, and reveals, selects and expands its row with name, id and expiry", async () => {
		const { window, emulator } = session;
		await signIn(session);
		const before = emulator.exchanges.length;
		const candidate = await readCertificate(root.pem);
		assert.deepEqual([candidate.subject, candidate.sha256], ["CN=Acme Root CA", root.sha256]);
		await chooseUpload(window, "acme-root.pem");
		const name = await acceptName(window, "Acme Root CA");
		const { message, detail, buttons, onEnter } = await pressUpload(window, name);
		const upload = { candidate, name, destination: { host: host(), label: host() }, filePosition: undefined };
		const findings = [{ code: "root", level: "info" }] as const;
		assert.deepEqual({ message, detail }, describeUploadPrompt(upload, findings, Date.now() / 1000));
		assert.deepEqual(buttons, ["Cancel", uploadPromptLabels.upload]);
		assert.equal(onEnter, uploadPromptLabels.upload);
		const row = await waitForRow(window, name);
		const [stored = assert.fail(), ...others] = emulator.state.certificates;
		assert.deepEqual(others, []);
		assert.equal(name, `Acme Root CA ${new Date(Date.now() + 365 * 86_400_000).getUTCFullYear()}`);
		assert.equal(stored.name, name);
		assert.equal(stored.pem, root.pem);
		assert.equal(await row.description(), uploadedDescription(stored));
		await row.waitUntilSelected();
		const certificate = toCertificate(stored);
		const activation = formatActivation(NOT_ACTIVATED);
		const now = Date.now() / 1000;
		assert.equal(await row.ariaLabel(), formatAccessibilityLabel(certificate, "valid", activation, now));
		const expiry = `${new Date(stored.expiresAt * 1000).toISOString().slice(0, 16).replace("T", " ")} UTC`;
		const tooltip = certificateTooltip(certificate, "valid", activation, now);
		const expiryLine = tooltip.split("\n").find((line) => line.includes(expiry)) ?? assert.fail(tooltip);
		// Without the local time after it, which the Node version of VS Code formats.
		await row.tooltip(splitAtValue(expiryLine, expiry)[0] + expiry);
		await window.view(VIEW_TITLE).rowWith(formatKeyDetails(candidate)).waitUntilVisible();
		const projects = { loading: false, askedAt: null };
		const facts = certificateFacts(certificate, { state: "read", candidate }, NOT_ACTIVATED, projects);
		assert.deepEqual(
			(await window.view(VIEW_TITLE).rows()).slice(1),
			facts.map(({ label, value }) => `${label} ${value}`),
		);
		await session.picture("row");
		// The list request after the upload detects a simultaneous upload of the certificate from another machine.
		const sent = requestsSince(emulator, before);
		assert.deepEqual(sent.slice(sent.indexOf(POST)).slice(0, 2), [POST, LIST]);
		await assertNoNotifications(window);
	});

	it("R14 validates the name during typing", async () => {
		const { window, emulator } = session;
		const { name, stored } = await addRoot();
		await chooseUpload(window, "acme-root.pem");
		const box = await window.quickInput(ROOT_TITLE);
		await box.message(validateNameInput(name, [toCertificate(stored)])?.message ?? assert.fail());
		await box.type("a\u202eb");
		await box.message(describeNameIssue("control-characters"));
		await box.type("   ");
		await box.accept();
		await box.message(describeNameIssue("blank"));
		await box.cancel();
		assert.equal(emulator.state.certificates.length, 1);
	});

	it("R08 asks which of several certificates to upload, with the only CA preselected and a Back button", async () => {
		const { window, emulator } = session;
		await addRoot();
		await chooseUpload(window, "bundle.crt");
		const which = await window.quickInput(`${uploadTitle("bundle.crt", undefined)} (1/2)`);
		const options = await which.options();
		const { candidates } = await readCertificateFile(client.pem + root.pem);
		assert.equal(options.length, candidates.length);
		for (const [index, name] of ["Acme client", "Acme Root CA"].entries()) {
			const candidate = candidates[index] ?? assert.fail();
			const { label, description } = formatCertificateChoice(candidate, index + 1, 2, Date.now() / 1000);
			assert.equal(label, name);
			assert.ok(options[index]?.includes(label) && options[index].includes(description), options[index]);
		}
		await session.picture("which");
		await which.accept();
		const name = await window.quickInput(`${ROOT_TITLE} (2/2)`);
		await name.press("Back");
		await (await window.quickInput(`${uploadTitle("bundle.crt", undefined)} (1/2)`)).pick("Acme client");
		await (await window.quickInput(`${uploadTitle("Acme client", undefined)} (2/2)`)).cancel();
		assert.equal(emulator.state.certificates.length, 1);
	});

	it("R06 sends no byte of a private key in the same file as the certificate", async () => {
		const { window, emulator } = session;
		const { name, stored } = await addRoot();
		await chooseUpload(window, "both.pem");
		const box = await window.quickInput(ROOT_TITLE);
		await box.type("From both");
		await box.accept();
		const dialog = await window.dialog(uploadQuestion("From both"));
		await session.picture("confirmation-strong");
		const findings = formatFindingLines([
			{ code: "already-uploaded", level: "strong", id: stored.id, name },
			{ code: "private-key-in-file", level: "warn", line: 1, count: 1 },
		]);
		const lines = dialog.detail.split("\n");
		for (const finding of findings) assert.ok(lines.includes(finding), dialog.detail);
		const { showDetails } = labels;
		const { showExisting, uploadAnyway } = uploadPromptLabels;
		assert.deepEqual(dialog.buttons, ["Cancel", showDetails, showExisting, uploadAnyway].sort());
		assert.equal(dialog.onEnter, showExisting);
		await dialog.press(uploadAnyway);
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
		const box = await window.quickInput(ROOT_TITLE);
		await box.type("Never arrives");
		await box.accept();
		await (await window.dialog(uploadQuestion("Never arrives"))).press(uploadPromptLabels.uploadAnyway);
		await silence.reached;
		// The explorer is visible, and the view is not.
		assert.deepEqual((await window.toast(uploadingTitle("Never arrives"))).buttons, ["Cancel"]);
		await session.picture("uploading-out-of-sight");
		await window.openViews();
		const row = await waitForRow(window, "Never arrives");
		assert.equal(await row.description(), formatRunningUpload({ checking: false }));
		await session.picture("uploading");
		await row.pressAction(manifestText("command.cancelUpload"));
		await silence.ended;
		await (await window.toast(notSeenText("Never arrives", "canceled").start)).dismiss();
		await window.openViews();
		const unconfirmed = window.view(VIEW_TITLE).rowWith(UNCONFIRMED);
		await unconfirmed.waitUntilSelected();
		await pressRowButton(window, unconfirmed, manifestText("command.forgetUpload"));
		const { message, detail } = describeForgetPrompt(attemptAtSomeTime("Never arrives"));
		const dialog = await window.dialog(message);
		assert.equal(dialog.detail, detail);
		const { checkNow, forget } = labels;
		assert.deepEqual(dialog.buttons, ["Cancel", checkNow, forget].sort());
		assert.equal(dialog.onEnter, checkNow);
		await dialog.press(forget);
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
		await (await window.dialog(uploadQuestion(name))).press(uploadPromptLabels.uploadAnyway);
		const refusal = { reason: "rejected", status: 400, code, param: null, fieldRefused: false } as const;
		await (await window.toast(describeProblem(refusal))).dismiss();
		assert.deepEqual(requestsSince(emulator, before, "POST"), [POST]);
		assert.ok(!(await window.view(VIEW_TITLE).rows()).some((row) => row.includes(UNCONFIRMED)));
	});

	it("starts from the palette with the active editor's file, and from the editor's tab", async () => {
		const { window } = session;
		await signIn(session);
		await window.openFile("acme-root.pem");
		await window.run(`${EXTENSION_NAME}: ${UPLOAD_COMMAND}`);
		const files = await window.quickInput(uploadPromptLabels.chooseFiles);
		const [active, other] = await files.options();
		assert.ok(active?.includes("acme-root.pem") && active.includes(interfaceLabels.activeEditor), active);
		assert.ok(other?.includes(labels.chooseFile), other);
		await files.pick("acme-root.pem");
		await (await window.quickInput(ROOT_TITLE)).cancel();
		const menu = await window.tabMenu("acme-root.pem");
		await menu.choose(UPLOAD_COMMAND);
		await (await window.quickInput(ROOT_TITLE)).cancel();
	});

	it("copies an id", async () => {
		const { window } = session;
		const { name, stored } = await addRoot();
		await window.context.grantPermissions(["clipboard-read", "clipboard-write"]);
		await pressRowButton(window, await waitForRow(window, name), manifestText("command.copyId"));
		await window.waitForStatus(describeCopiedIds([toCertificate(stored)]));
		await window.waitForClipboard(stored.id);
	});

	describe("after all tests", () => {
		beforeEach(() => signIn(session));

		itMatchesApiDescription(() => session);

		itKeepsTheKeySecret(() => session);
	});
});

import assert from "node:assert/strict";
import { formatAbsoluteTime } from "../../src/common/messages/dates.ts";
import { labels } from "../../src/common/messages/labels.ts";
import {
	formatFindingLines,
	formatMainFields,
	formatShortFingerprint,
} from "../../src/common/messages/parsedCertificateMessages.ts";
import { describeProblem } from "../../src/common/messages/problems/problems.ts";
import type { Certificate } from "../../src/domain/certificate.ts";
import type { Finding } from "../../src/domain/certificateFile.ts";
import { formatInspection } from "../../src/features/inspection/inspectionDocument.ts";
import { describeUploadSummary, formatFilePosition } from "../../src/features/upload/uploadMessages.ts";
import {
	describeBlockedUpload,
	describeLimitPrompt,
	describeUploadPrompt,
	uploadPromptLabels,
	uploadTitle,
} from "../../src/features/upload/uploadPromptMessages.ts";
import { makeCertificate, type TestCertificate } from "../certificates.ts";
import { manifestText } from "../texts/manifestTexts.ts";
import { signIn, signOut } from "./setup/certificateActions.ts";
import { currentTime, readCertificate, readCertificateFile, toCertificate } from "./setup/certificateTexts.ts";
import { itMatchesApiDescription } from "./setup/contractCheck.ts";
import { environment } from "./setup/environment.ts";
import { inOneLine } from "./setup/productTexts.ts";
import { itKeepsTheKeySecret } from "./setup/secretChecks.ts";
import { paletteTitle, resetBeforeEachTest, type Session, startSession } from "./setup/session.ts";
import {
	acceptName,
	chooseUpload,
	enterKey,
	pressUpload,
	uploadQuestion,
	VIEW_TITLE,
	waitForRow,
} from "./setup/uploadActions.ts";

const DAY = 86_400_000;
const HOSTILE = "[x](command:workbench.action.quit) $(trash) \u202e<img src=x> \u001b[31m";
const SANITIZED = "[x] (command:workbench.action.quit) $ (trash) <img src=x> [31m";
/** Syntax of links and icons, and the character that reverses the text's direction. */
const UNSAFE = /\]\(|\$\(|\u202e/u;
const HOSTILE_FILE = "$(trash) [y](command:z).pem";
const INSPECT = manifestText("command.inspect");
const EXISTING = "There already";

describe(`Findings in VS Code ${environment.version}`, () => {
	let session: Session;
	let root: TestCertificate;
	let files: Readonly<Record<string, string | Uint8Array>>;

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
		files = {
			"root.pem": root.pem,
			"leaf.pem": leaf.pem,
			"renewed.pem": renewed.pem,
			"expired.pem": expired.pem,
			"damaged.der": damaged,
			"key.pem": root.privateKeyPem,
			[HOSTILE_FILE]: hostile.pem,
		};
		session = await startSession({ ...environment, files });
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

	const contentOf = (file: string) => files[file] ?? assert.fail();
	const blockedMessage = async (file: string) =>
		describeBlockedUpload(await readCertificate(contentOf(file)), []).message;
	const findingLine = (finding: Finding) => formatFindingLines([finding]).join();
	const titleOf = (name: string, filePosition?: string) => uploadTitle(name, filePosition);

	/** Asserts that a text contains the line about a finding. */
	const assertFinding = (text: string, finding: Finding) => assert.ok(text.includes(findingLine(finding)), text);

	/** Asserts that a text is the complete inspection of a file. @param knownAs The uploaded certificates it names. */
	const assertInspection = async (text: string, file: string, ...knownAs: readonly Certificate[]) => {
		const content = await readCertificateFile(contentOf(file));
		assert.equal(text.trim(), formatInspection(file, content, () => knownAs, currentTime().now).trim());
	};

	it("refuses a damaged file before it asks for a key, and Enter only inspects the file", async () => {
		const { window } = session;
		await signOut(session);
		const before = traffic();
		await chooseUpload(window, "damaged.der");
		const dialog = await window.dialog(await blockedMessage("damaged.der"));
		await session.picture("blocked");
		const damaged = { code: "damaged", level: "block" } as const;
		assertFinding(dialog.detail, damaged);
		assert.deepEqual(dialog.buttons, ["Cancel", labels.showDetails].sort());
		assert.equal(dialog.onEnter, labels.showDetails);
		await dialog.enter();
		const text = await window.editorText("damaged.der");
		assertFinding(text, damaged);
		await assertInspection(text, "damaged.der");
		assert.deepEqual(traffic(), before);
	});

	it("inspects a file without key and network: contents, block by block, with findings", async () => {
		const { window } = session;
		await signOut(session);
		const before = traffic();
		await (await window.explorerMenu("root.pem")).choose(INSPECT);
		const text = await window.editorText("root.pem");
		await session.picture("inspection");
		assertFinding(text, { code: "root", level: "info" });
		await assertInspection(text, "root.pem");
		assert.deepEqual(traffic(), before);
	});

	it("refuses an expired certificate, by the service's clock", async () => {
		const { window, emulator } = session;
		await signOut(session);
		await chooseUpload(window, "expired.pem");
		await enterKey(window, new URL(emulator.url).host, emulator.adminKey);
		const dialog = await window.dialog(await blockedMessage("expired.pem"));
		assertFinding(dialog.detail, { code: "expired", level: "block", seconds: (2 * DAY) / 1000 });
		await dialog.escape();
		assert.equal(emulator.state.certificates.length, 0);
	});

	it("R11 with a severe finding, Enter does no harm and a second button continues", async () => {
		const { window, emulator } = session;
		await signIn(session);
		await chooseUpload(window, "leaf.pem");
		const name = await acceptName(window, "Acme client");
		const dialog = await window.dialog(uploadQuestion(name));
		await session.picture("grave");
		assertFinding(dialog.detail, { code: "not-a-ca", level: "strong" });
		assert.equal(dialog.onEnter, labels.showDetails);
		await dialog.enter();
		await window.editorText("Acme client");
		assert.equal(emulator.state.certificates.length, 0);
		await chooseUpload(window, "leaf.pem");
		await acceptName(window, "Acme client");
		await (await window.dialog(uploadQuestion(name))).press(uploadPromptLabels.uploadAnyway);
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
		const name = await acceptName(window, "Acme Root CA");
		const dialog = await window.dialog(uploadQuestion(name));
		assertFinding(dialog.detail, { code: "already-uploaded", level: "strong", id: stored.id, name: EXISTING });
		await dialog.enter();
		await (await waitForRow(window, EXISTING)).waitUntilSelected();
		assert.equal(emulator.state.certificates.length, 1);
	});

	it("shows in an inspection the name of an uploaded certificate, once its content is known", async () => {
		const { window } = session;
		const stored = await addRoot();
		await (await waitForRow(window, EXISTING)).expand();
		await window.view(VIEW_TITLE).rowWith(formatShortFingerprint(root.sha256)).waitUntilVisible();
		await (await window.explorerMenu("root.pem")).choose(INSPECT);
		await assertInspection(await window.editorText(stored.id), "root.pem", toCertificate(stored));
	});

	it("distinguishes a renewal from another certificate with the same name", async () => {
		const { window } = session;
		const { id } = await addRoot();
		const expected: readonly (readonly [file: string, title: string, Finding])[] = [
			["renewed.pem", titleOf("Acme Root CA"), { code: "renewal", level: "info", id }],
			["leaf.pem", titleOf("Acme client"), { code: "name-in-use", level: "warn", id }],
		];
		for (const [file, title, finding] of expected) {
			await chooseUpload(window, file);
			await (await window.quickInput(title)).submit(EXISTING);
			const dialog = await window.dialog(uploadQuestion(EXISTING));
			assertFinding(dialog.detail, finding);
			await dialog.escape();
		}
	});

	it("says that the organization is full before it asks for the name", async () => {
		const { window, emulator } = session;
		await addRoot();
		for (let count = emulator.state.certificates.length; count < 50; count++)
			emulator.state.put({ name: `CA ${count}` });
		await window.run(paletteTitle("refresh"));
		await waitForRow(window, "CA 49");
		await chooseUpload(window, "root.pem");
		const { message, detail } = describeLimitPrompt({ code: "limit-reached", level: "strong", count: 50 });
		const dialog = await window.dialog(message);
		await session.picture("no-room");
		assert.equal(dialog.detail, detail);
		const { showCertificates } = labels;
		const { uploadAnyway } = uploadPromptLabels;
		assert.deepEqual(dialog.buttons, ["Cancel", showCertificates, uploadAnyway].sort());
		assert.equal(dialog.onEnter, showCertificates);
		await dialog.enter();
		await waitForRow(window, "CA 49");
	});

	it("R12 sanitizes a hostile subject and file name wherever they are shown", async () => {
		const { window, emulator } = session;
		await addRoot();
		await chooseUpload(window, HOSTILE_FILE);
		const box = await window.quickInput(titleOf(SANITIZED));
		await box.cancel();
		await chooseUpload(window, HOSTILE_FILE);
		const again = await window.quickInput(titleOf(SANITIZED));
		await again.submit("[n](command:workbench.action.quit) $(trash)");
		const sanitizedName = "[n] (command:workbench.action.quit) $ (trash)";
		const { detail } = await pressUpload(window, sanitizedName);
		const [[subjectLabel] = []] = formatMainFields(await readCertificate(contentOf(HOSTILE_FILE)), 0);
		assert.ok(detail.includes(`${subjectLabel}: CN=[x] (command:workbench`), detail);
		assert.doesNotMatch(detail, UNSAFE);
		const row = await waitForRow(window, sanitizedName);
		await row.waitUntilSelected();
		const stored = emulator.state.certificates.at(-1) ?? assert.fail();
		assert.ok((await row.tooltip(formatAbsoluteTime(stored.expiresAt))).startsWith(sanitizedName));
		await session.picture("hostile-row");
		assert.equal(stored.name, "[n](command:workbench.action.quit) $(trash)");
		await (await window.explorerMenu(HOSTILE_FILE)).choose(INSPECT);
		const text = await window.editorText("$ (trash) [y] (command:z).pem");
		assert.match(text, new RegExp(`${subjectLabel} +CN=\\[x\\] \\(command:workbench`));
		assert.doesNotMatch(text, UNSAFE);
		assert.deepEqual(await window.externalLinks(), []);
	});

	it("uploads several files in turn, stops at Escape, and shows a summary", async () => {
		const { window, emulator } = session;
		await addRoot();
		const before = emulator.state.certificates.length;
		await window.selectFiles("key.pem", "renewed.pem", "root.pem");
		await chooseUpload(window, "root.pem");
		const filePosition = formatFilePosition("renewed.pem", 2, 3);
		const name = "First of several";
		await (await window.quickInput(titleOf("Acme Root CA", filePosition))).submit(name);
		const { message, detail } = await pressUpload(window, name);
		const candidate = await readCertificate(contentOf("renewed.pem"));
		const { host } = new URL(emulator.url);
		const upload = { candidate, name, destination: { host, label: host }, filePosition };
		const expected = describeUploadPrompt(upload, [], currentTime().now);
		assert.equal(message, expected.message);
		const [facts = ""] = expected.detail.split("\n\n");
		assert.ok(detail.startsWith(`${facts}\n`), detail);
		await (await waitForRow(window, name)).waitUntilSelected();
		await (await window.quickInput(titleOf("Acme Root CA", formatFilePosition("root.pem", 3, 3)))).cancel();
		const { skipped } = await readCertificateFile(contentOf("key.pem"));
		const refused = { reason: "file-refused", file: "key.pem", wanted: "anchor", refusal: "private-key" } as const;
		const { brief } = describeUploadSummary(3, 1, [describeProblem({ ...refused, skipped })]);
		const toast = await window.toast(brief);
		await session.picture("summary");
		assert.equal(toast.text, inOneLine(brief));
		assert.equal(emulator.state.certificates.length, before + 1);
		await toast.dismiss();
	});

	describe("after all tests", () => {
		beforeEach(() => addRoot());

		itMatchesApiDescription(() => session);

		itKeepsTheKeySecret(() => session);
	});
});

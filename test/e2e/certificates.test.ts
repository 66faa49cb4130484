import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describeNameIssue, validateNameInput } from "../../src/common/messages/certificateNameMessages.ts";
import { formatFingerprint } from "../../src/common/messages/parsedCertificateMessages.ts";
import { describeProblem } from "../../src/common/messages/problems/problems.ts";
import type { HistoryEvent } from "../../src/domain/adminApi.ts";
import { formatDetails } from "../../src/features/certificates/detailsDocument.ts";
import { formatHistory } from "../../src/features/certificates/historyDocument.ts";
import { describeRenamed, renamePrompt, renameTitle } from "../../src/features/certificates/renameMessages.ts";
import { describeSavedPem, describeSavedPems, saveTitle } from "../../src/features/certificates/savePemMessages.ts";
import { describeCopiedFingerprints, describeCopiedPems } from "../../src/features/certificates/viewAndCopyMessages.ts";
import { makeCertificate, type TestCertificate } from "../certificates.ts";
import type { Project, StoredCertificate } from "../emulator/state.ts";
import { manifestText } from "../texts/manifestTexts.ts";
import { certificate } from "../unit/fakes/certificatesApi.ts";
import {
	addCaCertificate,
	assertNoNotifications,
	chooseInRowMenu,
	requestsSince,
	signIn,
} from "./setup/certificateActions.ts";
import { currentTime, toCertificate, withContent } from "./setup/certificateTexts.ts";
import { itMatchesApiDescription } from "./setup/contractCheck.ts";
import { environment } from "./setup/environment.ts";
import { itKeepsTheKeySecret } from "./setup/secretChecks.ts";
import { resetBeforeEachTest, type Session, startSession } from "./setup/session.ts";
import { waitForRow } from "./setup/uploadActions.ts";

const RENAME = manifestText("command.rename");
const COPY_FINGERPRINT = manifestText("command.copyFingerprint");
const SAVE_PEM = manifestText("command.savePem");
const SHOW_HISTORY = manifestText("command.history");
const ACME = "Acme Root CA";
const OTHER = "Other CA";
const RENAMED = "Acme CA";
const NEWER = "Acme Root CA 2028";
const TRAVERSAL = "../../climbing";

describe(`Other commands for certificates in VS Code ${environment.version}`, () => {
	let session: Session;
	let source: TestCertificate;
	let acme: StoredCertificate;
	let traversal: StoredCertificate;
	let production: Project;

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
			production = emulator.state.addProject("Production");
			emulator.state.setActive(production.id, [acme.id], true).commit();
			await signIn(session);
		},
	);

	const nameOf = (id: string) => session.emulator.state.get(id).name;
	const indentedLines = (text: string) => text.split("\n").filter((line) => /^\s/.test(line));

	/** Returns the lines about an event in the history of a certificate: event and actor, without the time. */
	const historyLines = (event: Partial<HistoryEvent> & Pick<HistoryEvent, "type">) => {
		const complete = { id: "", at: 0, projectId: null, certificateIds: [acme.id], actor: null, ...event };
		return indentedLines(formatHistory(toCertificate(acme), [complete], () => production.name, 0));
	};

	it("renames, and validates the new name like the name of an upload", async () => {
		const { window } = session;
		await chooseInRowMenu(window, ACME, RENAME);
		const box = await window.quickInput(renameTitle(certificate(ACME)));
		assert.equal(await box.value(), ACME);
		await box.type(OTHER);
		await box.message(validateNameInput(OTHER, [certificate(OTHER)])?.message ?? assert.fail());
		await box.type("a\u202eb");
		await box.accept();
		await box.message(describeNameIssue("control-characters"));
		await box.submit(NEWER);
		await window.waitForStatus(describeRenamed(certificate(NEWER)));
		await waitForRow(window, NEWER);
		assert.equal(nameOf(acme.id), NEWER);
		await assertNoNotifications(window);
	});

	it("R34 reads back the name if the response was lost twice", async () => {
		const { window, emulator } = session;
		const before = emulator.exchanges.length;
		emulator.faults.arm({ kind: "reset", operation: "rename", when: "after", times: 2 });
		await chooseInRowMenu(window, ACME, RENAME);
		await (await window.quickInput(renameTitle(certificate(ACME)))).submit(RENAMED);
		await window.waitForStatus(describeRenamed(certificate(RENAMED)));
		assert.equal(nameOf(acme.id), RENAMED);
		assert.equal(requestsSince(emulator, before, "POST").length, 2);
		await assertNoNotifications(window);
	});

	it("R36 asks again if another user renamed the certificate meanwhile", async () => {
		const { window, emulator } = session;
		await chooseInRowMenu(window, ACME, RENAME);
		const box = await window.quickInput(renameTitle(certificate(ACME)));
		emulator.state.rename(acme.id, "Somebody's").commit();
		const before = emulator.exchanges.length;
		await box.submit("Mine");
		const secondBox = await window.quickInput(renameTitle(certificate("Somebody's")));
		await secondBox.message(renamePrompt(true));
		assert.deepEqual(requestsSince(emulator, before, "POST"), []);
		await secondBox.submit(RENAMED);
		await window.waitForStatus(describeRenamed(certificate(RENAMED)));
		assert.equal(nameOf(acme.id), RENAMED);
	});

	it("copies the fingerprint and the PEM", async () => {
		const { window } = session;
		await chooseInRowMenu(window, ACME, COPY_FINGERPRINT);
		await window.waitForStatus(describeCopiedFingerprints([certificate(ACME)]));
		await window.waitForClipboard(source.sha256);
		await chooseInRowMenu(window, ACME, manifestText("command.copyPem"));
		await window.waitForStatus(describeCopiedPems([certificate(ACME)]));
		await window.waitForClipboard(source.pem);
	});

	it("R49 opens and saves only a re-encoded certificate, in a file named by the id", async () => {
		const { window, folder } = session;
		await chooseInRowMenu(window, TRAVERSAL, manifestText("command.openPem"));
		const text = await window.editorText("BEGIN CERTIFICATE");
		await session.picture("open-pem");
		assert.equal(`${text.trim()}\n`, source.pem);
		await chooseInRowMenu(window, TRAVERSAL, SAVE_PEM);
		const box = await window.quickInput(saveTitle([certificate(TRAVERSAL)]));
		const path = join(folder, `${traversal.id}.pem`);
		await box.waitForValue(path);
		await box.accept();
		await window.waitForStatus(describeSavedPem(`${traversal.id}.pem`));
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
		await chooseInRowMenu(window, ACME, SAVE_PEM);
		const box = await window.quickInput(saveTitle([certificate(ACME), certificate(OTHER)]));
		await box.waitForValue(`${folder}/`);
		await box.accept();
		const message = describeSavedPems([
			{ certificate: certificate(ACME), outcome: "saved" },
			{ certificate: certificate(OTHER), outcome: "taken" },
		]);
		const toast = await window.toast(message);
		assert.equal(toast.text, message);
		await toast.dismiss();
		assert.equal(readFileSync(fileOf(acme), "utf8"), acme.pem);
		assert.equal(readFileSync(fileOf(other), "utf8"), "mine");
	});

	it("shows details, including the scopes in which the certificate is active", async () => {
		const { window } = session;
		await chooseInRowMenu(window, ACME, manifestText("command.details"));
		const text = await window.editorText(formatFingerprint(source.sha256));
		await session.picture("details");
		const projects = [production];
		const status = { organization: false, projects, unread: 0, allProjects: true, problem: null };
		assert.equal(text.trim(), formatDetails(await withContent(acme), status, currentTime().now).trim());
	});

	it("shows each change, its actor, and the project by name", async () => {
		const { window, emulator } = session;
		const byKey = { keyId: "key_emulator" };
		for (const actor of [byKey, byKey, byKey, byKey, "dashboard"] as const)
			emulator.state.rename(acme.id, ACME, actor).commit();
		await chooseInRowMenu(window, ACME, SHOW_HISTORY);
		const [renamed = "", byUser = ""] = historyLines({ type: "updated", actor: "someone@example.test" });
		const [activated = ""] = historyLines({ type: "activated", projectId: production.id });
		const [uploaded = ""] = historyLines({ type: "created" });
		const text = await window.editorText(activated);
		await session.picture("history");
		const lines = indentedLines(text);
		// Each event has a line, followed by a line with its actor.
		const events = lines.filter((_, index) => index % 2 === 0);
		assert.deepEqual(
			[...new Set(events)].map((event) => [event, events.filter((each) => each === event).length]),
			[
				[renamed, 5],
				[activated, 1],
				[uploaded, 1],
			],
		);
		assert.ok(lines.includes(byUser), text);
	});

	it("names the missing permission for the history", async () => {
		const { window, emulator } = session;
		const message = "You have insufficient permissions for this operation. Missing scopes: api.management.read";
		emulator.faults.arm({ kind: "status", status: 403, message, operation: "history", when: "before" });
		await chooseInRowMenu(window, ACME, SHOW_HISTORY);
		const problem = describeProblem({ reason: "forbidden", permission: "api.management.read" });
		await (await window.toast(problem)).dismiss();
	});

	it("confirms by a notification if VS Code is set up for a screen reader, which reads no status bar", async () => {
		const { window } = session;
		await session.configure({ "editor.accessibilitySupport": "on" });
		await window.openViews();
		await chooseInRowMenu(window, ACME, COPY_FINGERPRINT);
		await (await window.toast(describeCopiedFingerprints([certificate(ACME)]))).dismiss();
	});

	describe("after all tests", () => {
		itMatchesApiDescription(() => session);

		itKeepsTheKeySecret(() => session);
	});
});

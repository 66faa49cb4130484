import assert from "node:assert/strict";
import { labels } from "../../src/common/messages/labels.ts";
import { formatFindingLines } from "../../src/common/messages/parsedCertificateMessages.ts";
import { describeProblem } from "../../src/common/messages/problems/problems.ts";
import { formatRemedy } from "../../src/common/messages/problems/remedies.ts";
import { LATE_ARRIVAL_MS } from "../../src/features/upload/uploadAttempt.ts";
import {
	describeArrival,
	formatUnconfirmedUpload,
	unconfirmedAriaLabel,
	unconfirmedTooltip,
} from "../../src/features/upload/uploadMessages.ts";
import {
	describeForgetPrompt,
	describeRetryPrompt,
	uploadPromptLabels,
} from "../../src/features/upload/uploadPromptMessages.ts";
import { makeCertificate, type TestCertificate } from "../certificates.ts";
import { manifestText } from "../texts/manifestTexts.ts";
import {
	addCaCertificate,
	assertNoNotifications,
	pressRowButton,
	removeConnection,
	requestsSince,
	runRowCommand,
	signIn,
} from "./setup/certificateActions.ts";
import { toCertificate } from "./setup/certificateTexts.ts";
import { itMatchesApiDescription } from "./setup/contractCheck.ts";
import { environment } from "./setup/environment.ts";
import { SOME_TIME, timedText } from "./setup/productTexts.ts";
import { itKeepsTheKeySecret } from "./setup/secretChecks.ts";
import { resetBeforeEachTest, type Session, startSession } from "./setup/session.ts";
import {
	acceptName,
	chooseUpload,
	enterKey,
	pressUpload,
	uploadQuestion,
	VIEW_TITLE,
	waitForRow,
	waitForUnconfirmedRow,
} from "./setup/uploadActions.ts";
import {
	attemptAtSomeTime,
	NOT_SEEN,
	notSeenText,
	unconfirmedUpload,
	uploadedDescription,
} from "./setup/uploadTexts.ts";

const OTHER = "Other CA";
const CHECK_NOW = manifestText("command.checkUpload");
const FORGET = manifestText("command.forgetUpload");
const UPLOAD_AGAIN = manifestText("command.uploadAgain");
const POST = "POST certificates";

/** Returns why another upload of a certificate is refused. @param name The unconfirmed upload's name. */
const refusal = (name: string) => describeProblem({ reason: "upload-pending", name, running: false });

describe(`Uploads without a response in VS Code ${environment.version}`, () => {
	let session: Session;
	let lostBefore: TestCertificate;

	before(async () => {
		const [after, before = assert.fail(), late] = await Promise.all(
			["Lost after", "Lost before", "Late"].map((commonName) => makeCertificate({ commonName })),
		);
		lostBefore = before;
		const files = {
			"lost-after.pem": after?.pem ?? "",
			"lost-before.pem": before.pem,
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

	/** Uploads a file with the suggested name. @returns the name. */
	const upload = async (file: string, commonName: string) => {
		await chooseUpload(session.window, file);
		const name = await acceptName(session.window, commonName);
		await pressUpload(session.window, name);
		return name;
	};

	it("R20 shows the row with id and expiry without any action if the response was lost after the upload arrived", async () => {
		const { window, emulator } = session;
		const before = emulator.exchanges.length;
		emulator.faults.arm({ kind: "reset", operation: "upload", when: "after" });
		const name = await upload("lost-after.pem", "Lost after");
		const row = await waitForRow(window, name);
		await row.waitUntilSelected();
		const [stored = assert.fail(), ...others] = emulator.state.certificates.filter(
			(certificate) => certificate.name === name,
		);
		assert.deepEqual(others, []);
		assert.equal(await row.description(), uploadedDescription(stored));
		assert.deepEqual(requestsSince(emulator, before, "POST"), [POST]);
		await assertNoNotifications(window);
	});

	/** Returns the question before another upload, after a check at a time that is not known. */
	const retryPrompt = (name: string) => {
		const attempt = { ...attemptAtSomeTime(name), startedAt: SOME_TIME - LATE_ARRIVAL_MS };
		const dayBefore = attempt.startedAt - 86_400_000;
		const { message, detail } = describeRetryPrompt(attempt, SOME_TIME, dayBefore);
		return { message: timedText(message), detail: timedText(detail) };
	};

	it("R21 R22 says when the list lacked the upload, keeps a row, and checks the list before another upload", async () => {
		const { window, emulator } = session;
		const before = emulator.exchanges.length;
		emulator.faults.arm({ kind: "reset", operation: "upload", when: "before" });
		const name = await upload("lost-before.pem", "Lost before");
		const expected = notSeenText(name, "no-response");
		const toast = await window.toast(expected.start);
		assert.match(toast.text, expected.pattern);
		assert.deepEqual(toast.buttons, [labels.checkNow]);
		const row = await waitForUnconfirmedRow(window);
		await session.picture("unconfirmed");
		const notSeen = unconfirmedUpload(name, NOT_SEEN, lostBefore.sha256);
		assert.match(await row.description(), timedText(formatUnconfirmedUpload(notSeen, Date.now())).pattern);
		assert.match(await row.ariaLabel(), timedText(unconfirmedAriaLabel(notSeen, Date.now())).pattern);
		assert.equal(await row.icon(), "question");
		const [, started = "", fingerprint = ""] = unconfirmedTooltip(notSeen, Date.now()).split("\n");
		const tooltip = await row.tooltip(timedText(started).start);
		assert.ok(tooltip.includes(fingerprint), tooltip);

		const listRequest = emulator.faults.arm({ kind: "none", operation: "list", when: "before" });
		await toast.press(labels.checkNow);
		await listRequest.reached;
		await (await window.toast(notSeenText(name, null).start)).dismiss();

		await chooseUpload(window, "lost-before.pem");
		const refused = await window.toast(refusal(name));
		assert.deepEqual(refused.buttons, [labels.showCertificates]);
		await refused.press(labels.showCertificates);

		assert.deepEqual(await row.actionNames(), [CHECK_NOW, FORGET]);
		const menu = await row.menu();
		assert.deepEqual(await menu.items(), [CHECK_NOW, UPLOAD_AGAIN, FORGET]);
		await menu.choose(UPLOAD_AGAIN);
		const { message, detail } = retryPrompt(name);
		const question = await window.dialog(message.start);
		await session.picture("upload-again");
		assert.match(question.message, message.pattern);
		assert.match(question.detail, detail.pattern);
		const { dontUpload, uploadAnyway } = uploadPromptLabels;
		assert.deepEqual(question.buttons, ["Cancel", dontUpload, uploadAnyway].sort());
		assert.equal(question.onEnter, dontUpload);
		await question.enter();
		assert.deepEqual(requestsSince(emulator, before, "POST"), [POST]);

		await runRowCommand(window, async () => (await row.menu()).choose(UPLOAD_AGAIN));
		await (await window.dialog(message.start)).press(uploadAnyway);
		await row.waitUntilGone();
		await (await waitForRow(window, name)).waitUntilSelected();
		assert.deepEqual(requestsSince(emulator, before, "POST"), [POST, POST]);
		assert.equal(emulator.state.certificates.filter((certificate) => certificate.name === name).length, 1);
		await assertNoNotifications(window);
	});

	/** Uploads `lost-before.pem` without a response, so that it stays unconfirmed. @returns the upload's name. */
	const loseUpload = async () => {
		session.emulator.faults.arm({ kind: "reset", operation: "upload", when: "before" });
		const name = await upload("lost-before.pem", "Lost before");
		await (await session.window.toast(notSeenText(name, "no-response").start)).dismiss();
		return name;
	};

	/** Enters the admin key although the view has rows. @param name Name of a certificate to wait for. */
	const enterKeyFromRow = async (name: string) => {
		const { window, emulator } = session;
		await window.openViews();
		await window.view(VIEW_TITLE).waitForMessage(describeProblem({ reason: "no-key" }));
		await window.view(VIEW_TITLE).row(formatRemedy("set-key")).select();
		await enterKey(window, new URL(emulator.url).host, emulator.adminKey);
		await waitForRow(window, name);
	};

	it("R22 keeps the row after the key is removed and set again in another browser, and does not send the file again", async () => {
		const { window, emulator } = session;
		const before = emulator.exchanges.length;
		const name = await loseUpload();
		await removeConnection(session, { unconfirmed: 1, picture: "remove-key-unfinished" });
		await window.loadWithoutData();
		await enterKeyFromRow(OTHER);
		const row = await waitForUnconfirmedRow(window);
		await chooseUpload(window, "lost-before.pem");
		await (await window.toast(refusal(name))).dismiss();
		await pressRowButton(window, row, CHECK_NOW);
		await (await window.toast(notSeenText(name, null).start)).dismiss();
		assert.deepEqual(requestsSince(emulator, before, "POST"), [POST]);
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
		const unplaced = { ...unconfirmedUpload(name), unplaced: true };
		const expected = timedText(formatUnconfirmedUpload(unplaced, Date.now()), /.+/);
		const row = window.view(VIEW_TITLE).rowWith(expected.start);
		await row.waitUntilVisible();
		assert.match(await row.description(), expected.pattern);
		await session.picture("organization-unknown");
		assert.deepEqual(await row.actionNames(), [CHECK_NOW, FORGET]);
		await pressRowButton(window, row, CHECK_NOW);
		const unplacedProblem = { reason: "unconfirmed", name, lookup: { outcome: "unplaced" }, ending: null } as const;
		await (await window.toast(describeProblem(unplacedProblem))).dismiss();

		await chooseUpload(window, "lost-before.pem");
		await acceptName(window, "Lost before");
		const warning = await window.dialog(uploadQuestion(name));
		const [finding = ""] = formatFindingLines([{ code: "maybe-uploaded", level: "strong", name, at: SOME_TIME }]);
		const { pattern } = timedText(finding, /.+/);
		assert.ok(
			warning.detail.split("\n").some((line) => pattern.test(line)),
			warning.detail,
		);
		const uploadRequest = emulator.faults.arm({ kind: "none", operation: "upload", when: "after" });
		await warning.press(uploadPromptLabels.uploadAnyway);
		await uploadRequest.ended;
		const stored = emulator.state.certificates.find((certificate) => certificate.name === name);
		await window
			.view(VIEW_TITLE)
			.rowWith(stored?.id ?? assert.fail())
			.waitUntilSelected();
		await pressRowButton(window, row, FORGET);
		const { message } = describeForgetPrompt(attemptAtSomeTime(name));
		await (await window.dialog(message)).press(labels.forget);
		await row.waitUntilGone();
	});

	it("R22 keeps the row over a restart, and finds the upload that arrived meanwhile", async () => {
		const { window, emulator, code } = session;
		const before = emulator.exchanges.length;
		emulator.faults.arm({ kind: "reset", operation: "upload", when: "late" });
		const name = await upload("late.pem", "Late");
		await (await window.toast(notSeenText(name, "no-response").start)).dismiss();
		await window.unload();
		await code.restart();
		await window.load();
		const row = await waitForUnconfirmedRow(window);
		// The list loads after the unconfirmed row, and its rows would move that row.
		await window.view(VIEW_TITLE).rowWith(OTHER).waitUntilVisible();
		emulator.faults.commitLate();
		await pressRowButton(window, row, CHECK_NOW);
		const [stored = assert.fail()] = emulator.state.certificates.filter((certificate) => certificate.name === name);
		await (await window.toast(describeArrival(toCertificate(stored), Date.now()))).dismiss();
		await row.waitUntilGone();
		await (await waitForRow(window, name)).waitUntilSelected();
		assert.deepEqual(requestsSince(emulator, before, "POST"), [POST]);
	});

	describe("after all tests", () => {
		itMatchesApiDescription(() => session);

		itKeepsTheKeySecret(() => session);
	});
});

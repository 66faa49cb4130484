import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { formatTimeLeft } from "../../../src/common/messages/dates.ts";
import { describeProblem } from "../../../src/common/messages/problems/problems.ts";
import { formatRemedy } from "../../../src/common/messages/problems/remedies.ts";
import { formatUnconfirmedUpload } from "../../../src/features/upload/uploadMessages.ts";
import { makeCertificate } from "../../certificates.ts";
import type { Fault } from "../../emulator/faults.ts";
import { manifestText } from "../../texts/manifestTexts.ts";
import { stubMintKey } from "../../vscode/window.ts";
import { addCaCertificate, pressRowButton, requestsSince, signIn } from "../setup/certificateActions.ts";
import { itMatchesApiDescription } from "../setup/contractCheck.ts";
import { environment } from "../setup/environment.ts";
import { timedText } from "../setup/productTexts.ts";
import { itKeepsTheKeySecret } from "../setup/secretChecks.ts";
import { resetBeforeEachTest, type Session, startSession } from "../setup/session.ts";
import {
	acceptName,
	chooseUpload,
	enterKey,
	pressUpload,
	VIEW_TITLE,
	waitForRow,
	waitForUnconfirmedRow,
} from "../setup/uploadActions.ts";
import { NOT_SEEN, notSeenText, UNCONFIRMED, unconfirmedUpload } from "../setup/uploadTexts.ts";

const ANCHOR = "Acme Root CA";
const CHECK_NOW = manifestText("command.checkUpload");
const NO_KEY = describeProblem({ reason: "no-key" });

describe(`Uploads during a crash in VS Code ${environment.version}`, () => {
	let session: Session;
	/** Number of exchanges before the test. */
	let exchangesBefore: number;
	/** Another key of the same organization. */
	let anotherKey: string;

	before(async () => {
		const [arrived, lost] = await Promise.all(["Arrived", "Lost"].map((commonName) => makeCertificate({ commonName })));
		const files = { "arrived.pem": arrived?.pem ?? "", "lost.pem": lost?.pem ?? "" };
		session = await startSession({ ...environment, files });
		anotherKey = session.emulator.keys.add();
	});

	after(() => session.close());

	resetBeforeEachTest(
		() => session,
		async () => {
			await signIn(session);
			exchangesBefore = session.emulator.exchanges.length;
		},
	);

	/** Counts this test's uploads. */
	const posts = () => requestsSince(session.emulator, exchangesBefore, "POST").length;

	/** Uploads a file until the service has the request, which it does not answer. @returns the upload's name. */
	const uploadUnanswered = async (file: string, commonName: string, when: Fault["when"]) => {
		const { window, emulator } = session;
		const { reached } = emulator.faults.arm({ kind: "silence", operation: "upload", when });
		await chooseUpload(window, file);
		const name = await acceptName(window, commonName);
		await pressUpload(window, name);
		await reached;
		return name;
	};

	it("R22 after a kill of the extension host, the new host finds an arrived upload in the list", async () => {
		const { window, emulator, code } = session;
		const name = await uploadUnanswered("arrived.pem", "Arrived", "after");
		const [stored = assert.fail(), ...others] = emulator.state.certificates;
		assert.deepEqual(others, []);
		code.killExtensionHost();
		await window.openViews();
		const certificate = window.view(VIEW_TITLE).rowWith(stored.id);
		await certificate.waitUntilVisible();
		await window.view(VIEW_TITLE).rowWith(UNCONFIRMED).waitUntilGone();
		const description = await certificate.description();
		const timeLeft = formatTimeLeft(stored.expiresAt, Date.now() / 1000);
		assert.ok(description.startsWith(`${timeLeft} · `) && description.endsWith(stored.id), description);
		assert.match(await certificate.ariaLabel(), new RegExp(`^${name}, `));
		assert.deepEqual(await window.toasts(), []);
		assert.equal(posts(), 1);
	});

	it("R22 after a kill of VS Code, a check says when the list lacked an upload that did not arrive", async () => {
		const { window, emulator, code } = session;
		await addCaCertificate(emulator, ANCHOR);
		const name = await uploadUnanswered("lost.pem", "Lost", "before");
		await code.restart();
		await window.load();
		const row = await waitForUnconfirmedRow(window);
		await waitForRow(window, ANCHOR);
		assert.equal(await row.description(), UNCONFIRMED);
		await pressRowButton(window, row, CHECK_NOW);
		const { start, pattern } = notSeenText(name, null);
		const toast = await window.toast(start);
		assert.match(toast.text, pattern);
		await toast.dismiss();
		const notSeen = timedText(formatUnconfirmedUpload(unconfirmedUpload(name, NOT_SEEN), Date.now()));
		await window.view(VIEW_TITLE).rowWith(notSeen.start).waitUntilVisible();
		await chooseUpload(window, "lost.pem");
		await (await window.toast(describeProblem({ reason: "upload-pending", name, running: false }))).dismiss();
		assert.equal(posts(), 1);
	});

	it("R22 after the key is lost too, the row is shown without a key, and with another key of the same organization", async () => {
		const { window, emulator, code } = session;
		await addCaCertificate(emulator, ANCHOR);
		const name = await uploadUnanswered("lost.pem", "Lost", "before");
		code.killExtensionHost();
		await waitForUnconfirmedRow(window);
		await window.unload();
		await stubMintKey(window.context, randomBytes(32));
		await window.load();
		const row = await waitForUnconfirmedRow(window);
		await window.view(VIEW_TITLE).waitForMessage(NO_KEY);
		await session.picture("unconfirmed-without-key");
		await pressRowButton(window, row, CHECK_NOW);
		await (await window.toast(NO_KEY)).press(formatRemedy("set-key"));
		await enterKey(window, new URL(emulator.url).host, anotherKey);
		await waitForRow(window, ANCHOR);
		await row.waitUntilVisible();
		await pressRowButton(window, row, CHECK_NOW);
		await (await window.toast(notSeenText(name, null).start)).dismiss();
		assert.equal(posts(), 1);
		assert.equal(emulator.state.certificates.length, 1);
	});

	describe("after all tests", () => {
		itMatchesApiDescription(() => session);

		itKeepsTheKeySecret(
			() => session,
			() => ({ secrets: [anotherKey] }),
		);
	});
});

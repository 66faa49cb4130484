import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { describeProblem } from "../../../src/common/messages/problems/problems.ts";
import { keyFileTitle } from "../../../src/features/clientCheck/clientCheckPromptMessages.ts";
import { passphraseTitle } from "../../../src/features/connections/passphraseMessages.ts";
import {
	describeClockDifference,
	describeRiskyFolder,
	describeTakenName,
	folderTitle,
	formatKeyType,
	formatValidity,
	issuingPromptLabels,
} from "../../../src/features/issuing/issuingPromptMessages.ts";
import { makeCertificate, type TestCertificate } from "../../certificates.ts";
import { manifestText } from "../../texts/manifestTexts.ts";
import { assertNoNotifications, signIn, signOut } from "../setup/certificateActions.ts";
import { environment } from "../setup/environment.ts";
import { chooseFolderInDialog } from "../setup/fileDialog.ts";
import {
	acceptDefault as acceptFirst,
	caStep,
	encryptedCaFiles,
	madePath,
	shownPath,
	TEST_CA,
	waitForPrompt,
} from "../setup/issuingActions.ts";
import { paletteTitle, resetBeforeEachTest, type Session, startSession } from "../setup/session.ts";

const CA = TEST_CA;
const PASSPHRASE = `ca ${randomBytes(12).toString("hex")}`;

describe(`Certificates that are not created, in VS Code ${environment.version}`, () => {
	let session: Session;
	/** A CA whose files are in the workspace, as a person may have them. */
	let acme: TestCertificate;
	/** How far OpenAI's clock is ahead, in milliseconds. */
	let serviceAhead = 0;

	before(async () => {
		acme = await makeCertificate({ commonName: "Acme CA" });
		session = await startSession({
			...environment,
			files: encryptedCaFiles(acme, PASSPHRASE),
			emulatorOptions: { now: () => Date.now() + serviceAhead },
		});
	});

	after(() => session.close());

	resetBeforeEachTest(
		() => session,
		() => {
			serviceAhead = 0;
			rmSync(made(), { recursive: true, force: true });
			rmSync(join(session.folder, "acme.issued.csv"), { force: true });
		},
	);

	const made = (...path: string[]) => madePath(session, ...path);
	const read = (...path: string[]) => readFileSync(made(...path), "utf8");

	const prompt = (title: string, text: string) => waitForPrompt(session, title, text);
	const acceptDefault = (title: string, firstOption: string) => acceptFirst(session, title, firstOption);

	it("R15 R60 makes nothing if the user cancels at any prompt", async () => {
		const { window } = session;
		const questions = [
			async () => {},
			() => window.quickInput(caStep(1)).then((box) => box.enter()),
			() => acceptDefault(caStep(2), formatValidity(365)),
			() => acceptDefault(caStep(3), formatKeyType("p-256")),
			() => acceptDefault(caStep(4), join("~", "openai-mtls", CA)),
		];
		for (const count of questions.keys()) {
			await window.run(paletteTitle("createCa"));
			for (const answer of questions.slice(0, count + 1)) await answer();
			const isLast = count === questions.length - 1;
			const next = isLast ? `${passphraseTitle(`${CA}.key.pem`)} (5/5)` : caStep(count + 1);
			await (await window.quickInput(next)).cancel();
			assert.ok(!existsSync(made()));
		}
		await assertNoNotifications(window);
	});

	it("R60 replaces no file, and says so before it asks for a passphrase", async () => {
		const { window } = session;
		mkdirSync(made(CA), { recursive: true });
		writeFileSync(made(CA, `${CA}.pem`), "mine");
		await window.run(paletteTitle("createCa"));
		const box = await prompt(caStep(1), issuingPromptLabels.caNamePrompt);
		await box.accept();
		await box.message(describeTakenName(shownPath(CA, `${CA}.pem`)));
		await box.cancel();
		assert.deepEqual(readdirSync(made(CA)), [`${CA}.pem`]);
		assert.equal(read(CA, `${CA}.pem`), "mine");
	});

	it("R60 warns of a folder in the workspace, and asks for the folder again unless the user insists", async () => {
		const { window } = session;
		await window.run(paletteTitle("createCa"));
		await (await prompt(caStep(1), issuingPromptLabels.caNamePrompt)).submit("Shared CA");
		await acceptDefault(caStep(2), formatValidity(365));
		await acceptDefault(caStep(3), formatKeyType("p-256"));
		const { chooseFolder, chooseAnotherFolder, createHere } = issuingPromptLabels;
		const chooseWorkspace = async () => {
			await (await window.quickInput(caStep(4))).pick(chooseFolder);
			await chooseFolderInDialog(window, folderTitle(hostname()), `${session.code.dataFolder}/`, session.folder);
		};
		await chooseWorkspace();
		const { message, detail } = describeRiskyFolder(session.folder, ["workspace"]);
		const dialog = await window.dialog(message);
		await session.picture("risky-folder");
		assert.equal(dialog.detail, detail);
		assert.equal(dialog.onEnter, chooseAnotherFolder);
		await dialog.enter();
		await chooseWorkspace();
		await (await window.dialog(message)).press(createHere);
		const passphrase = await prompt(
			`${passphraseTitle("Shared CA.key.pem")} (5/5)`,
			issuingPromptLabels.caPassphrasePrompt,
		);
		await passphrase.cancel();
		assert.ok(!existsSync(join(session.folder, "Shared CA.key.pem")));
	});

	it("says that the clocks differ, and creates nothing unless the user insists", async () => {
		const { window } = session;
		const hours = 2;
		// Any number of seconds beyond the hours, because the messages have whole hours.
		serviceAhead = hours * 3_600_000 + 60_000;
		await signIn(session);
		await window.run(paletteTitle("createCa"));
		const { message, detail } = describeClockDifference(hours * 3600);
		const dialog = await window.dialog(message);
		assert.equal(dialog.detail, detail);
		assert.equal(dialog.onEnter, issuingPromptLabels.dontCreate);
		await dialog.enter();
		await window.run(paletteTitle("createCa"));
		await (await window.dialog(message)).press(issuingPromptLabels.createAnyway);
		await (await window.quickInput(caStep(1))).cancel();
		assert.ok(!existsSync(made()));
		// The window would still know this difference in the next test.
		await signOut(session);
	});

	it("checks passphrases, and unlocks a CA only with its own", async () => {
		const { window } = session;
		await (await window.explorerMenu("acme.pem")).choose(manifestText("command.createClient"));
		const dialog = await window.quickInput(keyFileTitle("acme.pem"));
		await dialog.waitForValue(join(session.folder, "acme.key.pem"));
		await dialog.enter();
		const unlock = await prompt(passphraseTitle("acme.key.pem"), issuingPromptLabels.caPassphraseUse);
		await unlock.type("wrong");
		await unlock.accept();
		await unlock.message(describeProblem({ reason: "ca-refused", why: "passphrase-wrong" }));
		await unlock.cancel();

		await window.run(paletteTitle("createCa"));
		await (await prompt(caStep(1), issuingPromptLabels.caNamePrompt)).enter();
		await acceptDefault(caStep(2), formatValidity(365));
		await acceptDefault(caStep(3), formatKeyType("p-256"));
		await acceptDefault(caStep(4), join("~", "openai-mtls", CA));
		const title = `${passphraseTitle(`${CA}.key.pem`)} (5/5)`;
		const first = await prompt(title, issuingPromptLabels.caPassphrasePrompt);
		for (const bad of ["short", "ä long passphrase"]) {
			await first.type(bad);
			await first.validationMessage();
		}
		await first.submit(PASSPHRASE);
		const again = await prompt(title, issuingPromptLabels.repeatPassphrase);
		await again.type(`${PASSPHRASE}x`);
		await again.accept();
		await again.message(issuingPromptLabels.passphrasesDiffer);
		await again.cancel();
		assert.ok(!existsSync(made()));
	});
});

// Plays the whole story in a real VS Code: creates a test CA, uploads and activates it, creates a client, checks it, tests
// it with the service, copies its setups, and runs them. The emulator verifies client certificates over TLS.
import { randomBytes } from "node:crypto";
import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { activationLabels } from "../../src/features/activation/activationMessages.ts";
import { scopePickerTitle } from "../../src/features/activation/scopePickerMessages.ts";
import {
	clientCheckPromptLabels,
	keyFileTitle,
	projectKeyTitle,
} from "../../src/features/clientCheck/clientCheckPromptMessages.ts";
import { describeLiveCheck } from "../../src/features/clientCheck/liveCheckMessages.ts";
import { clientSetupLabels, formatSetupTarget } from "../../src/features/clientSetup/clientSetupMessages.ts";
import { passphraseTitle } from "../../src/features/connections/passphraseMessages.ts";
import { describeCreatedClient, issuingLabels } from "../../src/features/issuing/issuingMessages.ts";
import {
	formatKeyType,
	formatValidity,
	issuingPromptLabels,
} from "../../src/features/issuing/issuingPromptMessages.ts";
import { makeCertificate } from "../certificates.ts";
import { activationQuestion, activationResults, named } from "../e2e/setup/activationTexts.ts";
import { chooseInRowMenu, pickScopes } from "../e2e/setup/certificateActions.ts";
import { chooseInDialog } from "../e2e/setup/fileDialog.ts";
import {
	acceptDefault,
	clientStep,
	createCa,
	madePath,
	shownPath,
	TEST_CA,
	waitForPrompt,
} from "../e2e/setup/issuingActions.ts";
import { paletteTitle, type Session, startSession } from "../e2e/setup/session.ts";
import { acceptName, enterKey, pressUpload, waitForRow } from "../e2e/setup/uploadActions.ts";
import { temporaryFolder } from "../temporaryFolders.ts";
import { manifestText } from "../texts/manifestTexts.ts";
import { certificate } from "../unit/fakes/certificatesApi.ts";
import { assertPresents } from "../unit/features/clientSetup/setupTests.ts";
import { root } from "../vscode/install.mjs";
import { packageExtension } from "../vsix.ts";

const PROJECT = "Test project";
const CLIENT = "build-agent";
const CLIENTS = manifestText("view.clients");
const PASSPHRASE = `story ${randomBytes(12).toString("hex")}`;

/** A part of each setup, by which its editor is found. */
const MARKERS = { curl: "curl '", node: "new OpenAI" };

const temporary = temporaryFolder("story");
const pictures = join(root, "out/demo");
const authorityFile = join(temporary.path, "authority.pem");
const authority = await makeCertificate({ commonName: "Test authority" });
const server = await makeCertificate({ ca: false, serverNames: ["127.0.0.1"], issuer: authority });
writeFileSync(authorityFile, authority.pem);
const session = await startSession({
	...{ version: "1.139", vsix: await packageExtension(), pictures, files: {} },
	emulatorOptions: { tls: { key: server.privateKeyPem, cert: server.pem } },
	settings: ({ mtlsUrl }) => ({ "openaiCertificates.mtlsUrl": mtlsUrl }),
	// Adds the emulator's authority to those that the system trusts.
	env: { SSL_CERT_FILE: authorityFile },
});
const started = performance.now();
let inputs = 0;
try {
	await play(session);
	console.log(`\n${inputs} inputs in ${((performance.now() - started) / 1000).toFixed(1)} s. Pictures: ${pictures}`);
} finally {
	await session.close();
	temporary.remove();
}

async function play(session: Session): Promise<void> {
	const { window, emulator } = session;
	const project = emulator.state.addProject(PROJECT);
	const projectKey = emulator.keys.addProjectKey(project.id);
	await window.context.grantPermissions(["clipboard-read", "clipboard-write"]);

	tell("Create a test CA", 0);
	const created = await createCa(session, PASSPHRASE, shownPath(TEST_CA), () => void inputs++);
	await session.picture("story-1-test-ca");

	tell("Upload it", 4);
	await created.press(issuingLabels.upload);
	await enterKey(window, new URL(emulator.url).host, emulator.adminKey);
	const name = await acceptName(window, TEST_CA);
	await pressUpload(window, name);
	await waitForRow(window, name);
	await session.picture("story-2-uploaded");

	tell("Activate it in a test project", 5);
	await chooseInRowMenu(window, name, manifestText("command.activate"));
	await pickScopes(window, scopePickerTitle([certificate(name)], true), PROJECT);
	const question = await window.dialog(activationQuestion([named(name)], [project]).message);
	await session.picture("story-3-activate");
	await question.press(activationLabels.activate);
	await window.waitForStatus(activationResults([name], true, { scope: project }));

	tell("Create a client certificate", 10);
	await createClient(session);

	tell("See where it's accepted", 1);
	await window.openViews();
	await window.openView(CLIENTS);
	const row = window.view(CLIENTS).row(CLIENT);
	await row.waitUntilVisible();
	console.log(`  ${CLIENT}: ${await row.description()}`);
	await session.picture("story-5-client");

	tell("Check it, and test it with OpenAI", 7);
	await (await row.menu()).choose(manifestText("command.checkClient"));
	await (await window.quickInput(clientCheckPromptLabels.title)).pick(name);
	const offline = await window.dialog(CLIENT);
	await session.picture("story-6-check");
	console.log(`  ${offline.message}`);
	await offline.press(clientCheckPromptLabels.testWithOpenai);
	const key = await window.quickInput(keyFileTitle(CLIENT));
	await key.waitForValue(madePath(session, CLIENT, `${CLIENT}.key.pem`));
	await key.enter();
	const { host } = new URL(emulator.mtlsUrl ?? "");
	await (await window.quickInput(projectKeyTitle(host))).submit(projectKey);
	const live = await window.dialog(describeLiveCheck({ code: "accepted", without: "required" }, host).message);
	await session.picture("story-7-live-test");
	console.log(`  ${live.message}`);
	await live.escape();

	for (const target of ["curl", "node"] as const) {
		tell(`Copy its setup for ${formatSetupTarget(target)}, and run it`, 3);
		const text = await copySetup(session, target);
		await session.picture(`story-8-${target}`);
		await run(session, target, text, projectKey);
	}
}

/** Prints a step, and counts its inputs. */
function tell(step: string, count: number): void {
	inputs += count;
	console.log(step);
}

async function createClient(session: Session): Promise<void> {
	const { window } = session;
	const folder = madePath(session, TEST_CA);
	await window.run(paletteTitle("createClient"));
	await chooseInDialog(window, issuingPromptLabels.chooseCa, `${session.folder}/`, join(folder, `${TEST_CA}.pem`));
	const dialog = await window.quickInput(keyFileTitle(`${TEST_CA}.pem`));
	await dialog.waitForValue(join(folder, `${TEST_CA}.key.pem`));
	await dialog.enter();
	const unlock = passphraseTitle(`${TEST_CA}.key.pem`);
	await (await waitForPrompt(session, unlock, issuingPromptLabels.caPassphraseUse)).submit(PASSPHRASE);
	await (await waitForPrompt(session, clientStep(1), issuingPromptLabels.clientNamePrompt)).submit(CLIENT);
	await (await waitForPrompt(session, clientStep(2), issuingPromptLabels.namesPrompt)).enter();
	await acceptDefault(session, clientStep(3), formatValidity(90));
	await acceptDefault(session, clientStep(4), formatKeyType("p-256"));
	await acceptDefault(session, clientStep(5), join("~", "openai-mtls", CLIENT));
	const title = `${passphraseTitle(`${CLIENT}.key.pem`)} (6/6)`;
	await (await waitForPrompt(session, title, issuingPromptLabels.clientPassphrasePrompt)).enter();
	const toast = await window.toast(describeCreatedClient(CLIENT, shownPath(CLIENT), hostname(), true));
	await session.picture("story-4-client-certificate");
	await toast.dismiss();
}

/** Copies the client's setup. @returns the clipboard's text. */
async function copySetup({ window }: Session, target: "curl" | "node"): Promise<string> {
	await window.openViews();
	await (await window.view(CLIENTS).row(CLIENT).menu()).choose(manifestText("command.copyClientSetup"));
	await (await window.quickInput(clientSetupLabels.title)).pick(formatSetupTarget(target));
	const text = await window.editorText(MARKERS[target]);
	await window.waitForClipboard(text);
	return text;
}

/** Runs a setup as copied, then without its certificate, and checks what the service answered. */
async function run({ emulator }: Session, target: "curl" | "node", text: string, apiKey: string): Promise<void> {
	const folder = join(temporary.path, target);
	mkdirSync(folder);
	symlinkSync(join(root, "node_modules"), join(folder, "node_modules"));
	const environment = {
		...{ PATH: process.env.PATH, CURL_CA_BUNDLE: authorityFile, NODE_EXTRA_CA_CERTS: authorityFile },
		OPENAI_API_KEY: apiKey,
	};
	await assertPresents(target, text, { folder, environment, emulator });
	console.log("  as copied: 200\n  without the certificate: 401, certificate_required");
}

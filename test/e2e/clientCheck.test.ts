import assert from "node:assert/strict";
import { createPrivateKey, randomBytes } from "node:crypto";
import { copyFileSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { labels } from "../../src/common/messages/labels.ts";
import { describeProblem } from "../../src/common/messages/problems/problems.ts";
import { formatScopes } from "../../src/common/messages/scopes.ts";
import { type CheckedAgainst, describeChainCheck } from "../../src/features/clientCheck/chainCheckMessages.ts";
import {
	clientCheckPromptLabels,
	describeProjectKeyUse,
	describeSavedChain,
	formatActiveCount,
	keyFileTitle,
	projectKeyTitle,
	saveChainTitle,
} from "../../src/features/clientCheck/clientCheckPromptMessages.ts";
import { describeLiveCheck } from "../../src/features/clientCheck/liveCheckMessages.ts";
import { clientSetupLabels, formatSetupTarget } from "../../src/features/clientSetup/clientSetupMessages.ts";
import { passphraseTitle } from "../../src/features/connections/passphraseMessages.ts";
import { checkChain } from "../../src/x509/chainCheck.ts";
import { makeCertificate, type TestCertificate } from "../certificates.ts";
import { temporaryFolder } from "../temporaryFolders.ts";
import { manifestText } from "../texts/manifestTexts.ts";
import { chooseInRowMenu, signIn, signOut } from "./setup/certificateActions.ts";
import { itMatchesApiDescription } from "./setup/contractCheck.ts";
import { environment } from "./setup/environment.ts";
import { chooseInDialog } from "./setup/fileDialog.ts";
import { itKeepsTheKeySecret } from "./setup/secretChecks.ts";
import { EXTENSION_NAME, resetBeforeEachTest, type Session, startSession } from "./setup/session.ts";

const ANCHOR = "Acme Root CA";
const CHECK = manifestText("command.checkClient");
const PROJECT = "proj_test";
const PASSPHRASE = randomBytes(12).toString("hex");
const FOREIGN_ADMIN_KEY = `sk-admin-${randomBytes(24).toString("hex")}`;

describe(`The check of a client certificate in VS Code ${environment.version}`, () => {
	const folder = temporaryFolder("client-check");
	const path = (name: string) => join(folder.path, name);
	let session: Session;
	let anchor: TestCertificate;
	let client: TestCertificate;
	/** The client's private key, encrypted. PEM. */
	let key: string;
	let stranger: TestCertificate;
	let other: TestCertificate;
	let otherClient: TestCertificate;
	let upper: TestCertificate;
	let lower: TestCertificate;
	let deepClient: TestCertificate;
	let projectKey: string;

	before(async () => {
		const authority = await makeCertificate({ commonName: "Test authority" });
		const server = await makeCertificate({ ca: false, serverNames: ["127.0.0.1"], issuer: authority });
		anchor = await makeCertificate({ commonName: ANCHOR });
		client = await makeCertificate({ ca: false, commonName: "Client", issuer: anchor });
		key = createPrivateKey(client.privateKeyPem)
			.export({ type: "pkcs8", format: "pem", cipher: "aes-256-cbc", passphrase: PASSPHRASE })
			.toString();
		stranger = await makeCertificate({ ca: false, commonName: "Stranger", issuer: await makeCertificate() });
		other = await makeCertificate({ commonName: "Other Root CA" });
		otherClient = await makeCertificate({ ca: false, commonName: "Other client", issuer: other });
		upper = await makeCertificate({ commonName: "Upper", issuer: anchor });
		lower = await makeCertificate({ commonName: "Lower", issuer: upper });
		deepClient = await makeCertificate({ ca: false, commonName: "Deep client", issuer: lower });
		writeFileSync(path("other.pem"), otherClient.pem);
		const shuffled = [upper, deepClient, anchor, lower].map(({ pem }) => pem).join("");
		writeFileSync(path("shuffled.pem"), deepClient.privateKeyPem + shuffled);
		writeFileSync(path("ca.pem"), authority.pem);
		writeFileSync(path("anchor.pem"), anchor.pem);
		writeFileSync(path("client.pem"), client.pem);
		writeFileSync(path("client.der"), client.der);
		writeFileSync(path("client.key"), key);
		writeFileSync(path("stranger.pem"), stranger.pem + stranger.privateKeyPem);
		session = await startSession({
			...environment,
			files: {},
			settings: ({ mtlsUrl }) => ({ "openaiCertificates.mtlsUrl": mtlsUrl?.replace("/v1", "") }),
			emulatorOptions: { tls: { key: server.privateKeyPem, cert: server.pem } },
			// Adds the server's issuer to the authorities that the system trusts.
			env: { SSL_CERT_FILE: path("ca.pem") },
		});
		projectKey = session.emulator.keys.addProjectKey(PROJECT);
	});

	after(async () => {
		await session.close();
		folder.remove();
	});

	resetBeforeEachTest(
		() => session,
		() => {
			const { state } = session.emulator;
			const { id } = state.upload({ certificate: anchor.pem, name: ANCHOR }).commit();
			state.addProject("Test", { id: PROJECT });
			state.setActive(PROJECT, [id], true).commit();
		},
	);

	const host = () => new URL(session.emulator.mtlsUrl ?? "").host;

	/** Returns the expected result of the offline check of a client certificate's file. */
	const checkText = (
		file: Uint8Array,
		anchors: readonly TestCertificate[] = [anchor],
		against: CheckedAgainst = { kind: "anchor", name: ANCHOR },
	) => {
		const now = Date.now() / 1000;
		const ders = anchors.map(({ der }) => der);
		const check = checkChain(file, ders, now);
		assert.ok(check);
		return describeChainCheck(check, against, now);
	};
	const chainCheckText = (certificate: TestCertificate) => checkText(certificate.der);

	const chooseFile = (title: string, name: string) =>
		chooseInDialog(session.window, title, `${session.folder}/`, path(name));

	it("checks offline, without a key and a connection, against a trust anchor in a file", async () => {
		const { window, emulator } = session;
		await signOut(session);
		const before = emulator.connections.total;
		await window.run(`${EXTENSION_NAME}: ${CHECK}`);
		await chooseFile(clientCheckPromptLabels.anchorFileTitle, "anchor.pem");
		await chooseFile(clientCheckPromptLabels.clientFileTitle, "client.pem");
		const { message, detail } = chainCheckText(client);
		const dialog = await window.dialog(message);
		assert.equal(dialog.detail, detail);
		await dialog.escape();
		assert.equal(emulator.connections.total, before);
	});

	it("R47 R48 checks live with a project key only, and reports that the service accepts the certificate", async () => {
		const { window, emulator } = session;
		await signIn(session);
		await chooseInRowMenu(window, ANCHOR, CHECK);
		await chooseFile(clientCheckPromptLabels.clientFileTitle, "client.der");
		const offline = await window.dialog(chainCheckText(client).message);
		await session.picture("client-check");
		await offline.press(clientCheckPromptLabels.testWithOpenai);
		await chooseFile(keyFileTitle("client.der"), "client.key");
		const passphrase = await window.quickInput(passphraseTitle("client.key"));
		assert.ok(await passphrase.isPassword());
		await passphrase.type("wrong");
		await passphrase.accept();
		await passphrase.message(
			describeProblem({ reason: "client-certificate", why: "passphrase-wrong", file: "client.key" }),
		);
		await passphrase.submit(PASSPHRASE);
		const box = await window.quickInput(projectKeyTitle(host()));
		assert.ok(await box.isPassword());
		const before = emulator.exchanges.length;
		// Another admin key and the stored admin key, each also in the form in which a file may contain it.
		for (const admin of [
			FOREIGN_ADMIN_KEY,
			`"${FOREIGN_ADMIN_KEY}"`,
			emulator.adminKey,
			`KEY="${emulator.adminKey}"`,
		]) {
			await box.type(admin);
			await box.accept();
			await box.message(clientCheckPromptLabels.isAdminKey);
			await box.type("");
			// The next key causes the same message, so waits until this message is gone.
			await box.message(describeProjectKeyUse(host()));
		}
		await session.picture("project-key");
		assert.equal(emulator.exchanges.length, before);
		await box.type(projectKey);
		await box.accept();
		const { message, detail } = describeLiveCheck({ code: "accepted", without: "required" }, host());
		const live = await window.dialog(message);
		await session.picture("client-check-live");
		assert.equal(live.detail, detail);
		const { copySetup, title } = clientSetupLabels;
		await live.press(copySetup);
		await (await window.quickInput(title)).pick(formatSetupTarget("node"));
		const setup = await window.editorText("OPENAI_MTLS_KEY_PASSPHRASE,");
		assert.ok(setup.includes(`readFileSync(${JSON.stringify(path("client.key"))})`), setup);
		assert.deepEqual(
			emulator.exchanges.slice(before).map(({ method, path, status }) => [method, path, status]),
			[
				["GET", "/v1/models", 401],
				["GET", "/v1/models", 200],
			],
		);
	});

	it("reports a refused certificate, offline and live", async () => {
		const { window } = session;
		await signIn(session);
		await window.run(`${EXTENSION_NAME}: ${CHECK}`);
		await (await window.quickInput(clientCheckPromptLabels.title)).pick(ANCHOR);
		await chooseFile(clientCheckPromptLabels.clientFileTitle, "stranger.pem");
		const expected = chainCheckText(stranger);
		const offline = await window.dialog(expected.message);
		assert.equal(offline.detail, expected.detail);
		await offline.press(clientCheckPromptLabels.testWithOpenai);
		const box = await window.quickInput(projectKeyTitle(host()));
		await box.type(projectKey);
		await box.accept();
		const { message, detail } = describeLiveCheck({ code: "refused", how: "certificate_verification_failed" }, host());
		const live = await window.dialog(message);
		assert.equal(live.detail, detail);
		await live.escape();
	});

	it("checks against all certificates that are active in a project", async () => {
		const { window, emulator } = session;
		const { id } = emulator.state.upload({ certificate: other.pem, name: "Other Root CA" }).commit();
		emulator.state.setActive(PROJECT, [id], true).commit();
		emulator.state.addProject("Empty");
		await signIn(session);
		const project = formatScopes({ organization: false, projects: [{ id: PROJECT, name: "Test" }] });
		for (const [name, certificate] of [
			["client.pem", client],
			["other.pem", otherClient],
			["stranger.pem", stranger],
		] as const) {
			await window.run(`${EXTENSION_NAME}: ${CHECK}`);
			await (await window.quickInput(clientCheckPromptLabels.title)).pick(clientCheckPromptLabels.chooseScope);
			const scopes = await window.quickInput(clientCheckPromptLabels.title);
			// Without the organization and the other project, where no certificate is active.
			assert.deepEqual(await scopes.options(), [`${project}, ${formatActiveCount(2)}`]);
			await scopes.pick(project);
			await chooseFile(clientCheckPromptLabels.clientFileTitle, name);
			const expected = checkText(certificate.der, [anchor, other], { kind: "scope", name: project });
			const dialog = await window.dialog(expected.message);
			assert.equal(dialog.detail, expected.detail);
			await dialog.escape();
		}
	});

	it("saves a chain in the order that clients need, without the trust anchor and the private key", async () => {
		const { window } = session;
		await signIn(session);
		await chooseInRowMenu(window, ANCHOR, CHECK);
		await chooseFile(clientCheckPromptLabels.clientFileTitle, "shuffled.pem");
		const expected = checkText(readFileSync(path("shuffled.pem")));
		const dialog = await window.dialog(expected.message);
		assert.equal(dialog.detail, expected.detail);
		const { addToClients, saveInOrder, testWithOpenai } = clientCheckPromptLabels;
		assert.deepEqual(dialog.buttons, ["Cancel", addToClients, saveInOrder, testWithOpenai].sort());
		await dialog.press(saveInOrder);
		const box = await window.quickInput(saveChainTitle("shuffled.pem"));
		const saved = join(session.folder, "shuffled-chain.pem");
		await box.waitForValue(saved);
		await box.accept();
		await window.waitForStatus(describeSavedChain("shuffled-chain.pem"));
		assert.equal(readFileSync(saved, "utf8"), deepClient.pem + lower.pem + upper.pem);
		// The saved file is in order, so there is nothing to save.
		copyFileSync(saved, path("in-order.pem"));
		await chooseInRowMenu(window, ANCHOR, CHECK);
		await chooseFile(clientCheckPromptLabels.clientFileTitle, "in-order.pem");
		const again = await window.dialog(checkText(readFileSync(path("in-order.pem"))).message);
		const { copySetup, title } = clientSetupLabels;
		assert.deepEqual(again.buttons, ["Cancel", addToClients, copySetup, testWithOpenai].sort());
		await again.press(copySetup);
		await (await window.quickInput(title)).pick(formatSetupTarget("python"));
		const setup = await window.editorText("certfile=");
		assert.ok(setup.includes(`certfile=${JSON.stringify(path("in-order.pem"))},`), setup);
	});

	it("R46 says what to choose instead of a private key, and reports a key that does not match", async () => {
		const { window } = session;
		await signIn(session);
		await chooseInRowMenu(window, ANCHOR, CHECK);
		await chooseFile(clientCheckPromptLabels.clientFileTitle, "client.key");
		const refusal = describeProblem({
			reason: "file-refused",
			...{ file: "client.key", wanted: "client-certificate", refusal: "private-key", skipped: [] },
		});
		await (await window.toast(refusal)).dismiss();
		await chooseInRowMenu(window, ANCHOR, CHECK);
		await chooseFile(clientCheckPromptLabels.clientFileTitle, "client.pem");
		await (await window.dialog(chainCheckText(client).message)).press(clientCheckPromptLabels.testWithOpenai);
		await chooseFile(keyFileTitle("client.pem"), "stranger.pem");
		const mismatch = describeProblem({ reason: "client-pair", why: "not-a-pair", file: "stranger.pem" });
		const toast = await window.toast(mismatch);
		// No setting names this key, so there is no button for the settings.
		assert.deepEqual(toast.buttons, [labels.showDetails]);
		await toast.dismiss();
	});

	describe("after all tests", () => {
		beforeEach(() => signIn(session));

		itMatchesApiDescription(() => session);

		describe("R48 with its keys and its passphrase", () => {
			itKeepsTheKeySecret(
				() => session,
				() => ({
					secrets: [
						...[PASSPHRASE, projectKey, FOREIGN_ADMIN_KEY],
						...[client.privateKeyPem, key, stranger.privateKeyPem, deepClient.privateKeyPem].map(
							(pem) => pem.split("\n")[1] ?? "",
						),
					],
				}),
			);
		});
	});
});

import assert from "node:assert/strict";
import { createPrivateKey, randomBytes } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { labels } from "../../../src/common/messages/labels.ts";
import { describeProblem } from "../../../src/common/messages/problems/problems.ts";
import type { TlsKeyPairIssue } from "../../../src/domain/problem.ts";
import { keyTitle } from "../../../src/features/connections/keyMessages.ts";
import { describeUnneededPassphrase, passphraseTitle } from "../../../src/features/connections/passphraseMessages.ts";
import { makeCertificate, type TestCertificate } from "../../certificates.ts";
import { type Emulator, startEmulator } from "../../emulator/emulator.ts";
import { temporaryFolder } from "../../temporaryFolders.ts";
import { addCaCertificate, signIn } from "../setup/certificateActions.ts";
import { itMatchesApiDescription } from "../setup/contractCheck.ts";
import { environment } from "../setup/environment.ts";
import { welcomeText } from "../setup/productTexts.ts";
import { itKeepsTheKeySecret } from "../setup/secretChecks.ts";
import { paletteTitle, resetBeforeEachTest, type Session, startSession } from "../setup/session.ts";
import { acceptName, chooseUpload, enterKey, pressUpload, VIEW_TITLE, waitForRow } from "../setup/uploadActions.ts";
import { uploadedDescription } from "../setup/uploadTexts.ts";

const ANCHOR = "Acme Root CA";
const [PASSPHRASE, ANOTHER] = [randomBytes(12).toString("hex"), randomBytes(12).toString("hex")];

describe(`A client certificate in VS Code ${environment.version}`, () => {
	const folder = temporaryFolder("client-certificates");
	const path = (name: string) => join(folder.path, name);
	let session: Session;
	let anchor: TestCertificate;
	let client: TestCertificate;
	/** The client's private key, encrypted. PEM. */
	let key: string;
	/** An organization that enforces mTLS on its administrators too. */
	let locked: Emulator;

	before(async () => {
		const authority = await makeCertificate({ commonName: "Test authority" });
		const server = await makeCertificate({ ca: false, serverNames: ["127.0.0.1"], issuer: authority });
		anchor = await makeCertificate({ commonName: ANCHOR });
		client = await makeCertificate({ ca: false, issuer: anchor });
		key = encryptedKey(PASSPHRASE);
		writeFileSync(path("ca.pem"), authority.pem);
		writeFileSync(path("client.pem"), client.pem);
		writeFileSync(path("other.key"), anchor.privateKeyPem);
		writeFileSync(path("plain.key"), client.privateKeyPem);

		const tls = { key: server.privateKeyPem, cert: server.pem };
		locked = await startEmulator({ tls, switches: { lockOut: true } });
		const [one, two] = await Promise.all(["One", "Two"].map((commonName) => makeCertificate({ commonName })));
		session = await startSession({
			...environment,
			files: { "one.pem": one?.pem ?? "", "two.pem": two?.pem ?? "" },
			emulatorOptions: { tls: { ...tls, requireCertificateFrom: [anchor.pem] } },
			// Adds the servers' issuer to the authorities that the system trusts.
			env: { SSL_CERT_FILE: path("ca.pem") },
			settings: settings("client.pem", "plain.key"),
		});
	});

	after(async () => {
		await session.close();
		await locked.close();
		folder.remove();
	});

	resetBeforeEachTest(
		() => session,
		() => {
			writeFileSync(path("client.key"), key);
			locked.reset();
			const { id } = locked.state.upload({ certificate: anchor.pem, name: ANCHOR }).commit();
			locked.state.setActive("organization", [id], true).commit();
		},
	);

	const encryptedKey = (passphrase: string) =>
		createPrivateKey(client.privateKeyPem)
			.export({ type: "pkcs8", format: "pem", cipher: "aes-256-cbc", passphrase })
			.toString();

	const hostOf = (url = session.emulator.url) => new URL(url).host;

	const settings = (certificate: string, key: string) => ({
		"openaiCertificates.clientCertificate": path(certificate),
		"openaiCertificates.clientKey": path(key),
	});

	/** Enters a key that cannot be checked, waits for the message, and closes the prompt. */
	const enterUncheckableKey = async (host: string, key: string, message: string) => {
		const { window } = session;
		await window.run(paletteTitle("setKey"));
		await enterKey(window, host, key);
		const box = await window.quickInput(keyTitle(host));
		await box.message(message);
		await box.cancel();
	};

	const clientKeyProblem = (why: TlsKeyPairIssue, file: string) =>
		describeProblem({ reason: "client-certificate", why, file });

	/** Runs a command that prompts for the client key's passphrase. @param command Such as `setKey`. @returns the prompt. */
	const passphrasePrompt = async (command = "setPassphrase") => {
		const { window } = session;
		await window.run(paletteTitle(command));
		const box = await window.quickInput(passphraseTitle("client.key"));
		assert.ok(await box.isPassword());
		return box;
	};

	const upload = async (file: string, commonName: string, { state }: Emulator) => {
		const { window } = session;
		await chooseUpload(window, file);
		const name = await acceptName(window, commonName);
		await pressUpload(window, name);
		const row = await waitForRow(window, name);
		await row.waitUntilSelected();
		const stored = state.certificates.find((certificate) => certificate.name === name);
		assert.ok(stored);
		assert.equal(await row.description(), uploadedDescription(stored));
	};

	it("is requested with a message if the service requires a certificate and the settings name none", async () => {
		const { emulator } = session;
		await session.configure({}, { clearBrowserData: true });
		const before = emulator.exchanges.length;
		const problem = { reason: "client-certificate-refused", host: hostOf(), presented: false } as const;
		await enterUncheckableKey(hostOf(), emulator.adminKey, describeProblem(problem));
		assert.equal(emulator.exchanges.length, before);
	});

	it("R46 with an encrypted key needs the passphrase before the admin key, checks it before any connection, and permits the list and an upload", async () => {
		const { window, emulator } = session;
		await session.configure(settings("client.pem", "client.key"), { clearBrowserData: true });
		const before = emulator.connections.total;
		const box = await passphrasePrompt("setKey");
		await box.type("not this one");
		await box.accept();
		await box.message(clientKeyProblem("passphrase-wrong", "client.key"));
		await session.picture("passphrase");
		assert.equal(emulator.connections.total, before);
		await box.submit(PASSPHRASE);
		await enterKey(window, hostOf(), emulator.adminKey);
		await window.openViews();
		await window.view(VIEW_TITLE).welcome(welcomeText("welcome.nothing-yet"));
		await upload("one.pem", "One", emulator);
		assert.equal(emulator.state.certificates.length, 1);
	});

	it("R46 that does not match the key is reported before any connection", async () => {
		const { window, emulator } = session;
		await signIn(session);
		const before = emulator.connections.total;
		await session.configure(settings("client.pem", "other.key"));
		await window.openViews();
		await window.view(VIEW_TITLE).welcome(welcomeText("welcome.client-certificate"));
		await chooseUpload(window, "two.pem");
		const toast = await window.toast(clientKeyProblem("not-a-pair", "other.key"));
		assert.deepEqual(toast.buttons, [labels.openSettings]);
		await toast.press(labels.openSettings);
		await window.waitForSettingsSearch("@ext:certificates-for-openai.openai-certificates");
		assert.equal(emulator.connections.total, before);
	});

	it("R46 permits the list as soon as a passphrase decrypts the key", async () => {
		const { window, emulator } = session;
		await addCaCertificate(emulator, ANCHOR);
		await signIn(session);
		await session.configure(settings("client.pem", "client.key"));
		await (await passphrasePrompt()).submit(PASSPHRASE);
		await window.openViews();
		await waitForRow(window, ANCHOR);
		// The stored passphrase no longer decrypts this key.
		writeFileSync(path("client.key"), encryptedKey(ANOTHER));
		await window.load();
		await window.openViews();
		await window.view(VIEW_TITLE).welcome(welcomeText("welcome.client-key-passphrase"));
		await (await passphrasePrompt()).submit(ANOTHER);
		await waitForRow(window, ANCHOR);
	});

	it("R46 needs no passphrase if the key is not encrypted, and says so instead of asking", async () => {
		const { window, emulator } = session;
		await addCaCertificate(emulator, ANCHOR);
		await window.run(paletteTitle("setPassphrase"));
		await (await window.toast(describeUnneededPassphrase("plain.key"))).dismiss();
		await signIn(session);
	});

	it("R45 needs its passphrase for each host, and then gives access to an organization that enforces mTLS", async () => {
		const { window } = session;
		const url = locked.mtlsUrl ?? "";
		const ofClient = settings("client.pem", "client.key");
		await session.configure(ofClient, { clearBrowserData: true });
		await (await passphrasePrompt()).submit(PASSPHRASE);
		// Asks for no passphrase: this host's is stored.
		await signIn(session);
		await session.configure({ ...ofClient, "openaiCertificates.baseUrl": url });
		const before = locked.connections.total;
		const box = await passphrasePrompt("setKey");
		assert.equal(locked.connections.total, before);
		await box.submit(PASSPHRASE);
		await enterKey(window, hostOf(url), locked.adminKey);
		await window.openViews();
		await waitForRow(window, ANCHOR);
		await upload("two.pem", "Two", locked);
		await session.picture("mtls");
	});

	describe("after all tests", () => {
		beforeEach(() => signIn(session));

		itMatchesApiDescription(() => session);

		describe("R48 its key and passphrase", () => {
			itKeepsTheKeySecret(
				() => session,
				() => ({
					secrets: [
						PASSPHRASE,
						ANOTHER,
						locked.adminKey,
						...[client.privateKeyPem, key].map((pem) => pem.split("\n")[1] ?? ""),
					],
					records: locked.exchanges,
				}),
			);
		});
	});
});

import assert from "node:assert/strict";
import { createPrivateKey, randomBytes } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { makeCertificate, type TestCertificate } from "../certificates.ts";
import { temporaryFolder } from "../temporaryFolders.ts";
import { chooseInRowMenu, signIn, signOut } from "./setup/certificateActions.ts";
import { itMatchesApiDescription } from "./setup/contractCheck.ts";
import { environment } from "./setup/environment.ts";
import { itKeepsTheKeySecret } from "./setup/secretChecks.ts";
import { EXTENSION_NAME, resetBeforeEachTest, type Session, startSession } from "./setup/session.ts";

const ANCHOR = "Acme Root CA";
const CHECK = "Check a Client Certificate…";
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

	/** Chooses a file in the file dialog. */
	const chooseFile = async (title: string, name: string) => {
		const box = await session.window.quickInput(title);
		// The dialog sets its start folder shortly after it opens, and would overwrite earlier input.
		await box.waitForValue(`${session.folder}/`);
		await box.type(path(name));
		// The dialog accepts a file only after it has read the folder.
		await box.pick(name);
	};

	it("checks offline, without a key and a connection, against a trust anchor in a file", async () => {
		const { window, emulator } = session;
		await signOut(session);
		const before = emulator.connections.total;
		await window.run(`${EXTENSION_NAME}: ${CHECK}`);
		await chooseFile("The trust anchor", "anchor.pem");
		await chooseFile("The client certificate, with its intermediates", "client.pem");
		const dialog = await window.dialog(`CN=Client chains to “${ANCHOR}” and would be accepted`);
		assert.match(dialog.detail, /^Chain: CN=Client → CN=Acme Root CA\nThe client certificate expires in 364 days\.$/);
		await dialog.escape();
		assert.equal(emulator.connections.total, before);
	});

	it("R47 R48 checks live with a project key only, and reports that the service accepts the certificate", async () => {
		const { window, emulator } = session;
		await signIn(session);
		await chooseInRowMenu(window, ANCHOR, CHECK);
		await chooseFile("The client certificate, with its intermediates", "client.der");
		const offline = await window.dialog(`CN=Client chains to “${ANCHOR}”`);
		await session.picture("client-check");
		await offline.press("Check Live…");
		await chooseFile("The private key of client.der", "client.key");
		const passphrase = await window.quickInput("Passphrase of client.key");
		assert.ok(await passphrase.isPassword());
		await passphrase.type("wrong");
		await passphrase.accept();
		await passphrase.message("The passphrase does not open");
		await passphrase.submit(PASSPHRASE);
		const box = await window.quickInput(`Project key for ${host()}`);
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
			await box.message("This is an admin key, which is never sent there.");
			await box.type("");
			// The next key causes the same message, so waits until this message is gone.
			await box.message(`It is sent to ${host()} once`);
		}
		await session.picture("project-key");
		assert.equal(emulator.exchanges.length, before);
		await box.type(projectKey);
		await box.accept();
		const live = await window.dialog(`${host()} accepted the client certificate.`);
		await session.picture("client-check-live");
		await live.escape();
		assert.deepEqual(
			emulator.exchanges.slice(before).map(({ method, path, status }) => [method, path, status]),
			[["GET", "/v1/models", 200]],
		);
	});

	it("reports a refused certificate, offline and live", async () => {
		const { window } = session;
		await signIn(session);
		await window.run(`${EXTENSION_NAME}: ${CHECK}`);
		await (await window.quickInput("Check a client certificate")).pick(ANCHOR);
		await chooseFile("The client certificate, with its intermediates", "stranger.pem");
		const offline = await window.dialog(`CN=Stranger would not be accepted by “${ANCHOR}”.`);
		assert.match(
			offline.detail,
			/^CN=Stranger was issued by CN=Test CA, which is neither in the file nor the trust anchor\.\n/,
		);
		await offline.press("Check Live…");
		const box = await window.quickInput(`Project key for ${host()}`);
		await box.type(projectKey);
		await box.accept();
		const live = await window.dialog(`${host()} refused the client certificate.`);
		assert.match(live.detail, /demands one of another issuer/);
		await live.escape();
	});

	it("R46 says what to choose instead of a private key, and reports a key that does not match", async () => {
		const { window } = session;
		await signIn(session);
		await chooseInRowMenu(window, ANCHOR, CHECK);
		await chooseFile("The client certificate, with its intermediates", "client.key");
		await (await window.toast("This is a private key. Choose the client certificate")).dismiss();
		await chooseInRowMenu(window, ANCHOR, CHECK);
		await chooseFile("The client certificate, with its intermediates", "client.pem");
		await (await window.dialog(`CN=Client chains to “${ANCHOR}”`)).press("Check Live…");
		await chooseFile("The private key of client.pem", "stranger.pem");
		const toast = await window.toast("The private key stranger.pem does not belong to the client certificate.");
		// No setting names this key, so there is no button for the settings.
		assert.deepEqual(toast.buttons, ["Show Details"]);
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
						...[client.privateKeyPem, key, stranger.privateKeyPem].map((pem) => pem.split("\n")[1] ?? ""),
					],
				}),
			);
		});
	});
});

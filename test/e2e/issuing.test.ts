import "reflect-metadata/lite";
import assert from "node:assert/strict";
import { createPrivateKey, randomBytes, X509Certificate } from "node:crypto";
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { dirname, join } from "node:path";
import { Pkcs10CertificateRequestGenerator, SubjectAlternativeNameExtension } from "@peculiar/x509";
import { describeProblem } from "../../src/common/messages/problems/problems.ts";
import { keyFileTitle } from "../../src/features/clientCheck/clientCheckPromptMessages.ts";
import { passphraseTitle } from "../../src/features/connections/passphraseMessages.ts";
import {
	describeCreatedClient,
	describeExpectedAcceptance,
	describeSignedRequest,
	issuingLabels,
} from "../../src/features/issuing/issuingMessages.ts";
import {
	describeSigning,
	formatAlternativeName,
	formatKeyType,
	formatValidity,
	issuingPromptLabels,
	saveSignedTitle,
	signingTitle,
} from "../../src/features/issuing/issuingPromptMessages.ts";
import { checkChain } from "../../src/x509/chainCheck.ts";
import { makeCertificate, type TestCertificate } from "../certificates.ts";
import { assertNoSecretsInFolder, keyMaterialOf } from "../secretScan.ts";
import { manifestText } from "../texts/manifestTexts.ts";
import { signIn, signOut } from "./setup/certificateActions.ts";
import { environment } from "./setup/environment.ts";
import { chooseInDialog } from "./setup/fileDialog.ts";
import {
	acceptDefault as acceptFirst,
	clientStep,
	createCa as createTestCa,
	encryptedCaFiles,
	enterNewPassphrase,
	madePath,
	shownPath,
	stepsOf,
	TEST_CA,
	waitForPrompt,
} from "./setup/issuingActions.ts";
import { itKeepsTheKeySecret } from "./setup/secretChecks.ts";
import { resetBeforeEachTest, type Session, startSession } from "./setup/session.ts";
import { acceptName, enterKey, pressUpload, waitForRow } from "./setup/uploadActions.ts";

const CA = TEST_CA;
const PASSPHRASE = `ca ${randomBytes(12).toString("hex")}`;
const CLIENT_PASSPHRASE = `client ${randomBytes(12).toString("hex")}`;
/** The most inputs from the palette to the uploaded test CA. */
const MAX_INPUTS = 12;

describe(`Making certificates in VS Code ${environment.version}`, () => {
	let session: Session;
	/** A CA whose files are in the workspace, as a person may have them. */
	let acme: TestCertificate;
	let requestKey: TestCertificate;

	before(async () => {
		acme = await makeCertificate({ commonName: "Acme CA" });
		requestKey = await makeCertificate({ ca: false });
		const request = await Pkcs10CertificateRequestGenerator.create({
			name: "CN=agent-4, O=Not taken over",
			keys: requestKey.keys,
			signingAlgorithm: { name: "ECDSA", hash: "SHA-256" },
			extensions: [
				new SubjectAlternativeNameExtension([
					{ type: "dns", value: "agent-4.example" },
					{ type: "url", value: "spiffe://acme.example/agent-4" },
				]),
			],
		});
		session = await startSession({
			...environment,
			files: {
				...encryptedCaFiles(acme, PASSPHRASE),
				"agent-4.csr": request.toString("pem"),
			},
		});
	});

	after(() => session.close());

	resetBeforeEachTest(
		() => session,
		() => {
			rmSync(made(), { recursive: true, force: true });
			rmSync(join(session.folder, "acme.issued.csv"), { force: true });
		},
	);

	const made = (...path: string[]) => madePath(session, ...path);
	const read = (...path: string[]) => readFileSync(made(...path), "utf8");

	const prompt = (title: string, text: string) => waitForPrompt(session, title, text);
	const acceptDefault = (title: string, firstOption: string) => acceptFirst(session, title, firstOption);
	const createCa = (count?: () => void) => createTestCa(session, PASSPHRASE, shownPath(CA), count);

	/** Chooses the key of a CA, which the dialog suggests, and unlocks it. */
	const unlockCa = async (file: string) => {
		const dialog = await session.window.quickInput(keyFileTitle(file));
		await dialog.waitForValue(join(session.folder, "acme.key.pem"));
		await dialog.enter();
		const box = await prompt(passphraseTitle("acme.key.pem"), issuingPromptLabels.caPassphraseUse);
		await box.submit(PASSPHRASE);
	};

	/** Checks that a chain is accepted, and that a message says so. */
	const assertAccepted = (chain: string, message: string) => {
		const check = checkChain(Buffer.from(chain), [acme.der], Date.now() / 1000);
		assert.equal(check?.verdict, "accepted");
		assert.ok(message.includes(describeExpectedAcceptance("Acme CA")), message);
	};

	it("R60 creates a test CA, and uploads it, in at most 12 inputs from the palette", async () => {
		const { window, emulator } = session;
		await signOut(session);
		let inputs = 0;
		const count = () => void inputs++;
		const toast = await createCa(count);
		await session.picture("created-ca");
		await toast.press(issuingLabels.upload);
		count();
		await enterKey(window, new URL(emulator.url).host, emulator.adminKey);
		count();
		const name = await acceptName(window, CA);
		count();
		await pressUpload(window, name);
		count();
		await waitForRow(window, name);
		console.log(`      ${inputs} inputs from the palette to the uploaded test CA, including the admin key`);
		assert.ok(inputs <= MAX_INPUTS);

		assert.deepEqual(readdirSync(made(CA)).toSorted(), [`${CA}.key.pem`, `${CA}.pem`]);
		const certificate = new X509Certificate(read(CA, `${CA}.pem`));
		assert.ok(certificate.ca);
		const key = createPrivateKey({ key: read(CA, `${CA}.key.pem`), passphrase: PASSPHRASE });
		assert.ok(certificate.checkPrivateKey(key));
		assert.ok(emulator.exchanges.some(({ method, status }) => method === "POST" && status === 200));
	});

	it("R60 creates a client certificate with the CA's file, and lists it beside the CA", async () => {
		const { window } = session;
		await signIn(session);
		await (await window.explorerMenu("acme.pem")).choose(manifestText("command.createClient"));
		await unlockCa("acme.pem");
		await (await prompt(clientStep(1), issuingPromptLabels.clientNamePrompt)).submit("agent-3");
		const names = await prompt(clientStep(2), issuingPromptLabels.namesPrompt);
		await names.type("agent 3.example/");
		const issue = { name: "alternative-name", why: "not-dns", value: "3.example/" } as const;
		await names.message(describeProblem({ reason: "names-refused", issue }));
		const typed = "agent-3.example, spiffe://acme.example/agent-3 ops@example.com";
		await names.submit(typed);
		await (await window.quickInput(clientStep(3))).press("Back");
		const again = await prompt(clientStep(2), issuingPromptLabels.namesPrompt);
		assert.equal(await again.value(), typed);
		await again.enter();
		await (await window.quickInput(clientStep(3))).pick(formatValidity(30));
		await (await window.quickInput(clientStep(4))).pick(formatKeyType("p-384"));
		// The earlier answers stay selected.
		await (await window.quickInput(clientStep(5))).press("Back");
		await (await window.quickInput(clientStep(4))).press("Back");
		for (const step of [3, 4]) await (await window.quickInput(clientStep(step))).enter();
		await acceptDefault(clientStep(5), join("~", "openai-mtls", "agent-3"));
		const passphrase = await prompt(
			`${passphraseTitle("agent-3.key.pem")} (6/6)`,
			issuingPromptLabels.clientPassphrasePrompt,
		);
		await session.picture("client-key-passphrase");
		await passphrase.enter();

		const toast = await window.toast(describeCreatedClient("agent-3", shownPath("agent-3"), hostname(), true));
		await session.picture("created-client");
		const chain = read("agent-3", "agent-3-chain.pem");
		assertAccepted(chain, toast.text);
		const certificate = new X509Certificate(chain);
		assert.ok(certificate.checkPrivateKey(createPrivateKey(read("agent-3", "agent-3.key.pem"))));
		assert.equal(certificate.publicKey.asymmetricKeyDetails?.namedCurve, "secp384r1");
		assert.ok(certificate.validToDate.getTime() < Date.now() + 31 * 86_400_000);
		const [header, row, end] = readFileSync(join(session.folder, "acme.issued.csv"), "utf8").split("\r\n");
		assert.equal(header, '"serial","sha256","common_name","names","expires"');
		const sha256 = certificate.fingerprint256.replaceAll(":", "").toLowerCase();
		const listed = "DNS:agent-3.example URI:spiffe://acme.example/agent-3 email:ops@example.com";
		const expires = new Date(certificate.validTo).toISOString();
		assert.equal(row, `"${certificate.serialNumber.toLowerCase()}","${sha256}","agent-3","${listed}","${expires}"`);
		assert.equal(end, "");
		await toast.dismiss();
	});

	it("signs a CSR with the names that the user confirms, and nothing else of it", async () => {
		const { window } = session;
		await signOut(session);
		await (await window.explorerMenu("agent-4.csr")).choose(manifestText("command.signRequest"));
		await chooseInDialog(window, issuingPromptLabels.chooseCa, `${session.folder}/`, join(session.folder, "acme.pem"));
		await unlockCa("acme.pem");
		const step = stepsOf(signingTitle("agent-4.csr"), 3);
		const name = await prompt(step(1), issuingPromptLabels.requestNamePrompt);
		assert.equal(await name.value(), "agent-4");
		await name.enter();
		const names = await window.quickInput(step(2));
		const uri = { type: "uri", value: "spiffe://acme.example/agent-4" } as const;
		const dns = { type: "dns", value: "agent-4.example" } as const;
		await names.toggleCheckbox(formatAlternativeName(uri));
		await names.enter();
		await (await window.quickInput(step(3))).press("Back");
		await (await window.quickInput(step(2))).enter();
		await acceptDefault(step(3), formatValidity(90));
		const { message, detail } = describeSigning({
			...{ file: "agent-4.csr", ca: "Acme CA", commonName: "agent-4", names: [dns] },
			...{ key: "EC, 256 bits", validity: formatValidity(90), leftOut: ["subject"] },
		});
		const dialog = await window.dialog(message);
		await session.picture("sign-request");
		assert.equal(dialog.detail, detail);
		assert.equal(dialog.onEnter, issuingPromptLabels.dontSign);
		await dialog.press(issuingPromptLabels.sign);
		const target = await window.quickInput(saveSignedTitle("agent-4"));
		const saved = join(session.folder, "agent-4-chain.pem");
		await target.waitForValue(saved);
		await target.accept();

		const toast = await window.toast(describeSignedRequest("agent-4-chain.pem", false));
		const chain = readFileSync(saved, "utf8");
		assertAccepted(chain, toast.text);
		const certificate = new X509Certificate(chain);
		assert.equal(certificate.subject, "CN=agent-4");
		assert.equal(certificate.subjectAltName, "DNS:agent-4.example");
		assert.ok(certificate.checkPrivateKey(createPrivateKey(requestKey.privateKeyPem)));
		assert.match(readFileSync(join(session.folder, "acme.issued.csv"), "utf8"), /"agent-4","DNS:agent-4\.example"/);
		assert.ok(!existsSync(made()));
		rmSync(saved);
		await toast.dismiss();
	});

	describe("after all tests", () => {
		const files = [
			join("openai-mtls", CA, `${CA}.key.pem`),
			join("openai-mtls", "agent-5", "agent-5.key.pem"),
		] as const;
		let material: Record<string, ReturnType<typeof keyMaterialOf>>;

		beforeEach(async () => {
			const { window, code } = session;
			await signIn(session);
			const toast = await createCa();
			await toast.press(issuingLabels.upload);
			const name = await acceptName(window, CA);
			await pressUpload(window, name);
			// The upload ends by selecting its row, which would hide the explorer.
			await (await waitForRow(window, name)).waitUntilSelected();
			// The key of a client, encrypted and not.
			await (await window.explorerMenu("acme.pem")).choose(manifestText("command.createClient"));
			await unlockCa("acme.pem");
			await (await prompt(clientStep(1), issuingPromptLabels.clientNamePrompt)).submit("agent-5");
			await (await prompt(clientStep(2), issuingPromptLabels.namesPrompt)).enter();
			await acceptDefault(clientStep(3), formatValidity(90));
			await acceptDefault(clientStep(4), formatKeyType("p-256"));
			await acceptDefault(clientStep(5), join("~", "openai-mtls", "agent-5"));
			await enterNewPassphrase(
				session,
				`${passphraseTitle("agent-5.key.pem")} (6/6)`,
				issuingPromptLabels.clientPassphrasePrompt,
				CLIENT_PASSPHRASE,
			);
			await window.toast(describeCreatedClient("agent-5", shownPath("agent-5"), hostname(), true));
			const pem = (file: string) => readFileSync(join(code.dataFolder, file), "utf8");
			const [ca, client] = files;
			material = { [ca]: keyMaterialOf(pem(ca), PASSPHRASE), [client]: keyMaterialOf(pem(client), CLIENT_PASSPHRASE) };
		});

		describe("R60 with the keys that it made", () => {
			itKeepsTheKeySecret(
				() => session,
				() => ({ secrets: [PASSPHRASE, CLIENT_PASSPHRASE], inOwnFiles: material }),
			);

			it("R60 would find a key that is elsewhere, too", () => {
				const { dataFolder } = session.code;
				for (const [file, own] of Object.entries(material)) {
					const scan = () => assertNoSecretsInFolder(dataFolder, own, { except: [file] });
					scan();
					const leak = join(dirname(join(dataFolder, file)), "leak.log");
					const passphrase = file === files[0] ? PASSPHRASE : CLIENT_PASSPHRASE;
					const key = createPrivateKey({ key: readFileSync(join(dataFolder, file)), passphrase });
					for (const planted of [
						readFileSync(join(dataFolder, file)),
						key.export({ type: "pkcs8", format: "pem" }),
						JSON.stringify(key.export({ format: "jwk" })),
					]) {
						writeFileSync(leak, planted);
						assert.throws(scan, /is in .*leak\.log/);
						rmSync(leak);
					}
				}
			});
		});
	});
});

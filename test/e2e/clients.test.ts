import assert from "node:assert/strict";
import { mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { labels } from "../../src/common/messages/labels.ts";
import { formatScopes } from "../../src/common/messages/scopes.ts";
import { ORGANIZATION } from "../../src/domain/scope.ts";
import { describeCopiedFingerprints } from "../../src/features/certificates/viewAndCopyMessages.ts";
import { describeChainCheck } from "../../src/features/clientCheck/chainCheckMessages.ts";
import { clientCheckPromptLabels } from "../../src/features/clientCheck/clientCheckPromptMessages.ts";
import { clientSetupLabels } from "../../src/features/clientSetup/clientSetupMessages.ts";
import {
	askRemoval,
	clientCommandLabels,
	describeAdded,
	describeExported,
	describeRemoved,
} from "../../src/features/clients/clientCommandMessages.ts";
import {
	formatClientDescription,
	formatClientLabel,
	type ShownClient,
} from "../../src/features/clients/clientMessages.ts";
import type { ClientStatus } from "../../src/features/clients/clientStatus.ts";
import type { AddResult } from "../../src/features/clients/clientStore.ts";
import type { KnownClient } from "../../src/features/clients/knownClient.ts";
import type { SkippedSource } from "../../src/features/clients/readClients.ts";
import { checkChain } from "../../src/x509/chainCheck.ts";
import { daysFromNow, makeCertificate, type TestCertificate } from "../certificates.ts";
import { assertNoSecrets, assertNoSecretsInFolder, keyMaterialOf, type Secret } from "../secretScan.ts";
import { temporaryFolder } from "../temporaryFolders.ts";
import { manifestText } from "../texts/manifestTexts.ts";
import { knownClient, makeClient } from "../unit/features/clients/setup.ts";
import type { View } from "../vscode/view.ts";
import { runRowCommand, signIn } from "./setup/certificateActions.ts";
import { itMatchesApiDescription } from "./setup/contractCheck.ts";
import { environment } from "./setup/environment.ts";
import { chooseInDialog } from "./setup/fileDialog.ts";
import { inOneLine, welcomeText } from "./setup/productTexts.ts";
import { itKeepsTheKeySecret } from "./setup/secretChecks.ts";
import { paletteTitle, resetBeforeEachTest, type Session, STORAGE_PATH, startSession } from "./setup/session.ts";

const ROOT = "Acme Root CA";
const CLIENTS = manifestText("view.clients");
const ADD = manifestText("command.addClients");
const DAYS = 86_400;
const NOTHING_ADDED: AddResult = { added: [], replaced: [], alreadyKnown: [], overLimit: [], unusable: [] };

describe(`The known clients in VS Code ${environment.version}`, () => {
	const folder = temporaryFolder("clients");
	const path = (name: string) => join(folder.path, name);
	let session: Session;
	let view: View;
	let root: TestCertificate;
	let agent: TestCertificate;
	let renewed: TestCertificate;
	let billing: TestCertificate;
	let expired: TestCertificate;
	/** The private number of the agent's key, which is in the same file as its certificate. */
	let secrets: readonly Secret[];

	before(async () => {
		root = await makeCertificate({ commonName: ROOT });
		const intermediate = await makeCertificate({ commonName: "Acme Clients CA", issuer: root });
		const issuer = { issuer: intermediate };
		agent = await makeClient({ ...issuer, commonName: "build-agent-3", notAfter: daysFromNow(90.5) });
		renewed = await makeClient({ ...issuer, commonName: "renewed elsewhere", notAfter: daysFromNow(180.5) });
		billing = await makeClient({ commonName: "billing", notAfter: daysFromNow(60.5), issuer: await makeCertificate() });
		const past = { notBefore: daysFromNow(-90), notAfter: daysFromNow(-3.5) };
		expired = await makeClient({ ...issuer, ...past, commonName: "old-worker" });
		secrets = keyMaterialOf(agent.privateKeyPem, null);
		mkdirSync(path("fleet/deep"), { recursive: true });
		writeFileSync(path("fleet/agent.pem"), agent.privateKeyPem + agent.pem + intermediate.pem);
		writeFileSync(path("fleet/deep/billing.crt"), billing.pem);
		writeFileSync(path("fleet/deep/old worker.pem"), expired.pem + intermediate.pem);
		writeFileSync(path("fleet/deep/copy.pem"), billing.pem);
		writeFileSync(path("fleet/ca.pem"), root.pem);
		writeFileSync(path("fleet/agent.key"), agent.privateKeyPem);
		writeFileSync(path("fleet/key.pem"), agent.privateKeyPem);
		writeFileSync(path("fleet/large.pem"), "x".repeat(1_048_577));
		symlinkSync(path("fleet"), path("fleet/deep/loop"));
		session = await startSession({
			...environment,
			files: { "client.pem": agent.pem + intermediate.pem, "dropped.pem": renewed.pem },
		});
		view = session.window.view(CLIENTS);
		await session.window.context.grantPermissions(["clipboard-read", "clipboard-write"]);
	});

	after(async () => {
		await session.close();
		folder.remove();
	});

	resetBeforeEachTest(
		() => session,
		async () => {
			const { state } = session.emulator;
			const { id } = state.upload({ certificate: root.pem, name: ROOT }).commit();
			state.addProject("Production", { id: "proj_production" });
			state.addProject("Test", { id: "proj_test" });
			state.setActive("proj_production", [id], true).commit();
			await session.window.openViews();
			await session.window.closeView(CLIENTS);
			await signIn(session);
			await session.window.openView(CLIENTS);
			await view.welcome(welcomeText("welcome.clients.nothing-yet"));
		},
	);

	/** Chooses a command in the menu of a client's row. @param command Such as `checkClient`. */
	const chooseInMenu = (name: string, command: string) =>
		runRowCommand(session.window, async () => (await view.row(name).menu()).choose(manifestText(`command.${command}`)));
	/** Chooses a file in VS Code's dialog, or opens a folder in it. */
	const choose = (title: string, chosen: string) => chooseInDialog(session.window, title, `${session.folder}/`, chosen);
	/** Adds the clients in a folder. @returns the notification. */
	const addFolder = async (name: string) => {
		const { window } = session;
		await view.pressAction(ADD);
		await (await window.quickInput(clientCommandLabels.title)).pick(clientCommandLabels.chooseFolder);
		await choose(clientCommandLabels.title, path(name));
		const box = await window.quickInput(clientCommandLabels.title);
		await box.waitForValue(`${path(name)}/`);
		await box.enterWhenReady();
		return window.toast("Added");
	};
	const added = (result: Partial<AddResult>, ...skipped: readonly SkippedSource["why"][]) => {
		const sources = skipped.map((why) => ({ name: "", why }));
		const { brief } = describeAdded(
			{ ...NOTHING_ADDED, ...result },
			{ skipped: sources, isCut: false },
			Date.now() / 1000,
		);
		return inOneLine(brief);
	};
	const clientOf = (certificate: TestCertificate, days: number, name: string): KnownClient =>
		knownClient([certificate], { name, notAfter: Date.now() / 1000 + days * DAYS });
	/** Returns a client with what its row shows of it. @param status Default: judged in no scope. */
	const shown = (
		client: KnownClient,
		status: Partial<ClientStatus>,
		...anchorNames: readonly string[]
	): ShownClient => ({
		...{ client, allScopes: true, nameOf: () => "Production", anchorNames },
		status: { accepted: [], rejected: [], unknown: [], anchorIds: [], issues: [], ...status },
	});
	const production = [{ kind: "project", id: "proj_production" }] as const;
	const waitForDescription = async (name: string, expected: ShownClient) => {
		await view.row(name).waitForText(formatClientDescription(expected, Date.now() / 1000));
	};

	it("are added from a folder, with a report of every file, and shown with where they are accepted", async () => {
		const { window } = session;
		const toast = await addFolder("fleet");
		const clients = [clientOf(agent, 90, "a"), clientOf(billing, 60, "b"), clientOf(expired, -3, "c")];
		const message = added(
			{ added: clients, alreadyKnown: [clientOf(billing, 60, "b")] },
			...(["other-type", "only-ca-certificates", "not-a-certificate", "too-large", "link"] as const),
		);
		assert.equal(toast.text, message);
		await toast.press(labels.showDetails);
		const details = await window.editorText("loop");
		for (const name of ["fleet/agent.key", "fleet/ca.pem", "fleet/key.pem", "fleet/large.pem", "fleet/deep/loop"])
			assert.ok(details.includes(`${path(name)}: `), details);
		await view.waitForRows("old-worker", "billing", "build-agent-3");
		const agentRow = shown(clientOf(agent, 90.4, "build-agent-3"), { accepted: production }, ROOT);
		await waitForDescription("build-agent-3", agentRow);
		await waitForDescription("billing", shown(clientOf(billing, 60.4, "billing"), { rejected: production }));
		const expiredRow = shown(clientOf(expired, -3.5, "old-worker"), { rejected: production }, ROOT);
		await waitForDescription("old-worker", expiredRow);
		assert.equal(await view.row("build-agent-3").icon(), "verified");
		assert.equal(await view.row("billing").icon(), "error");
		assert.equal(await view.row("old-worker").icon(), "error");
		assert.equal(await view.row("build-agent-3").ariaLabel(), formatClientLabel(agentRow, Date.now() / 1000));
		await window.widenSideBar(290);
		await session.picture("clients");
		const tooltip = await view.row("build-agent-3").tooltip(path("fleet/agent.pem"));
		assert.ok(tooltip.includes(`chains to ${ROOT}`), tooltip);
	});

	it("follow what is active, without being asked again", async () => {
		const { window, emulator } = session;
		await addFolder("fleet");
		await view.waitForRows("old-worker", "billing", "build-agent-3");
		const [certificate] = emulator.state.certificates;
		emulator.state.setActive("proj_production", [certificate?.id ?? ""], false).commit();
		await window.run(paletteTitle("refresh"));
		await waitForDescription("build-agent-3", shown(clientOf(agent, 90.4, ""), {}));
		emulator.state.setActive("organization", [certificate?.id ?? ""], true).commit();
		await window.run(paletteTitle("refresh"));
		const scopes = [ORGANIZATION, ...production, ...production];
		await waitForDescription("build-agent-3", shown(clientOf(agent, 90.4, ""), { accepted: scopes }, ROOT));
		await waitForDescription("billing", shown(clientOf(billing, 60.4, ""), { rejected: scopes }));
	});

	it("are replaced when their file was renewed, and keep their name", async () => {
		const { window } = session;
		mkdirSync(path("renewed"));
		writeFileSync(path("renewed/a.pem"), agent.pem);
		await addFolder("renewed");
		await view.waitForRows("build-agent-3");
		await window.closeView(CLIENTS);
		writeFileSync(path("renewed/a.pem"), renewed.pem);
		await window.openView(CLIENTS);
		await view.row("build-agent-3").waitForText("180 ");
		await view.waitForRows("build-agent-3");
		rmSync(path("renewed"), { recursive: true });
		await window.closeView(CLIENTS);
		await window.openView(CLIENTS);
		await view.row("build-agent-3").waitForText("180 ");
	});

	it("are exported, removed and imported again, without a path of this computer", async () => {
		const { window } = session;
		await (await addFolder("fleet")).dismiss();
		await view.waitForRows("old-worker", "billing", "build-agent-3");
		await window.run(paletteTitle("exportClients"));
		const box = await window.quickInput(clientCommandLabels.exportTitle);
		const saved = join(session.folder, "openai-clients.json");
		await box.waitForValue(saved);
		await box.accept();
		await window.waitForStatus(describeExported(3, "openai-clients.json"));
		const exported = readFileSync(saved, "utf8");
		assert.ok(!exported.includes(folder.path));
		assertNoSecrets(exported, secrets, "the exported list");
		const stored = assertNoSecretsInFolder(join(session.code.dataFolder, STORAGE_PATH, "clients"), secrets);
		assert.equal(stored.length, 1);

		await view.row("old-worker").select();
		await view.row("billing").addToSelection();
		await chooseInMenu("billing", "removeClients");
		const question = await window.dialog(askRemoval(["old-worker", "billing"]));
		assert.equal(question.detail, clientCommandLabels.removalEffect);
		assert.equal(question.onEnter, clientCommandLabels.dontRemove);
		await question.press(clientCommandLabels.remove);
		await window.waitForStatus(describeRemoved(2));
		await view.waitForRows("build-agent-3");

		await window.run(paletteTitle("importClients"));
		await choose(clientCommandLabels.importTitle, saved);
		const clients = [clientOf(billing, 60, ""), clientOf(expired, -3, "")];
		const toast = await window.toast("Added");
		assert.equal(toast.text, added({ added: clients, alreadyKnown: [clientOf(agent, 90, "")] }));
		await toast.dismiss();
		await view.waitForRows("old-worker", "billing", "build-agent-3");
	});

	it("are checked without choosing their file again, and a checked client is added", async () => {
		const { window } = session;
		const { testWithOpenai, addToClients, chooseScope, title, clientFileTitle } = clientCheckPromptLabels;
		const scope = formatScopes({ organization: false, projects: [{ id: "proj_production", name: "Production" }] });
		const pickScope = async () => {
			await (await window.quickInput(title)).pick(chooseScope);
			await (await window.quickInput(title)).pick(scope);
		};
		const check = checkChain(readFileSync(join(session.folder, "client.pem")), [root.der], Date.now() / 1000);
		assert.ok(check);
		const { message } = describeChainCheck(check, { kind: "scope", name: scope }, Date.now() / 1000);

		await window.run(paletteTitle("checkClient"));
		await pickScope();
		await choose(clientFileTitle, join(session.folder, "client.pem"));
		const first = await window.dialog(message);
		const { copySetup } = clientSetupLabels;
		assert.deepEqual(first.buttons, ["Cancel", addToClients, copySetup, testWithOpenai].sort());
		await first.press(addToClients);
		await (await window.toast(added({ added: [clientOf(agent, 90, "")] }))).dismiss();
		await waitForDescription("build-agent-3", shown(clientOf(agent, 90.4, ""), { accepted: production }, ROOT));

		await chooseInMenu("build-agent-3", "copyFingerprint");
		await window.waitForStatus(describeCopiedFingerprints([agent]));
		await window.waitForClipboard(agent.sha256);
		await chooseInMenu("build-agent-3", "checkClient");
		await pickScope();
		const second = await window.dialog(message);
		assert.deepEqual(second.buttons, ["Cancel", copySetup, testWithOpenai].sort());
		await second.escape();
	});

	it("are added by dropping a file on the view, and Escape adds nothing", async () => {
		const { window } = session;
		await window.run(paletteTitle("addClients"));
		await (await window.quickInput(clientCommandLabels.title)).cancel();
		assert.deepEqual(await window.toasts(), []);
		// VS Code takes no drop on a welcome text.
		await (await addFolder("fleet")).dismiss();
		await window.openFile("dropped.pem");
		await window.openViews();
		await view.drop(window.page.locator(".part.editor .tab").filter({ hasText: "dropped.pem" }));
		await (await window.toast(added({ added: [clientOf(renewed, 180, "")] }))).dismiss();
		await view.row("renewed elsewhere").waitUntilVisible();
	});

	describe("after all tests", () => {
		beforeEach(() => signIn(session));

		itMatchesApiDescription(() => session);

		itKeepsTheKeySecret(
			() => session,
			() => ({ secrets }),
		);
	});
});

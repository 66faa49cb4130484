import assert from "node:assert/strict";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { labels } from "../../src/common/messages/labels.ts";
import { organizationRef } from "../../src/common/organizationRef.ts";
import { FileLocks } from "../../src/common/storage/locks.ts";
import { activationLabels } from "../../src/features/activation/activationMessages.ts";
import type { AffectedClient, ClientImpact } from "../../src/features/clientImpact/clientImpact.ts";
import { clientImpactLabels, describeClientImpact } from "../../src/features/clientImpact/clientImpactMessages.ts";
import {
	clientSetupLabels,
	describeCopiedSetup,
	formatSetupTarget,
} from "../../src/features/clientSetup/clientSetupMessages.ts";
import { formatClientSetup } from "../../src/features/clientSetup/formatClientSetup.ts";
import { ClientStore } from "../../src/features/clients/clientStore.ts";
import type { KnownClient } from "../../src/features/clients/knownClient.ts";
import { deleteLabels } from "../../src/features/deletion/deleteMessages.ts";
import { localDay } from "../../src/features/expiry/expiryRules.ts";
import { describeReminder, reminderLabels } from "../../src/features/expiry/reminderMessages.ts";
import { remindedFile } from "../../src/features/expiry/reminderState.ts";
import { rotationPromptLabels } from "../../src/features/rotation/rotationPromptMessages.ts";
import { daysFromNow, makeCertificate, type TestCertificate } from "../certificates.ts";
import { manifestText } from "../texts/manifestTexts.ts";
import { deactivationQuestion, named } from "./setup/activationTexts.ts";
import { chooseInRowMenu, requestsSince, runRowCommand, signIn } from "./setup/certificateActions.ts";
import { currentTime } from "./setup/certificateTexts.ts";
import { itMatchesApiDescription } from "./setup/contractCheck.ts";
import { environment } from "./setup/environment.ts";
import { waitUntilMuted } from "./setup/reminders.ts";
import { NEXT, OLD, OTHER, RotationScenario } from "./setup/rotationActions.ts";
import { FINISH_ROTATION, finishMessage } from "./setup/rotationTexts.ts";
import { itKeepsTheKeySecret } from "./setup/secretChecks.ts";
import { resetBeforeEachTest, type Session, STORAGE_PATH, startSession } from "./setup/session.ts";

const CLIENTS = manifestText("view.clients");
const MTLS_URL = "https://mtls-eu.api.openai.com/v1";
/** A path that runs a command if a shell gets it unquoted. */
const HOSTILE_PATH = `/keys/it's $(touch pwned) "a" b/chain.pem`;

describe(`Known clients in VS Code ${environment.version}`, () => {
	let session: Session;
	let scenario: RotationScenario;
	let anchors: Readonly<Record<string, TestCertificate>>;
	/** Two of the old certificate, one of the other, and one of the next. */
	let clients: readonly KnownClient[];

	before(async () => {
		session = await startSession({
			...environment,
			files: {},
			settings: { "openaiCertificates.mtlsUrl": MTLS_URL },
		});
		const authority = (commonName: string, days: number) =>
			makeCertificate({ commonName, notAfter: daysFromNow(days) });
		anchors = {
			[OLD]: await authority(OLD, 200),
			[OTHER]: await authority(OTHER, 800),
			[NEXT]: await authority(NEXT, 900),
		};
		clients = await Promise.all([
			makeClient("billing", OLD, 90),
			makeClient("build-agent-3", OLD, 12.1),
			makeClient("web", OTHER, 90),
			makeClient("new agent", NEXT, 90),
		]);
	});

	after(() => session.close());

	const makeClient = async (name: string, issuer: string, days: number): Promise<KnownClient> => {
		const [notBefore, notAfter] = [daysFromNow(-1), daysFromNow(days)];
		const authority = anchors[issuer] ?? assert.fail();
		const { der, sha256 } = await makeCertificate({
			ca: false,
			commonName: name,
			issuer: authority,
			notBefore,
			notAfter,
		});
		const [from, until] = [notBefore, notAfter].map((date) => Math.floor(date.getTime() / 1000));
		const paths = { certificatePath: HOSTILE_PATH, keyPath: null, fileStamp: null };
		return { sha256, name, chain: [der], notBefore: from ?? 0, notAfter: until ?? 0, ...paths };
	};

	const storage = (name: string) => join(session.code.dataFolder, STORAGE_PATH, name);
	const removeStorage = (name: string) => rmSync(storage(name), { recursive: true, force: true, maxRetries: 10 });

	/** Makes clients known, as another window does. */
	const addClients = async () => {
		const { origin } = session.emulator;
		const ref = organizationRef({ id: "", origin, organization: "org-emulator" });
		await new ClientStore(storage("clients"), new FileLocks(storage("locks"))).add(ref, clients);
	};

	resetBeforeEachTest(
		() => session,
		async () => {
			for (const name of ["watch", "clients"]) removeStorage(name);
			// A reminder only where a test expects one.
			mkdirSync(storage("watch"), { recursive: true });
			writeFileSync(join(storage("watch"), remindedFile(localDay(Date.now()))), "");
			await addClients();
			const { state } = session.emulator;
			const ids = Object.entries(anchors).map(
				([name, { pem }]) => state.upload({ certificate: pem, name }).commit().id,
			);
			const [production, archived, staging] = ["Production", "Archived", "Staging"].map((name) =>
				state.addProject(name),
			);
			if (!production || !archived || !staging) return assert.fail();
			state.setActive(production.id, ids.slice(0, 2), true).commit();
			const old = state.certificates.find(({ name }) => name === OLD) ?? assert.fail();
			const next = anchors[NEXT] ?? assert.fail();
			const none = { clients: { old: next, next, idle: next }, chainTo: () => {} };
			scenario = new RotationScenario({ session, next, old, production, archived, staging, ...none });
			await signIn(session);
		},
	);

	/** Says that the clients of the old certificate won't be accepted. */
	const impactText = () => {
		const affected = (name: string): AffectedClient => ({
			client: clients.find((client) => client.name === name) ?? assert.fail(),
			...{ scopes: [], issues: [] },
		});
		const rejected = ["build-agent-3", "billing"].map(affected);
		const impact: ClientImpact = { kind: "judged", known: clients.length, rejected, unknown: [] };
		return describeClientImpact(impact, currentTime());
	};

	it("are counted before a deactivation, which Enter doesn't confirm, and shown with reasons", async () => {
		const { window, emulator } = session;
		await chooseInRowMenu(window, OLD, manifestText("command.deactivate"));
		const { production } = scenario.parts;
		const dialog = await window.dialog(deactivationQuestion([named(OLD)], [production]).message);
		await session.picture("clients-deactivate");
		assert.match(
			impactText(),
			/^2 of 4 known clients won't be accepted .*: build-agent-3 \(expires in 12 days\), billing\./,
		);
		assert.ok(dialog.detail.includes(impactText()), dialog.detail);
		const { showClients } = labels;
		assert.deepEqual(dialog.buttons, ["Cancel", activationLabels.deactivate, showClients].toSorted());
		assert.equal(dialog.onEnter, showClients);
		const before = emulator.exchanges.length;
		await dialog.enter();
		const text = await window.editorText("build-agent-3: expires in 12 days");
		await session.picture("clients-list");
		assert.match(
			text,
			/• billing: expires in 8\d days\n {2}In project “Production”\n {2}CN=billing was issued by CN=Old CA/,
		);
		assert.ok(
			(await window.page.locator(".part.editor .tab").allInnerTexts())
				.join()
				.includes(clientImpactLabels.documentTitle),
		);
		assert.deepEqual(requestsSince(emulator, before, "POST"), []);
	});

	it("lead the question before a rotation is finished", async () => {
		const { window, emulator } = session;
		await scenario.rotate(OLD, NEXT);
		await chooseInRowMenu(window, OLD, FINISH_ROTATION);
		const dialog = await window.dialog(finishMessage(OLD, NEXT));
		await session.picture("clients-finish");
		assert.ok(dialog.detail.startsWith(impactText()), dialog.detail);
		const { finish, finishAndDelete } = rotationPromptLabels;
		const { showClients } = labels;
		assert.deepEqual(dialog.buttons, ["Cancel", finish, finishAndDelete, showClients].toSorted());
		assert.equal(dialog.onEnter, showClients);
		await dialog.press(finish);
		await scenario.waitUntilOver();
		const { production } = scenario.parts;
		assert.deepEqual(
			new Set(scenario.activeIn(production.id)),
			new Set([OTHER, NEXT].map((name) => scenario.idOf(name))),
		);
		assert.ok(emulator.state.certificates.some(({ name }) => name === OLD));
	});

	it("are counted before a certificate is deactivated everywhere and deleted", async () => {
		const { window } = session;
		await chooseInRowMenu(window, OLD, manifestText("command.delete"));
		const dialog = await window.dialog(`Deactivate “${OLD}” everywhere and delete it?`);
		assert.ok(dialog.detail.includes(impactText()), dialog.detail);
		assert.deepEqual(dialog.buttons, ["Cancel", deleteLabels.deactivateAndDelete, labels.showClients].toSorted());
		await dialog.escape();
		assert.notEqual(scenario.idOf(OLD), "");
	});

	it("cause a reminder before they expire, until the user mutes it", async () => {
		const { window } = session;
		removeStorage("watch");
		await window.loadWithoutData();
		await signIn(session);
		const expiring = clients.filter(({ name }) => name === "build-agent-3");
		const due = expiring.map(({ sha256, name, notAfter }) => ({ sha256, name, expiresAt: notAfter }));
		const toast = await window.toast(describeReminder([], Date.now(), Date.now(), due));
		await session.picture("clients-reminder");
		assert.deepEqual(toast.buttons, [labels.showClients, reminderLabels.muteOne]);
		await toast.press(reminderLabels.muteOne);
		await waitUntilMuted(storage("watch"));
	});

	it("R49 have a setup to copy, with their own paths as quoted text", async () => {
		const { window } = session;
		await window.context.grantPermissions(["clipboard-read", "clipboard-write"]);
		await window.openViews();
		await window.openView(CLIENTS);
		const view = window.view(CLIENTS);
		const row = view.row("billing");
		await runRowCommand(window, async () => (await row.menu()).choose(manifestText("command.copyClientSetup")));
		const picker = await window.quickInput(clientSetupLabels.title);
		assert.equal((await picker.options()).length, 5);
		await picker.pick(formatSetupTarget("curl"));
		await window.waitForStatus(describeCopiedSetup("curl"));
		const expected = formatClientSetup("curl", { certificatePath: HOSTILE_PATH, keyPath: null }, MTLS_URL, false);
		const text = await window.editorText("--cert");
		await session.picture("client-setup");
		assert.equal(text.trim(), expected.trim());
		await window.waitForClipboard(expected);
	});

	describe("after all tests", () => {
		beforeEach(() => signIn(session));

		itMatchesApiDescription(() => session);

		itKeepsTheKeySecret(() => session);
	});
});

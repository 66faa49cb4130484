import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { formatActivation } from "../../src/common/messages/activationStatusMessages.ts";
import { formatAccessibilityLabel } from "../../src/common/messages/certificateMessages.ts";
import { labels } from "../../src/common/messages/labels.ts";
import { type ChainCheckResult, effectOf } from "../../src/domain/clientCertificateCheck.ts";
import { DASHBOARD_PAGES } from "../../src/domain/openaiHosts.ts";
import {
	activationLabels,
	confirmationText,
	describeAlreadyApplied,
	describeConfirmationMismatch,
	describeTypedConfirmation,
} from "../../src/features/activation/activationMessages.ts";
import { describeExpiredPredecessor, describeLockout } from "../../src/features/activation/activationResultMessages.ts";
import {
	formatOrganizationChoice,
	scopePickerLabels,
	scopePickerTitle,
} from "../../src/features/activation/scopePickerMessages.ts";
import { describeSavedPems, saveTitle } from "../../src/features/certificates/savePemMessages.ts";
import { describeSelfAccess } from "../../src/features/clientCheck/clientCheckMessages.ts";
import { daysFromNow, makeCertificate, type TestCertificate } from "../certificates.ts";
import type { Project, StoredCertificate } from "../emulator/state.ts";
import { temporaryFolder } from "../temporaryFolders.ts";
import { manifestText } from "../texts/manifestTexts.ts";
import { certificate } from "../unit/fakes/certificatesApi.ts";
import {
	activationQuestion,
	activationResults,
	deactivationQuestion,
	named,
	type ScopeOrProject,
	summarize,
} from "./setup/activationTexts.ts";
import {
	addCaCertificate,
	assertNoNotifications,
	chooseInRowMenu,
	closeSettings,
	pickScopes,
	requestsSince,
	signIn,
} from "./setup/certificateActions.ts";
import { currentTime, readCertificate, toCertificate, withContent } from "./setup/certificateTexts.ts";
import { itMatchesApiDescription } from "./setup/contractCheck.ts";
import { environment } from "./setup/environment.ts";
import { inOneLine, welcomeText } from "./setup/productTexts.ts";
import { itKeepsTheKeySecret } from "./setup/secretChecks.ts";
import { resetBeforeEachTest, type Session, startSession } from "./setup/session.ts";
import { VIEW_TITLE, waitForRow } from "./setup/uploadActions.ts";

const ACME = "Acme Root CA";
const OTHER = "Other CA";
const BUSY = "Busy CA";
const CLIENT = "Acme client";
const ACTIVATE = manifestText("command.activate");
const DEACTIVATE = manifestText("command.deactivate");
const ORGANIZATION = scopePickerLabels.organization;

describe(`Activating and deactivating in VS Code ${environment.version}`, () => {
	const temporary = temporaryFolder("client");
	let session: Session;
	let issuer: TestCertificate;
	let client: TestCertificate;
	let acme: StoredCertificate;
	let other: StoredCertificate;
	let busy: StoredCertificate;
	let production: Project;
	let staging: Project;

	before(async () => {
		issuer = await makeCertificate({ commonName: ACME });
		client = await makeCertificate({ commonName: CLIENT, ca: false, issuer });
		const file = join(temporary.path, "client.pem");
		writeFileSync(file, client.pem + client.privateKeyPem, { mode: 0o600 });
		const settings = { "openaiCertificates.clientCertificate": file };
		session = await startSession({ ...environment, files: {}, settings });
	});

	after(async () => {
		await session.close();
		temporary.remove();
	});

	resetBeforeEachTest(
		() => session,
		async () => {
			const { emulator } = session;
			acme = emulator.state.upload({ certificate: issuer.pem, name: ACME }).commit();
			other = await addCaCertificate(emulator, OTHER);
			busy = await addCaCertificate(emulator, BUSY);
			production = emulator.state.addProject("Production");
			staging = emulator.state.addProject("Staging");
			for (const { id } of [production, staging]) setActive(id, [busy.id], true);
			await signIn(session);
		},
	);

	const activeIn = (scope: string) => session.emulator.state.activeIn(scope);
	const setActive = (scope: string, ids: readonly string[], active: boolean) =>
		session.emulator.state.setActive(scope, ids, active).commit();
	const pickerTitle = (name: string, active = true) => scopePickerTitle([certificate(name)], active);
	const activated = (name: string, ...scopes: readonly ScopeOrProject[]) =>
		activationResults([name], true, ...scopes.map((scope) => ({ scope })));
	const deactivated = (name: string, scope: ScopeOrProject) => activationResults([name], false, { scope });
	const questionAbout = (name: string, ...scopes: readonly ScopeOrProject[]) =>
		activationQuestion([named(name)], scopes).message;

	/** Opens and closes a question, since the first one of a window has a note that later ones lack. */
	const showNoteOnPolicies = async () => {
		await chooseInRowMenu(session.window, ACME, ACTIVATE);
		await pickScopes(session.window, pickerTitle(ACME), "Staging");
		await (await session.window.dialog(questionAbout(ACME, staging))).escape();
	};

	const pressActivateInOrganization = async (name: string) => {
		const dialog = await session.window.dialog(questionAbout(name, "organization"));
		await dialog.press(activationLabels.activateInOrganization);
	};

	/** Describes the offline check of this extension's client certificate. */
	const selfAccess = async (issues: ChainCheckResult["issues"]) => {
		const { sha256, notAfter } = await readCertificate(client.pem);
		const own = { subject: `CN=${CLIENT}`, sha256, notAfter, chain: [], complete: issues.length === 0 };
		const check: ChainCheckResult = { ...own, ...effectOf(issues), issues };
		const anchor = toCertificate(acme);
		return describeSelfAccess({ kind: "checked", check, anchor, hostWithoutMtls: null }, currentTime().now);
	};

	it("R33 activates in a project after a modal that states the consequences, and whose default button does no harm", async () => {
		const { window, emulator } = session;
		// Without stored data, so that notes which are shown only once are shown again.
		await window.loadWithoutData();
		await signIn(session);
		const before = emulator.exchanges.length;
		await chooseInRowMenu(window, ACME, ACTIVATE);
		const picker = await window.quickInput(pickerTitle(ACME));
		const [first, ...others] = await picker.checkboxRows();
		assert.equal(first, `${ORGANIZATION}, ${formatOrganizationChoice([false])}`);
		assert.equal(others.length, 2);
		await session.picture("activate-where");
		await picker.accept();
		await picker.toggleCheckbox("Production");
		await picker.accept();
		const subjects = [await withContent(acme)];
		const { message, detail } = activationQuestion(subjects, [production], { showPolicyNote: true });
		const dialog = await window.dialog(message);
		await session.picture("activate-project");
		assert.equal(dialog.detail, detail);
		const { activate, dontActivate } = activationLabels;
		assert.deepEqual(dialog.buttons, [activate, "Cancel", dontActivate, labels.openDashboard].sort());
		assert.equal(dialog.onEnter, dontActivate);
		await dialog.enter();
		await chooseInRowMenu(window, ACME, ACTIVATE);
		await pickScopes(window, pickerTitle(ACME), "Production");
		const again = await window.dialog(message);
		assert.equal(again.detail, activationQuestion(subjects, [production]).detail);
		assert.deepEqual(requestsSince(emulator, before, "POST"), []);
		await again.press(activate);
		await window.waitForStatus(activated(ACME, production));
		assert.deepEqual(activeIn(production.id), [busy.id, acme.id]);
		assert.deepEqual(activeIn("organization"), []);
		assert.deepEqual(requestsSince(emulator, before, "POST"), [`POST projects/${production.id}/certificates/activate`]);
		await assertNoNotifications(window);
	});

	it("R15 Esc at any prompt does nothing and shows nothing", async () => {
		const { window, emulator } = session;
		const before = emulator.exchanges.length;
		await chooseInRowMenu(window, ACME, ACTIVATE);
		await (await window.quickInput(pickerTitle(ACME))).cancel();
		await chooseInRowMenu(window, ACME, ACTIVATE);
		await pickScopes(window, pickerTitle(ACME), "Staging");
		await (await window.dialog(questionAbout(ACME, staging))).escape();
		await chooseInRowMenu(window, ACME, ACTIVATE);
		await pickScopes(window, pickerTitle(ACME), ORGANIZATION);
		await pressActivateInOrganization(ACME);
		await (await window.quickInput(activationLabels.typedConfirmationTitle)).cancel();
		assert.deepEqual(requestsSince(emulator, before, "POST"), []);
		await assertNoNotifications(window);
	});

	it("says that there is nothing to do", async () => {
		const { window } = session;
		setActive(production.id, [acme.id], true);
		await chooseInRowMenu(window, ACME, ACTIVATE);
		await pickScopes(window, pickerTitle(ACME), "Production");
		const message = describeAlreadyApplied([toCertificate(acme)], summarize(production), true);
		await (await window.toast(message)).dismiss();
	});

	it("R33 activates in the organization only after the name is typed, and says first whose calls will be refused", async () => {
		const { window, folder } = session;
		await showNoteOnPolicies();
		await chooseInRowMenu(window, ACME, ACTIVATE);
		await pickScopes(window, pickerTitle(ACME), ORGANIZATION, "Staging");
		const { message, detail } = activationQuestion([await withContent(acme)], ["organization", staging], {
			access: await selfAccess([]),
			unenforced: summarize("organization"),
		});
		const dialog = await window.dialog(message);
		await session.picture("activate-organization");
		assert.equal(dialog.detail, detail);
		const { activateInOrganization, saveAllPems } = activationLabels;
		assert.deepEqual(dialog.buttons, ["Cancel", activateInOrganization, labels.openDashboard, saveAllPems].sort());
		assert.equal(dialog.onEnter, saveAllPems);
		await dialog.press(labels.openDashboard);
		assert.equal(await window.declineExternal(DASHBOARD_PAGES.certificates), DASHBOARD_PAGES.certificates);
		await (await window.dialog(message)).enter();
		const all = [acme, other, busy].map(toCertificate);
		const where = await window.quickInput(saveTitle(all));
		await where.waitForValue(`${folder}/`);
		await where.accept();
		await window.waitForStatus(describeSavedPems(all.map((each) => ({ certificate: each, outcome: "saved" }))));
		for (const { id, pem } of [acme, other, busy]) assert.equal(readFileSync(join(folder, `${id}.pem`), "utf8"), pem);
		await (await window.dialog(message)).press(activateInOrganization);
		const box = await window.quickInput(activationLabels.typedConfirmationTitle);
		await box.message(describeTypedConfirmation(ACME));
		await box.accept();
		await box.message(describeConfirmationMismatch(ACME));
		await box.type("acme root ca");
		await box.accept();
		assert.deepEqual(activeIn("organization"), []);
		await box.type(ACME);
		await box.accept();
		await window.waitForStatus(activated(ACME, "organization", staging));
		assert.deepEqual(activeIn("organization"), [acme.id]);
		assert.deepEqual(activeIn(staging.id), [busy.id, acme.id]);
		await assertNoNotifications(window);
	});

	it("R33 says why this extension's client certificate will not be accepted, and opens the settings", async () => {
		const { window, emulator } = session;
		await showNoteOnPolicies();
		const before = emulator.exchanges.length;
		await chooseInRowMenu(window, OTHER, ACTIVATE);
		await pickScopes(window, pickerTitle(OTHER), ORGANIZATION);
		const affected = { subject: `CN=${CLIENT}`, certificate: client.sha256 };
		const issue = { code: "no-issuer", ...affected, issuer: `CN=${ACME}` } as const;
		const { message, detail } = activationQuestion([await withContent(other)], ["organization"], {
			access: await selfAccess([issue]),
			unenforced: summarize("organization"),
		});
		const dialog = await window.dialog(message);
		assert.equal(dialog.detail, detail);
		assert.equal(dialog.onEnter, labels.setUpClientCertificate);
		await dialog.enter();
		await closeSettings(window);
		assert.deepEqual(requestsSince(emulator, before, "POST"), []);
	});

	it("R34 reads back the result if the response was lost twice", async () => {
		const { window, emulator } = session;
		const before = emulator.exchanges.length;
		emulator.faults.arm({ kind: "reset", operation: "projectActivate", when: "after", times: 2 });
		await chooseInRowMenu(window, OTHER, ACTIVATE);
		await pickScopes(window, pickerTitle(OTHER), "Production");
		await (await window.dialog(questionAbout(OTHER, production))).press(activationLabels.activate);
		await window.waitForStatus(activated(OTHER, production));
		assert.deepEqual(activeIn(production.id), [busy.id, other.id]);
		assert.equal(requestsSince(emulator, before, "POST").length, 2);
		await assertNoNotifications(window);
	});

	it("reports for each scope whether it was changed", async () => {
		const { window, emulator } = session;
		for (const { id } of [production, staging]) setActive(id, [acme.id], true);
		const match = ({ path }: { path: string }) => path.includes(staging.id);
		emulator.faults.arm({ kind: "status", status: 403, operation: "projectDeactivate", when: "before", match });
		await chooseInRowMenu(window, BUSY, DEACTIVATE);
		await pickScopes(window, pickerTitle(BUSY, false), "Production", "Staging");
		const { message, detail } = deactivationQuestion([await withContent(busy)], [production, staging]);
		const dialog = await window.dialog(message);
		assert.equal(dialog.detail, detail);
		await dialog.press(activationLabels.deactivate);
		// Failures come first, and the complete text is available.
		const problem = { reason: "forbidden", permission: null } as const;
		const results = activationResults(
			[BUSY],
			false,
			{ scope: staging, outcome: "failed", problem },
			{ scope: production },
		);
		const toast = await window.toast(deactivated(BUSY, production));
		await session.picture("partly");
		assert.equal(toast.text, inOneLine(results));
		assert.deepEqual(toast.buttons, [labels.showDetails]);
		await toast.press(labels.showDetails);
		const details = await window.editorText(deactivated(BUSY, production));
		await session.picture("partly-details");
		assert.equal(details.trim(), results);
		assert.deepEqual(activeIn(production.id), [acme.id]);
		assert.deepEqual(activeIn(staging.id), [busy.id, acme.id]);
	});

	it("R36 asks again if something was changed meanwhile, and acts on the new state", async () => {
		const { window, emulator } = session;
		setActive(staging.id, [acme.id], true);
		// Active in a single scope, so that the command does not ask for scopes.
		setActive(production.id, [busy.id], false);
		await signIn(session);
		await chooseInRowMenu(window, BUSY, DEACTIVATE);
		const subjects = [await withContent(busy)];
		const { message, detail } = deactivationQuestion(subjects, [staging]);
		const dialog = await window.dialog(message);
		const before = emulator.exchanges.length;
		assert.equal(dialog.detail, detail);
		setActive(staging.id, [acme.id], false);
		await dialog.press(activationLabels.deactivate);
		const again = await window.dialog(message);
		await session.picture("changed-meanwhile");
		const changed = { changed: true, unenforced: summarize(staging) };
		assert.equal(again.detail, deactivationQuestion(subjects, [staging], changed).detail);
		assert.equal(again.onEnter, activationLabels.dontDeactivate);
		assert.deepEqual(requestsSince(emulator, before, "POST"), []);
		await again.press(activationLabels.deactivate);
		await window.waitForStatus(deactivated(BUSY, staging));
		assert.deepEqual(activeIn(staging.id), []);
		await assertNoNotifications(window);
	});

	it("points out an expired certificate beside its activated renewal, and deactivates it on request", async () => {
		const { window, emulator } = session;
		const validity = { notBefore: daysFromNow(-9), notAfter: daysFromNow(-2) };
		const old = await makeCertificate({ commonName: ACME, keyOf: issuer, ...validity });
		const [validAt, expiresAt] = [validity.notBefore, validity.notAfter].map((date) => Math.floor(+date / 1000));
		const dates = { validAt: validAt ?? 0, expiresAt: expiresAt ?? 0 };
		const expired = emulator.state.put({ name: "Expired CA", pem: old.pem, sha256: old.sha256, ...dates });
		setActive(production.id, [expired.id], true);
		await chooseInRowMenu(window, ACME, ACTIVATE);
		await pickScopes(window, pickerTitle(ACME), "Production");
		await (await window.dialog(questionAbout(ACME, production))).press(activationLabels.activate);
		const found = { expired: toCertificate(expired), renewal: toCertificate(acme) };
		const toast = await window.toast(describeExpiredPredecessor(found));
		assert.deepEqual(toast.buttons, [activationLabels.deactivateExpired]);
		await session.picture("expired-predecessor");
		await toast.press(activationLabels.deactivateExpired);
		const subjects = [named("Expired CA")];
		await (await window.dialog(deactivationQuestion(subjects, [production]).message)).press(
			activationLabels.deactivate,
		);
		await window.waitForStatus(deactivated("Expired CA", production));
		assert.deepEqual(activeIn(production.id), [busy.id, acme.id]);
	});

	it("activates all selected certificates at once", async () => {
		const { window } = session;
		await (await waitForRow(window, ACME)).addToSelection();
		await (await waitForRow(window, OTHER)).addToSelection();
		await chooseInRowMenu(window, ACME, ACTIVATE);
		const subjects = [named(ACME), named(OTHER)];
		const certificates = subjects.map(({ certificate }) => certificate);
		await pickScopes(window, scopePickerTitle(certificates, true), ORGANIZATION);
		const dialog = await window.dialog(activationQuestion(subjects, ["organization"]).message);
		await dialog.press(activationLabels.activateInOrganization);
		const box = await window.quickInput(activationLabels.typedConfirmationTitle);
		await box.type(confirmationText(subjects));
		await box.accept();
		await window.waitForStatus(activationResults([ACME, OTHER], true, { scope: "organization" }));
		assert.deepEqual([...activeIn("organization")].sort(), [acme.id, other.id].sort());
	});

	it("R34 R55 says that the certificate was activated, that the extension is refused from now on, and how to regain access", async () => {
		const { window, emulator } = session;
		emulator.switches.lockOut = true;
		await chooseInRowMenu(window, BUSY, ACTIVATE);
		await pickScopes(window, pickerTitle(BUSY), ORGANIZATION);
		await pressActivateInOrganization(BUSY);
		const box = await window.quickInput(activationLabels.typedConfirmationTitle);
		await box.type(BUSY);
		await box.accept();
		const lockedOut = { reason: "mtls", code: "certificate_required", status: 401 } as const;
		const toast = await window.toast(describeLockout(lockedOut));
		await session.picture("locked-out");
		const results = activationResults([BUSY], true, { scope: "organization", lockedOut });
		assert.equal(toast.text, inOneLine(results));
		assert.deepEqual(toast.buttons, [labels.openDashboard, labels.setUpClientCertificate, labels.showDetails]);
		await toast.press(labels.openDashboard);
		assert.equal(await window.declineExternal(DASHBOARD_PAGES.certificates), DASHBOARD_PAGES.certificates);
		assert.deepEqual(activeIn("organization"), [busy.id]);
	});

	it("R55 explains in the empty view that OpenAI requires a client certificate, not another key", async () => {
		const { window, emulator } = session;
		emulator.switches.lockOut = true;
		setActive("organization", [busy.id], true);
		await window.load();
		await window.openViews();
		const text = welcomeText("welcome.certificate_required");
		await window.view(VIEW_TITLE).welcome(text);
		await session.picture("certificate-required");
		assert.doesNotMatch(text, /admin key/i);
	});

	it("R34 does not report an activation without a response, although the extension is refused since then", async () => {
		const { window, emulator } = session;
		const list = { operation: "list", when: "before", times: Number.POSITIVE_INFINITY } as const;
		emulator.faults.arm({
			...{ kind: "reset", operation: "activate", when: "before", times: 2 },
			beforeSending: () => void emulator.faults.arm({ ...list, kind: "status", status: 401, code: "invalid_api_key" }),
		});
		await chooseInRowMenu(window, OTHER, ACTIVATE);
		await pickScopes(window, pickerTitle(OTHER), ORGANIZATION);
		await pressActivateInOrganization(OTHER);
		await (await window.quickInput(activationLabels.typedConfirmationTitle)).submit(OTHER);
		const lockedOut = { reason: "unauthorized" } as const;
		const toast = await window.toast(describeLockout(lockedOut));
		await session.picture("shut-out-unknown");
		const problem = { reason: "connection-lost", host: new URL(emulator.url).host } as const;
		const result = { scope: "organization", outcome: "unknown", problem, lockedOut } as const;
		assert.equal(toast.text, inOneLine(activationResults([OTHER], true, result)));
		await toast.dismiss();
		const unknown = { organization: undefined, projects: [], unread: 0, allProjects: true, problem: null };
		const label = formatAccessibilityLabel(toCertificate(other), "valid", formatActivation(unknown), currentTime().now);
		assert.ok((await (await waitForRow(window, OTHER)).ariaLabel()).startsWith(label));
		assert.deepEqual(activeIn("organization"), []);
	});

	describe("after all tests", () => {
		itMatchesApiDescription(() => session);

		itKeepsTheKeySecret(() => session);
	});
});

import assert from "node:assert/strict";
import { formatActivation, formatUnreadProjects } from "../../src/common/messages/activationStatusMessages.ts";
import {
	formatFingerprint,
	formatMainFields,
	formatShortFingerprint,
} from "../../src/common/messages/parsedCertificateMessages.ts";
import { describeProblem } from "../../src/common/messages/problems/problems.ts";
import { formatProjectNames } from "../../src/common/messages/scopes.ts";
import { activationLabels } from "../../src/features/activation/activationMessages.ts";
import { scopePickerLabels, scopePickerTitle } from "../../src/features/activation/scopePickerMessages.ts";
import { describeCopiedIds } from "../../src/features/certificates/viewAndCopyMessages.ts";
import { describeListNotes } from "../../src/features/sidebar/listNotes.ts";
import { formatSortOrder, sortLabels } from "../../src/features/sidebar/sortMessages.ts";
import type { SortOrder } from "../../src/features/sidebar/sortOrder.ts";
import { formatCertificateCount, viewTitle } from "../../src/features/sidebar/viewMessages.ts";
import { makeCertificate } from "../certificates.ts";
import { startEmulator } from "../emulator/emulator.ts";
import type { Project, StoredCertificate } from "../emulator/state.ts";
import { manifestText } from "../texts/manifestTexts.ts";
import { certificate } from "../unit/fakes/certificatesApi.ts";
import type { View } from "../vscode/view.ts";
import { deactivationQuestion, named } from "./setup/activationTexts.ts";
import { addCaCertificate, chooseInRowMenu, pickScopes, runRowCommand, signIn } from "./setup/certificateActions.ts";
import { readCertificate } from "./setup/certificateTexts.ts";
import { itMatchesApiDescription } from "./setup/contractCheck.ts";
import { environment } from "./setup/environment.ts";
import { manifestButtons, SOME_TIME, timedText, welcomeText } from "./setup/productTexts.ts";
import { itKeepsTheKeySecret, waitUntilStored } from "./setup/secretChecks.ts";
import { paletteTitle, resetBeforeEachTest, type Session, startSession } from "./setup/session.ts";
import { PROJECTS, REFRESH, REFRESH_BY_PALETTE, showCertificates, showProjects } from "./setup/treeActions.ts";
import {
	ALL_PROJECTS,
	activeIn,
	CHECKING_PROJECTS,
	certificateDescription,
	contentText,
	enforcedDescription,
	factRows,
	inheritedCertificateLabel,
	loadingDescription,
	projectDescription,
	projectRow,
	UNREAD_PROJECTS,
	validCertificateLabel,
} from "./setup/treeTexts.ts";
import { acceptName, enterKey, pressUpload, VIEW_TITLE, waitForRow } from "./setup/uploadActions.ts";

const DAY = 86_400;
const ACME = "Acme Root CA";
const COPY_ID = manifestText("command.copyId");
const COPIED_ID = describeCopiedIds([certificate("")]);

describe(`The trees in VS Code ${environment.version}`, () => {
	let session: Session;
	let dropped: string;
	let acme: StoredCertificate;
	let old: StoredCertificate;
	let zeta: StoredCertificate;
	let production: Project;
	let staging: Project;
	let archive: Project;
	let certificates: View;
	let projects: View;

	before(async () => {
		dropped = (await makeCertificate({ commonName: "Dropped CA" })).pem;
		session = await startSession({ ...environment, files: { "dropped.pem": dropped } });
		const { window } = session;
		await window.context.grantPermissions(["clipboard-read", "clipboard-write"]);
		certificates = window.view(VIEW_TITLE);
		projects = window.view(PROJECTS);
	});

	after(() => session.close());

	resetBeforeEachTest(
		() => session,
		async () => {
			const { emulator } = session;
			const { state } = emulator;
			const now = Math.floor(Date.now() / 1000);
			acme = await addCaCertificate(emulator, ACME);
			old = state.put({ name: "Old CA", createdAt: now - 300 * DAY, expiresAt: now + 12 * DAY + 3600 });
			zeta = state.put({ name: "Zeta CA", createdAt: now - 200 * DAY, expiresAt: now + 800 * DAY + 3600 });
			production = state.addProject("Production");
			staging = state.addProject("Staging");
			archive = state.addProject("Archive", { archived: true });
			state.setActive(production.id, [acme.id, old.id], true).commit();
			state.setActive(archive.id, [acme.id], true).commit();
		},
	);

	const projectPhrase = (project: Project) => formatProjectNames([project]).join();

	it("shows below a certificate's row its details, and where it is active", async () => {
		const { emulator, window } = session;
		await showCertificates(session);
		const row = await waitForRow(window, ACME);
		await row.expand();
		await certificates.rowWith(projectPhrase(archive)).waitUntilVisible();
		await certificates.rowWith(projectPhrase(production)).waitUntilVisible();
		await certificates.rowWith(CHECKING_PROJECTS).waitUntilGone();
		const shortFingerprint = formatShortFingerprint(acme.sha256);
		await certificates.rowWith(shortFingerprint).waitUntilVisible();
		await session.picture("facts");
		const activation = activeIn(archive, production);
		const expected = factRows(acme, { state: "read", candidate: await readCertificate(acme.pem) }, activation);
		const rows = await certificates.rows();
		assert.deepEqual(rows.slice(rows.indexOf(expected[0] ?? ""), -2), expected);
		const fingerprint = formatFingerprint(acme.sha256);
		assert.ok((await certificates.rowWith(shortFingerprint).tooltip(fingerprint)).includes(fingerprint));
		assert.equal(await row.description(), certificateDescription(acme, activation));
		const label = validCertificateLabel(acme, formatActivation(activation));
		assert.ok((await row.ariaLabel()).startsWith(label), await row.ariaLabel());
		assert.equal(await row.icon(), "verified");
		assert.equal(emulator.exchanges.filter(({ path }) => path.endsWith(acme.id)).length, 1);
	});

	it("says why a certificate cannot be read, and reads it again when its row is expanded again", async () => {
		const { emulator, window } = session;
		await showCertificates(session);
		emulator.faults.arm({ kind: "status", status: 404, operation: "get", when: "before" });
		const row = await waitForRow(window, "Old CA");
		await row.expand();
		const notFound = certificates.rowWith(describeProblem({ reason: "not-found" }));
		await notFound.waitUntilVisible();
		await row.collapse();
		await notFound.waitUntilGone();
		await row.expand();
		const unreadable = certificates.rowWith(contentText({ state: "unreadable" }));
		await unreadable.waitUntilVisible();
		await session.picture("facts-unread");
		await row.collapse();
		await unreadable.waitUntilGone();
	});

	it("keeps the menu of a row open while other rows change", async () => {
		const { emulator, window } = session;
		await showCertificates(session);
		const silence = emulator.faults.arm({ kind: "silence", operation: "get", when: "before" });
		const other = await waitForRow(window, "Zeta CA");
		await other.expand();
		await certificates.rowWith(contentText({ state: "loading" })).waitUntilVisible();
		const menu = await (await waitForRow(window, ACME)).menu();
		silence.release();
		await certificates.rowWith(contentText({ state: "loading" })).waitUntilGone();
		await session.picture("menu-while-loading");
		assert.ok((await menu.items()).includes(COPY_ID));
		await menu.choose(COPY_ID);
		await window.waitForStatus(COPIED_ID);
		await window.waitForClipboard(acme.id);
	});

	it("R53 counts unread projects until they are read", async () => {
		const { emulator, window } = session;
		await showCertificates(session);
		await (await waitForRow(window, ACME)).expand();
		await certificates.rowWith(projectPhrase(production)).waitUntilVisible();
		emulator.faults.arm({
			...{ kind: "status", status: 500, when: "before", times: Infinity },
			match: ({ path }) => path.includes(production.id),
		});
		await window.run(REFRESH_BY_PALETTE);
		await certificates.rowWith(formatUnreadProjects(1)).waitUntilVisible();
		const activation = { ...activeIn(archive), unread: 1 };
		assert.equal(await (await waitForRow(window, ACME)).description(), certificateDescription(acme, activation));
		await session.picture("facts-unread-project");
		emulator.faults.clear();
		await window.view(VIEW_TITLE).pressAction(REFRESH);
		await certificates.rowWith(formatUnreadProjects(1)).waitUntilGone();
	});

	it("shows the active certificates of each project, its own and the organization's", async () => {
		const { emulator, window } = session;
		await showProjects(session, "Production", "Staging", "Archive");
		emulator.state.setActive("organization", [acme.id], true).commit();
		await window.view(VIEW_TITLE).pressAction(REFRESH);
		const activation = activeIn("organization", archive, production);
		await certificates.rowWith(certificateDescription(acme, activation)).waitUntilVisible();
		await projects.rowWith(projectDescription(staging, { inherited: 1 })).waitUntilVisible();
		const [productionRow, stagingRow, archiveRow] = [
			projectRow(production, { own: 2 }),
			projectRow(staging, { inherited: 1 }),
			projectRow(archive, { own: 1 }),
		];
		assert.deepEqual(await projects.rows(), [productionRow, stagingRow, archiveRow]);
		for (const name of ["Staging", "Production"]) await projects.row(name).expand();
		const inherited = projects.rowWith(enforcedDescription(acme, "inherited"));
		await inherited.waitUntilVisible();
		await projects.row("Old CA").waitUntilVisible();
		await session.picture("projects");
		assert.deepEqual(await projects.rows(), [
			productionRow,
			`${ACME} ${enforcedDescription(acme, "own")}`,
			`Old CA ${enforcedDescription(old, "own")}`,
			stagingRow,
			`${ACME} ${enforcedDescription(acme, "inherited")}`,
			archiveRow,
		]);
		const label = inheritedCertificateLabel(acme, staging);
		assert.ok((await inherited.ariaLabel()).startsWith(label), await inherited.ariaLabel());
		await runRowCommand(window, async () => (await projects.row("Old CA").menu()).choose(COPY_ID));
		await window.waitForStatus(COPIED_ID);
	});

	it("R53 shows which project could not be read, and still shows the others", async () => {
		const { emulator } = session;
		await showProjects(session, "Production", "Staging", "Archive");
		emulator.faults.arm({
			...{ kind: "status", status: 500, when: "before", times: Infinity },
			match: ({ path }) => path.includes(staging.id),
		});
		await projects.pressAction(REFRESH);
		const problem = { reason: "service-error", status: 500 } as const;
		const age = timedText(projectDescription(staging, {}, { loadedAt: SOME_TIME, problem }), /.*\d:\d\d.*/);
		await projects.rowWith(age.start).waitUntilVisible();
		assert.match(await projects.row("Staging").description(), age.pattern);
		await projects.row("Staging").expand();
		await projects.rowWith(describeProblem(problem)).waitUntilVisible();
		await session.picture("projects-unread");
		assert.ok((await projects.rows()).includes(projectRow(production, { own: 2 })));
		emulator.faults.clear();
		await projects.pressAction(REFRESH);
		await projects.rowWith(age.start).waitUntilGone();
	});

	it("removes a certificate from all projects once the organization no longer enforces it", async () => {
		const { emulator, window } = session;
		await showProjects(session, "Production", "Staging", "Archive");
		emulator.state.setActive("organization", [acme.id, zeta.id], true).commit();
		emulator.switches.projectListInherits = true;
		await window.view(VIEW_TITLE).pressAction(REFRESH);
		const withZeta = projects.rowWith(projectDescription(production, { own: 3 }));
		await withZeta.waitUntilVisible();
		await chooseInRowMenu(window, "Zeta CA", manifestText("command.deactivate"));
		await pickScopes(window, scopePickerTitle([certificate("Zeta CA")], false), scopePickerLabels.organization);
		const dialog = await window.dialog(deactivationQuestion([named("Zeta CA")], ["organization"]).message);
		await dialog.press(activationLabels.deactivate);
		await withZeta.waitUntilGone();
		emulator.switches.projectListInherits = false;
		await projects.pressAction(REFRESH);
		await projects.rowWith(projectDescription(staging, { inherited: 1 })).waitUntilVisible();
	});

	it("shows each project as soon as it is read", async () => {
		const { emulator, window } = session;
		await showCertificates(session);
		await window.unload();
		const silence = emulator.faults.arm({
			...{ kind: "silence", operation: "projectList", when: "before" },
			match: ({ path }) => path.includes(staging.id),
		});
		await window.load();
		await window.openViews();
		await window.openView(PROJECTS);
		await projects.rowWith(projectDescription(production, { own: 2 })).waitUntilVisible();
		await session.picture("projects-loading");
		assert.equal(await projects.row("Staging").description(), loadingDescription(staging));
		silence.release();
		await projects.rowWith(loadingDescription(staging)).waitUntilGone();
	});

	it("R30 reports a project that cannot be read, and still shows the others", async () => {
		await showProjects(session, "Production", "Staging", "Archive");
		session.emulator.state.addProject("Odd", { id: "../x" });
		await projects.pressAction(REFRESH);
		const [note = ""] = describeListNotes({ complete: true, unreadable: 1 }, null, null);
		await projects.row(note).waitUntilVisible();
		await projects.row("Production").waitUntilVisible();
		await session.picture("projects-unreadable");
	});

	it("uploads a file that is dropped on the view, with the same prompts", async () => {
		const { emulator, window } = session;
		await showCertificates(session);
		await window.openFile("dropped.pem");
		await window.openViews();
		await certificates.drop(window.page.locator(".part.editor .tab").filter({ hasText: "dropped.pem" }));
		const name = await acceptName(window, "Dropped CA");
		const { detail } = await pressUpload(window, name);
		const [subject = []] = formatMainFields(await readCertificate(dropped), 0);
		assert.ok(detail.startsWith(`${subject.join(": ")}\n`), detail);
		await (await waitForRow(window, name)).waitUntilSelected();
		assert.equal(emulator.state.certificates.at(-1)?.name, name);
	});

	describe("in a window without stored data", () => {
		/** Number of exchanges before the test. */
		let exchangesBefore: number;

		beforeEach(async () => {
			const { emulator, window } = session;
			await window.loadWithoutData();
			exchangesBefore = emulator.exchanges.length;
			await signIn(session);
		});

		it("requests no projects before the user shows them", async () => {
			const { emulator } = session;
			const paths = emulator.exchanges.slice(exchangesBefore).map(({ path }) => path);
			assert.deepEqual([...new Set(paths)], ["/v1/organization/certificates"]);
			const row = await waitForRow(session.window, ACME);
			assert.equal(await row.description(), certificateDescription(acme, UNREAD_PROJECTS));
			assert.equal(await certificates.heading(), `${VIEW_TITLE} | ${formatCertificateCount(3)}`);
		});

		it("sorts by expiry, name and creation, and remembers the order", async () => {
			const { window } = session;
			const sortBy = async (order: SortOrder) => {
				await window.run(paletteTitle("sortBy"));
				await (await window.quickInput(sortLabels.title)).pick(formatSortOrder(order));
			};
			await certificates.waitForRows(ACME, "Zeta CA", "Old CA");
			await sortBy("name");
			await certificates.waitForRows(ACME, "Old CA", "Zeta CA");
			await sortBy("created");
			await certificates.waitForRows(ACME, "Zeta CA", "Old CA");
			await sortBy("expiry");
			await certificates.waitForRows("Old CA", ACME, "Zeta CA");
			await waitUntilStored(window, '"openaiCertificates.order":"expiry"');
			await window.unload();
			await window.load();
			await window.openViews();
			await certificates.waitForRows("Old CA", ACME, "Zeta CA");
			await session.picture("sorted");
		});

		it("R18 names the permission to list projects if the key lacks it, and still shows the certificates", async () => {
			const { emulator, window } = session;
			emulator.state.setActive("organization", [acme.id], true).commit();
			await window.openView(PROJECTS);
			const key = emulator.keys.add(["api.mtls.read", "api.mtls.write"]);
			await window.run(paletteTitle("setKey"));
			await enterKey(window, new URL(emulator.url).host, key);
			const { buttons } = await projects.welcome(welcomeText("welcome.projects.forbidden"));
			assert.deepEqual(buttons, manifestButtons("welcome.projects.forbidden"));
			await (await waitForRow(window, ACME)).expand();
			const problem = describeProblem({ reason: "forbidden", permission: "api.management.read" });
			await certificates.rowWith(problem).waitUntilVisible();
			await certificates.rowWith(ALL_PROJECTS).waitUntilVisible();
			await session.picture("projects-forbidden");
		});

		it("names the connection in the title if there are several, and says if its key is for another host than the base URL", async () => {
			const { window } = session;
			const openBoth = async () => {
				await window.openViews();
				await window.openView(PROJECTS);
			};
			const other = await startEmulator({ organizationName: "org-other" });
			try {
				other.state.put({ name: "Other CA" });
				other.state.addProject("Other project");
				await session.configure({ "openaiCertificates.baseUrl": other.url });
				await window.run(paletteTitle("addConnection"));
				const { host } = new URL(other.url);
				await enterKey(window, host, other.adminKey);
				await openBoth();
				await certificates.row("Other CA").waitUntilVisible();
				await projects.row("Other project").waitUntilVisible();
				await session.picture("two-connections");
				assert.equal(await certificates.heading(), `${viewTitle(VIEW_TITLE, host)} | ${formatCertificateCount(1)}`);
				// The base URL is the first connection's again, whose key is stored too.
				await session.configure({});
				await openBoth();
				for (const view of [certificates, projects]) {
					const { buttons } = await view.welcome(welcomeText("welcome.key-elsewhere"));
					assert.deepEqual(buttons, manifestButtons("welcome.key-elsewhere"));
				}
				await session.picture("other-connection");
			} finally {
				await other.close();
			}
		});
	});

	describe("after all tests", () => {
		beforeEach(() => signIn(session));

		itMatchesApiDescription(() => session);

		itKeepsTheKeySecret(() => session);
	});
});

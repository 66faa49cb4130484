import assert from "node:assert/strict";
import { makeCertificate } from "../certificates.ts";
import { startEmulator } from "../emulator/emulator.ts";
import type { Project, StoredCertificate } from "../emulator/state.ts";
import type { View } from "../vscode/view.ts";
import { addCaCertificate, chooseInRowMenu, pickScopes, runRowCommand, signIn } from "./setup/certificateActions.ts";
import { itMatchesApiDescription } from "./setup/contractCheck.ts";
import { environment } from "./setup/environment.ts";
import { itKeepsTheKeySecret, waitUntilStored } from "./setup/secretChecks.ts";
import { EXTENSION_NAME, resetBeforeEachTest, type Session, startSession } from "./setup/session.ts";
import { acceptName, enterKey, pressUpload, VIEW_TITLE, waitForRow } from "./setup/uploadActions.ts";

const DAY = 86_400;
const ACME = "Acme Root CA";
const PROJECTS = "Projects";
const REFRESH = `${EXTENSION_NAME}: Refresh`;

describe(`The trees in VS Code ${environment.version}`, () => {
	let session: Session;
	let acme: StoredCertificate;
	let zeta: StoredCertificate;
	let production: Project;
	let staging: Project;
	let certificates: View;
	let projects: View;

	before(async () => {
		const { pem } = await makeCertificate({ commonName: "Dropped CA" });
		session = await startSession({ ...environment, files: { "dropped.pem": pem } });
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
			const old = state.put({ name: "Old CA", createdAt: now - 300 * DAY, expiresAt: now + 12 * DAY + 3600 });
			zeta = state.put({ name: "Zeta CA", createdAt: now - 200 * DAY, expiresAt: now + 800 * DAY + 3600 });
			production = state.addProject("Production");
			staging = state.addProject("Staging");
			const archive = state.addProject("Archive", { archived: true });
			state.setActive(production.id, [acme.id, old.id], true).commit();
			state.setActive(archive.id, [acme.id], true).commit();
		},
	);

	/** Shows the certificates, and collapses the projects. */
	const showCertificates = async () => {
		await session.window.openViews();
		await session.window.closeView(PROJECTS);
		await signIn(session);
	};

	/** Shows certificates and projects. First waits until the previous test's projects, with equal names, are gone. */
	const showProjects = async () => {
		const { emulator, window } = session;
		await showCertificates();
		const emptyList = () => ({ object: "list", data: [], first_id: null, last_id: null, has_more: false });
		emulator.faults.arm({
			kind: "rewrite",
			operation: "projects",
			when: "before",
			times: Infinity,
			rewrite: emptyList,
		});
		await window.openView(PROJECTS);
		await window.run(REFRESH);
		await projects.welcome("no projects");
		emulator.faults.clear();
		await window.view(VIEW_TITLE).pressAction("Refresh");
		await projects.waitForRows("Production", "Staging", "Archive");
		await projects.rowWith("loading…").waitUntilGone();
	};

	it("shows below a certificate's row its details, and where it is active", async () => {
		const { emulator, window } = session;
		await showCertificates();
		const row = await waitForRow(window, ACME);
		await row.expand();
		await certificates.rowWith("project “Archive”").waitUntilVisible();
		await certificates.rowWith("project “Production”").waitUntilVisible();
		await certificates.rowWith("0 projects").waitUntilGone();
		await certificates.rowWith("SHA-256").waitUntilVisible();
		await session.picture("facts");
		const groups = acme.sha256.replace(/(.{4})(?=.)/g, "$1 ");
		const rows = await certificates.rows();
		const day = (at: number) => new Date(at * 1000).toISOString().slice(0, 10);
		assert.deepEqual(
			rows.slice(
				rows.findIndex((each) => each.startsWith("ID ")),
				-2,
			),
			[
				`ID ${acme.id}`,
				`Expires ${day(acme.expiresAt)} (UTC)`,
				`Valid from ${day(acme.validAt)} (UTC)`,
				`Uploaded ${day(acme.createdAt)}`,
				`SHA-256 ${groups.slice(0, 19)} …`,
				`Subject CN=${ACME}`,
				`Issuer CN=${ACME}`,
				"Key EC, 256 bits",
				"Active in project “Archive”",
				"Active in project “Production”",
			],
		);
		assert.ok((await certificates.rowWith("SHA-256").tooltip(groups)).includes(groups));
		assert.match(await row.description(), / · active in 2 scopes · cert_\w+$/);
		assert.match(await row.ariaLabel(), /^Acme Root CA, valid, expires in 364 days, active in 2 scopes, cert_\w+/);
		assert.equal(await row.icon(), "verified");
		assert.equal(emulator.exchanges.filter(({ path }) => path.endsWith(acme.id)).length, 1);
	});

	it("says why a certificate cannot be read, and reads it again when its row is expanded again", async () => {
		const { emulator, window } = session;
		await showCertificates();
		emulator.faults.arm({ kind: "status", status: 404, operation: "get", when: "before" });
		const row = await waitForRow(window, "Old CA");
		await row.expand();
		await certificates.rowWith("OpenAI found nothing there (404)").waitUntilVisible();
		await row.collapse();
		await certificates.rowWith("OpenAI found nothing there (404)").waitUntilGone();
		await row.expand();
		await certificates.rowWith("OpenAI sent no certificate that can be read.").waitUntilVisible();
		await session.picture("facts-unread");
		await row.collapse();
		await certificates.rowWith("OpenAI sent no certificate").waitUntilGone();
	});

	it("keeps the menu of a row open while other rows change", async () => {
		const { emulator, window } = session;
		await showCertificates();
		const silence = emulator.faults.arm({ kind: "silence", operation: "get", when: "before" });
		const other = await waitForRow(window, "Zeta CA");
		await other.expand();
		await certificates.rowWith("loading…").waitUntilVisible();
		const menu = await (await waitForRow(window, ACME)).menu();
		silence.release();
		await certificates.rowWith("loading…").waitUntilGone();
		await session.picture("menu-while-loading");
		assert.ok((await menu.items()).includes("Copy Id"));
		await menu.choose("Copy Id");
		await window.waitForStatus("Copied the certificate's id.");
		await window.waitForClipboard(acme.id);
	});

	it("R53 counts unread projects until they are read", async () => {
		const { emulator, window } = session;
		await showCertificates();
		await (await waitForRow(window, ACME)).expand();
		await certificates.rowWith("project “Production”").waitUntilVisible();
		emulator.faults.arm({
			...{ kind: "status", status: 500, when: "before", times: Infinity },
			match: ({ path }) => path.includes(production.id),
		});
		await window.run(REFRESH);
		await certificates.rowWith("1 project was not read").waitUntilVisible();
		assert.match(await (await waitForRow(window, ACME)).description(), / · active in “Archive” · cert_\w+$/);
		await session.picture("facts-unread-project");
		emulator.faults.clear();
		await window.view(VIEW_TITLE).pressAction("Refresh");
		await certificates.rowWith("1 project was not read").waitUntilGone();
	});

	it("shows the active certificates of each project, its own and the organization's", async () => {
		const { emulator, window } = session;
		await showProjects();
		emulator.state.setActive("organization", [acme.id], true).commit();
		await window.view(VIEW_TITLE).pressAction("Refresh");
		await certificates.rowWith("active in 3 scopes").waitUntilVisible();
		await projects.rowWith("the organization's 1 applies").waitUntilVisible();
		assert.deepEqual(await projects.rows(), [
			"Production 2 active",
			"Staging none of its own; the organization's 1 applies",
			"Archive archived · 1 active",
		]);
		for (const name of ["Staging", "Production"]) await projects.row(name).expand();
		await projects.rowWith("through the organization").waitUntilVisible();
		await projects.row("Old CA").waitUntilVisible();
		await session.picture("projects");
		assert.deepEqual(await projects.rows(), [
			"Production 2 active",
			"Acme Root CA 364 days left",
			"Old CA 12 days left",
			"Staging none of its own; the organization's 1 applies",
			"Acme Root CA 364 days left · through the organization",
			"Archive archived · 1 active",
		]);
		assert.match(
			await projects.rowWith("through the organization").ariaLabel(),
			/^Acme Root CA, valid, expires in 364 days, active in “Staging”, through the organization, cert_\w+/,
		);
		await runRowCommand(window, async () => (await projects.row("Old CA").menu()).choose("Copy Id"));
		await window.waitForStatus("Copied the certificate's id.");
	});

	it("R53 shows which project could not be read, and still shows the others", async () => {
		const { emulator } = session;
		await showProjects();
		emulator.faults.arm({
			...{ kind: "status", status: 500, when: "before", times: Infinity },
			match: ({ path }) => path.includes(staging.id),
		});
		await projects.pressAction("Refresh");
		await projects.rowWith("as of ").waitUntilVisible();
		await projects.row("Staging").expand();
		await projects.rowWith("OpenAI's service failed (500)").waitUntilVisible();
		await session.picture("projects-unread");
		assert.ok((await projects.rows()).includes("Production 2 active"));
		emulator.faults.clear();
		await projects.pressAction("Refresh");
		await projects.rowWith("as of ").waitUntilGone();
	});

	it("removes a certificate from all projects once the organization no longer enforces it", async () => {
		const { emulator, window } = session;
		await showProjects();
		emulator.state.setActive("organization", [acme.id, zeta.id], true).commit();
		emulator.switches.projectListInherits = true;
		await window.view(VIEW_TITLE).pressAction("Refresh");
		await projects.rowWith("3 active").waitUntilVisible();
		await chooseInRowMenu(window, "Zeta CA", "Deactivate…");
		await pickScopes(window, "Deactivate “Zeta CA”", "The organization");
		await (await window.dialog("Deactivate “Zeta CA” in the organization?")).press("Deactivate");
		await projects.rowWith("3 active").waitUntilGone();
		emulator.switches.projectListInherits = false;
		await projects.pressAction("Refresh");
		await projects.rowWith("the organization's 1 applies").waitUntilVisible();
	});

	it("shows each project as soon as it is read", async () => {
		const { emulator, window } = session;
		await showCertificates();
		await window.unload();
		const silence = emulator.faults.arm({
			...{ kind: "silence", operation: "projectList", when: "before" },
			match: ({ path }) => path.includes(staging.id),
		});
		await window.load();
		await window.openViews();
		await window.openView(PROJECTS);
		await projects.rowWith("2 active").waitUntilVisible();
		await session.picture("projects-loading");
		assert.equal(await projects.row("Staging").description(), "loading…");
		silence.release();
		await projects.rowWith("loading…").waitUntilGone();
	});

	it("R30 reports a project that cannot be read, and still shows the others", async () => {
		await showProjects();
		session.emulator.state.addProject("Odd", { id: "../x" });
		await projects.pressAction("Refresh");
		await projects.row("1 entry could not be read.").waitUntilVisible();
		await projects.row("Production").waitUntilVisible();
		await session.picture("projects-unreadable");
	});

	it("R40 uploads a file that is dropped on the view, with the same prompts", async () => {
		const { emulator, window } = session;
		await showCertificates();
		await window.openFile("dropped.pem");
		await window.openViews();
		await certificates.drop(window.page.locator(".part.editor .tab").filter({ hasText: "dropped.pem" }));
		const name = await acceptName(window, "Dropped CA");
		const { detail } = await pressUpload(window, name);
		assert.match(detail, /^Subject: CN=Dropped CA\n/);
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
			assert.match(await (await waitForRow(session.window, ACME)).description(), /^364 days left · cert_\w+$/);
			assert.equal(await certificates.heading(), "Certificates | 3 of 50");
		});

		it("sorts by expiry, name and creation, and remembers the order", async () => {
			const { window } = session;
			const sortBy = async (order: string) => {
				await window.run(`${EXTENSION_NAME}: Sort By…`);
				await (await window.quickInput("Sort certificates")).pick(order);
			};
			await certificates.waitForRows(ACME, "Zeta CA", "Old CA");
			await sortBy("Name");
			await certificates.waitForRows(ACME, "Old CA", "Zeta CA");
			await sortBy("Created, newest first");
			await certificates.waitForRows(ACME, "Zeta CA", "Old CA");
			await sortBy("Expiry, soonest first");
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
			await window.run(`${EXTENSION_NAME}: Set or Replace Admin Key…`);
			await enterKey(window, new URL(emulator.url).host, key);
			const { text, buttons } = await projects.welcome("api.management.read");
			assert.match(text, /Without it certificates cannot be deleted or rotated/);
			assert.deepEqual(buttons, ["Set or Replace Admin Key…"]);
			await (await waitForRow(window, ACME)).expand();
			await certificates.rowWith("lacks the permission api.management.read").waitUntilVisible();
			await certificates.rowWith("all projects, through the organization").waitUntilVisible();
			await session.picture("projects-forbidden");
		});

		it("names the connection in the title if there are several, and shows the current connection", async () => {
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
				await window.run(`${EXTENSION_NAME}: Add Connection…`);
				const { host } = new URL(other.url);
				await enterKey(window, host, other.adminKey);
				await openBoth();
				await certificates.row("Other CA").waitUntilVisible();
				await projects.row("Other project").waitUntilVisible();
				await session.picture("two-connections");
				assert.equal(await certificates.heading(), `Certificates: ${host} | 1 of 50`);
				// The base URL is the first connection's again, whose key is stored too.
				await session.configure({});
				await openBoth();
				for (const view of [certificates, projects]) {
					const { buttons } = await view.welcome("Go back to where it belongs");
					assert.deepEqual(buttons, ["Switch Connection…", "Set Admin Key…"]);
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

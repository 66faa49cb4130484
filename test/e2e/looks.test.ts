import { makeCertificate } from "../certificates.ts";
import { environment } from "./environment.ts";
import { addAnchor, chooseOn, signIn, tickScopes } from "./managing.ts";
import { eachTestBegins, type Session, startSession } from "./session.ts";
import { chooseUpload, rowOf, VIEW } from "./uploading.ts";

const DAY = 86_400;
const ACME = "Acme Root CA 2028";
const LONG = "Acme Corporation International Holdings, Division of Partner Gateways, Issuing CA 2031";
const THEMES = [
	["light", "Default Light Modern", "vs"],
	["dark", "Default Dark Modern", "vs-dark"],
	["contrast", "Default High Contrast", "hc-black"],
	["contrast-light", "Default High Contrast Light", "hc-light"],
] as const;

/** What a test cannot judge: each main state is pictured in every kind of theme, to be looked at. */
describe(`How it looks in VS Code ${environment.version}`, () => {
	let session: Session;

	before(async () => {
		const { pem } = await makeCertificate({ commonName: "Partner client", ca: false });
		const expired = await makeCertificate({
			commonName: "Old CA",
			notBefore: new Date(Date.now() - 800 * DAY * 1000),
			notAfter: new Date(Date.now() - DAY * 1000),
		});
		session = await startSession({ ...environment, files: { "partner.pem": pem, "old.pem": expired.pem } });
		const { emulator } = session;
		const { state } = emulator;
		const now = Math.floor(Date.now() / 1000);
		const acme = await addAnchor(emulator, ACME);
		const soon = state.put({ name: "Acme Root CA 2026", createdAt: now - 300 * DAY, expiresAt: now + 12 * DAY + 3600 });
		state.put({ name: "Acme Root CA 2024", createdAt: now - 900 * DAY, expiresAt: now - 30 * DAY });
		state.put({ name: LONG, createdAt: now - 100 * DAY, expiresAt: now + 1800 * DAY });
		state.put({ name: null, createdAt: now - 200 * DAY, expiresAt: now + 700 * DAY });
		const production = state.addProject("Production");
		state.addProject("Staging");
		state.setActive("organization", [soon.id], true).commit();
		state.setActive(production.id, [acme.id], true).commit();
	});

	after(() => session.close());

	eachTestBegins(() => session);

	for (const [name, theme, mark] of THEMES)
		it(`is pictured in ${name}`, async () => {
			const { window } = session;
			const picture = (state: string) => session.picture(`${state}-${name}`);
			await session.configure({ "workbench.colorTheme": theme });
			await window.page.locator(`.monaco-workbench.${mark}`).waitFor();
			await window.openViews();
			if (name === "light") {
				await picture("welcome");
				await signIn(session);
				await window.widenSideBar(240);
			}
			await window.openView("Projects");
			const row = await rowOf(window, ACME);
			await row.expand();
			await window.view(VIEW).rowWith("project “Production”").appears();
			await window.view(VIEW).rowWith("SHA-256").appears();
			await window.view("Projects").row("Staging").appears();
			await picture("rows");
			await chooseOn(window, ACME, "Activate…");
			await tickScopes(window, `Activate “${ACME}”`, "The organization");
			const dialog = await window.dialog(`Activate “${ACME}” in the organization?`);
			await picture("activate");
			await dialog.escape();
			await chooseUpload(window, "old.pem");
			const refused = await window.dialog("cannot be uploaded");
			await picture("refused");
			await refused.escape();
			await chooseUpload(window, "partner.pem");
			await (await window.quickInput("Upload Partner client")).accept();
			const confirmation = await window.dialog("Upload “Partner client");
			await picture("findings");
			await confirmation.escape();
			await window.openViews();
			await (await rowOf(window, ACME)).collapse();
		});

	for (const width of [200, 300])
		it(`is pictured in a side bar of ${width} pixels`, async () => {
			const { window } = session;
			await window.openViews();
			await window.setSideBarWidth(width);
			const row = await rowOf(window, LONG);
			await row.expand();
			await session.picture(`narrow-${width}`);
		});
});

import assert from "node:assert/strict";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { activationFacts } from "../../../src/common/messages/certificateFacts.ts";
import { formatExpiry } from "../../../src/common/messages/dates.ts";
import { formatShortFingerprint } from "../../../src/common/messages/parsedCertificateMessages.ts";
import { scopePickerLabels, scopePickerTitle } from "../../../src/features/activation/scopePickerMessages.ts";
import { describeBlockedUpload } from "../../../src/features/upload/uploadPromptMessages.ts";
import { makeCertificate } from "../../certificates.ts";
import { manifestText } from "../../texts/manifestTexts.ts";
import { activationQuestion, named } from "../setup/activationTexts.ts";
import { addCaCertificate, chooseInRowMenu, pickScopes, signIn } from "../setup/certificateActions.ts";
import { readCertificate, toCertificate } from "../setup/certificateTexts.ts";
import { environment } from "../setup/environment.ts";
import { welcomeText } from "../setup/productTexts.ts";
import { resetBeforeEachTest, type Session, STORAGE_PATH, startSession } from "../setup/session.ts";
import { activeIn, contentText } from "../setup/treeTexts.ts";
import { acceptName, chooseUpload, uploadQuestion, VIEW_TITLE, waitForRow } from "../setup/uploadActions.ts";

const PROJECTS = manifestText("view.projects");
const DAY = 86_400;
const ACME = "Acme Root CA 2028";
const LONG = "Acme Corporation International Holdings, Division of Partner Gateways, Issuing CA 2031";
/** Each theme's name in screenshots, its name in VS Code, and its file in VS Code. */
const THEMES = [
	["light", "Default Light Modern", "light_modern"],
	["dark", "Default Dark Modern", "dark_modern"],
	["contrast", "Default High Contrast", "hc_black"],
	["contrast-light", "Default High Contrast Light", "hc_light"],
] as const;

/** Saves screenshots of each main state in every kind of theme, for review by eye. */
describe(`Appearance in VS Code ${environment.version}`, () => {
	let session: Session;
	let expiredPem: string;

	before(async () => {
		const { pem } = await makeCertificate({ commonName: "Partner client", ca: false });
		const expired = await makeCertificate({
			commonName: "Old CA",
			notBefore: new Date(Date.now() - 800 * DAY * 1000),
			notAfter: new Date(Date.now() - DAY * 1000),
		});
		expiredPem = expired.pem;
		session = await startSession({ ...environment, files: { "partner.pem": pem, "old.pem": expiredPem } });
	});

	after(() => session.close());

	resetBeforeEachTest(
		() => session,
		async () => {
			const { emulator } = session;
			const { state } = emulator;
			const now = Math.floor(Date.now() / 1000);
			const acme = await addCaCertificate(emulator, ACME);
			const soon = state.put({
				name: "Acme Root CA 2026",
				createdAt: now - 300 * DAY,
				expiresAt: now + 12 * DAY + 3600,
			});
			state.put({ name: "Acme Root CA 2024", createdAt: now - 900 * DAY, expiresAt: now - 30 * DAY });
			state.put({ name: LONG, createdAt: now - 100 * DAY, expiresAt: now + 1800 * DAY });
			state.put({ name: null, createdAt: now - 200 * DAY, expiresAt: now + 700 * DAY });
			const production = state.addProject("Production");
			state.addProject("Staging");
			state.setActive("organization", [soon.id], true).commit();
			state.setActive(production.id, [acme.id], true).commit();
		},
	);

	/** Deletes the reminder's state, and loads the window with a theme from the folder's settings. */
	const load = async (theme: string, file: string, options: { readonly clearBrowserData: boolean }) => {
		const { window, code, folder } = session;
		await window.unload();
		rmSync(join(code.dataFolder, STORAGE_PATH, "watch"), { recursive: true, force: true, maxRetries: 10 });
		const settings = join(folder, ".vscode");
		mkdirSync(settings, { recursive: true });
		writeFileSync(join(settings, "settings.json"), JSON.stringify({ "workbench.colorTheme": theme }));
		await (options.clearBrowserData ? window.loadWithoutData() : window.load());
		await window.page.locator(`.monaco-workbench.vscode-theme-defaults-themes-${file}-json`).waitFor();
	};

	/** Shows both views. @param width Width of the side bar, in pixels. */
	const showViews = async (width: number) => {
		const { window } = session;
		await signIn(session);
		await window.setSideBarWidth(width);
		await window.openView(PROJECTS);
		await window.view(PROJECTS).row("Staging").waitUntilVisible();
	};

	for (const [name, theme, file] of THEMES)
		it(`shows each main state in ${name}`, async () => {
			const { window } = session;
			const picture = (state: string) => session.picture(`${state}-${name}`);
			const clearBrowserData = name === "light";
			await load(theme, file, { clearBrowserData });
			if (clearBrowserData) {
				await window.openViews();
				await window.view(VIEW_TITLE).welcome(welcomeText("welcome.no-key"));
				await picture("welcome");
			}
			await showViews(540);
			const row = await waitForRow(window, ACME);
			await row.expand();
			const { certificates, projects } = session.emulator.state;
			const [acme, soon, production] = [certificates[0], certificates[1], projects[0]];
			assert.ok(acme && soon && production);
			const [activation] = activationFacts(activeIn(production), { loading: false, askedAt: 0 });
			await window
				.view(VIEW_TITLE)
				.rowWith(activation?.value ?? assert.fail())
				.waitUntilVisible();
			await window.view(VIEW_TITLE).rowWith(formatShortFingerprint(acme.sha256)).waitUntilVisible();
			const reminder = await window.toast(formatExpiry(soon.expiresAt, Date.now() / 1000));
			await picture("rows");
			await reminder.dismiss();
			await chooseInRowMenu(window, ACME, manifestText("command.activate"));
			await pickScopes(window, scopePickerTitle([toCertificate(acme)], true), scopePickerLabels.organization);
			const dialog = await window.dialog(activationQuestion([named(ACME)], ["organization"]).message);
			await picture("activate");
			await dialog.escape();
			await chooseUpload(window, "old.pem");
			const refused = await window.dialog(describeBlockedUpload(await readCertificate(expiredPem), []).message);
			await picture("refused");
			await refused.escape();
			await chooseUpload(window, "partner.pem");
			const uploadName = await acceptName(window, "Partner client");
			const confirmation = await window.dialog(uploadQuestion(uploadName));
			await picture("findings");
			await confirmation.escape();
		});

	const beginnings = [
		[200, "Acme Corp"],
		[300, "Acme Corporation"],
	] as const;
	for (const [width, beginning] of beginnings)
		it(`shows at least “${beginning}” of a long name in a side bar of ${width} pixels`, async () => {
			const { window } = session;
			await showViews(width);
			const row = await waitForRow(window, LONG);
			await row.expand();
			await window
				.view(VIEW_TITLE)
				.rowWith(contentText({ state: "unreadable" }))
				.waitUntilVisible();
			await session.picture(`narrow-${width}`);
			const visible = await row.visibleLabel();
			assert.ok(visible.startsWith(beginning), `“${visible}” is visible`);
		});
});

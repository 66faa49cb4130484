import assert from "node:assert/strict";
import packageJson from "../../../package.json" with { type: "json" };
import { activationFacts } from "../../../src/common/messages/certificateFacts.ts";
import { scopePickerLabels, scopePickerTitle } from "../../../src/features/activation/scopePickerMessages.ts";
import { renameTitle } from "../../../src/features/certificates/renameMessages.ts";
import { describeRejectedKey, keyTitle } from "../../../src/features/connections/keyMessages.ts";
import {
	describeUploadPrompt,
	uploadPromptLabels,
	uploadTitle,
} from "../../../src/features/upload/uploadPromptMessages.ts";
import { makeCertificate } from "../../certificates.ts";
import type { StoredCertificate } from "../../emulator/state.ts";
import { manifestText } from "../../texts/manifestTexts.ts";
import { packagePseudolocalized, pseudolocalize, switchToPseudoLanguage } from "../../texts/pseudoLanguage.ts";
import type { View } from "../../vscode/view.ts";
import { signOut } from "../setup/certificateActions.ts";
import { readCertificate, toCertificate } from "../setup/certificateTexts.ts";
import { environment } from "../setup/environment.ts";
import { resetBeforeEachTest, type Session, startSession } from "../setup/session.ts";
import { activeIn } from "../setup/treeTexts.ts";

/** In Greek, like all names in this test: the extension's texts contain no Greek letters. */
const NAME = "Ακμή 7";
const PROJECT = "Έργο 1";
/** Returns a text of the manifest in the made-up language. @param key Such as `command.upload`. */
const translated = (key: string) => pseudolocalize(manifestText(key));
const [SET_KEY, UPLOAD] = [translated("command.setKey"), translated("command.upload")];
const OPEN_ADMIN_KEYS = translated("command.openAdminKeys");
const CREATE_CA = translated("command.createCa");
/** The titles of the views. */
const [CERTIFICATES, PROJECTS] = [translated("view.certificates"), translated("view.projects")];
/** Texts that are equal in every language: ids, names of fields, files and an algorithm, the time zone, hosts. */
const FIXED =
	/\b(?:cert|proj|req)_\w+|\bsk-admin-|\bCN=|\.(?:pem|crt)\b|\bUTC\b|\bEC\b|\bapi(?:\.\w+)+|https?:\/\/\S+/g;
const HEXADECIMAL = /\b[0-9a-f]{4,}\b/g;
/** VS Code's own texts: below an input box, and in the palette for each view. */
const EDITOR_TEXTS = /\(Press 'Enter' to confirm.*\)$|^.*: (?:Focus on .* View|Reset Location|Open View.*)$/;

describe(`In a made-up language, VS Code ${environment.version}`, () => {
	let session: Session;
	let pem: string;
	let stored: StoredCertificate;
	let certificates: View;
	let projects: View;

	before(async () => {
		switchToPseudoLanguage();
		const ca = await makeCertificate({ commonName: NAME });
		({ pem } = ca);
		const leaf = await makeCertificate({ commonName: "Φύλλο", ca: false });
		session = await startSession({
			...environment,
			...(await packagePseudolocalized()),
			extensionName: translated("displayName"),
			files: { "α.pem": pem, "κ.pem": ca.privateKeyPem, "β.crt": leaf.pem + pem },
		});
		certificates = session.window.view(CERTIFICATES);
		projects = session.window.view(PROJECTS);
	});

	after(() => session.close());

	resetBeforeEachTest(
		() => session,
		() => {
			const { state } = session.emulator;
			for (const name of [PROJECT, "Έργο 2"]) state.addProject(name);
		},
	);

	const host = () => new URL(session.emulator.url).host;

	/** Fails if a text is missing or has a word in plain letters. */
	const assertTranslated = (...texts: readonly string[]) => {
		for (const text of texts) {
			const remainder = text
				.replace(EDITOR_TEXTS, "")
				.replaceAll(host(), "")
				.replace(FIXED, "")
				.replace(HEXADECIMAL, "");
			assert.deepEqual(remainder.match(/[a-z]{2,}/gi) ?? [], [], text);
			assert.match(remainder, /«/, text);
		}
	};

	/** Enters the admin key if none is set, and waits for the organization's certificates, at least one. */
	const signIn = async () => {
		const { window, emulator } = session;
		const ids = emulator.state.certificates.map(({ id }) => id);
		await window.openViews();
		await certificates.waitForRowOrWelcome("");
		await certificates.pressAction(translated("command.refresh"));
		if ((await certificates.waitForRowOrWelcome(ids[0] ?? assert.fail())).includes(SET_KEY)) {
			await certificates.pressWelcomeButton(SET_KEY);
			await (await window.quickInput(keyTitle(host()))).submit(emulator.adminKey);
		}
		if ((await certificates.waitForTexts(...ids)) === ids.length) return;
		// For two minutes, the extension keeps its own uploads of the previous test that no list has confirmed.
		await window.loadWithoutData();
		await signIn();
	};

	/** Adds a certificate to the organization and waits until the view shows it. */
	const addStored = async () => {
		const { emulator } = session;
		stored = emulator.state.upload({ certificate: pem, name: NAME }).commit();
		await signIn();
	};

	/** Returns the text of the row that says that a certificate is not active anywhere. */
	const nowhere = () => activationFacts(activeIn(), { loading: false, askedAt: 0 })[0]?.value ?? assert.fail();

	/** Chooses a command in the menu of the certificate's row. @param command Such as `delete`. */
	const choose = async (command: string) => {
		await session.window.openViews();
		const row = certificates.row(stored.name ?? "");
		await row.waitUntilVisible();
		await (await row.menu()).choose(translated(`command.${command}`));
	};

	it("says why a view is empty, and what its buttons do", async () => {
		const { window, picture } = session;
		await signOut(session);
		await window.openViews();
		await window.openView(PROJECTS);
		for (const view of [certificates, projects]) {
			const { text, buttons } = await view.welcome("«");
			assertTranslated(text, ...buttons);
			assert.deepEqual(buttons, view === certificates ? [SET_KEY, OPEN_ADMIN_KEYS, CREATE_CA] : [SET_KEY]);
		}
		await picture("pseudo-welcome");
		assertTranslated(...(await certificates.actionNames()));
	});

	it("lists every command that needs no row in the palette", async () => {
		const titles = await session.window.commands(translated("displayName"));
		const extensionTitles = titles.filter((title) => !EDITOR_TEXTS.test(title));
		const { commands, menus } = packageJson.contributes;
		const needRow = new Set(menus.commandPalette.map(({ command }) => command));
		const expected = commands
			.filter(({ command }) => !needRow.has(command))
			.map(({ title }) => `${translated("displayName")}: ${translated(title.slice(1, -1))}`);
		assert.deepEqual(extensionTitles.toSorted(), expected.toSorted());
		assertTranslated(...extensionTitles);
	});

	it("explains why it refuses a file", async () => {
		const { window } = session;
		await signOut(session);
		await (await window.explorerMenu("κ.pem")).choose(UPLOAD);
		const toast = await window.toast("«");
		assertTranslated(toast.text);
		await toast.dismiss();
	});

	it("asks for the key, and validates it during typing", async () => {
		const { window, picture, emulator } = session;
		await signOut(session);
		await (await window.explorerMenu("α.pem")).choose(UPLOAD);
		const box = await window.quickInput(keyTitle(host()));
		assertTranslated(await box.message("«"));
		assert.equal(await box.placeholder(), "sk-admin-…");
		for (const typed of ["a b", "sk-proj-abc", "sk-svcacct-abc", "abc"]) {
			await box.type(typed);
			assertTranslated(await box.validationMessage());
		}
		await box.type(`sk-emulator-${"0".repeat(20)}`);
		await box.accept();
		assertTranslated(await box.message(describeRejectedKey(host())));
		await picture("pseudo-key");
		await box.submit(emulator.adminKey);
		await window.quickInput(uploadTitle(NAME, undefined));
	});

	it("asks for the name, confirms with all findings, and shows the row", async () => {
		const { window, picture, emulator } = session;
		emulator.state.put({ name: "Άλλο" });
		await signIn();
		await (await window.explorerMenu("α.pem")).choose(UPLOAD);
		const box = await window.quickInput(uploadTitle(NAME, undefined));
		assertTranslated(await box.message("«"));
		const name = await box.value();
		await box.type("");
		assertTranslated(await box.placeholder());
		await box.type("\u202e");
		assertTranslated(await box.validationMessage());
		await box.submit(name);
		const destination = { host: host(), label: host() };
		const upload = { candidate: await readCertificate(pem), name, destination, filePosition: undefined };
		const dialog = await window.dialog(describeUploadPrompt(upload, [], 0).message);
		await picture("pseudo-confirmation");
		assertTranslated(dialog.message, ...dialog.detail.split("\n").filter((line) => line !== ""));
		await dialog.press(uploadPromptLabels.upload);
		await certificates.row(name).waitUntilVisible();
		assert.equal(emulator.state.certificates.at(-1)?.name, name);
	});

	it("asks which of several certificates to upload, and says what is wrong with it", async () => {
		const { window } = session;
		await addStored();
		await (await window.explorerMenu("β.crt")).choose(UPLOAD);
		const picker = await window.quickInput(`${uploadTitle("β.crt", undefined)} (1/2)`);
		assertTranslated(await picker.placeholder(), ...(await picker.options()));
		await picker.pick("Φύλλο");
		await (await window.quickInput(`${uploadTitle("Φύλλο", undefined)} (2/2)`)).accept();
		const dialog = await window.dialog("«");
		assertTranslated(dialog.message, ...dialog.detail.split("\n").filter((line) => line !== ""));
		await dialog.escape();
	});

	it("translates rows, tooltips and texts for screen readers", async () => {
		const { window, picture } = session;
		await addStored();
		await window.openView(PROJECTS);
		const row = certificates.row(stored.name ?? "");
		await row.expand();
		await certificates.rowWith(`CN=${NAME}`).waitUntilVisible();
		await certificates.rowWith(nowhere()).waitUntilVisible();
		assertTranslated(await row.description(), await row.ariaLabel(), await row.tooltip("«"));
		assertTranslated(...(await certificates.rows()).slice(1));
		assertTranslated(...(await row.actionNames()), await certificates.heading());
		await picture("pseudo-rows");
		const project = projects.row(PROJECT);
		await project.waitUntilVisible();
		assertTranslated(await project.description(), await project.ariaLabel(), await project.tooltip("«"));
	});

	it("translates every item in a row's menu", async () => {
		await addStored();
		const menu = await certificates.row(stored.name ?? "").menu();
		const items = await menu.items();
		assert.ok(items.length > 8, items.join());
		assertTranslated(...items);
		await menu.close();
	});

	it("asks where to activate, and states the consequences", async () => {
		const { window, picture } = session;
		await addStored();
		await choose("activate");
		const picker = await window.quickInput(scopePickerTitle([toCertificate(stored)], true));
		assertTranslated(
			await picker.placeholder(),
			...(await picker.checkboxRows()).map((tick) => tick.replace(/, (?:not )?checked$/i, "")),
		);
		await picker.toggleCheckbox(scopePickerLabels.organization);
		await picker.accept();
		const dialog = await window.dialog("«");
		await picture("pseudo-activate");
		assertTranslated(dialog.message, ...dialog.detail.split("\n").filter((line) => line !== ""));
		assertTranslated(...dialog.buttons.filter((button) => button !== "Cancel"));
		await dialog.escape();
	});

	it("asks before it deletes, and asks for a new name", async () => {
		const { window } = session;
		await addStored();
		await choose("delete");
		const dialog = await window.dialog("«");
		assertTranslated(dialog.message, ...dialog.detail.split("\n").filter((line) => line !== ""));
		assertTranslated(...dialog.buttons.filter((button) => button !== "Cancel"));
		await dialog.escape();
		await choose("rename");
		const box = await window.quickInput(renameTitle(toCertificate(stored)));
		assertTranslated(await box.message("«"));
		await box.cancel();
	});

	it("translates documents", async () => {
		const { window, picture } = session;
		await addStored();
		await choose("details");
		const details = await window.editorText(stored.id);
		assertTranslated(...details.split("\n").filter((line) => line.trim() !== "" && line !== stored.name));
		await choose("history");
		const actor = "someone@example.test";
		const history = (await window.editorText(actor)).replaceAll(actor, "");
		assertTranslated(
			...history.split("\n").filter((line) => line.trim() !== "" && ![stored.name, stored.id].includes(line)),
		);
		await (await window.explorerMenu("β.crt")).choose(translated("command.inspect"));
		const found = await window.editorText("CN=Φύλλο");
		assertTranslated(...found.split("\n").filter((line) => line.trim() !== "" && line !== "β.crt"));
		await picture("pseudo-inspection");
	});

	it("shows whole names in a side bar of 200 and of 300 pixels", async () => {
		const { window } = session;
		await addStored();
		await window.openView(PROJECTS);
		const [row, project] = [certificates.row(NAME), projects.row(PROJECT)];
		await row.expand();
		await certificates.rowWith(nowhere()).waitUntilVisible();
		await project.waitUntilVisible();
		for (const width of [200, 300]) {
			await window.setSideBarWidth(width);
			await session.picture(`pseudo-${width}`);
			assert.deepEqual([await row.visibleLabel(), await project.visibleLabel()], [NAME, PROJECT]);
		}
	});
});

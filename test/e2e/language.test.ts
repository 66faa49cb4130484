import assert from "node:assert/strict";
import { makeCertificate } from "../certificates.ts";
import type { StoredCertificate } from "../emulator/state.ts";
import { packageInPseudo, pseudo, said } from "../pseudo.ts";
import type { View } from "../vscode/view.ts";
import { environment } from "./environment.ts";
import { eachTestBegins, type Session, startSession } from "./session.ts";

/** Of letters that no word of ours has, as all that the person or the service names here. */
const NAME = "Ακμή 7";
const PROJECT = "Έργο 1";
/** What is the same in every language: ids, names of fields, of files and of an algorithm, the zone, hosts. */
const FIXED =
	/\b(?:cert|proj|req)_\w+|\bsk-admin-|\bCN=|\.(?:pem|crt)\b|\bUTC\b|\bec\b|\bapi(?:\.\w+)+|https?:\/\/\S+/g;
const HEXADECIMAL = /\b[0-9a-f]{4,}\b/g;
/** What the editor adds: below an input box, and in the palette for each view. */
const EDITORS = /\(Press 'Enter' to confirm.*\)$|^.*: (?:Focus on .* View|Reset Location|Open View.*)$/;

describe(`In a language that nobody speaks, VS Code ${environment.version}`, () => {
	let session: Session;
	let stored: StoredCertificate;
	let certificates: View;

	before(async () => {
		const { pem, privateKeyPem } = await makeCertificate({ commonName: NAME });
		const leaf = await makeCertificate({ commonName: "Φύλλο", ca: false });
		session = await startSession({
			...environment,
			vsix: await packageInPseudo(),
			tab: pseudo("Certificates for OpenAI"),
			files: { "α.pem": pem, "κ.pem": privateKeyPem, "φ.pem": leaf.pem, "β.crt": leaf.pem + pem },
		});
		const { state } = session.emulator;
		state.addProject(PROJECT);
		state.addProject("Έργο 2");
		certificates = session.window.view(pseudo("Certificates"));
	});

	after(() => session.close());

	eachTestBegins(() => session);

	const host = () => new URL(session.emulator.url).host;

	/** Fails where a text has a plain letter in a word, or is not there. */
	const isTranslated = (...texts: readonly string[]) => {
		for (const text of texts) {
			const rest = text.replace(EDITORS, "").replaceAll(host(), "").replace(FIXED, "").replace(HEXADECIMAL, "");
			assert.deepEqual(rest.match(/[a-z]{2,}/gi) ?? [], [], text);
			assert.match(rest, /«/, text);
		}
	};

	const choose = async (item: string) => {
		await session.window.openViews();
		const row = certificates.row(stored.name ?? "");
		await row.appears();
		await (await row.menu()).choose(pseudo(item));
	};

	it("says why a view is empty, and what its buttons do", async () => {
		const { window, picture } = session;
		await window.openViews();
		await window.openView(pseudo("Projects"));
		for (const view of ["Certificates", "Projects"]) {
			const { text, buttons } = await window.view(pseudo(view)).welcome("«");
			isTranslated(text, ...buttons);
			assert.deepEqual(buttons, [pseudo("Set Admin Key…")]);
		}
		await picture("pseudo-welcome");
		isTranslated(...(await certificates.actions()));
	});

	it("lists every command that needs no row in the palette", async () => {
		const titles = await session.window.commands(pseudo("Certificates for OpenAI"));
		const ours = titles.filter((title) => !EDITORS.test(title));
		assert.ok(ours.length > 8, titles.join());
		isTranslated(...ours);
	});

	it("refuses a file in words", async () => {
		const { window } = session;
		for (const file of ["κ.pem", "φ.pem"]) {
			await (await window.explorerMenu(file)).choose(pseudo("Upload to OpenAI…"));
			if (file === "κ.pem") {
				const toast = await window.toast("«");
				isTranslated(toast.text);
				await toast.dismiss();
			} else await (await window.quickInput(said("Admin key for {0}", host()))).cancel();
		}
	});

	it("asks for the key, and judges it while it is typed", async () => {
		const { window, picture, emulator } = session;
		await (await window.explorerMenu("α.pem")).choose(pseudo("Upload to OpenAI…"));
		const box = await window.quickInput(said("Admin key for {0}", host()));
		isTranslated(await box.message("«"));
		assert.equal(await box.placeholder(), "sk-admin-…");
		for (const typed of ["a b", "sk-proj-abc", "sk-svcacct-abc", "abc"]) {
			await box.type(typed);
			isTranslated(await box.verdict());
		}
		await box.type(`sk-emulator-${"0".repeat(20)}`);
		await box.accept();
		isTranslated(await box.message("401"));
		await picture("pseudo-key");
		await box.type(emulator.adminKey);
		await box.accept();
	});

	it("asks for the name, confirms with all that was found, and shows the row", async () => {
		const { window, picture, emulator } = session;
		const box = await window.quickInput(said("Upload {0}", NAME));
		isTranslated(await box.message("«"));
		const name = await box.value();
		await box.type("");
		isTranslated(await box.placeholder());
		await box.type("\u202e");
		isTranslated(await box.verdict());
		await box.type(name);
		await box.accept();
		const dialog = await window.dialog(said("Upload “{0}” to {1}?", name, host()));
		await picture("pseudo-confirmation");
		isTranslated(dialog.message, ...dialog.detail.split("\n").filter((line) => line !== ""));
		await dialog.press(pseudo("Upload"));
		await certificates.row(name).appears();
		[stored] = emulator.state.certificates as [StoredCertificate];
	});

	it("asks which of several certificates, and says what is wrong with one", async () => {
		const { window } = session;
		await (await window.explorerMenu("β.crt")).choose(pseudo("Upload to OpenAI…"));
		const pick = await window.quickInput(`${said("Upload {0}", "β.crt")} (1/2)`);
		isTranslated(await pick.placeholder(), ...(await pick.options()));
		await pick.pick("Φύλλο");
		await (await window.quickInput(`${said("Upload {0}", "Φύλλο")} (2/2)`)).accept();
		const dialog = await window.dialog("«");
		isTranslated(dialog.message, ...dialog.detail.split("\n").filter((line) => line !== ""));
		await dialog.escape();
	});

	it("speaks in rows, tooltips and to screen readers", async () => {
		const { window, picture } = session;
		await window.openViews();
		const row = certificates.row(stored.name ?? "");
		await row.expand();
		await certificates.rowWith(`CN=${NAME}`).appears();
		await certificates.rowWith(pseudo("nowhere")).appears();
		isTranslated(await row.description(), await row.spoken(), await row.tooltip("«"));
		isTranslated(...(await certificates.rows()).slice(1));
		isTranslated(...(await row.actions()), await certificates.heading());
		await picture("pseudo-rows");
		const project = window.view(pseudo("Projects")).row(PROJECT);
		await project.appears();
		isTranslated(await project.description(), await project.spoken(), await project.tooltip("«"));
	});

	it("names everything in a row's menu", async () => {
		const menu = await certificates.row(stored.name ?? "").menu();
		const items = await menu.items();
		assert.ok(items.length > 8, items.join());
		isTranslated(...items);
		await menu.close();
	});

	it("asks where to activate, and says what follows", async () => {
		const { window, picture } = session;
		await choose("Activate…");
		const pick = await window.quickInput(said("Activate {0}", said("“{0}”", stored.name ?? "")));
		isTranslated(
			await pick.placeholder(),
			...(await pick.ticks()).map((tick) => tick.replace(/, (?:not )?checked$/i, "")),
		);
		await pick.tick(pseudo("The organization"));
		await pick.accept();
		const dialog = await window.dialog("«");
		await picture("pseudo-activate");
		isTranslated(dialog.message, ...dialog.detail.split("\n").filter((line) => line !== ""));
		isTranslated(...dialog.buttons.filter((button) => button !== "Cancel"));
		await dialog.escape();
	});

	it("asks before it deletes, and for a new name", async () => {
		const { window } = session;
		await choose("Delete…");
		const dialog = await window.dialog("«");
		isTranslated(dialog.message, ...dialog.detail.split("\n").filter((line) => line !== ""));
		isTranslated(...dialog.buttons.filter((button) => button !== "Cancel"));
		await dialog.escape();
		await choose("Rename…");
		const box = await window.quickInput(said("Rename {0}", stored.name ?? ""));
		isTranslated(await box.message("«"));
		await box.cancel();
	});

	it("writes documents in it", async () => {
		const { window, picture } = session;
		await choose("Show Details");
		const details = await window.editorText(stored.id);
		isTranslated(...details.split("\n").filter((line) => line.trim() !== "" && line !== stored.name));
		await choose("Show History");
		const actor = "someone@example.test";
		const history = (await window.editorText(actor)).replaceAll(actor, "");
		isTranslated(
			...history.split("\n").filter((line) => line.trim() !== "" && ![stored.name, stored.id].includes(line)),
		);
		await (await window.explorerMenu("β.crt")).choose(pseudo("Inspect Certificate"));
		const found = await window.editorText("CN=Φύλλο");
		isTranslated(...found.split("\n").filter((line) => line.trim() !== "" && line !== "β.crt"));
		await picture("pseudo-inspection");
	});

	it("fits into a side bar of 200 and of 300 pixels", async () => {
		const { window } = session;
		await window.openViews();
		for (const width of [200, 300]) {
			await window.setSideBarWidth(width);
			await session.picture(`pseudo-${width}`);
		}
	});
});

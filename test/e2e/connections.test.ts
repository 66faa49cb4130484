import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { makeCertificate } from "../certificates.ts";
import { type Emulator, startEmulator } from "../emulator/emulator.ts";
import { pressRowButton, signIn } from "./setup/certificateActions.ts";
import { itMatchesApiDescription } from "./setup/contractCheck.ts";
import { environment } from "./setup/environment.ts";
import { itKeepsTheKeySecret } from "./setup/secretChecks.ts";
import { EXTENSION_NAME, resetBeforeEachTest, type Session, startSession } from "./setup/session.ts";
import { acceptName, chooseUpload, enterKey, pressUpload, VIEW_TITLE, waitForRow } from "./setup/uploadActions.ts";

describe(`Several connections in VS Code ${environment.version}`, () => {
	let session: Session;
	/** The second organization. The first is the session's emulator. */
	let second: Emulator;
	/** True if the window may have a connection to the second organization. */
	let hasSecond = false;

	before(async () => {
		const { pem } = await makeCertificate({ commonName: "Acme" });
		second = await startEmulator({ organizationName: "org-second" });
		session = await startSession({
			...environment,
			files: { "acme.pem": pem },
			emulatorOptions: { organizationName: "org-first" },
		});
	});

	after(async () => {
		await session.close();
		await second.close();
	});

	resetBeforeEachTest(
		() => session,
		async () => {
			hasSecond = false;
			second.reset();
			second.state.put({ name: "Second CA" });
			session.emulator.state.put({ name: "First CA" });
			await signIn(session);
		},
		{ clearBrowserData: () => hasSecond },
	);

	const hostOf = ({ url }: Emulator) => new URL(url).host;
	const view = () => session.window.view(VIEW_TITLE);
	const unconfirmedRow = () => view().rowWith("upload not confirmed");
	const posts = () =>
		[session.emulator, second].map(({ exchanges }) => exchanges.filter(({ method }) => method === "POST").length);

	/** Uploads the file with the suggested name. @returns the name. */
	const upload = async () => {
		await chooseUpload(session.window, "acme.pem");
		const name = await acceptName(session.window, "Acme");
		await pressUpload(session.window, name);
		return name;
	};

	/** Uploads the file to the first organization, which sends no response. @returns the upload's name. */
	const uploadUnanswered = async () => {
		const { window, emulator } = session;
		emulator.faults.arm({ kind: "reset", operation: "upload", when: "before" });
		const name = await upload();
		await (await window.toast(`“${name}” was sent, but no response arrived.`)).dismiss();
		await window.openViews();
		await unconfirmedRow().waitUntilVisible();
		return name;
	};

	/** Adds a connection to the second organization, which becomes the current connection. */
	const addSecond = async () => {
		const { window } = session;
		hasSecond = true;
		await session.configure({ "openaiCertificates.baseUrl": second.url });
		await window.openViews();
		await window.run(`${EXTENSION_NAME}: Add Connection…`);
		await enterKey(window, hostOf(second), second.adminKey);
		await waitForRow(window, "Second CA");
	};

	const switchTo = async (label: string) => {
		await session.window.run(`${EXTENSION_NAME}: Switch Connection…`);
		const picker = await session.window.quickInput("Switch connection");
		const options = await picker.options();
		await picker.pick(label);
		return options;
	};

	/** Returns the base URL in the user settings. */
	const readBaseUrl = () => {
		const settings = readFileSync(join(session.code.dataFolder, "user/User/settings.json"), "utf8");
		return JSON.parse(settings)["openaiCertificates.baseUrl"];
	};

	it("does not name a single connection", async () => {
		await view().waitForTitle(VIEW_TITLE);
	});

	it("R03 does not send a connection's key to another host, and still shows the unconfirmed upload", async () => {
		const { window } = session;
		await uploadUnanswered();
		const before = second.connections.total;
		await session.configure({ "openaiCertificates.baseUrl": second.url });
		await window.openViews();
		await view().waitForMessage(`The stored admin key belongs to ${hostOf(session.emulator)}`);
		await view().waitForTexts("Switch Connection…", "Set Admin Key…");
		await unconfirmedRow().waitUntilVisible();
		await session.picture("key-elsewhere");
		assert.equal(second.connections.total, before);
	});

	it("R22 adds and names a second connection without the first connection's unconfirmed upload, which returns after a switch to the first", async () => {
		const { window, emulator } = session;
		const expectedPosts = posts().map((before) => before + 1);
		const unconfirmedName = await uploadUnanswered();
		await addSecond();
		await view().waitForTitle(`${VIEW_TITLE}: ${hostOf(second)}`);
		await unconfirmedRow().waitUntilGone();
		const name = await upload();
		await (await waitForRow(window, name)).waitUntilSelected();
		await view().row(name).collapse();
		await view().waitForRows(name, "Second CA");
		assert.deepEqual(posts(), expectedPosts);

		const options = await switchTo(hostOf(emulator));
		assert.deepEqual(
			options.map((option) => option.includes("in use")),
			[false, true],
		);
		await view().waitForTitle(`${VIEW_TITLE}: ${hostOf(emulator)}`);
		await view().waitForRows(unconfirmedName, "First CA");
		assert.equal(readBaseUrl(), emulator.url);
		await pressRowButton(session.window, unconfirmedRow(), "Check Now");
		await (await window.toast("is still unconfirmed. It wasn't in the list at")).dismiss();
		assert.deepEqual(posts(), expectedPosts);
	});

	it("renames a connection unless the name is used, removes it by the new name, and uses the other connection after a switch", async () => {
		const { window, emulator } = session;
		await addSecond();
		await window.run(`${EXTENSION_NAME}: Rename Connection…`);
		const box = await window.quickInput(`Rename the connection to ${hostOf(second)}`);
		assert.equal(await box.value(), hostOf(second));
		await box.type(hostOf(emulator));
		await box.message("Another connection has this name already.");
		await box.submit("Acme production");
		await view().waitForTitle(`${VIEW_TITLE}: Acme production`);
		await session.picture("connection");

		await window.run(`${EXTENSION_NAME}: Remove Admin Key…`);
		await (await window.dialog("Remove the admin key for Acme production")).press("Remove Key");
		await view().welcome("The base URL leads to another host");
		await view().waitForTitle(VIEW_TITLE);
		assert.equal((await switchTo(hostOf(emulator))).length, 1);
		await waitForRow(window, "First CA");
		assert.equal(readBaseUrl(), emulator.url);
		hasSecond = false;
	});

	it("R52 says where the key is stored, and stores it in memory only on request", async () => {
		const { window, emulator } = session;
		await window.run(`${EXTENSION_NAME}: Remove Admin Key…`);
		await (await window.dialog("Remove the admin key for")).press("Remove Key");
		await view().welcome("An admin key is needed");
		await window.run(`${EXTENSION_NAME}: Set or Replace Admin Key…`);
		const box = await window.quickInput(`Admin key for ${hostOf(emulator)}`);
		await box.message("kept in this browser's storage, since a browser has no keyring");
		await box.press("Forget the Key with This Window");
		await box.message("kept in memory until this window is closed");
		await session.picture("passing-key");
		await box.submit(emulator.adminKey);
		await waitForRow(window, "First CA");
		await window.unload();
		await window.load();
		await window.openViews();
		await view().welcome("An admin key is needed");
	});

	describe("after all tests", () => {
		it("R03 sent each key to its own host only", async () => {
			if (second.exchanges.length === 0) await addSecond();
			for (const { exchanges } of [session.emulator, second]) {
				assert.ok(exchanges.length > 0);
				for (const { requestHeaders, status } of exchanges) {
					assert.equal(requestHeaders.authorization, "Bearer sk-emulator-***");
					assert.notEqual(status, 401);
				}
			}
		});

		itMatchesApiDescription(() => session);

		itKeepsTheKeySecret(
			() => session,
			() => ({ secrets: [second.adminKey], records: second.exchanges }),
		);
	});
});

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { labels } from "../../src/common/messages/labels.ts";
import { describeProblem } from "../../src/common/messages/problems/problems.ts";
import { formatRemedy, remediesInView } from "../../src/common/messages/problems/remedies.ts";
import { connectionLabels, renameConnectionTitle } from "../../src/features/connections/connectionMessages.ts";
import { describeKeyStorage, keyLabels, keyTitle } from "../../src/features/connections/keyMessages.ts";
import { makeCertificate } from "../certificates.ts";
import { type Emulator, startEmulator } from "../emulator/emulator.ts";
import { manifestText } from "../texts/manifestTexts.ts";
import { pressRowButton, removeConnection, requestsSince, signIn } from "./setup/certificateActions.ts";
import { itMatchesApiDescription } from "./setup/contractCheck.ts";
import { environment } from "./setup/environment.ts";
import { welcomeText } from "./setup/productTexts.ts";
import { itKeepsTheKeySecret } from "./setup/secretChecks.ts";
import { paletteTitle, resetBeforeEachTest, type Session, startSession } from "./setup/session.ts";
import {
	acceptName,
	chooseUpload,
	enterKey,
	pressUpload,
	VIEW_TITLE,
	waitForRow,
	waitForUnconfirmedRow,
} from "./setup/uploadActions.ts";
import { notSeenText, UNCONFIRMED } from "./setup/uploadTexts.ts";

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
	/** Counts the uploads to each organization so far. */
	const posts = () => [session.emulator, second].map((emulator) => requestsSince(emulator, 0, "POST").length);

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
		await (await window.toast(notSeenText(name, "no-response").start)).dismiss();
		await waitForUnconfirmedRow(window);
		return name;
	};

	/** Adds a connection to the second organization, which becomes the current connection. */
	const addSecond = async () => {
		const { window } = session;
		hasSecond = true;
		await session.configure({ "openaiCertificates.baseUrl": second.url });
		await window.openViews();
		await window.run(paletteTitle("addConnection"));
		await enterKey(window, hostOf(second), second.adminKey);
		await waitForRow(window, "Second CA");
	};

	const switchTo = async (label: string) => {
		await session.window.run(paletteTitle("switchConnection"));
		const picker = await session.window.quickInput(connectionLabels.switchTitle);
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
		const problem = { reason: "key-elsewhere", host: hostOf(second), keyHost: hostOf(session.emulator) } as const;
		await view().waitForMessage(describeProblem(problem));
		await view().waitForTexts(...remediesInView(problem).map(formatRemedy));
		await waitForUnconfirmedRow(window);
		await session.picture("key-elsewhere");
		assert.equal(second.connections.total, before);
	});

	it("R22 adds and names a second connection without the first connection's unconfirmed upload, which returns after a switch to the first", async () => {
		const { window, emulator } = session;
		const expectedPosts = posts().map((before) => before + 1);
		const unconfirmedName = await uploadUnanswered();
		await addSecond();
		await view().waitForTitle(`${VIEW_TITLE}: ${hostOf(second)}`);
		await view().rowWith(UNCONFIRMED).waitUntilGone();
		const name = await upload();
		await (await waitForRow(window, name)).waitUntilSelected();
		await view().row(name).collapse();
		await view().waitForRows(name, "Second CA");
		assert.deepEqual(posts(), expectedPosts);

		const options = await switchTo(hostOf(emulator));
		assert.deepEqual(
			options.map((option) => option.includes(labels.current)),
			[false, true],
		);
		await view().waitForTitle(`${VIEW_TITLE}: ${hostOf(emulator)}`);
		await view().waitForRows(unconfirmedName, "First CA");
		assert.equal(readBaseUrl(), emulator.url);
		await pressRowButton(window, await waitForUnconfirmedRow(window), manifestText("command.checkUpload"));
		await (await window.toast(notSeenText(unconfirmedName, null).start)).dismiss();
		assert.deepEqual(posts(), expectedPosts);
	});

	it("renames a connection unless the name is used, removes it by the new name, and uses the other connection after a switch", async () => {
		const { window, emulator } = session;
		await addSecond();
		await window.run(paletteTitle("renameConnection"));
		const box = await window.quickInput(renameConnectionTitle(hostOf(second)));
		assert.equal(await box.value(), hostOf(second));
		await box.type(hostOf(emulator));
		await box.message(connectionLabels.nameTaken);
		await box.submit("Acme production");
		await view().waitForTitle(`${VIEW_TITLE}: Acme production`);
		await session.picture("connection");

		await removeConnection(session, { label: "Acme production" });
		await view().welcome(welcomeText("welcome.key-elsewhere"));
		await view().waitForTitle(VIEW_TITLE);
		assert.equal((await switchTo(hostOf(emulator))).length, 1);
		await waitForRow(window, "First CA");
		assert.equal(readBaseUrl(), emulator.url);
		hasSecond = false;
	});

	it("R52 says where the key is stored, and stores it in memory only on request", async () => {
		const { window, emulator } = session;
		await removeConnection(session);
		await view().welcome(welcomeText("welcome.no-key"));
		await window.run(paletteTitle("setKey"));
		const box = await window.quickInput(keyTitle(hostOf(emulator)));
		await box.message(describeKeyStorage("browser", hostOf(emulator)));
		await box.press(keyLabels.keepUntilWindowCloses);
		await box.message(describeKeyStorage("memory", hostOf(emulator)));
		await session.picture("passing-key");
		await box.submit(emulator.adminKey);
		await waitForRow(window, "First CA");
		await window.unload();
		await window.load();
		await window.openViews();
		await view().welcome(welcomeText("welcome.no-key"));
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

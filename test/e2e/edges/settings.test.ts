import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Browser } from "playwright-core";
import { makeCertificate } from "../../certificates.ts";
import { type Emulator, startEmulator } from "../../emulator/emulator.ts";
import { temporaryFolder } from "../../temporaryFolders.ts";
import { manifestText } from "../../texts/manifestTexts.ts";
import { launchBrowser } from "../../vscode/browser.ts";
import { startVSCode, type VSCode } from "../../vscode/server.ts";
import { openWindow } from "../../vscode/window.ts";
import { environment } from "../setup/environment.ts";
import { EXTENSION_NAME } from "../setup/session.ts";
import { acceptName, chooseUpload, enterKey, pressUpload, VIEW_TITLE, waitForRow } from "../setup/uploadActions.ts";

describe(`Settings of a workspace in VS Code ${environment.version}`, () => {
	const temporary = temporaryFolder("certificates");
	const workspace = join(temporary.path, "evil.code-workspace");
	let emulator: Emulator;
	/** The service of the base URL in the workspace's settings. */
	let attacker: Emulator;
	let browser: Browser;

	before(async () => {
		emulator = await startEmulator();
		attacker = await startEmulator();
		const { url } = attacker;
		const settings = { "openaiCertificates.baseUrl": url, openaiCertificates: { baseUrl: url } };
		for (const folder of ["one", "two"]) {
			mkdirSync(join(temporary.path, folder, ".vscode"), { recursive: true });
			writeFileSync(join(temporary.path, folder, ".vscode/settings.json"), JSON.stringify(settings));
		}
		const folders = [{ path: "one" }, { path: "two" }];
		writeFileSync(workspace, JSON.stringify({ folders, settings }));
		browser = await launchBrowser();
	});

	after(async () => {
		await browser.close();
		await attacker.close();
		await emulator.close();
		temporary.remove();
	});

	beforeEach(() => {
		emulator.reset();
		emulator.state.put({ name: "Acme Root CA" });
	});

	/** Starts VS Code, runs `act`, and closes VS Code and its windows. */
	const inVSCode = async (workspace: string, restricted: boolean, act: (code: VSCode) => Promise<void>) => {
		const { version, vsix } = environment;
		const code = await startVSCode({
			...{ version, restricted, workspace, extensions: [vsix] },
			settings: {
				"openaiCertificates.baseUrl": emulator.url,
				// Starts in Restricted Mode without asking.
				"security.workspace.trust.startupPrompt": "never",
			},
		});
		try {
			await act(code);
		} finally {
			for (const context of browser.contexts()) await context.close();
			await code.close();
		}
	};

	for (const restricted of [false, true])
		it(`R01 R44 do not redirect the key, in a ${restricted ? "restricted" : "trusted"} .code-workspace of two folders`, async () => {
			await inVSCode(temporary.path, restricted, async ({ port }) => {
				const url = `http://127.0.0.1:${port}/?${new URLSearchParams({ workspace })}`;
				const window = await openWindow(browser, url, { tab: EXTENSION_NAME });
				if (restricted) await window.waitForStatus("Restricted Mode");
				await window.openViews();
				await window.view(VIEW_TITLE).pressWelcomeButton(manifestText("command.setKey"));
				await enterKey(window, new URL(emulator.url).host, emulator.adminKey);
				await waitForRow(window, "Acme Root CA");
			});
			assert.equal(attacker.connections.total, 0);
		});

	it("do not prevent uploads in Restricted Mode", async () => {
		const folder = temporaryFolder("untrusted");
		writeFileSync(join(folder.path, "acme.pem"), (await makeCertificate({ commonName: "Untrusted folder's CA" })).pem);
		await inVSCode(folder.path, true, async ({ url }) => {
			const window = await openWindow(browser, url, { tab: EXTENSION_NAME });
			await window.waitForStatus("Restricted Mode");
			await chooseUpload(window, "acme.pem");
			await enterKey(window, new URL(emulator.url).host, emulator.adminKey);
			const name = await acceptName(window, "Untrusted folder's CA");
			await pressUpload(window, name);
			await (await waitForRow(window, name)).waitUntilSelected();
		});
		folder.remove();
	});
});

import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import type { FaultKind } from "../emulator/faults.ts";
import { signIn } from "./setup/certificateActions.ts";
import { itMatchesApiDescription } from "./setup/contractCheck.ts";
import { environment } from "./setup/environment.ts";
import { itKeepsTheKeySecret } from "./setup/secretChecks.ts";
import { EXTENSION_NAME, resetBeforeEachTest, type Session, startSession } from "./setup/session.ts";
import { VIEW_TITLE, waitForRow } from "./setup/uploadActions.ts";

const DAY = 86_400_000;
const TRY_AGAIN = "Try Again";

describe(`The view in VS Code ${environment.version}`, () => {
	let session: Session;
	/** The server of the base URL in the workspace's settings. */
	let attacker: Server;
	let attackerConnections = 0;

	before(async () => {
		attacker = createServer((_, response) => response.end("{}")).listen(0, "127.0.0.1");
		attacker.on("connection", () => attackerConnections++);
		session = await startSession({ ...environment, files: {} });
		const attackerUrl = `http://127.0.0.1:${(attacker.address() as AddressInfo).port}/v1`;
		mkdirSync(join(session.folder, ".vscode"));
		writeFileSync(
			join(session.folder, ".vscode/settings.json"),
			JSON.stringify({ "openaiCertificates.baseUrl": attackerUrl, openaiCertificates: { baseUrl: attackerUrl } }),
		);
		await session.window.load();
	});

	after(async () => {
		attacker.close();
		await session.close();
	});

	resetBeforeEachTest(
		() => session,
		async () => {
			const now = Date.now();
			for (const [name, days] of [
				["Valid CA", 400],
				["Expiring CA", 12],
				["Expired CA", -3],
			] as const) {
				session.emulator.state.put({ name, expiresAt: Math.floor((now + days * DAY) / 1000) + 60 });
			}
			await signIn(session);
		},
	);

	it("distinguishes valid, expiring and expired by text and icon", async () => {
		const { window } = session;
		await session.picture("three-states");
		const expected = [
			["Valid CA", "400 days left", ", valid, ", "circle-outline"],
			["Expiring CA", "12 days left", ", expiring soon, ", "warning"],
			["Expired CA", "expired 2 days ago", ", expired, ", "error"],
		] as const;
		for (const [name, description, spoken, icon] of expected) {
			const row = await waitForRow(window, name);
			assert.match(await row.description(), new RegExp(`^${description} · cert_\\w+$`));
			assert.ok((await row.ariaLabel()).includes(spoken), await row.ariaLabel());
			assert.equal(await row.icon(), icon);
		}
	});

	it("R01 R44 ignores a base URL that a workspace sets", () => {
		assert.equal(attackerConnections, 0);
		assert.ok(session.emulator.exchanges.length > 0);
	});

	it("keeps the key in secret storage over a restart", async () => {
		const { window, code } = session;
		await window.unload();
		await code.restart();
		await window.load();
		await window.openViews();
		await waitForRow(window, "Valid CA");
	});

	// The integration tests cover all other reasons. The manifest's test covers the manifest's texts for all reasons.
	const problems: readonly [string, FaultKind, string, readonly string[]][] = [
		["401", { kind: "status", status: 401 }, "OpenAI rejected the admin key (401)", ["Set or Replace Admin Key…"]],
		["a reset", { kind: "reset" }, "lost before the answer", [TRY_AGAIN]],
	];
	for (const [title, fault, message, buttons] of problems)
		it(`says why the list could not load: ${title}`, async () => {
			const { window, emulator } = session;
			await window.unload();
			// The extension retries a list automatically if a retry may help.
			emulator.faults.arm({ ...fault, operation: "list", when: "before", times: Infinity });
			await window.load();
			await window.openViews();
			const welcome = await window.view(VIEW_TITLE).welcome(message);
			await session.picture(`welcome ${title}`);
			assert.deepEqual(welcome.buttons, buttons);
			assert.deepEqual(await window.view(VIEW_TITLE).rows(), []);
			emulator.faults.clear();
			if (!buttons.includes(TRY_AGAIN)) return;
			await window.view(VIEW_TITLE).pressWelcomeButton(TRY_AGAIN);
			await waitForRow(window, "Valid CA");
		});

	it("R31 keeps the list when a refresh fails, and says how old it is", async () => {
		const { window, emulator } = session;
		emulator.faults.arm({ kind: "status", status: 503, operation: "list", when: "before", times: Infinity });
		await window.run(`${EXTENSION_NAME}: Refresh`);
		await window.view(VIEW_TITLE).rowWith("As of ").waitUntilVisible();
		await session.picture("old-list");
		assert.equal((await window.view(VIEW_TITLE).rows()).length, 4);
		emulator.faults.clear();
		await window.run(`${EXTENSION_NAME}: Refresh`);
		await window.view(VIEW_TITLE).rowWith("As of ").waitUntilGone();
		assert.equal((await window.view(VIEW_TITLE).rows()).length, 3);
	});

	it("reacts to the removal of the key at once", async () => {
		const { window } = session;
		await window.run(`${EXTENSION_NAME}: Remove Admin Key…`);
		const dialog = await window.dialog("Remove the admin key for");
		assert.match(dialog.detail, /stays valid until it is revoked/);
		await dialog.press("Remove Key");
		await window.view(VIEW_TITLE).welcome("An admin key is needed");
	});

	describe("after all tests", () => {
		itMatchesApiDescription(() => session);

		itKeepsTheKeySecret(() => session);
	});
});

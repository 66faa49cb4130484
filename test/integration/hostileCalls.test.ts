import assert from "node:assert/strict";
import * as vscode from "vscode";
import { type Emulator, startEmulator } from "../emulator/emulator.ts";
import { assertExpectedPrompts, expectButton, expectInput, shown, views } from "./user.ts";

const VIEW = "openaiCertificates.certificates";
/** Contains a command link, an icon, a picture, colours, reversed text, a line break and excessive length. */
const HOSTILE = `[x](command:workbench.action.quit) $(trash) ![](https://evil.test/x.png) <img src=x> \u202e\u001b[31m\n${"x".repeat(10_000)}`;
const EFFECTIVE = /\]\(|\$\(|[\p{Cc}\u202e]|x{100}/u;

describe("Hostile texts and calls", () => {
	let emulator: Emulator;

	before(async () => {
		emulator = await startEmulator();
		const { Global } = vscode.ConfigurationTarget;
		await vscode.workspace.getConfiguration().update("openaiCertificates.baseUrl", emulator.url, Global);
	});

	beforeEach(() => {
		shown.messages.length = 0;
	});

	afterEach(assertExpectedPrompts);

	after(async () => {
		expectButton("Remove Key");
		await runCommand("removeKey");
		await emulator.close();
	});

	const runCommand = (command: string, ...args: unknown[]) =>
		vscode.commands.executeCommand(`openaiCertificates.${command}`, ...args);

	/** Returns all texts of the view's rows, visible or for screen readers. */
	const visibleTexts = async () => {
		const { provider } = views.get(VIEW) ?? assert.fail("no view");
		const rows = (await provider.getChildren()) ?? [];
		const resolved = rows.map(async (row) => {
			const item = provider.getTreeItem(row) as vscode.TreeItem;
			return (await provider.resolveTreeItem?.(item, row, new vscode.CancellationTokenSource().token)) ?? item;
		});
		return (await Promise.all(resolved)).map(({ label, description, tooltip, accessibilityInformation }) => ({
			label,
			description,
			spoken: accessibilityInformation?.label,
			tooltip: typeof tooltip === "object" ? tooltip.value : tooltip,
		}));
	};

	it("R39 a thousand URLs result in one message, and nothing is fetched", async () => {
		const files = Array.from({ length: 1000 }, (_, index) => vscode.Uri.parse(`${emulator.origin}/${index}.pem`));
		await runCommand("upload", files[0], files);
		assert.equal(shown.messages.length, 1);
		assert.match(shown.messages[0] ?? "", /^0 of 1,?000 files uploaded\./);
		assert.ok((shown.messages[0] ?? "").length < 1000, `${shown.messages[0]?.length} characters`);
		assert.equal(emulator.connections.total, 0);
	});

	it("R13 a hostile certificate name is plain and short in its row", async () => {
		emulator.state.put({ name: HOSTILE });
		expectInput(/^Admin key for 127\.0\.0\.1/, emulator.adminKey);
		await runCommand("setKey");
		const [row, ...others] = await visibleTexts();
		assert.deepEqual(others, []);
		assert.equal(typeof row?.label, "string");
		for (const [part, text] of Object.entries(row ?? {})) {
			if (part !== "tooltip") assert.doesNotMatch(String(text), EFFECTIVE, part);
			// The tooltip has several lines.
			else for (const line of String(text).split("\n")) assert.doesNotMatch(line, EFFECTIVE, part);
		}
		assert.match(String(row?.label), /^\[x\] \(command:workbench/);
	});

	it("R13 a rejection is reported without the service's words", async () => {
		for (const status of [400, 401, 403, 404, 409, 413, 422, 500]) {
			emulator.faults.arm({
				...{ kind: "status", status, when: "before", times: Number.POSITIVE_INFINITY },
				...{
					message: HOSTILE,
					code: HOSTILE,
					headers: { "x-request-id": "[x](command:workbench.action.quit) $(trash)" },
				},
			});
			await runCommand("refresh");
			emulator.faults.clear();
			const [row] = await visibleTexts();
			assert.ok(String(row?.label).includes(`(${status})`), String(row?.label));
			for (const text of [...shown.messages, ...Object.values(row ?? {})])
				assert.doesNotMatch(String(text), /workbench|trash|evil/, String(status));
		}
	});
});

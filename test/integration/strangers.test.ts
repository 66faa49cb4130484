import assert from "node:assert/strict";
import * as vscode from "vscode";
import { type Emulator, startEmulator } from "../emulator/emulator.ts";
import { shown, views, wasAskedAsExpected, willAnswer } from "./user.ts";

const VIEW = "openaiCertificates.certificates";
/** What becomes a link that runs, an icon, a picture, other colours, or text that runs the other way. */
const HOSTILE = `[x](command:workbench.action.quit) $(trash) ![](https://evil.test/x.png) <img src=x> \u202e\u001b[31m\n${"x".repeat(10_000)}`;
const ACTIVE = /\]\(|\$\(|[\p{Cc}\u202e]|x{100}/u;

describe("Whatever others say and call", () => {
	let emulator: Emulator;

	before(async () => {
		emulator = await startEmulator();
		const { Global } = vscode.ConfigurationTarget;
		await vscode.workspace.getConfiguration().update("openaiCertificates.baseUrl", emulator.url, Global);
	});

	beforeEach(() => {
		shown.messages.length = 0;
	});

	afterEach(wasAskedAsExpected);

	after(() => emulator.close());

	const run = (command: string, ...args: unknown[]) =>
		vscode.commands.executeCommand(`openaiCertificates.${command}`, ...args);

	/** Everything of the view's rows that the editor shows or speaks. */
	const shownInRows = async () => {
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

	it("R39 a thousand addresses end in one message, and nothing is fetched", async () => {
		const files = Array.from({ length: 1000 }, (_, index) => vscode.Uri.parse(`${emulator.origin}/${index}.pem`));
		await run("upload", files[0], files);
		assert.equal(shown.messages.length, 1);
		assert.match(shown.messages[0] ?? "", /^0 of 1,?000 files uploaded\./);
		assert.ok((shown.messages[0] ?? "").length < 1000, `${shown.messages[0]?.length} characters`);
		assert.equal(emulator.connections.total, 0);
	});

	it("R13 a hostile name from the service is plain and short in its row", async () => {
		emulator.state.put({ name: HOSTILE });
		willAnswer(/^Admin key for 127\.0\.0\.1/, emulator.adminKey);
		await run("setKey");
		const [row, ...others] = await shownInRows();
		assert.deepEqual(others, []);
		assert.equal(typeof row?.label, "string");
		for (const [part, text] of Object.entries(row ?? {})) {
			if (part !== "tooltip") assert.doesNotMatch(String(text), ACTIVE, part);
			// The tooltip has lines of its own.
			else for (const line of String(text).split("\n")) assert.doesNotMatch(line, ACTIVE, part);
		}
		assert.match(String(row?.label), /^\[x\] \(command:workbench/);
	});

	it("R13 a refusal is told in our words alone", async () => {
		for (const status of [400, 401, 403, 404, 409, 413, 422, 500]) {
			emulator.faults.next({
				...{ kind: "status", status, when: "before", times: Number.POSITIVE_INFINITY },
				...{
					message: HOSTILE,
					code: HOSTILE,
					headers: { "x-request-id": "[x](command:workbench.action.quit) $(trash)" },
				},
			});
			await run("refresh");
			emulator.faults.clear();
			const [note] = await shownInRows();
			assert.ok(String(note?.label).includes(`(${status})`), String(note?.label));
			for (const text of [...shown.messages, ...Object.values(note ?? {})])
				assert.doesNotMatch(String(text), /workbench|trash|evil/, String(status));
		}
	});
});

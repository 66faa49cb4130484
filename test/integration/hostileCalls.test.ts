import assert from "node:assert/strict";
import * as vscode from "vscode";
import { describeProblem } from "../../src/common/messages/problems/problems.ts";
import type { Problem } from "../../src/domain/problem.ts";
import { connectionLabels } from "../../src/features/connections/connectionMessages.ts";
import { keyTitle } from "../../src/features/connections/keyMessages.ts";
import { describeUploadSummary } from "../../src/features/upload/uploadMessages.ts";
import { type Emulator, startEmulator } from "../emulator/emulator.ts";
import { assertExpectedPrompts, expectButton, expectInput, readRows, setBaseUrl, shown } from "./user.ts";

/** Contains a command link, an icon, a picture, colours, reversed text, a line break and excessive length. */
const HOSTILE = `[x](command:workbench.action.quit) $(trash) ![](https://evil.test/x.png) <img src=x> \u202e\u001b[31m\n${"x".repeat(10_000)}`;
const EFFECTIVE = /\]\(|\$\(|[\p{Cc}\u202e]|x{100}/u;

describe("Hostile texts and calls", () => {
	let emulator: Emulator;

	before(async () => {
		emulator = await startEmulator();
		await setBaseUrl(emulator.url);
	});

	beforeEach(() => {
		shown.messages.length = 0;
	});

	afterEach(assertExpectedPrompts);

	after(async () => {
		expectButton(connectionLabels.remove);
		await runCommand("removeKey");
		await emulator.close();
	});

	const runCommand = (command: string, ...args: unknown[]) =>
		vscode.commands.executeCommand(`openaiCertificates.${command}`, ...args);

	/** Returns all texts of the view's rows, visible or for screen readers. */
	const visibleTexts = async () =>
		(await readRows()).map(({ label, description, tooltip, accessibilityInformation }) => ({
			label,
			description,
			spoken: accessibilityInformation?.label,
			tooltip: typeof tooltip === "object" ? tooltip.value : tooltip,
		}));

	it("R39 a thousand URLs result in one message, and nothing is fetched", async () => {
		const files = Array.from({ length: 1000 }, (_, index) => vscode.Uri.parse(`${emulator.origin}/${index}.pem`));
		await runCommand("upload", files[0], files);
		assert.equal(shown.messages.length, 1);
		const [message = ""] = shown.messages;
		assert.ok(message.startsWith(describeUploadSummary(1000, 0, []).brief), message);
		assert.ok(message.length < 1000, `${message.length} characters`);
		assert.equal(emulator.connections.total, 0);
	});

	it("R13 a hostile certificate name is plain and short in its row", async () => {
		emulator.state.put({ name: HOSTILE });
		expectInput(keyTitle(new URL(emulator.url).host), emulator.adminKey);
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
		const rejected = { reason: "rejected", code: null, param: null, fieldRefused: false } as const;
		const problems: readonly (readonly [status: number, problem: Problem])[] = [
			[400, { ...rejected, status: 400 }],
			[401, { reason: "unauthorized" }],
			[403, { reason: "forbidden", permission: null }],
			[404, { reason: "not-found" }],
			[409, { reason: "conflict" }],
			[413, { ...rejected, status: 413 }],
			[422, { ...rejected, status: 422 }],
			[500, { reason: "service-error", status: 500 }],
		];
		for (const [status, problem] of problems) {
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
			// The row begins with the time of the list.
			assert.ok(String(row?.label).endsWith(describeProblem(problem)), String(row?.label));
			for (const text of [...shown.messages, ...Object.values(row ?? {})])
				assert.doesNotMatch(String(text), /workbench|trash|evil/, String(status));
		}
	});
});

import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { join } from "node:path";
import * as vscode from "vscode";
import packageJson from "../../package.json" with { type: "json" };
import { activate } from "../../src/extension.ts";
import { temporaryFolder } from "../leftovers.ts";

describe("Activation", () => {
	it("R38 reads no secret, remembers nothing and writes no file", () => {
		const temporary = temporaryFolder("activation");
		const asked: string[] = [];
		/** Writes down what is called, but for listening. */
		const observed = (name: string) =>
			new Proxy(
				{},
				{
					get: (_, method) => () => {
						if (method !== "onDidChange") asked.push(`${name}.${String(method)}`);
						return { dispose() {} };
					},
				},
			);
		const subscriptions: vscode.Disposable[] = [];
		const storage = join(temporary.path, "storage");
		const context = {
			subscriptions,
			secrets: observed("secrets"),
			globalState: observed("globalState"),
			workspaceState: observed("workspaceState"),
			globalStorageUri: vscode.Uri.file(storage),
			extension: { id: "certificates-for-openai.openai-certificates", packageJSON: packageJson },
		};
		try {
			activate(context as unknown as vscode.ExtensionContext);
			assert.ok(subscriptions.length > 0);
			assert.deepEqual(asked, []);
			assert.ok(!existsSync(storage));
		} finally {
			vscode.Disposable.from(...subscriptions).dispose();
			temporary.remove();
		}
	});
});

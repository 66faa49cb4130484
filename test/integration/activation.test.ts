import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { EventEmitter, once } from "node:events";
import { existsSync, mkdirSync, readdirSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import * as vscode from "vscode";
import packageJson from "../../package.json" with { type: "json" };
import { activate } from "../../src/extension.ts";
import { temporaryFolder } from "../temporaryFolders.ts";

/** What is not changed by being looked at: each file's content, and when it was written. */
function filesIn(folder: string): readonly string[] {
	const files = readdirSync(folder, { recursive: true, encoding: "utf8" });
	return files.map((file) => `${file} ${statSync(join(folder, file), { bigint: true }).mtimeNs}`);
}

describe("Activation", () => {
	const temporary = temporaryFolder("activation");
	const storage = join(temporary.path, "storage");
	const subscriptions: vscode.Disposable[] = [];
	const asked: string[] = [];

	after(() => temporary.remove());
	beforeEach(() => asked.splice(0));
	afterEach(() => vscode.Disposable.from(...subscriptions.splice(0)).dispose());

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
	const activateHere = () =>
		activate({
			subscriptions,
			secrets: observed("secrets"),
			globalState: observed("globalState"),
			workspaceState: observed("workspaceState"),
			globalStorageUri: vscode.Uri.file(storage),
			extension: { id: "certificates-for-openai.openai-certificates", packageJSON: packageJson },
		} as unknown as vscode.ExtensionContext);

	it("R38 reads no secret, remembers nothing and writes no file", () => {
		activateHere();
		assert.ok(subscriptions.length > 0);
		assert.deepEqual(asked, []);
		assert.ok(!existsSync(storage));
	});

	it("R38 nor does it when it counts what expires, once it is over", async () => {
		const folder = join(storage, "watch");
		mkdirSync(folder, { recursive: true });
		const expiresAt = Math.floor(Date.now() / 1000) + 9 * 86_400;
		const certificates = [{ id: "cert_1", name: "Expiring", expiresAt, inOrganization: false }];
		const snapshot = { organizationRef: randomUUID(), readAt: Date.now(), certificates };
		writeFileSync(join(folder, "snapshot.json"), JSON.stringify(snapshot));
		const before = filesIn(storage);
		const { createTreeView } = vscode.window;
		const badges = new EventEmitter<{ badge: [vscode.ViewBadge | undefined] }>();
		vscode.window.createTreeView = (id, options) =>
			Object.defineProperty(createTreeView(id, options), "badge", {
				get: () => undefined,
				set: (badge) => badges.emit("badge", badge),
			});
		try {
			const shown = once(badges, "badge");
			activateHere();
			vscode.window.createTreeView = createTreeView;
			const [badge] = await shown;
			assert.deepEqual(badge, {
				value: 1,
				tooltip: "1 certificate expires soon, or has expired while it is active",
			});
		} finally {
			vscode.window.createTreeView = createTreeView;
		}
		assert.deepEqual(asked, []);
		assert.deepEqual(filesIn(storage), before);
	});
});

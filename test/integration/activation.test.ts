import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { EventEmitter, once } from "node:events";
import { existsSync, mkdirSync, readdirSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import * as vscode from "vscode";
import packageJson from "../../package.json" with { type: "json" };
import { activate } from "../../src/extension.ts";
import { badgeTooltip } from "../../src/features/expiry/badgeMessage.ts";
import { temporaryFolder } from "../temporaryFolders.ts";

/** Lists a folder's files with their modification times, without changing them. */
function listFiles(folder: string): readonly string[] {
	const files = readdirSync(folder, { recursive: true, encoding: "utf8" });
	return files.map((file) => `${file} ${statSync(join(folder, file), { bigint: true }).mtimeNs}`);
}

describe("Activation", () => {
	const temporary = temporaryFolder("activation");
	const storage = join(temporary.path, "storage");
	const subscriptions: vscode.Disposable[] = [];
	const calls: string[] = [];

	after(() => temporary.remove());
	beforeEach(() => calls.splice(0));
	afterEach(() => vscode.Disposable.from(...subscriptions.splice(0)).dispose());

	/** Returns an object that records every call except `onDidChange`. */
	const recordCalls = (name: string) =>
		new Proxy(
			{},
			{
				get: (_, method) => () => {
					if (method !== "onDidChange") calls.push(`${name}.${String(method)}`);
					return { dispose() {} };
				},
			},
		);
	const activateExtension = () =>
		activate({
			subscriptions,
			secrets: recordCalls("secrets"),
			globalState: recordCalls("globalState"),
			workspaceState: recordCalls("workspaceState"),
			globalStorageUri: vscode.Uri.file(storage),
			extension: { id: "certificates-for-openai.openai-certificates", packageJSON: packageJson },
		} as unknown as vscode.ExtensionContext);

	it("R38 reads no secret, stores no state and writes no file", () => {
		activateExtension();
		assert.ok(subscriptions.length > 0);
		assert.deepEqual(calls, []);
		assert.ok(!existsSync(storage));
	});

	it("R38 reads no secret, stores no state and writes no file for the badge, after activation", async () => {
		const folder = join(storage, "watch");
		mkdirSync(folder, { recursive: true });
		const expiresAt = Math.floor(Date.now() / 1000) + 9 * 86_400;
		const certificates = [{ id: "cert_1", name: "Expiring", expiresAt, inOrganization: false }];
		const snapshot = { organizationRef: randomUUID(), readAt: Date.now(), certificates };
		writeFileSync(join(folder, "snapshot.json"), JSON.stringify(snapshot));
		const before = listFiles(storage);
		const { createTreeView } = vscode.window;
		const badges = new EventEmitter<{ badge: [vscode.ViewBadge | undefined] }>();
		vscode.window.createTreeView = (id, options) =>
			Object.defineProperty(createTreeView(id, options), "badge", {
				get: () => undefined,
				set: (badge) => badges.emit("badge", badge),
			});
		try {
			const shown = once(badges, "badge");
			activateExtension();
			vscode.window.createTreeView = createTreeView;
			const [badge] = await shown;
			assert.deepEqual(badge, {
				value: 1,
				tooltip: badgeTooltip(1),
			});
		} finally {
			vscode.window.createTreeView = createTreeView;
		}
		assert.deepEqual(calls, []);
		assert.deepEqual(listFiles(storage), before);
	});
});

import assert from "node:assert/strict";
import { assertAbsent, assertAbsentInFolder } from "../../secretScan.ts";
import type { Window } from "../../vscode/window.ts";
import { EXTENSION, type Session } from "./session.ts";

/** What else must be nowhere. */
export interface MoreSecrets {
	readonly secrets: readonly string[];
	/** Secrets that a person writes into the settings: the only file where they may be. */
	readonly inSettings?: readonly string[];
	/** Where none of them may be, such as what another server recorded. */
	readonly records?: unknown;
}

/**
 * Declares the test that whatever was done so far left the admin key nowhere but in the editor's secret storage.
 * @param more The same of others.
 */
export function itKeepsTheKeySecret(session: () => Session, more: () => MoreSecrets = () => ({ secrets: [] })): void {
	it("leaves the admin key in no log, state, setting, row and record, and encrypted in secret storage", async () => {
		const { code, emulator, folder, window } = session();
		const { inSettings = [], records, ...others } = more();
		const elsewhere = [emulator.adminKey, ...others.secrets];
		assertAbsent(records, elsewhere, "the other record");
		assertAbsentInFolder(code.dataFolder, elsewhere);
		const secrets = [...elsewhere, ...inSettings];
		const files = assertAbsentInFolder(code.dataFolder, secrets, { except: ["user/User/settings.json"] });
		for (const log of [`${EXTENSION}.log`, "exthost.log"])
			assert.ok(
				files.some((file) => file.endsWith(log)),
				`${log} is not among ${files.join(", ")}`,
			);
		assertAbsentInFolder(folder, secrets);
		assertAbsent(code.output(), secrets, "what the server printed");
		assertAbsent(emulator.exchanges, secrets, "the record");
		const { page } = window;
		assertAbsent(await page.content(), secrets, "the window");
		const kept = (await page.evaluate(everythingKept)) as [localStorage: object, databases: unknown];
		// All secrets are one text there, which the editor encrypts.
		assert.ok("secrets.provider" in kept[0]);
		assertAbsent(kept, secrets, "the browser's storage");
	});
}

/** Waits until the window has written into the browser what an extension remembers; it does so every few seconds. */
export async function isKept({ page }: Window, text: string): Promise<void> {
	await page.evaluate(`(async () => {
		const isThere = (kept) => kept.flat(5).some((each) => typeof each === "string" && each.includes(${JSON.stringify(text)}));
		while (!isThere(await ${everythingKept})) await new Promise(requestAnimationFrame);
	})()`);
}

/** What the window keeps in the browser: secrets in local storage, state in databases. */
const everythingKept = `(async () => {
	const ended = (request) =>
		new Promise((resolve, reject) => {
			request.onsuccess = () => resolve(request.result);
			request.onerror = () => reject(request.error);
		});
	const databases = [];
	for (const { name } of await indexedDB.databases()) {
		const database = await ended(indexedDB.open(name));
		for (const store of database.objectStoreNames) {
			const entries = database.transaction(store).objectStore(store);
			databases.push(name, store, await Promise.all([entries.getAllKeys(), entries.getAll()].map(ended)));
		}
		database.close();
	}
	return [{ ...localStorage }, databases];
})()`;

import assert from "node:assert/strict";
import { assertNoSecrets, assertNoSecretsInFolder, type Secret } from "../../secretScan.ts";
import type { Window } from "../../vscode/window.ts";
import { EXTENSION_NAME, type Session } from "./session.ts";

/** Additional secrets to search for. */
export interface AdditionalSecrets {
	readonly secrets: readonly Secret[];
	/** Secrets that the user writes into the settings, the only file that may contain these secrets. */
	readonly inSettings?: readonly string[];
	/** Secrets that each have a file of their own, by its path below VS Code's data folder. */
	readonly inOwnFiles?: Readonly<Record<string, readonly Secret[]>>;
	/** Data that must not contain `secrets` or the admin key, such as another server's record. */
	readonly records?: unknown;
}

/**
 * Declares a test that the admin key is nowhere but in VS Code's secret storage.
 * @param more Returns additional secrets with the same requirement.
 */
export function itKeepsTheKeySecret(
	session: () => Session,
	more: () => AdditionalSecrets = () => ({ secrets: [] }),
): void {
	it("keeps the admin key out of logs, state, settings, rows and records, and encrypted in secret storage", async () => {
		const { code, emulator, folder, window } = session();
		const { inSettings = [], inOwnFiles = {}, records, secrets: additional } = more();
		const secrets = [emulator.adminKey, ...additional];
		assertNoSecrets(records, secrets, "the other record");
		assertNoSecretsInFolder(code.dataFolder, secrets);
		for (const [file, own] of Object.entries(inOwnFiles))
			assertNoSecretsInFolder(code.dataFolder, own, { except: [file] });
		const allSecrets = [...secrets, ...inSettings];
		const files = assertNoSecretsInFolder(code.dataFolder, allSecrets, { except: ["user/User/settings.json"] });
		for (const log of [`${EXTENSION_NAME}.log`, "exthost.log"])
			assert.ok(
				files.some((file) => file.endsWith(log)),
				`${log} is not among ${files.join(", ")}`,
			);
		allSecrets.push(...Object.values(inOwnFiles).flat());
		assertNoSecretsInFolder(folder, allSecrets);
		assertNoSecrets(code.output(), allSecrets, "what the server printed");
		assertNoSecrets(emulator.exchanges, allSecrets, "the record");
		const { page } = window;
		assertNoSecrets(await page.content(), allSecrets, "the window");
		await page.context().grantPermissions(["clipboard-read", "clipboard-write"]);
		assertNoSecrets(await page.evaluate("navigator.clipboard.readText()"), allSecrets, "the clipboard");
		const storage = (await page.evaluate(BROWSER_STORAGE)) as [localStorage: object, databases: unknown];
		// VS Code encrypts all secrets into a single text.
		assert.ok("secrets.provider" in storage[0]);
		assertNoSecrets(storage, allSecrets, "the browser's storage");
	});
}

/** Waits until the browser's storage contains a text. VS Code stores extension state there every few seconds. */
export async function waitUntilStored({ page }: Window, text: string): Promise<void> {
	await page.evaluate(`(async () => {
		const isStored = (storage) => storage.flat(5).some((value) => typeof value === "string" && value.includes(${JSON.stringify(text)}));
		while (!isStored(await ${BROWSER_STORAGE})) await new Promise(requestAnimationFrame);
	})()`);
}

/** Script that returns the browser's storage: secrets in local storage, state in databases. */
const BROWSER_STORAGE = `(async () => {
	const resultOf = (request) =>
		new Promise((resolve, reject) => {
			request.onsuccess = () => resolve(request.result);
			request.onerror = () => reject(request.error);
		});
	const databases = [];
	for (const { name } of await indexedDB.databases()) {
		const database = await resultOf(indexedDB.open(name));
		for (const store of database.objectStoreNames) {
			const entries = database.transaction(store).objectStore(store);
			databases.push(name, store, await Promise.all([entries.getAllKeys(), entries.getAll()].map(resultOf)));
		}
		database.close();
	}
	return [{ ...localStorage }, databases];
})()`;

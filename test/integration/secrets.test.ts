import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { join } from "node:path";
import * as vscode from "vscode";
import { describeProblem } from "../../src/common/messages/problems/problems.ts";
import { FileLocks } from "../../src/common/storage/locks.ts";
import { parseBaseUrl } from "../../src/domain/baseUrl.ts";
import { ProblemError, problemOf } from "../../src/domain/problem.ts";
import { describeUnencryptedKey, keyLabels, keyTitle } from "../../src/features/connections/keyMessages.ts";
import { ClientCertificateSettings } from "../../src/features/connections/ui/clientCertificateSettings.ts";
import { ConnectionSecretStore } from "../../src/features/connections/ui/connectionSecretStore.ts";
import { ConnectionStore } from "../../src/features/connections/ui/connectionStore.ts";
import { storeKey } from "../../src/features/connections/ui/storeKey.ts";
import { type Emulator, startEmulator } from "../emulator/emulator.ts";
import { assertNoSecrets } from "../secretScan.ts";
import { temporaryFolder } from "../temporaryFolders.ts";
import { assertExpectedPrompts, expectButton, expectInput, setBaseUrl, shown } from "./user.ts";

const KEY = `sk-admin-${randomBytes(24).toString("hex")}`;

/** A secret storage with settable failures, which counts reads and writes. */
class FailingSecrets implements vscode.SecretStorage {
	readonly #changed = new vscode.EventEmitter<vscode.SecretStorageChangeEvent>();
	readonly onDidChange = this.#changed.event;
	readonly #values = new Map<string, string>();
	/** The result of `get` instead of the stored value; an `Error` is thrown. */
	override: { readonly value: unknown } | Error | null = null;
	readOnly = false;
	readCount = 0;
	writeCount = 0;

	async get(key: string): Promise<string | undefined> {
		this.readCount++;
		if (this.override instanceof Error) throw this.override;
		return this.override ? (this.override.value as string) : this.#values.get(key);
	}

	async store(key: string, value: string): Promise<void> {
		this.#change(key);
		this.#values.set(key, value);
	}

	async delete(key: string): Promise<void> {
		this.#change(key);
		this.#values.delete(key);
	}

	#change(key: string): void {
		if (this.readOnly) throw new Error(`${KEY} cannot be stored`);
		this.writeCount++;
		this.#changed.fire({ key });
	}
}

describe("R19 Secret storage", () => {
	let secrets: FailingSecrets;
	let connections: ConnectionStore;
	let folder: ReturnType<typeof temporaryFolder>;
	let baseUrl: () => ReturnType<typeof parseBaseUrl>;

	beforeEach(() => {
		secrets = new FailingSecrets();
		baseUrl = () => parseBaseUrl("https://api.openai.com/v1");
		folder = temporaryFolder("secrets");
		connections = open();
	});

	afterEach(() => {
		connections.dispose();
		folder.remove();
	});

	/** Opens the store as a window does. */
	const open = (storage: vscode.SecretStorage = secrets) => {
		const secret = new ConnectionSecretStore(
			storage,
			new FileLocks(join(folder.path, "locks")),
			join(folder.path, "connections"),
		);
		return new ConnectionStore(secret, new ClientCertificateSettings(storage), () => baseUrl());
	};

	const store = ({ key = KEY, replaces = true, sessionOnly = false, organization = null as string | null } = {}) =>
		storeKey(connections, { baseUrl: baseUrl(), key }, { organization, ids: [] }, () => [], { replaces, sessionOnly });

	/** Asserts the current connection's id, and returns its credentials. */
	const credentialsOf = async (id: string) => {
		assert.equal((await connections.current())?.id, id);
		return connections.credentials();
	};

	const assertFails = (promise: Promise<unknown>, reason: string) =>
		assert.rejects(promise, (thrown) => {
			assertNoSecrets(thrown, [KEY], "what was thrown");
			assert.equal(problemOf(thrown)?.reason, reason);
			return true;
		});

	const unusableValues: readonly [string, FailingSecrets["override"]][] = [
		["gives nothing", null],
		...[
			"",
			"{",
			"null",
			"[]",
			"7",
			'"text"',
			"\u0000",
			`{"key":"${KEY}"}`,
			'{"connections":[null,7,{"key":1}]}',
			7,
		].map((value): [string, FailingSecrets["override"]] => [`gives ${JSON.stringify(value).slice(0, 12)}`, { value }]),
	];
	for (const [title, override] of unusableValues)
		it(`that ${title} means that there is no key`, async () => {
			secrets.override = override;
			assert.equal(await connections.current(), null);
			await assertFails(connections.credentials(), "no-key");
			await assertFails(connections.destination(), "no-key");
			assert.equal(secrets.writeCount, 0);
		});

	it("that rejects, like a locked keyring, is reported as unavailable, not as a missing key", async () => {
		await store();
		secrets.override = new Error(KEY);
		for (const call of [connections.current(), connections.all(), connections.credentials(), connections.destination()])
			await assertFails(call, "secrets-unavailable");
	});

	it("that cannot be written is reported, and there is still no key", async () => {
		let changes = 0;
		connections.onDidChange(() => changes++);
		secrets.readOnly = true;
		await assertFails(store(), "secrets-unavailable");
		await assertFails(connections.credentials(), "no-key");
		assert.equal(changes, 0);
	});

	it("that cannot be read is not overwritten", async () => {
		await store();
		const { writeCount } = secrets;
		secrets.override = new Error(KEY);
		await assertFails(store(), "secrets-unavailable");
		assert.equal(secrets.writeCount, writeCount);
		secrets.override = null;
		assert.equal((await connections.credentials()).key, KEY);
	});

	it("that cannot delete is reported, and the key still exists", async () => {
		const { id } = await store();
		secrets.readOnly = true;
		await assertFails(connections.remove(id), "secrets-unavailable");
		assert.equal((await connections.credentials()).key, KEY);
	});

	it("does not expose the key in the fields and the destination of a connection", async () => {
		await store();
		assertNoSecrets(await connections.current(), [KEY], "the connection in use");
		assertNoSecrets(await connections.destination(), [KEY], "where it goes");
	});

	it("R22 gives an organization the same reference for a re-entered key, another key and another browser", async () => {
		const refs = new Set<string>();
		for (const key of [KEY, "sk-other"]) {
			const { id, organizationRef } = await store({ key, organization: "org-1" });
			refs.add(organizationRef);
			assert.equal((await connections.current())?.organizationRef, organizationRef);
			assert.equal((await connections.destination()).organizationRef, organizationRef);
			await connections.remove(id);
			secrets = new FailingSecrets();
			connections = open();
		}
		assert.equal(refs.size, 1);
		const { organizationRef: other } = await store({ organization: "org-2", replaces: false });
		assert.ok(!refs.has(other));
		await assertFails(connections.credentials([...refs][0]), "connection-changed");
	});

	it("R52 never stores a session-only key, which is used nevertheless", async () => {
		let changes = 0;
		connections.onDidChange(() => changes++);
		const { id } = await store({ sessionOnly: true });
		assert.deepEqual([secrets.writeCount, changes], [0, 1]);
		assert.equal((await connections.credentials()).key, KEY);
		await connections.rename(id, "For now");
		assert.equal((await connections.current())?.label, "For now");
		await connections.remove(id);
		await assertFails(connections.credentials(), "no-key");
		assert.deepEqual([secrets.writeCount, changes], [0, 3]);
	});

	it("R52 keeps stored keys besides a session-only key, for the next window", async () => {
		const { id } = await store({ key: "sk-lasting" });
		const { writeCount } = secrets;
		await store({ sessionOnly: true, replaces: false });
		assert.equal(secrets.writeCount, writeCount);
		assert.equal((await connections.credentials()).key, KEY);
		assert.equal((await connections.all()).length, 2);
		connections.dispose();
		assert.equal((await connections.current())?.id, id);
		assert.equal((await connections.credentials()).key, "sk-lasting");
	});

	it("R52 that cannot be written leaves a session-only key unchanged", async () => {
		await store({ sessionOnly: true });
		secrets.readOnly = true;
		await assertFails(store({ key: "sk-lasting", replaces: false }), "secrets-unavailable");
		assert.equal((await connections.credentials()).key, KEY);
		assert.equal((await connections.all()).length, 1);
	});

	it("R52 keeps a stored key, whatever happens to a session-only key that overrides it", async () => {
		const organization = "org-1";
		await store({ key: "sk-other", organization: "org-2", replaces: false });
		const { id } = await store({ key: "sk-lasting", organization, replaces: false });
		const { writeCount } = secrets;
		const labels = async () => (await connections.all()).map(({ label, sessionOnly }) => [label, sessionOnly]);
		const otherId = (await connections.all()).find((each) => each.id !== id)?.id ?? assert.fail();
		for (const replaces of [false, true]) {
			assert.equal((await store({ organization, sessionOnly: true, replaces })).id, id);
			assert.equal((await credentialsOf(id)).key, KEY);
			await connections.rename(id, "For now");
			assert.equal((await connections.current())?.label, "For now");
			await connections.remove(id);
			assert.equal((await credentialsOf(id)).key, "sk-lasting");
			assert.equal((await connections.all()).length, 2);
		}
		// A key of another organization overrides no stored key.
		const { id: thirdId } = await store({ organization: "org-3", sessionOnly: true });
		assert.equal((await connections.all()).length, 3);
		assert.equal((await credentialsOf(thirdId)).key, KEY);
		await connections.remove(thirdId);
		assert.equal(secrets.writeCount, writeCount);

		await store({ organization, sessionOnly: true });
		await connections.use(otherId);
		await connections.use(id);
		assert.equal((await credentialsOf(id)).key, KEY);
		await connections.use(otherId);
		// Another window uses the stored key of this id.
		const another = open();
		await another.use(id);
		another.dispose();
		assert.equal((await credentialsOf(id)).key, KEY);
		await connections.use(otherId);
		connections.dispose();
		assert.deepEqual(await labels(), [
			["api.openai.com", false],
			["api.openai.com (org-1)", false],
		]);
		await connections.use(id);
		assert.equal((await credentialsOf(id)).key, "sk-lasting");
	});

	it("R52 that cannot be read does not prevent a session-only key, and is not written", async () => {
		await store({ key: "sk-lasting", organization: "org-1" });
		const { writeCount } = secrets;
		secrets.override = new Error(KEY);
		const { id } = await store({ sessionOnly: true, organization: "org-2" });
		assert.equal((await credentialsOf(id)).key, KEY);
		await connections.rename(id, "For now");
		await assertFails(store({ key: "sk-more" }), "secrets-unavailable");
		assert.equal((await connections.current())?.label, "For now");
		await connections.remove(id);
		await assertFails(connections.remove(id), "secrets-unavailable");
		await assertFails(connections.credentials(), "secrets-unavailable");
		secrets.override = null;
		assert.equal((await connections.credentials()).key, "sk-lasting");
		assert.equal(secrets.writeCount, writeCount);
	});

	it("R47 finds an admin key within any text, also a stored key that a session-only key overrides", async () => {
		await store({ key: "sk-emulator-stored", organization: "org-1" });
		await store({ key: "sk-emulator-sessionOnly", organization: "org-1", sessionOnly: true });
		for (const text of ["sk-emulator-stored", '"sk-emulator-stored"', "KEY=sk-emulator-sessionOnly"])
			assert.equal(await connections.containsKey(text), true, text);
		assert.equal(await connections.containsKey("sk-proj-other"), false);
		secrets.override = new Error(KEY);
		await assertFails(connections.containsKey("sk-emulator-stored"), "secrets-unavailable");
	});

	it("R46 deletes only the passphrase of the given host", async () => {
		const clientCertificates = new ClientCertificateSettings(secrets);
		const [here, there] = ["https://api.openai.com", "https://eu.api.openai.com"];
		await clientCertificates.storePassphrase(here, "open sesame");
		await clientCertificates.deletePassphrase(there);
		assert.deepEqual(
			[await clientCertificates.hasPassphrase(here), await clientCertificates.hasPassphrase(there)],
			[true, false],
		);
		secrets.readOnly = true;
		await assertFails(clientCertificates.deletePassphrase(here), "secrets-unavailable");
		secrets.readOnly = false;
		await clientCertificates.deletePassphrase(here);
		assert.equal(await clientCertificates.hasPassphrase(here), false);
	});

	it("R02 is not read if the base URL is invalid", async () => {
		await store();
		secrets.readCount = 0;
		baseUrl = () => {
			throw new ProblemError({ reason: "base-url", rule: "not-a-url" });
		};
		await assertFails(connections.credentials(), "base-url");
		assert.equal(secrets.readCount, 0);
	});

	it("R03 returns a key for no other origin", async () => {
		await store();
		for (const other of ["https://eu.api.openai.com/v1", "https://api.openai.com:8443/v1", "http://127.0.0.1/v1"]) {
			baseUrl = () => parseBaseUrl(other);
			await assertFails(connections.credentials(), "key-elsewhere");
		}
	});

	it("R03 keeps the key of a host when a key of another host is set", async () => {
		const { id } = await store();
		baseUrl = () => parseBaseUrl("https://eu.api.openai.com/v1");
		await store({ key: "sk-other" });
		assert.equal((await connections.credentials()).key, "sk-other");
		assert.equal((await connections.all()).length, 2);
		await connections.use(id);
		baseUrl = () => parseBaseUrl("https://api.openai.com/v1");
		assert.equal((await connections.credentials()).key, KEY);
	});
});

describe("R43 A real admin key over unencrypted loopback", () => {
	let emulator: Emulator;

	before(async () => {
		emulator = await startEmulator();
		await setBaseUrl(emulator.url);
	});

	beforeEach(() => {
		shown.messages.length = 0;
		shown.details.length = 0;
	});

	afterEach(assertExpectedPrompts);

	after(() => emulator.close());

	const hostOf = ({ url }: Emulator) => new URL(url).host;

	const setKey = (key = KEY) => {
		expectInput(keyTitle(hostOf(emulator)), key);
		return vscode.commands.executeCommand("openaiCertificates.setKey");
	};

	for (const beginning of ["sk-admin-", "sk-", ""])
		it(`is not sent before a confirmation that names the recipient; Escape is silent: ${beginning}…`, async () => {
			await setKey(KEY.replace("sk-admin-", beginning));
			assert.equal(emulator.connections.total, 0);
			const { message, detail } = describeUnencryptedKey(hostOf(emulator));
			assert.deepEqual(shown, { messages: [message], details: [detail] });
		});

	it("is not sent by the default button", async () => {
		expectButton(keyLabels.dontSend);
		await setKey();
		assert.equal(emulator.connections.total, 0);
		assert.equal(shown.messages.length, 1);
	});

	it("is sent only after confirmation, and is not stored if rejected", async () => {
		expectButton(keyLabels.sendAnyway);
		const { ended } = emulator.faults.arm({ kind: "none", when: "before" });
		const settled = setKey();
		await ended;
		assert.equal(emulator.exchanges.length, 1);
		assert.equal(emulator.exchanges[0]?.status, 401);
		assertNoSecrets(emulator.exchanges, [KEY], "the emulator's record");
		// The prompt stays open for another key.
		let closed = false;
		void settled.then(() => {
			closed = true;
		});
		while (!closed) await vscode.commands.executeCommand("workbench.action.closeQuickOpen");
		assert.equal(shown.messages.length, 1);
		shown.messages.length = 0;
		await vscode.commands.executeCommand("openaiCertificates.removeKey");
		assert.equal(shown.messages[0], describeProblem({ reason: "no-key" }));
	});
});

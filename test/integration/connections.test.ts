import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import * as fc from "fast-check";
import * as vscode from "vscode";
import { FileLocks } from "../../src/common/storage/locks.ts";
import type { Connection } from "../../src/domain/connection.ts";
import { problemOf } from "../../src/domain/problem.ts";
import { ConnectionSecretStore } from "../../src/features/connections/ui/connectionSecretStore.ts";
import { SEED } from "../random.ts";
import { temporaryFolder } from "../temporaryFolders.ts";

/** The secret in which older versions store all connections. */
const OLD_SECRET = "openaiCertificates.connections";

/** Maximum delay until another window sees a change, in milliseconds. */
const MAX_DELAY_MS = 8;

/** Secrets of several windows. A window sees its own changes at once, and others late. */
class SharedSecrets {
	readonly #views: WindowSecrets[] = [];
	readonly delay: () => number;

	constructor(delay: () => number) {
		this.delay = delay;
	}

	open(values: ReadonlyMap<string, string> = new Map()): WindowSecrets {
		const view = new WindowSecrets(this, values);
		this.#views.push(view);
		return view;
	}

	/** Sends a change to the other windows. Changes arrive in order. */
	broadcast(source: WindowSecrets, key: string, value: string | undefined) {
		for (const view of this.#views) if (view !== source) view.receive(key, value);
	}
}

/** The secrets as one window sees them. */
class WindowSecrets implements vscode.SecretStorage {
	readonly values: Map<string, string>;
	readonly #shared: SharedSecrets;
	readonly #changed = new vscode.EventEmitter<vscode.SecretStorageChangeEvent>();
	readonly onDidChange = this.#changed.event;
	#received: Promise<unknown> = Promise.resolve();

	constructor(shared: SharedSecrets, values: ReadonlyMap<string, string>) {
		this.#shared = shared;
		this.values = new Map(values);
	}

	async get(key: string) {
		return this.values.get(key);
	}

	async store(key: string, value: string) {
		this.#set(key, value);
		this.#shared.broadcast(this, key, value);
	}

	async delete(key: string) {
		this.#set(key, undefined);
		this.#shared.broadcast(this, key, undefined);
	}

	receive(key: string, value: string | undefined) {
		this.#received = this.#received.then(() => pause(this.#shared.delay())).then(() => this.#set(key, value));
	}

	/** Waits until all changes have arrived. */
	async waitForChanges() {
		await this.#received;
	}

	#set(key: string, value: string | undefined) {
		if (value === undefined) this.values.delete(key);
		else this.values.set(key, value);
		this.#changed.fire({ key });
	}
}

describe("Connections of several windows", () => {
	let folder: ReturnType<typeof temporaryFolder>;

	beforeEach(() => {
		folder = temporaryFolder("connections");
	});

	afterEach(() => folder.remove());

	const open = (secrets: vscode.SecretStorage) =>
		new ConnectionSecretStore(secrets, new FileLocks(join(folder.path, "locks")), join(folder.path, "connections"));
	const connection = (id: string, more: Partial<Connection> = {}): Connection => ({
		...{ id, label: id, origin: "https://api.openai.com", path: "/v1", organization: null, key: `sk-${id}` },
		...{ sessionOnly: false, ...more },
	});
	const add = (secret: ConnectionSecretStore, added: Connection) =>
		secret.change(({ all }) => ({ current: added, all: [...all.filter(({ id }) => id !== added.id), added] }));
	const remove = (secret: ConnectionSecretStore, id: string) =>
		secret.change(({ current, all }) => ({
			current: current?.id === id ? null : current,
			all: all.filter((each) => each.id !== id),
		}));
	const idsIn = async (secret: ConnectionSecretStore) => (await secret.read()).all.map(({ id }) => id).sort();

	it("are migrated from the old single secret by the first change", async () => {
		const [first, second] = [connection("one"), connection("other")];
		const connections = [first, second].map(({ sessionOnly: _, ...rest }) => rest);
		const view = new SharedSecrets(() => 0).open(
			new Map([[OLD_SECRET, JSON.stringify({ current: "one", connections })]]),
		);
		const secret = open(view);
		assert.deepEqual(await secret.read(), { current: first, all: [first, second] });
		const third = connection("third");
		await add(secret, third);
		assert.deepEqual(await secret.read(), { current: third, all: [first, second, third] });
		assert.equal(view.values.has(OLD_SECRET), false);
		assert.equal(view.values.size, 4);
		for (const [key, text] of view.values) assert.equal(key.endsWith("Index") && text.includes("sk-"), false);
	});

	it("are migrated if an older window writes the old secret later, also after an interrupted migration", async () => {
		const view = new SharedSecrets(() => 0).open();
		const secret = open(view);
		await add(secret, connection("one"));
		const { sessionOnly: _, ...late } = connection("late");
		await view.store(OLD_SECRET, JSON.stringify({ current: "late", connections: [late] }));
		assert.deepEqual(await idsIn(secret), ["late", "one"]);
		// Simulates a migration whose last step failed.
		const deleteSecret = view.delete.bind(view);
		view.delete = () => Promise.reject(new Error("no"));
		await assert.rejects(remove(secret, "one"), (thrown) => problemOf(thrown)?.reason === "secrets-unavailable");
		view.delete = deleteSecret;
		await remove(secret, "one");
		await remove(secret, "late");
		assert.deepEqual([await idsIn(secret), [...view.values.keys()]], [[], ["openaiCertificates.connectionIndex"]]);
	});

	it("leave no secret behind and lose none, at whatever step a change is interrupted", async () => {
		for (let stepCount = 0; stepCount < 6; stepCount++) {
			const view = new SharedSecrets(() => 0).open();
			const secret = open(view);
			await add(secret, connection("old"));
			let remainingSteps = stepCount;
			const { store, delete: deleteSecret } = view;
			const failing =
				<Args extends unknown[]>(act: (...args: Args) => Promise<void>) =>
				(...args: Args) =>
					remainingSteps-- > 0 ? act.apply(view, args) : Promise.reject(new Error("no"));
			Object.assign(view, { store: failing(store), delete: failing(deleteSecret) });
			const replacement = connection("new");
			const isDone = await secret
				.change(() => ({ current: replacement, all: [replacement] }))
				.then(
					() => true,
					() => false,
				);
			Object.assign(view, { store, delete: deleteSecret });
			const ids = await idsIn(open(view));
			assert.ok(isDone ? ids.join() === "new" : ids.length > 0, `${stepCount}: ${ids}`);
			// Removing all visible connections must leave no key.
			const later = open(view);
			for (const id of ids) await remove(later, id);
			await add(later, connection("last"));
			await remove(later, "last");
			assert.deepEqual([...view.values.keys()], ["openaiCertificates.connectionIndex"], String(stepCount));
		}
	});

	it("R59 are removed, and kept in memory, if no file can be written", async () => {
		const view = new SharedSecrets(() => 0).open();
		await add(open(view), connection("one"));
		writeFileSync(join(folder.path, "file"), "");
		const secret = new ConnectionSecretStore(
			view,
			new FileLocks(join(folder.path, "file", "locks")),
			join(folder.path, "file"),
		);
		await add(secret, connection("passing", { sessionOnly: true }));
		assert.deepEqual(await idsIn(secret), ["one", "passing"]);
		await remove(secret, "one");
		assert.deepEqual(await idsIn(secret), ["passing"]);
		assert.ok(![...view.values.keys()].some((key) => key.endsWith(".one")));
	});

	it("R58 are neither read nor overwritten if a newer version wrote them", async () => {
		const index = '{"version":2,"ids":["one"]}';
		const view = new SharedSecrets(() => 0).open(new Map([["openaiCertificates.connectionIndex", index]]));
		const secret = open(view);
		for (const refused of [secret.read(), add(secret, connection("mine"))])
			await assert.rejects(refused, (thrown) => problemOf(thrown)?.reason === "record-newer");
		assert.deepEqual([...view.values.values()], [index]);
	});

	it("lose no added and restore no removed connection in 400 concurrent changes by two windows", async () => {
		const delays = fc.sample(fc.integer({ min: 0, max: MAX_DELAY_MS }), { numRuns: 1000, seed: SEED });
		const kinds = fc.constantFrom("add", "replace", "remove", "use", "rename");
		const changes = fc.sample(fc.record({ kind: kinds, index: fc.nat() }), { numRuns: 400, seed: SEED });
		let delayCount = 0;
		const shared = new SharedSecrets(() => delays[delayCount++ % delays.length] ?? 0);
		const windows = [shared.open(), shared.open()].map((view) => ({ view, secret: open(view) }));
		const expected = new Map<string, string>();
		const removed = new Set<string>();
		await Promise.all(
			windows.map(async ({ secret }, windowIndex) => {
				for (const { kind, index } of changes.slice(200 * windowIndex, 200 * (windowIndex + 1)))
					await secret.change((state) => {
						// A change sees the result of all previous changes of both windows.
						assert.deepEqual(new Map(state.all.map(({ id, key }) => [id, key])), expected);
						const chosen = state.all[index % Math.max(1, state.all.length)];
						if (kind === "add" || !chosen) {
							const added = connection(randomUUID());
							expected.set(added.id, added.key);
							return { current: added, all: [...state.all, added] };
						}
						const others = state.all.filter((each) => each !== chosen);
						if (kind === "remove") {
							expected.delete(chosen.id);
							removed.add(chosen.id);
							return { current: others.find(({ id }) => id === state.current?.id) ?? null, all: others };
						}
						if (kind === "use") return { ...state, current: chosen };
						const changed =
							kind === "rename" ? { ...chosen, label: randomUUID() } : { ...chosen, key: `sk-${randomUUID()}` };
						expected.set(changed.id, changed.key);
						const all = state.all.map((each) => (each === chosen ? changed : each));
						return { current: all.find(({ id }) => id === state.current?.id) ?? null, all };
					});
			}),
		);
		assert.ok(removed.size > 20, `${removed.size} removed`);
		for (const { view, secret } of windows) {
			await view.waitForChanges();
			assert.deepEqual(await idsIn(secret), [...expected.keys()].sort());
			assert.equal(view.values.size, expected.size + 1, "no key is left of what was removed");
		}
	});

	it("do not wait for changes that never arrive, such as those of another browser", async () => {
		const [first, second] = [new SharedSecrets(() => 0).open(), new SharedSecrets(() => 0).open()].map(open);
		if (!first || !second) assert.fail();
		await add(first, connection("one"));
		await add(second, connection("other"));
		assert.deepEqual([await idsIn(first), await idsIn(second)], [["one"], ["other"]]);
		await remove(first, "one");
		assert.deepEqual([await idsIn(first), await idsIn(second)], [[], ["other"]]);
	});
});

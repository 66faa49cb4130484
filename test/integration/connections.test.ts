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

/** Where all connections lay at first. */
const BEFORE = "openaiCertificates.connections";

/** How long a change takes to be seen by another window, in milliseconds, at most. */
const LATEST_MS = 8;

/** The secrets of one person, as several windows see them: each at once what it wrote itself, and late what others did. */
class Person {
	readonly #views: View[] = [];
	readonly delay: () => number;

	constructor(delay: () => number) {
		this.delay = delay;
	}

	open(values: ReadonlyMap<string, string> = new Map()): View {
		const view = new View(this, values);
		this.#views.push(view);
		return view;
	}

	/** Changes arrive in the order in which they were made. */
	tell(from: View, key: string, value: string | undefined) {
		for (const view of this.#views) if (view !== from) view.hear(key, value);
	}
}

class View implements vscode.SecretStorage {
	readonly values: Map<string, string>;
	readonly #person: Person;
	readonly #changed = new vscode.EventEmitter<vscode.SecretStorageChangeEvent>();
	readonly onDidChange = this.#changed.event;
	#heard: Promise<unknown> = Promise.resolve();

	constructor(person: Person, values: ReadonlyMap<string, string>) {
		this.#person = person;
		this.values = new Map(values);
	}

	async get(key: string) {
		return this.values.get(key);
	}

	async store(key: string, value: string) {
		this.#set(key, value);
		this.#person.tell(this, key, value);
	}

	async delete(key: string) {
		this.#set(key, undefined);
		this.#person.tell(this, key, undefined);
	}

	hear(key: string, value: string | undefined) {
		this.#heard = this.#heard.then(() => pause(this.#person.delay())).then(() => this.#set(key, value));
	}

	/** Waits until everything has arrived. */
	async settle() {
		await this.#heard;
	}

	#set(key: string, value: string | undefined) {
		if (value === undefined) this.values.delete(key);
		else this.values.set(key, value);
		this.#changed.fire({ key });
	}
}

describe("The connections of several windows", () => {
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
	const add = (secret: ConnectionSecretStore, one: Connection) =>
		secret.change(({ all }) => ({ current: one, all: [...all.filter(({ id }) => id !== one.id), one] }));
	const remove = (secret: ConnectionSecretStore, id: string) =>
		secret.change(({ current, all }) => ({
			current: current?.id === id ? null : current,
			all: all.filter((each) => each.id !== id),
		}));
	const idsIn = async (secret: ConnectionSecretStore) => (await secret.read()).all.map(({ id }) => id).sort();

	it("take over what lay in one secret at first, with the first change", async () => {
		const [one, other] = [connection("one"), connection("other")];
		const connections = [one, other].map(({ sessionOnly: _, ...rest }) => rest);
		const view = new Person(() => 0).open(new Map([[BEFORE, JSON.stringify({ current: "one", connections })]]));
		const secret = open(view);
		assert.deepEqual(await secret.read(), { current: one, all: [one, other] });
		const third = connection("third");
		await add(secret, third);
		assert.deepEqual(await secret.read(), { current: third, all: [one, other, third] });
		assert.equal(view.values.has(BEFORE), false);
		assert.equal(view.values.size, 4);
		for (const [key, text] of view.values) assert.equal(key.endsWith("Index") && text.includes("sk-"), false);
	});

	it("take over what an older window puts there later, and leave nothing there where they ended half-way", async () => {
		const view = new Person(() => 0).open();
		const secret = open(view);
		await add(secret, connection("one"));
		const { sessionOnly: _, ...late } = connection("late");
		await view.store(BEFORE, JSON.stringify({ current: "late", connections: [late] }));
		assert.deepEqual(await idsIn(secret), ["late", "one"]);
		// As where the last step of taking over did not come about.
		const isDeleted = view.delete.bind(view);
		view.delete = () => Promise.reject(new Error("no"));
		await assert.rejects(remove(secret, "one"), (thrown) => problemOf(thrown)?.reason === "secrets-unavailable");
		view.delete = isDeleted;
		await remove(secret, "one");
		await remove(secret, "late");
		assert.deepEqual([await idsIn(secret), [...view.values.keys()]], [[], ["openaiCertificates.connectionIndex"]]);
	});

	it("leave no secret behind, and lose none, wherever a change ends half-way", async () => {
		for (let steps = 0; steps < 6; steps++) {
			const view = new Person(() => 0).open();
			const secret = open(view);
			await add(secret, connection("old"));
			let left = steps;
			const { store, delete: drop } = view;
			const mortal =
				<Args extends unknown[]>(act: (...args: Args) => Promise<void>) =>
				(...args: Args) =>
					left-- > 0 ? act.apply(view, args) : Promise.reject(new Error("no"));
			Object.assign(view, { store: mortal(store), delete: mortal(drop) });
			const replaced = connection("new");
			const isDone = await secret
				.change(() => ({ current: replaced, all: [replaced] }))
				.then(
					() => true,
					() => false,
				);
			Object.assign(view, { store, delete: drop });
			const there = await idsIn(open(view));
			assert.ok(isDone ? there.join() === "new" : there.length > 0, `${steps}: ${there}`);
			// Whoever removes all that is shown leaves no key.
			const later = open(view);
			for (const id of there) await remove(later, id);
			await add(later, connection("last"));
			await remove(later, "last");
			assert.deepEqual([...view.values.keys()], ["openaiCertificates.connectionIndex"], String(steps));
		}
	});

	it("R59 are removed, and kept in memory, where nothing can be written down", async () => {
		const view = new Person(() => 0).open();
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

	it("R58 are neither read nor overwritten where a newer version wrote them", async () => {
		const index = '{"version":2,"ids":["one"]}';
		const view = new Person(() => 0).open(new Map([["openaiCertificates.connectionIndex", index]]));
		const secret = open(view);
		for (const refused of [secret.read(), add(secret, connection("mine"))])
			await assert.rejects(refused, (thrown) => problemOf(thrown)?.reason === "record-newer");
		assert.deepEqual([...view.values.values()], [index]);
	});

	it("lose nothing that was set, and bring back nothing that was removed, in 400 changes by two windows at once", async () => {
		const delays = fc.sample(fc.integer({ min: 0, max: LATEST_MS }), { numRuns: 1000, seed: SEED });
		const kinds = fc.constantFrom("add", "replace", "remove", "use", "rename");
		const acts = fc.sample(fc.record({ kind: kinds, index: fc.nat() }), { numRuns: 400, seed: SEED });
		let told = 0;
		const person = new Person(() => delays[told++ % delays.length] ?? 0);
		const windows = [person.open(), person.open()].map((view) => ({ view, secret: open(view) }));
		const there = new Map<string, string>();
		const gone = new Set<string>();
		await Promise.all(
			windows.map(async ({ secret }, half) => {
				for (const { kind, index } of acts.slice(200 * half, 200 * (half + 1)))
					await secret.change((seen) => {
						// What is seen within a change is what the changes before it, of both windows, have left.
						assert.deepEqual(new Map(seen.all.map(({ id, key }) => [id, key])), there);
						const some = seen.all[index % Math.max(1, seen.all.length)];
						if (kind === "add" || !some) {
							const added = connection(randomUUID());
							there.set(added.id, added.key);
							return { current: added, all: [...seen.all, added] };
						}
						const others = seen.all.filter((each) => each !== some);
						if (kind === "remove") {
							there.delete(some.id);
							gone.add(some.id);
							return { current: others.find(({ id }) => id === seen.current?.id) ?? null, all: others };
						}
						if (kind === "use") return { ...seen, current: some };
						const changed =
							kind === "rename" ? { ...some, label: randomUUID() } : { ...some, key: `sk-${randomUUID()}` };
						there.set(changed.id, changed.key);
						const all = seen.all.map((each) => (each === some ? changed : each));
						return { current: all.find(({ id }) => id === seen.current?.id) ?? null, all };
					});
			}),
		);
		assert.ok(gone.size > 20, `${gone.size} removed`);
		for (const { view, secret } of windows) {
			await view.settle();
			assert.deepEqual(await idsIn(secret), [...there.keys()].sort());
			assert.equal(view.values.size, there.size + 1, "no key is left of what was removed");
		}
	});

	it("wait for no change that never arrives, as that of another browser", async () => {
		const [one, other] = [new Person(() => 0).open(), new Person(() => 0).open()].map(open);
		if (!one || !other) assert.fail();
		await add(one, connection("one"));
		await add(other, connection("other"));
		assert.deepEqual([await idsIn(one), await idsIn(other)], [["one"], ["other"]]);
		await remove(one, "one");
		assert.deepEqual([await idsIn(one), await idsIn(other)], [[], ["other"]]);
	});
});

import { promises as timers } from "node:timers";
import * as vscode from "vscode";
import type { HeldLock } from "../../../common/storage/heldLock.ts";
import { JsonFileStore } from "../../../common/storage/jsonFileStore.ts";
import type { FileLocks } from "../../../common/storage/locks.ts";
import {
	type Connection,
	type ConnectionSet,
	formatConnection,
	formatIndex,
	parseConnection,
	parseConnections,
	parseIndex,
} from "../../../domain/connection.ts";
import { ProblemError, problemOf } from "../../../domain/problem.ts";

/** Which connections there are, without their keys. */
const INDEX = "openaiCertificates.connectionIndex";

/** Where all connections lay at first, in one secret. */
const BEFORE = "openaiCertificates.connections";

/** What is written about the index beside it, so that a window sees that what it reads is not the newest one yet. */
interface Revision {
	readonly revision: number;
	/** When it was written, Unix milliseconds. */
	readonly at: number;
}

const REVISION = "index.json";

/** For so long after a change, in milliseconds, it may not have arrived in every window. */
const RECENT_MS = 10_000;

/** How long to wait for it, and how often to look, in milliseconds. */
const LONGEST_WAIT_MS = 3000;
const LOOK_MS = 20;

/** What lies in secret storage. */
interface Stored extends ConnectionSet {
	/** Grows with each change. */
	readonly revision: number;
	/** All ids that the index names, also of what cannot be understood. */
	readonly ids: readonly string[];
	/** Whether there is something where all connections lay at first. */
	readonly isBefore: boolean;
}

const NOTHING: Stored = { current: null, all: [], revision: 0, ids: [], isBefore: false };

/**
 * Where the connections lie: each as a secret of its own that is read anew each time, with an index; and in memory those that
 * pass with this window. The windows of this computer change the index one after the other.
 */
export class ConnectionSecretStore implements vscode.Disposable {
	readonly #secrets: vscode.SecretStorage;
	readonly #locks: FileLocks;
	readonly #revisions: JsonFileStore<Revision>;
	readonly #changed = new vscode.EventEmitter<void>();
	readonly #subscription: vscode.Disposable;
	#sessionOnly: ConnectionSet = { all: [], current: null };

	/** Fires when something else lies there than before, written in this window or in another one. */
	readonly onDidChange = this.#changed.event;

	/** @param folder An absolute path, for what is written about the index. */
	constructor(secrets: vscode.SecretStorage, locks: FileLocks, folder: string) {
		this.#secrets = secrets;
		this.#locks = locks;
		this.#revisions = new JsonFileStore(folder, { version: 1, parse: parseRevision });
		this.#subscription = secrets.onDidChange(({ key }) => {
			if (key === INDEX || key === BEFORE) this.#changed.fire();
		});
	}

	/** @throws Failure `secrets-unavailable`, `record-newer` where it cannot be read, and none passes with this window */
	async read(): Promise<ConnectionSet> {
		try {
			return this.#seen(await this.#stored());
		} catch (thrown) {
			if (!problemOf(thrown) || this.#sessionOnly.all.length === 0) throw thrown;
			return this.#seen(NOTHING);
		}
	}

	/** Whether a key of one of them is in a text, also where one that passes stands for it. @throws Failure `secrets-unavailable` */
	async isIn(text: string): Promise<boolean> {
		const { all } = await this.#stored();
		return [...all, ...this.#sessionOnly.all].some(({ key }) => text.includes(key));
	}

	/**
	 * Puts others there: what cannot be read must not be overwritten, and what does not change is not written.
	 * @param way What becomes of those that are seen.
	 * @throws Failure `secrets-unavailable`, `record-newer`, `locked` where nothing was changed.
	 */
	async change<T extends ConnectionSet>(way: (seen: ConnectionSet) => T): Promise<T> {
		let isLocked = false;
		try {
			return await this.#locks.withLock("connections", (lock) => {
				isLocked = true;
				return this.#change(way, lock);
			});
		} catch (thrown) {
			if (isLocked || problemOf(thrown)?.reason !== "not-recorded") throw thrown;
			// On a disk that is full, or cannot be written, a key must go all the same.
			return this.#change(way);
		}
	}

	async #change<T extends ConnectionSet>(way: (seen: ConnectionSet) => T, lock?: HeldLock): Promise<T> {
		const read = await this.#newest().catch((thrown: unknown) => {
			if (!problemOf(thrown)) throw thrown;
			return thrown as ProblemError;
		});
		const stored = read instanceof ProblemError ? NOTHING : read;
		const before = this.#sessionOnly;
		const result = way(this.#seen(stored));
		const { current, all } = result;
		const lasting = all.filter(({ sessionOnly }) => !sessionOnly);
		const after = {
			all: all.filter(({ sessionOnly }) => sessionOnly),
			current: current?.sessionOnly ? current : null,
		};
		const changesNothing = JSON.stringify(after) === JSON.stringify(before);
		if (read instanceof ProblemError && (lasting.length > 0 || changesNothing)) throw read;

		// What lies there under the id of one that passes was not seen, so that nobody decided on it.
		const unseen = new Set([...before.all, ...after.all].map(({ id }) => id));
		const old = stored.all.flatMap(
			(each) => lasting.find(({ id }) => id === each.id) ?? (unseen.has(each.id) ? each : []),
		);
		const kept = [...old, ...lasting.filter((each) => !old.includes(each))];
		// The other windows go on with theirs, and so does this one when it is opened again.
		const used = current && !current.sessionOnly ? current.id : stored.current?.id;
		const next = { current: kept.find(({ id }) => id === used) ?? null, all: kept };
		this.#sessionOnly = after;
		try {
			if (!(await this.#write(stored, next, lock))) this.#changed.fire();
		} catch (thrown) {
			this.#sessionOnly = before;
			throw thrown;
		}
		return result;
	}

	/**
	 * Every secret is named by the index from before it is stored until after it is deleted, so that none is left behind where
	 * this ends half-way; one that is named and not there is as if it were not named.
	 * @returns whether anything was to be written.
	 * @throws Failure `secrets-unavailable`, `lock-lost`
	 */
	async #write(stored: Stored, { current, all }: ConnectionSet, lock?: HeldLock): Promise<boolean> {
		const isChanged = (each: Connection) => {
			const before = stored.ids.includes(each.id) && stored.all.find(({ id }) => id === each.id);
			return !before || formatConnection(before) !== formatConnection(each);
		};
		const changed = all.filter(isChanged);
		const ids = all.map(({ id }) => id);
		const removed = stored.ids.filter((id) => !ids.includes(id));
		const isSame = changed.length === 0 && removed.length === 0 && stored.current?.id === current?.id;
		if (isSame && !stored.isBefore) return false;
		const revision = stored.revision + 1;
		await this.#revisions.write(REVISION, { revision, at: Date.now() }).catch(unlessProblem);
		const index = async (of: number, currentId: string | null, named: readonly string[]) => {
			await lock?.check();
			await this.#secrets.store(INDEX, formatIndex({ revision: of, current: currentId, ids: named }));
		};
		await available(async () => {
			const added = ids.filter((id) => !stored.ids.includes(id));
			if (added.length > 0) await index(stored.revision, stored.current?.id ?? null, [...stored.ids, ...added]);
			for (const each of changed) await this.#secrets.store(secretOf(each.id), formatConnection(each));
			for (const id of removed) await this.#secrets.delete(secretOf(id));
			if (stored.isBefore) await this.#secrets.delete(BEFORE);
			await index(revision, current?.id ?? null, ids);
		});
		return true;
	}

	dispose(): void {
		this.#sessionOnly = { all: [], current: null };
		this.#subscription.dispose();
		this.#changed.dispose();
	}

	/** One that passes stands for what is stored under its id. */
	#seen(stored: ConnectionSet): ConnectionSet {
		const sessionOnly = this.#sessionOnly;
		const lasting = stored.all.filter(({ id }) => !sessionOnly.all.some((each) => each.id === id));
		const all = [...lasting, ...sessionOnly.all];
		return { current: sessionOnly.current ?? all.find(({ id }) => id === stored.current?.id) ?? null, all };
	}

	/**
	 * What is stored, once what another window of this computer has just changed has arrived here. Two browsers share the folder,
	 * and not the secrets: there it never does.
	 * @throws Failure `secrets-unavailable`, `record-newer`
	 */
	async #newest(): Promise<Stored> {
		const written = await this.#revisions.read(REVISION).catch(unlessProblem);
		const { revision, at } = written?.state === "read" ? written.value : { revision: 0, at: 0 };
		const isRecent = Math.abs(Date.now() - at) < RECENT_MS;
		for (let waited = 0; ; waited += LOOK_MS) {
			const stored = await this.#stored();
			if (stored.revision >= revision || !isRecent || waited >= LONGEST_WAIT_MS)
				return { ...stored, revision: Math.max(stored.revision, revision) };
			await timers.setTimeout(LOOK_MS);
		}
	}

	/** @throws Failure `secrets-unavailable`, `record-newer` */
	#stored(): Promise<Stored> {
		return available(async () => {
			const [text, textBefore] = await Promise.all([this.#secrets.get(INDEX), this.#secrets.get(BEFORE)]);
			const { revision, current, ids } = parseIndex(text ?? "");
			const texts = await Promise.all(ids.map((id) => this.#secrets.get(secretOf(id))));
			const indexed = texts.flatMap((each, index) => parseConnection(each, ids[index]) ?? []);
			// A window of an older version may still put connections there.
			const before = parseConnections(textBefore);
			const all = [...indexed, ...before.all.filter(({ id }) => !ids.includes(id))];
			const used = current ?? before.current?.id;
			const isBefore = textBefore !== undefined;
			return { current: all.find(({ id }) => id === used) ?? null, all, revision, ids, isBefore };
		});
	}
}

function secretOf(id: string): string {
	return `openaiCertificates.connection.${id}`;
}

function parseRevision({ revision, at }: Record<string, unknown>): Revision | null {
	return typeof revision === "number" && typeof at === "number" ? { revision, at } : null;
}

/** Goes on without what met a problem. */
function unlessProblem(thrown: unknown): null {
	if (problemOf(thrown)) return null;
	throw thrown;
}

/** Says that secrets are not available where they throw anything but a Failure. */
async function available<T>(act: () => Promise<T>): Promise<T> {
	try {
		return await act();
	} catch (thrown) {
		throw problemOf(thrown) ? thrown : new ProblemError({ reason: "secrets-unavailable" });
	}
}

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

/** Name of the secret that lists the connections, without their keys. */
const INDEX = "openaiCertificates.connectionIndex";

/** Name of the secret in which older versions stored all connections. */
const LEGACY = "openaiCertificates.connections";

/** Record of the newest index in a file, so that a window notices that it reads an outdated index. */
interface Revision {
	readonly revision: number;
	/** When the index was written, Unix milliseconds. */
	readonly at: number;
}

const REVISION_FILE = "index.json";

/** How long a change may take to arrive in every window, in milliseconds. */
const RECENT_MS = 10_000;

/** How long to wait for a change, and how often to check, in milliseconds. */
const MAX_WAIT_MS = 3000;
const POLL_MS = 20;

interface SecretContents extends ConnectionSet {
	/** Increases with each change. */
	readonly revision: number;
	/** All ids in the index, including ids of unreadable connections. */
	readonly ids: readonly string[];
	/** True if the secret of older versions exists. */
	readonly hasLegacy: boolean;
}

const EMPTY: SecretContents = { current: null, all: [], revision: 0, ids: [], hasLegacy: false };

/**
 * Stores each connection as a secret of its own, with an index, and session-only connections in memory. Reads the
 * secrets on each call. The windows of this computer change the index one after the other.
 */
export class ConnectionSecretStore implements vscode.Disposable {
	readonly #secrets: vscode.SecretStorage;
	readonly #locks: FileLocks;
	readonly #revisions: JsonFileStore<Revision>;
	readonly #changed = new vscode.EventEmitter<void>();
	readonly #subscription: vscode.Disposable;
	#sessionOnly: ConnectionSet = { all: [], current: null };

	/** Fires when the connections change, in this or another window. */
	readonly onDidChange = this.#changed.event;

	/** @param folder Absolute path of the folder for the revision file. */
	constructor(secrets: vscode.SecretStorage, locks: FileLocks, folder: string) {
		this.#secrets = secrets;
		this.#locks = locks;
		this.#revisions = new JsonFileStore(folder, { version: 1, parse: parseRevision });
		this.#subscription = secrets.onDidChange(({ key }) => {
			if (key === INDEX || key === LEGACY) this.#changed.fire();
		});
	}

	/**
	 * Returns all connections.
	 * @throws ProblemError `secrets-unavailable`, `record-newer` if unreadable and no session-only connection exists
	 */
	async read(): Promise<ConnectionSet> {
		try {
			return this.#withSessionOnly(await this.#readStored());
		} catch (thrown) {
			if (!problemOf(thrown) || this.#sessionOnly.all.length === 0) throw thrown;
			return this.#withSessionOnly(EMPTY);
		}
	}

	/**
	 * True if a text contains any connection's key, even one hidden by a session-only connection.
	 * @throws ProblemError `secrets-unavailable`
	 */
	async containsKey(text: string): Promise<boolean> {
		const { all } = await this.#readStored();
		return [...all, ...this.#sessionOnly.all].some(({ key }) => text.includes(key));
	}

	/**
	 * Replaces the connections. Never overwrites unreadable secrets, and writes only changed ones.
	 * @param update Returns the new connections for the visible ones.
	 * @throws ProblemError `secrets-unavailable`, `record-newer`, `locked` if nothing was changed
	 */
	async change<T extends ConnectionSet>(update: (visible: ConnectionSet) => T): Promise<T> {
		let isLocked = false;
		try {
			return await this.#locks.withLock("connections", (lock) => {
				isLocked = true;
				return this.#change(update, lock);
			});
		} catch (thrown) {
			if (isLocked || problemOf(thrown)?.reason !== "not-recorded") throw thrown;
			// A key must be removable even if the disk is full or read-only.
			return this.#change(update);
		}
	}

	async #change<T extends ConnectionSet>(update: (visible: ConnectionSet) => T, lock?: HeldLock): Promise<T> {
		const read = await this.#readNewest().catch((thrown: unknown) => {
			if (!problemOf(thrown)) throw thrown;
			return thrown as ProblemError;
		});
		const stored = read instanceof ProblemError ? EMPTY : read;
		const previous = this.#sessionOnly;
		const result = update(this.#withSessionOnly(stored));
		const { current, all } = result;
		const persistent = all.filter(({ sessionOnly }) => !sessionOnly);
		const nextSessionOnly = {
			all: all.filter(({ sessionOnly }) => sessionOnly),
			current: current?.sessionOnly ? current : null,
		};
		const changesNothing = JSON.stringify(nextSessionOnly) === JSON.stringify(previous);
		if (read instanceof ProblemError && (persistent.length > 0 || changesNothing)) throw read;

		// `update` did not see the stored connections that session-only ones hide, so they must stay.
		const hiddenIds = new Set([...previous.all, ...nextSessionOnly.all].map(({ id }) => id));
		const old = stored.all.flatMap(
			(each) => persistent.find(({ id }) => id === each.id) ?? (hiddenIds.has(each.id) ? each : []),
		);
		const toStore = [...old, ...persistent.filter((each) => !old.includes(each))];
		// A session-only choice keeps the stored choice, which other windows use, and this window after it is reopened.
		const used = current && !current.sessionOnly ? current.id : stored.current?.id;
		const next = { current: toStore.find(({ id }) => id === used) ?? null, all: toStore };
		this.#sessionOnly = nextSessionOnly;
		try {
			if (!(await this.#write(stored, next, lock))) this.#changed.fire();
		} catch (thrown) {
			this.#sessionOnly = previous;
			throw thrown;
		}
		return result;
	}

	/**
	 * Writes the changes. The index must name every secret from before it is stored until after it is deleted, so that
	 * an interruption leaves none behind. A named secret that does not exist counts as not named.
	 * @returns true if there was anything to write.
	 * @throws ProblemError `secrets-unavailable`, `lock-lost`
	 */
	async #write(stored: SecretContents, { current, all }: ConnectionSet, lock?: HeldLock): Promise<boolean> {
		const isChanged = (each: Connection) => {
			const before = stored.ids.includes(each.id) && stored.all.find(({ id }) => id === each.id);
			return !before || formatConnection(before) !== formatConnection(each);
		};
		const changed = all.filter(isChanged);
		const ids = all.map(({ id }) => id);
		const removed = stored.ids.filter((id) => !ids.includes(id));
		const isSame = changed.length === 0 && removed.length === 0 && stored.current?.id === current?.id;
		if (isSame && !stored.hasLegacy) return false;
		const revision = stored.revision + 1;
		await this.#revisions.write(REVISION_FILE, { revision, at: Date.now() }).catch(nullForProblem);
		const storeIndex = async (of: number, currentId: string | null, named: readonly string[]) => {
			await lock?.assertHeld();
			await this.#secrets.store(INDEX, formatIndex({ revision: of, current: currentId, ids: named }));
		};
		await withSecretProblem(async () => {
			const added = ids.filter((id) => !stored.ids.includes(id));
			if (added.length > 0) await storeIndex(stored.revision, stored.current?.id ?? null, [...stored.ids, ...added]);
			for (const each of changed) await this.#secrets.store(secretNameOf(each.id), formatConnection(each));
			for (const id of removed) await this.#secrets.delete(secretNameOf(id));
			if (stored.hasLegacy) await this.#secrets.delete(LEGACY);
			await storeIndex(revision, current?.id ?? null, ids);
		});
		return true;
	}

	dispose(): void {
		this.#sessionOnly = { all: [], current: null };
		this.#subscription.dispose();
		this.#changed.dispose();
	}

	/** Adds session-only connections, each hiding the stored one of the same id. */
	#withSessionOnly(stored: ConnectionSet): ConnectionSet {
		const sessionOnly = this.#sessionOnly;
		const persistent = stored.all.filter(({ id }) => !sessionOnly.all.some((each) => each.id === id));
		const all = [...persistent, ...sessionOnly.all];
		return { current: sessionOnly.current ?? all.find(({ id }) => id === stored.current?.id) ?? null, all };
	}

	/**
	 * Returns the stored connections, once a recent change by another window of this computer has arrived. Between two
	 * browsers, which share the folder but not the secrets, it never arrives.
	 * @throws ProblemError `secrets-unavailable`, `record-newer`
	 */
	async #readNewest(): Promise<SecretContents> {
		const written = await this.#revisions.read(REVISION_FILE).catch(nullForProblem);
		const { revision, at } = written?.state === "read" ? written.value : { revision: 0, at: 0 };
		const isRecent = Math.abs(Date.now() - at) < RECENT_MS;
		for (let waited = 0; ; waited += POLL_MS) {
			const stored = await this.#readStored();
			if (stored.revision >= revision || !isRecent || waited >= MAX_WAIT_MS)
				return { ...stored, revision: Math.max(stored.revision, revision) };
			await timers.setTimeout(POLL_MS);
		}
	}

	/** @throws ProblemError `secrets-unavailable`, `record-newer` */
	#readStored(): Promise<SecretContents> {
		return withSecretProblem(async () => {
			const [text, legacyText] = await Promise.all([this.#secrets.get(INDEX), this.#secrets.get(LEGACY)]);
			const { revision, current, ids } = parseIndex(text ?? "");
			const texts = await Promise.all(ids.map((id) => this.#secrets.get(secretNameOf(id))));
			const indexed = texts.flatMap((each, index) => parseConnection(each, ids[index]) ?? []);
			// A window with an older version may still write to the old secret.
			const legacy = parseConnections(legacyText);
			const all = [...indexed, ...legacy.all.filter(({ id }) => !ids.includes(id))];
			const used = current ?? legacy.current?.id;
			const hasLegacy = legacyText !== undefined;
			return { current: all.find(({ id }) => id === used) ?? null, all, revision, ids, hasLegacy };
		});
	}
}

function secretNameOf(id: string): string {
	return `openaiCertificates.connection.${id}`;
}

function parseRevision({ revision, at }: Record<string, unknown>): Revision | null {
	return typeof revision === "number" && typeof at === "number" ? { revision, at } : null;
}

/** Returns `null` for a problem, and rethrows other errors. */
function nullForProblem(thrown: unknown): null {
	if (problemOf(thrown)) return null;
	throw thrown;
}

/** Converts any error except a ProblemError to ProblemError `secrets-unavailable`. */
async function withSecretProblem<T>(act: () => Promise<T>): Promise<T> {
	try {
		return await act();
	} catch (thrown) {
		throw problemOf(thrown) ? thrown : new ProblemError({ reason: "secrets-unavailable" });
	}
}

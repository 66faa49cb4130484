import * as vscode from "vscode";
import { type ConnectionSet, formatConnections, parseConnections } from "../domain/connection.ts";
import { Failure } from "../domain/failure.ts";

const SECRET = "openaiCertificates.connections";

/** Where the connections lie: as one secret that is read anew each time, and in memory those that pass with this window. */
export class ConnectionSecret implements vscode.Disposable {
	readonly #secrets: vscode.SecretStorage;
	readonly #changed = new vscode.EventEmitter<void>();
	readonly #subscription: vscode.Disposable;
	#passing: ConnectionSet = { all: [], current: null };

	/** Fires when something else lies there than before, written in this window or in another one. */
	readonly onDidChange = this.#changed.event;

	constructor(secrets: vscode.SecretStorage) {
		this.#secrets = secrets;
		this.#subscription = secrets.onDidChange(({ key }) => {
			if (key === SECRET) this.#changed.fire();
		});
	}

	/** What cannot be read is as good as none for whoever wants to use it; those that pass need no storage. */
	async read(): Promise<ConnectionSet> {
		return this.#seen(parseConnections(await this.#stored().catch(() => undefined)));
	}

	/** Whether a key of one of them is in a text, also where one that passes stands for it. @throws Failure `secrets-unavailable` */
	async isIn(text: string): Promise<boolean> {
		const { all } = parseConnections(await this.#stored());
		return [...all, ...this.#passing.all].some(({ key }) => text.includes(key));
	}

	/**
	 * Puts others there: what cannot be read must not be overwritten, and what does not change is not written.
	 * @param way What becomes of those that are seen.
	 * @throws Failure `secrets-unavailable` where nothing was changed.
	 */
	async change<T extends ConnectionSet>(way: (seen: ConnectionSet) => T): Promise<T> {
		const text = await this.#stored().catch(() => null);
		const stored = parseConnections(text ?? undefined);
		const before = this.#passing;
		const result = way(this.#seen(stored));
		const { current, all } = result;
		const lasting = all.filter(({ passing }) => !passing);
		const after = { all: all.filter(({ passing }) => passing), current: current?.passing ? current : null };
		const changesNothing = JSON.stringify(after) === JSON.stringify(before);
		if (text === null && (lasting.length > 0 || changesNothing)) throw unavailable();

		// What lies there under the id of one that passes was not seen, so that nobody decided on it.
		const unseen = new Set([...before.all, ...after.all].map(({ id }) => id));
		const old = stored.all.flatMap(
			(each) => lasting.find(({ id }) => id === each.id) ?? (unseen.has(each.id) ? each : []),
		);
		const kept = [...old, ...lasting.filter((each) => !old.includes(each))];
		// The other windows go on with theirs, and so does this one when it is opened again.
		const used = current && !current.passing ? current.id : stored.current?.id;
		const written = textOf({ current: kept.find(({ id }) => id === used) ?? null, all: kept });
		const isStored = written === textOf(stored);
		this.#passing = after;
		try {
			if (!isStored)
				await (written === undefined ? this.#secrets.delete(SECRET) : this.#secrets.store(SECRET, written));
		} catch {
			this.#passing = before;
			throw unavailable();
		}
		if (isStored) this.#changed.fire();
		return result;
	}

	dispose(): void {
		this.#passing = { all: [], current: null };
		this.#subscription.dispose();
		this.#changed.dispose();
	}

	/** One that passes stands for what is stored under its id. */
	#seen(stored: ConnectionSet): ConnectionSet {
		const passing = this.#passing;
		const lasting = stored.all.filter(({ id }) => !passing.all.some((each) => each.id === id));
		const all = [...lasting, ...passing.all];
		return { current: passing.current ?? all.find(({ id }) => id === stored.current?.id) ?? null, all };
	}

	/** @throws Failure `secrets-unavailable` */
	async #stored(): Promise<string | undefined> {
		try {
			return await this.#secrets.get(SECRET);
		} catch {
			throw unavailable();
		}
	}
}

function textOf(set: ConnectionSet): string | undefined {
	return set.all.length > 0 ? formatConnections(set) : undefined;
}

function unavailable(): Failure {
	return new Failure({ reason: "secrets-unavailable" });
}

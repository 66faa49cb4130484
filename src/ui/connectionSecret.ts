import * as vscode from "vscode";
import { type Connection, type ConnectionSet, formatConnections, parseConnections } from "../domain/connection.ts";
import { Failure } from "../domain/failure.ts";

const SECRET = "openaiCertificates.connections";

/** Where the connections lie: as one secret that is read anew each time, and in memory those that pass with this window. */
export class ConnectionSecret implements vscode.Disposable {
	readonly #secrets: vscode.SecretStorage;
	readonly #changed = new vscode.EventEmitter<void>();
	readonly #subscription: vscode.Disposable;
	#passing: { readonly all: readonly Connection[]; readonly current: Connection | null } = { all: [], current: null };

	/** Fires when something else lies there than before, written in this window or in another one. */
	readonly onDidChange = this.#changed.event;

	constructor(secrets: vscode.SecretStorage) {
		this.#secrets = secrets;
		this.#subscription = secrets.onDidChange(({ key }) => {
			if (key === SECRET) this.#changed.fire();
		});
	}

	/** For whoever changes it: what cannot be read must not be overwritten. @throws Failure `secrets-unavailable` */
	async read(): Promise<ConnectionSet> {
		const stored = parseConnections(await this.#stored());
		const passing = this.#passing;
		const lasting = stored.all.filter(({ id }) => !passing.all.some((each) => each.id === id));
		return { current: passing.current ?? stored.current, all: [...lasting, ...passing.all] };
	}

	/** @throws Failure `secrets-unavailable` where nothing was changed. */
	async write({ current, all }: ConnectionSet): Promise<void> {
		const stored = await this.#stored();
		const lasting = all.filter(({ passing }) => !passing);
		// The other windows go on with theirs, and so does this one when it is opened again.
		const used = current?.passing ? parseConnections(stored).current?.id : current?.id;
		const next = lasting.find(({ id }) => id === used) ?? null;
		const text = lasting.length > 0 ? formatConnections({ current: next, all: lasting }) : undefined;
		const isStored = text === stored;
		const before = this.#passing;
		this.#passing = { all: all.filter(({ passing }) => passing), current: current?.passing ? current : null };
		try {
			if (!isStored) await (text === undefined ? this.#secrets.delete(SECRET) : this.#secrets.store(SECRET, text));
		} catch {
			this.#passing = before;
			throw new Failure({ reason: "secrets-unavailable" });
		}
		if (isStored) this.#changed.fire();
	}

	dispose(): void {
		this.#passing = { all: [], current: null };
		this.#subscription.dispose();
		this.#changed.dispose();
	}

	async #stored(): Promise<string | undefined> {
		try {
			return await this.#secrets.get(SECRET);
		} catch {
			throw new Failure({ reason: "secrets-unavailable" });
		}
	}
}

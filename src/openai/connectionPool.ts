import type { Socket } from "node:net";
import type Client from "undici/lib/dispatcher/client.js";
import { createClient } from "./connect.ts";

const MAX_CONNECTIONS = 16;
/** A connection idle for longer may be dead without a notice, because of a router or the computer's sleep. */
const POSSIBLY_STALE_AFTER_MILLISECONDS = 60_000;

interface PooledConnection {
	readonly client: Client;
	/** Time of the last response, Unix milliseconds: this clock advances while the computer sleeps. */
	usedAt: number;
	/** Closes the connection, or aborts connecting. */
	end(): void;
}

/**
 * The connections to one origin. Each serves one request at a time, so that an aborted request's connection can be
 * closed at once without affecting other requests.
 */
export class ConnectionPool {
	readonly #origin: string;
	readonly #connect: (signal: AbortSignal) => Promise<Socket>;
	/** The most recently used connection is last. */
	readonly #idle: PooledConnection[] = [];
	/** Queue of requests that wait for a connection. */
	readonly #waiting = new Set<() => void>();
	#busy = 0;
	#closed = false;

	/** @param connect Opens a connection; must stop when the signal is aborted. */
	constructor(origin: string, connect: (signal: AbortSignal) => Promise<Socket>) {
		this.#origin = origin;
		this.#connect = connect;
	}

	/**
	 * Runs a task on an exclusive connection, preferably the last used. Closes the connection if the task throws.
	 * @param signal Aborts the wait for a connection, with the signal's reason.
	 * @param onlyReads Whether the task may be repeated. Only such a task gets a possibly stale connection.
	 */
	async use<T>(
		signal: AbortSignal,
		onlyReads: boolean,
		run: (client: Client, possiblyStale: boolean) => Promise<T>,
	): Promise<T> {
		signal.throwIfAborted();
		await this.#waitForSlot(signal);
		if (!onlyReads) this.#endPossiblyStale();
		const connection = this.#idle.pop() ?? this.#open();
		const possiblyStale = isPossiblyStale(connection);
		try {
			const result = await run(connection.client, possiblyStale);
			connection.usedAt = Date.now();
			if (this.#closed) connection.end();
			else this.#idle.push(connection);
			return result;
		} catch (thrown) {
			connection.end();
			// The other idle connections may be dead for the same reason.
			if (possiblyStale) this.#endPossiblyStale();
			throw thrown;
		} finally {
			// Hand the slot to the next waiter, so that a new request can't jump the queue.
			const [next] = this.#waiting;
			if (next) next();
			else this.#busy--;
		}
	}

	/** Closes the idle connections now, and each busy connection after its request. */
	close(): void {
		this.#closed = true;
		for (const connection of this.#idle.splice(0)) connection.end();
	}

	#endPossiblyStale(): void {
		const idle = this.#idle.splice(0);
		for (const connection of idle)
			if (isPossiblyStale(connection)) connection.end();
			else this.#idle.push(connection);
	}

	async #waitForSlot(signal: AbortSignal): Promise<void> {
		if (this.#busy < MAX_CONNECTIONS) {
			this.#busy++;
			return;
		}
		await new Promise<void>((resolve, reject) => {
			const leave = (settle: () => void) => () => {
				this.#waiting.delete(onSlot);
				signal.removeEventListener("abort", onAbort);
				settle();
			};
			const onSlot = leave(resolve);
			const onAbort = leave(() => reject(signal.reason));
			this.#waiting.add(onSlot);
			signal.addEventListener("abort", onAbort);
		});
	}

	#open(): PooledConnection {
		const abort = new AbortController();
		const client = createClient(this.#origin, () => this.#connect(abort.signal));
		return {
			client,
			usedAt: Date.now(),
			end: () => {
				abort.abort();
				void client.destroy();
			},
		};
	}
}

/** Also true if the clock was set back. */
function isPossiblyStale({ usedAt }: PooledConnection): boolean {
	const age = Date.now() - usedAt;
	return age < 0 || age >= POSSIBLY_STALE_AFTER_MILLISECONDS;
}

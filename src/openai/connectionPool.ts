import type { Socket } from "node:net";
import type Client from "undici/lib/dispatcher/client.js";
import { createClient } from "./connect.ts";

const MOST_CONNECTIONS = 16;
/** A connection that was idle for longer than this may have died without a sign: behind a router, or while the computer slept. */
const DOUBTFUL_AFTER_MILLISECONDS = 60_000;

interface Connection {
	readonly client: Client;
	/** When its last request was answered, Unix milliseconds: a clock that goes on while the computer sleeps. */
	usedAt: number;
	/** Ends it, also while it is being made. */
	end(): void;
}

/**
 * The connections to one origin. Each is used by one request at a time, so that the one of a request that is given up can
 * be closed at once and no other request suffers.
 */
export class ConnectionPool {
	readonly #origin: string;
	readonly #connect: (signal: AbortSignal) => Promise<Socket>;
	/** The one that was used last comes last. */
	readonly #idle: Connection[] = [];
	/** Those who wait for a connection, first come first. */
	readonly #waiting = new Set<() => void>();
	#busy = 0;
	#closed = false;

	/** @param connect Makes a connection, until the signal is aborted. */
	constructor(origin: string, connect: (signal: AbortSignal) => Promise<Socket>) {
		this.#origin = origin;
		this.#connect = connect;
	}

	/**
	 * Runs something on a connection of its own, the one that was used last if it can be. What throws loses it.
	 * @param signal Ends the waiting for a connection, with its reason.
	 * @param onlyReads Whether it may be run again: only then it gets a doubtful connection, and is told so.
	 */
	async use<T>(
		signal: AbortSignal,
		onlyReads: boolean,
		run: (client: Client, doubtful: boolean) => Promise<T>,
	): Promise<T> {
		signal.throwIfAborted();
		await this.#turn(signal);
		if (!onlyReads) this.#endDoubtful();
		const connection = this.#idle.pop() ?? this.#open();
		const doubtful = isDoubtful(connection);
		try {
			const result = await run(connection.client, doubtful);
			connection.usedAt = Date.now();
			if (this.#closed) connection.end();
			else this.#idle.push(connection);
			return result;
		} catch (thrown) {
			connection.end();
			// What it died of, the others may have died of too.
			if (doubtful) this.#endDoubtful();
			throw thrown;
		} finally {
			const [next] = this.#waiting;
			if (next) next();
			else this.#busy--;
		}
	}

	/** Ends the connections that nobody uses, and every other one after its request. */
	close(): void {
		this.#closed = true;
		for (const connection of this.#idle.splice(0)) connection.end();
	}

	#endDoubtful(): void {
		const idle = this.#idle.splice(0);
		for (const connection of idle)
			if (isDoubtful(connection)) connection.end();
			else this.#idle.push(connection);
	}

	async #turn(signal: AbortSignal): Promise<void> {
		if (this.#busy < MOST_CONNECTIONS) {
			this.#busy++;
			return;
		}
		await new Promise<void>((resolve, reject) => {
			const leave = (settle: () => void) => () => {
				this.#waiting.delete(onTurn);
				signal.removeEventListener("abort", onAbort);
				settle();
			};
			const onTurn = leave(resolve);
			const onAbort = leave(() => reject(signal.reason));
			this.#waiting.add(onTurn);
			signal.addEventListener("abort", onAbort);
		});
	}

	#open(): Connection {
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

/** Also where the clock was put back. */
function isDoubtful({ usedAt }: Connection): boolean {
	const age = Date.now() - usedAt;
	return age < 0 || age >= DOUBTFUL_AFTER_MILLISECONDS;
}

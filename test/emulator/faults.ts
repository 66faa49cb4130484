import type { Exchange } from "./record.ts";
import type { Operation } from "./routes.ts";

/** What happens to a response. Unless stated otherwise, its status, headers and body stay. */
export type FaultKind =
	/** Resets the connection instead of responding. */
	| { readonly kind: "reset" }
	/** Closes the connection in order instead of responding. */
	| { readonly kind: "close" }
	/** Delays the response until `release()`. */
	| { readonly kind: "silence" }
	/** Sends the head and half of the body, then closes the connection. */
	| { readonly kind: "cut" }
	/** Sends the head, then the body a byte at a time. */
	| { readonly kind: "drip"; readonly everyMilliseconds?: number }
	/** Sends another status, with the default error body unless `body` is given. */
	| {
			readonly kind: "status";
			readonly status: number;
			/** The verbatim `Retry-After` header. */
			readonly retryAfter?: string;
			readonly code?: string;
			readonly message?: string;
			/** `text` sends `{"error":"text"}`. */
			readonly shape?: "object" | "text";
			readonly body?: unknown;
			readonly headers?: Readonly<Record<string, string>>;
	  }
	/** Sends 200 with a page of HTML. */
	| { readonly kind: "html" }
	/** Sends 200 with this text as the JSON body, such as `{}` or invalid JSON. */
	| { readonly kind: "body"; readonly text: string }
	| { readonly kind: "redirect"; readonly status: 301 | 302 | 303 | 307 | 308; readonly location: string }
	/** Sends an endless body. */
	| { readonly kind: "endless" }
	/** Sends `bytes` bytes of white space before the body. */
	| { readonly kind: "long"; readonly bytes: number }
	/** Compresses the body. */
	| { readonly kind: "gzip" }
	/** Compresses `bytes` bytes of white space and the body. */
	| { readonly kind: "gzipBomb"; readonly bytes?: number }
	/** Sends a `Content-Length` that is wrong by `off` bytes, then closes the connection. */
	| { readonly kind: "contentLength"; readonly off: number }
	/** Adds `count` headers, each with a value of `bytes` bytes. */
	| { readonly kind: "headers"; readonly count: number; readonly bytes?: number }
	/** Replaces the body; `bodies.ts` has the malformed lists. */
	| { readonly kind: "rewrite"; readonly rewrite: (body: unknown, exchange: Exchange) => unknown }
	/** Changes nothing: for `beforeSending`, or for a late commit. */
	| { readonly kind: "none" };

export type Fault = FaultKind & {
	/** The operation to strike. Default: the next operation of any kind. */
	readonly operation?: Operation;
	/** Restricts the fault to matching requests. */
	readonly match?: (exchange: Exchange) => boolean;
	/**
	 * `before`: the change is never made. `after`: the change is made first. `late`: the change is made on
	 * `commitLate()`, or `lateMilliseconds` after the response was sent or the connection was closed.
	 */
	readonly when: "before" | "after" | "late";
	readonly lateMilliseconds?: number;
	/** Number of requests to strike; `Infinity`: until `clear()`. Default: 1. */
	readonly times?: number;
	/** Runs before the response is sent: a change by another client, between two requests. */
	readonly beforeSending?: () => void;
};

/** A fault that waits for a matching request. */
export interface ArmedFault {
	/** Resolves at the first strike: the request is read, and an `after` change is made. */
	readonly reached: Promise<Exchange>;
	/** Resolves when a `late` change is made. */
	readonly committed: Promise<Exchange>;
	/** Resolves when the first struck response has ended, sent in full or aborted by either side. */
	readonly ended: Promise<Exchange>;
	/** Ends a `silence`. */
	release(): void;
}

/** A fault's effect on a request, for the server. */
export interface Strike {
	readonly fault: Fault;
	readonly released: Promise<void>;
	reached(): void;
	committed(): void;
	ended(): void;
}

interface PendingFault {
	readonly fault: Fault;
	remaining: number;
	readonly reached: PromiseWithResolvers<Exchange>;
	readonly committed: PromiseWithResolvers<Exchange>;
	readonly ended: PromiseWithResolvers<Exchange>;
	readonly released: PromiseWithResolvers<void>;
}

/** The armed faults, in order. */
export class Faults {
	#pending: PendingFault[] = [];
	readonly #silenced: PendingFault[] = [];
	#deferred: (() => void)[] = [];

	/** Arms a fault for the next matching request. Of several faults the first match strikes. */
	arm(fault: Fault): ArmedFault {
		const pending: PendingFault = {
			fault,
			remaining: fault.times ?? 1,
			reached: Promise.withResolvers(),
			committed: Promise.withResolvers(),
			ended: Promise.withResolvers(),
			released: Promise.withResolvers(),
		};
		this.#pending.push(pending);
		return {
			reached: pending.reached.promise,
			committed: pending.committed.promise,
			ended: pending.ended.promise,
			release: () => pending.released.resolve(),
		};
	}

	/** Returns the faults that wait for a matching request. */
	get armed(): readonly Fault[] {
		return this.#pending.map(({ fault }) => fault);
	}

	/** Disarms all faults. */
	clear(): void {
		this.#pending = [];
	}

	/** Disarms all faults, ends every silence, and drops deferred changes. */
	reset(): void {
		this.clear();
		for (const { released } of this.#silenced.splice(0)) released.resolve();
		this.#deferred = [];
	}

	/** Makes the changes deferred by `late` faults, in order. */
	commitLate(): void {
		for (const commit of this.#deferred.splice(0)) commit();
	}

	/** Defers a change until `commitLate()`. @returns a function that makes the change now, unless already made. */
	defer(commit: () => void): () => void {
		this.#deferred.push(commit);
		return () => {
			const index = this.#deferred.indexOf(commit);
			if (index !== -1) this.#deferred.splice(index, 1)[0]?.();
		};
	}

	/** Returns the effect of the first fault that matches a request, and counts the strike. */
	strike(exchange: Exchange): Strike | undefined {
		const pending = this.#pending.find(
			({ fault }) =>
				(fault.operation === undefined || fault.operation === exchange.operation) && (fault.match?.(exchange) ?? true),
		);
		if (pending === undefined) return undefined;
		pending.remaining -= 1;
		if (pending.fault.kind === "silence") this.#silenced.push(pending);
		if (pending.remaining <= 0) this.#pending = this.#pending.filter((other) => other !== pending);
		return {
			fault: pending.fault,
			released: pending.released.promise,
			reached: () => pending.reached.resolve(exchange),
			committed: () => pending.committed.resolve(exchange),
			ended: () => pending.ended.resolve(exchange),
		};
	}
}

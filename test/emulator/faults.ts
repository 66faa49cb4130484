import type { Exchange } from "./record.ts";
import type { Operation } from "./routes.ts";

/** What happens to an answer. Where nothing else is said the answer's own status, headers and body stay. */
export type FaultKind =
	/** The connection is reset instead of an answer. */
	| { readonly kind: "reset" }
	/** The connection is closed in order instead of an answer. */
	| { readonly kind: "close" }
	/** No answer until `release()`; then the usual one. */
	| { readonly kind: "silence" }
	/** The head and half of the body, then the connection is closed. */
	| { readonly kind: "cut" }
	/** The head, then the body a byte at a time. */
	| { readonly kind: "drip"; readonly everyMilliseconds?: number }
	/** Another status, with the usual error body unless one is given. */
	| {
			readonly kind: "status";
			readonly status: number;
			/** The `Retry-After` header as it is to stand. */
			readonly retryAfter?: string;
			readonly code?: string;
			readonly message?: string;
			/** `{"error":"text"}` instead of an object. */
			readonly shape?: "object" | "text";
			readonly body?: unknown;
			readonly headers?: Readonly<Record<string, string>>;
	  }
	/** 200 with a page of HTML. */
	| { readonly kind: "html" }
	/** 200 with this text as the JSON body: `{}`, or what is no JSON. */
	| { readonly kind: "body"; readonly text: string }
	| { readonly kind: "redirect"; readonly status: 301 | 302 | 303 | 307 | 308; readonly location: string }
	/** A body that never ends. */
	| { readonly kind: "endless" }
	/** The usual body behind so many bytes of white space. */
	| { readonly kind: "long"; readonly bytes: number }
	/** The usual body, compressed. */
	| { readonly kind: "gzip" }
	/** The usual body behind so many bytes of white space, compressed. */
	| { readonly kind: "gzipBomb"; readonly bytes?: number }
	/** A `Content-Length` that is off by so many bytes, then the connection is closed. */
	| { readonly kind: "contentLength"; readonly off: number }
	/** So many more headers, each with a value of so many bytes. */
	| { readonly kind: "headers"; readonly count: number; readonly bytes?: number }
	/** The usual answer with another body; `bodies.ts` has the ones that a list can go wrong by. */
	| { readonly kind: "rewrite"; readonly rewrite: (body: unknown, exchange: Exchange) => unknown }
	/** The usual answer: for what `meanwhile` does, or for a late commit. */
	| { readonly kind: "none" };

export type Fault = FaultKind & {
	/** Which operation it strikes. Default: the next one, whatever it is. */
	readonly operation?: Operation;
	/** Narrows it to some requests. */
	readonly match?: (exchange: Exchange) => boolean;
	/**
	 * `before`: the change is never made. `after`: it is made first. `late`: it is made on `commitLate()`, or
	 * `lateMilliseconds` after the answer went out or the connection was cut.
	 */
	readonly when: "before" | "after" | "late";
	readonly lateMilliseconds?: number;
	/** How many requests it strikes; `Infinity`: until `clear()`. Default: 1. */
	readonly times?: number;
	/** Runs once the answer is made and before it goes out: a change by somebody else, between two requests. */
	readonly meanwhile?: () => void;
};

/** A fault that waits for its request. */
export interface ArmedFault {
	/** Resolves when it strikes for the first time: the request is read, and an `after` change is made. */
	readonly reached: Promise<Exchange>;
	/** Resolves when a `late` change is made. */
	readonly committed: Promise<Exchange>;
	/** Resolves when the first answer it struck is over, sent in full or cut off by either side. */
	readonly ended: Promise<Exchange>;
	/** Ends a silence. */
	release(): void;
}

/** One strike, for the server. */
export interface Strike {
	readonly fault: Fault;
	readonly released: Promise<void>;
	reached(): void;
	committed(): void;
	ended(): void;
}

interface Waiting {
	readonly fault: Fault;
	left: number;
	readonly reached: PromiseWithResolvers<Exchange>;
	readonly committed: PromiseWithResolvers<Exchange>;
	readonly ended: PromiseWithResolvers<Exchange>;
	readonly released: PromiseWithResolvers<void>;
}

/** What is to go wrong, in the order it was asked for. */
export class Faults {
	#waiting: Waiting[] = [];
	readonly #silent: Waiting[] = [];
	#late: (() => void)[] = [];

	/** Arms a fault for the next request that fits. Several make a script: the first that fits strikes. */
	next(fault: Fault): ArmedFault {
		const waiting: Waiting = {
			fault,
			left: fault.times ?? 1,
			reached: Promise.withResolvers(),
			committed: Promise.withResolvers(),
			ended: Promise.withResolvers(),
			released: Promise.withResolvers(),
		};
		this.#waiting.push(waiting);
		return {
			reached: waiting.reached.promise,
			committed: waiting.committed.promise,
			ended: waiting.ended.promise,
			release: () => waiting.released.resolve(),
		};
	}

	/** The faults that wait for their request. */
	get armed(): readonly Fault[] {
		return this.#waiting.map(({ fault }) => fault);
	}

	/** Disarms what has not struck. */
	clear(): void {
		this.#waiting = [];
	}

	/** Disarms what has not struck, ends every silence, and drops the changes that are held back. */
	reset(): void {
		this.clear();
		for (const { released } of this.#silent.splice(0)) released.resolve();
		this.#late = [];
	}

	/** Makes the changes that `late` faults held back, in their order. */
	commitLate(): void {
		for (const commit of this.#late.splice(0)) commit();
	}

	/** Holds a change back until `commitLate()`. @returns What makes it now, if it has not been made. */
	hold(commit: () => void): () => void {
		this.#late.push(commit);
		return () => {
			const index = this.#late.indexOf(commit);
			if (index !== -1) this.#late.splice(index, 1)[0]?.();
		};
	}

	/** Takes the fault that strikes this request, if any. */
	take(exchange: Exchange): Strike | undefined {
		const waiting = this.#waiting.find(
			({ fault }) =>
				(fault.operation === undefined || fault.operation === exchange.operation) && (fault.match?.(exchange) ?? true),
		);
		if (waiting === undefined) return undefined;
		waiting.left -= 1;
		if (waiting.fault.kind === "silence") this.#silent.push(waiting);
		if (waiting.left <= 0) this.#waiting = this.#waiting.filter((other) => other !== waiting);
		return {
			fault: waiting.fault,
			released: waiting.released.promise,
			reached: () => waiting.reached.resolve(exchange),
			committed: () => waiting.committed.resolve(exchange),
			ended: () => waiting.ended.resolve(exchange),
		};
	}
}

import Agent from "undici/lib/dispatcher/agent.js";
import { Failure } from "../domain/failure.ts";
import type { AccessSource, Exchange } from "../domain/service.ts";
import { failureOfStatus } from "./errors.ts";
import { exchange, type Progress } from "./exchange.ts";

const MOST_CONNECTIONS = 8;
const SILENCE_MILLISECONDS = 30_000;

/** How long things may take. */
export interface TransportLimits {
	/** Until a connection is made, TLS included. */
	readonly connectMilliseconds: number;
	/** From the first step to the last byte of the answer: a body that drips would otherwise go on for ever. */
	readonly totalMilliseconds: number;
}

const LIMITS: TransportLimits = { connectMilliseconds: 10_000, totalMilliseconds: 60_000 };

export interface Request<T> {
	readonly method: "GET" | "POST" | "DELETE";
	/** Below the base URL: `/organization/certificates`. Ids in it are checked by `isCertificateId` before. */
	readonly route: string;
	readonly query?: Readonly<Record<string, string>>;
	readonly body?: unknown;
	/** Reads the JSON of a 2xx answer; `null` where it is not what was asked for. */
	readonly parse: (json: unknown) => T | null;
}

/** What a request came to. */
export interface Answer<T> {
	readonly value: T;
	/** The service's clock, Unix seconds, by its `Date` (RFC 9110, 6.6.1); `null` where there is none. */
	readonly servedAt: number | null;
}

/** The one way to the service: one connection pool, one set of limits, TLS that no setting or variable can switch off. */
export class Transport {
	/** The origins whose service wants the PEM of an upload in the field `content`, as far as it was found out. */
	readonly wantContent = new Set<string>();
	readonly #userAgent: string;
	readonly #observe: (exchange: Exchange) => void;
	readonly #totalMilliseconds: number;
	readonly #agent: Agent;

	/**
	 * @param userAgent Name and version of this extension.
	 * @param observe Told of every exchange when it is over.
	 * @param limits Where others than the usual ones are to hold.
	 */
	constructor(userAgent: string, observe: (exchange: Exchange) => void, limits: Partial<TransportLimits> = {}) {
		const { connectMilliseconds, totalMilliseconds } = { ...LIMITS, ...limits };
		this.#totalMilliseconds = totalMilliseconds;
		this.#userAgent = userAgent;
		this.#observe = observe;
		this.#agent = new Agent({
			// NODE_TLS_REJECT_UNAUTHORIZED=0 counts only where this is not said.
			connect: { timeout: connectMilliseconds, rejectUnauthorized: true },
			headersTimeout: SILENCE_MILLISECONDS,
			bodyTimeout: SILENCE_MILLISECONDS,
			connections: MOST_CONNECTIONS,
			allowH2: false,
		});
	}

	/**
	 * Sends one request; redirects are not followed.
	 * @param progress Where the caller must know how far it got, also when this throws.
	 * @throws Failure, or `Cancelled` once `cancel` is aborted.
	 */
	async send<T>(
		access: AccessSource,
		request: Request<T>,
		cancel?: AbortSignal,
		progress: Progress = { sent: false },
	): Promise<Answer<T>> {
		const { baseUrl, key } = await access();
		const started = performance.now();
		let status: number | null = null;
		let requestId: string | null = null;
		try {
			const answer = await exchange(
				this.#agent,
				{
					origin: baseUrl.origin,
					path: `${baseUrl.path}${request.route}`,
					method: request.method,
					...(request.query && { query: request.query }),
					headers: {
						authorization: `Bearer ${key}`,
						accept: "application/json",
						"user-agent": this.#userAgent,
						...(request.body !== undefined && { "content-type": "application/json" }),
					},
					body: request.body === undefined ? null : JSON.stringify(request.body),
				},
				{ cancel, timeout: AbortSignal.timeout(this.#totalMilliseconds) },
				progress,
			);
			status = answer.status;
			requestId = requestIdIn(answer.headers["x-request-id"]);
			const json = parseJson(answer.body);
			if (status < 200 || status > 299) throw failureOfStatus(status, json, answer.headers, baseUrl.host);
			const parsed = request.parse(json);
			if (parsed === null) throw new Failure({ reason: "bad-answer", host: baseUrl.host });
			return { value: parsed, servedAt: secondsOf(answer.headers.date) };
		} finally {
			const milliseconds = Math.round(performance.now() - started);
			this.#observe({ method: request.method, route: request.route, status, milliseconds, requestId });
		}
	}

	/** Ends every connection. */
	async close(): Promise<void> {
		await this.#agent.destroy();
	}
}

/** Request ids are logged and copied, so only what looks like one counts. */
function requestIdIn(header: string | string[] | undefined): string | null {
	return typeof header === "string" && /^[\w.-]{1,100}$/.test(header) ? header : null;
}

function secondsOf(date: string | string[] | undefined): number | null {
	const milliseconds = typeof date === "string" ? Date.parse(date) : Number.NaN;
	return Number.isNaN(milliseconds) ? null : milliseconds / 1000;
}

/** The value, or `undefined` where it is not JSON in UTF-8. */
function parseJson(bytes: Buffer): unknown {
	try {
		return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
	} catch {
		return undefined;
	}
}

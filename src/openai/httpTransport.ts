import { promises as timers } from "node:timers";
import type { Credentials, CredentialsProvider, RequestLogEntry } from "../domain/adminApi.ts";
import type { NetworkSettingsProvider } from "../domain/networkSettings.ts";
import {
	CancelledError,
	isOutcomeUnknown,
	outcomeReason,
	type Problem,
	ProblemError,
	problemOf,
	type Reason,
} from "../domain/problem.ts";
import { EndpointPools, type PooledEndpoint } from "./endpointPools.ts";
import { errorMessageFrom, problemFromStatus } from "./errorMapping.ts";
import { requestIdFrom, serverTimeFrom } from "./headers.ts";
import { retryDelay } from "./retryPolicy.ts";
import { type RawResponse, type SendState, sendRequest } from "./sendRequest.ts";

/** Time limits and pauses. */
export interface TransportLimits {
	/** To open a connection, including proxy and TLS. */
	readonly connectMilliseconds: number;
	/** For all attempts of a call, to the last byte of the response, because a slow body could continue for ever. */
	readonly totalMilliseconds: number;
	/** Before the first repetition if the service names no time; doubled before each further repetition. */
	readonly pauseMilliseconds: number;
	/** Until a possibly stale connection returns the headers. Then the request is repeated on a new connection. */
	readonly possiblyStaleMilliseconds: number;
}

const LIMITS: TransportLimits = {
	connectMilliseconds: 10_000,
	totalMilliseconds: 60_000,
	pauseMilliseconds: 500,
	possiblyStaleMilliseconds: 5000,
};

export interface TransportOptions {
	/** Name and version of this extension. */
	readonly userAgent: string;
	/** Called after every attempt. */
	readonly observe: (entry: RequestLogEntry) => void;
	readonly network: NetworkSettingsProvider;
}

export interface ApiRequest<T> {
	readonly method: "GET" | "POST" | "DELETE";
	/** Relative to the base URL: `/organization/certificates`. Ids must be validated (`isCertificateId`). */
	readonly route: string;
	readonly query?: Readonly<Record<string, string | string[]>>;
	readonly body?: unknown;
	/** True if a write can safely be repeated. It is then repeated once after a lost response. */
	readonly idempotent?: boolean;
	/** True to never repeat the request, regardless of the retry rule. */
	readonly once?: boolean;
	/** Parses the JSON of a 2xx response; `null` if it is not the expected response. */
	readonly parse: (json: unknown) => T | null;
}

/** The parsed response to a request. */
export interface ApiResponse<T> {
	readonly value: T;
	/** The service's time, Unix seconds; `null` if not given. */
	readonly servedAt: number | null;
	/** The key's organization, from the `openai-organization` header; `null` if not given. */
	readonly organization: string | null;
}

const KEY_UNREAD = (): Problem => ({ reason: "secrets-unavailable" });

/** Sends requests with common limits and VS Code's proxy and authorities. Always verifies the service's certificate. */
export class HttpTransport {
	/** The origins found to require the PEM of an upload in the field `content`. */
	readonly contentFieldOrigins = new Set<string>();
	readonly #options: TransportOptions;
	readonly #limits: TransportLimits;
	readonly #pools: EndpointPools;
	readonly #closed = new AbortController();

	/** @param limits Replaces some of the default limits. */
	constructor(options: TransportOptions, limits: Partial<TransportLimits> = {}) {
		this.#options = options;
		this.#limits = { ...LIMITS, ...limits };
		this.#pools = new EndpointPools(this.#limits.connectMilliseconds);
	}

	/**
	 * Sends one request, and repeats the request if the retry rule allows it. Does not follow redirects.
	 * @param state Filled with the progress of the last attempt; also valid when this throws.
	 * @throws ProblemError; CancelledError once `cancel` is aborted.
	 */
	async send<T>(
		getCredentials: CredentialsProvider,
		request: ApiRequest<T>,
		cancel?: AbortSignal,
		state: SendState = { sent: false, repeated: false },
	): Promise<ApiResponse<T>> {
		// Before the endpoint is known, only the key's storage can cause a timeout.
		let timeoutProblem: () => Problem = KEY_UNREAD;
		return this.#withTimeLimit(
			cancel,
			() => timeoutProblem(),
			async (signal) => {
				const credentials = await unlessAborted(signal, getCredentials());
				const pooled = await unlessAborted(signal, this.#pools.get(credentials, this.#options.network()));
				const { host, proxy } = pooled.endpoint;
				timeoutProblem = () =>
					state.sent ? { reason: "timeout", host } : { reason: "unreachable", host, proxy: proxy?.host ?? null };
				return this.#sendWithRetries(pooled, credentials, request, signal, state);
			},
		);
	}

	/** Reads the credentials once, to use for several requests. @throws ProblemError; CancelledError as `send` */
	async resolveCredentials(getCredentials: CredentialsProvider, cancel?: AbortSignal): Promise<Credentials> {
		return this.#withTimeLimit(cancel, KEY_UNREAD, (signal) => unlessAborted(signal, getCredentials()));
	}

	/** Runs a task with a signal that is aborted with CancelledError, or with a ProblemError after the time limit. */
	async #withTimeLimit<T>(
		cancel: AbortSignal | undefined,
		timeoutProblem: () => Problem,
		work: (signal: AbortSignal) => Promise<T>,
	): Promise<T> {
		const end = new AbortController();
		const onCancel = () => end.abort(new CancelledError());
		const sources = [this.#closed.signal, ...(cancel ? [cancel] : [])];
		for (const signal of sources) signal.addEventListener("abort", onCancel);
		if (sources.some(({ aborted }) => aborted)) onCancel();
		const timer = setTimeout(() => end.abort(new ProblemError(timeoutProblem())), this.#limits.totalMilliseconds);
		try {
			return await work(end.signal);
		} finally {
			clearTimeout(timer);
			for (const signal of sources) signal.removeEventListener("abort", onCancel);
		}
	}

	/** Closes every connection and aborts every call. */
	async close(): Promise<void> {
		this.#closed.abort();
		this.#pools.close();
	}

	async #sendWithRetries<T>(
		pooled: PooledEndpoint,
		credentials: Credentials,
		request: ApiRequest<T>,
		signal: AbortSignal,
		state: SendState,
	): Promise<ApiResponse<T>> {
		const deadline = performance.now() + this.#limits.totalMilliseconds;
		const before: Reason[] = [];
		let lost: unknown = null;
		for (;;) {
			let response: RawResponse | null = null;
			try {
				response = await this.#attempt(pooled, credentials, request, signal, state);
				return parseResponse(response, request, credentials.baseUrl.host);
			} catch (thrown) {
				const problem = problemOf(thrown);
				if (problem === null) throw thrown;
				// The first attempt may have succeeded, regardless of why the second attempt failed.
				if (lost !== null && problem.reason !== "not-found") throw lost;
				if (signal.aborted) throw thrown;
				const { method, idempotent = false } = request;
				const failed = { method, idempotent, problem, sent: state.sent, headers: response?.headers ?? null, before };
				const milliseconds = request.once ? null : retryDelay(failed, this.#limits.pauseMilliseconds, Date.now());
				if (milliseconds === null || performance.now() + milliseconds >= deadline) throw thrown;
				if (idempotent && state.sent && isOutcomeUnknown(problem)) lost = thrown;
				before.push(outcomeReason(problem));
				state.repeated = true;
				state.sent = false;
				await timers.setTimeout(milliseconds, undefined, { signal }).catch(() => Promise.reject(signal.reason));
			}
		}
	}

	async #attempt<T>(
		{ endpoint, pool }: PooledEndpoint,
		{ baseUrl, key }: Credentials,
		{ method, route, query, body }: ApiRequest<T>,
		signal: AbortSignal,
		state: SendState,
	): Promise<RawResponse> {
		const { userAgent, observe } = this.#options;
		const options = {
			path: `${baseUrl.path}${route}`,
			method,
			...(query && { query }),
			headers: {
				authorization: `Bearer ${key}`,
				accept: "application/json",
				"user-agent": userAgent,
				...(body !== undefined && { "content-type": "application/json" }),
			},
			body: body === undefined ? null : JSON.stringify(body),
		};
		const headersTimeout = this.#limits.possiblyStaleMilliseconds;
		const started = performance.now();
		let response: RawResponse | null = null;
		try {
			response = await pool.use(signal, method === "GET", (client, possiblyStale) =>
				sendRequest(client, { ...options, ...(possiblyStale && { headersTimeout }) }, endpoint, signal, state),
			);
			return response;
		} finally {
			const milliseconds = Math.round(performance.now() - started);
			const requestId = response && requestIdFrom(response.headers, "x-request-id");
			const message =
				response && response.status >= 400 && response.status !== 401
					? errorMessageFrom(parseJson(response.body))
					: null;
			observe({ method, route, status: response?.status ?? null, milliseconds, requestId, message });
		}
	}
}

/** Waits for a promise unless a signal is aborted first. @throws the signal's reason */
async function unlessAborted<T>(signal: AbortSignal, promise: Promise<T>): Promise<T> {
	const aborted = Promise.withResolvers<never>();
	const onAbort = () => aborted.reject(signal.reason);
	signal.addEventListener("abort", onAbort);
	if (signal.aborted) onAbort();
	return Promise.race([promise, aborted.promise]).finally(() => signal.removeEventListener("abort", onAbort));
}

/** @throws ProblemError if the response is an error, or not the expected response. */
function parseResponse<T>(
	{ status, headers, body }: RawResponse,
	{ parse }: ApiRequest<T>,
	host: string,
): ApiResponse<T> {
	const json = parseJson(body);
	if (status < 200 || status > 299) throw problemFromStatus(status, json, headers, host);
	const value = parse(json);
	if (value === null) throw new ProblemError({ reason: "bad-answer", host });
	const milliseconds = serverTimeFrom(headers);
	const servedAt = milliseconds && milliseconds / 1000;
	return { value, servedAt, organization: requestIdFrom(headers, "openai-organization") };
}

/** Parses JSON in UTF-8; `undefined` if invalid. */
export function parseJson(bytes: Buffer): unknown {
	try {
		return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
	} catch {
		return undefined;
	}
}

import { promises as timers } from "node:timers";
import type { Credentials, CredentialsProvider, RequestLogEntry } from "../domain/adminApi.ts";
import type { NetworkSettingsProvider } from "../domain/networkSettings.ts";
import {
	CancelledError,
	isOutcomeUnknown,
	type Problem,
	ProblemError,
	problemOf,
	type Reason,
} from "../domain/problem.ts";
import { EndpointPools, type PooledEndpoint } from "./endpointPools.ts";
import { messageIn, problemFromStatus } from "./errorMapping.ts";
import { requestIdFrom, serverTimeFrom } from "./headers.ts";
import { retryDelay } from "./retryPolicy.ts";
import { type RawResponse, type SendState, sendRequest } from "./sendRequest.ts";

/** How long things may take. */
export interface TransportLimits {
	/** Until a connection is made, through the proxy and with TLS. */
	readonly connectMilliseconds: number;
	/** For a call with all its tries, to the last byte of the answer: a body that drips would otherwise go on for ever. */
	readonly totalMilliseconds: number;
	/** Before a call is repeated, where the service names no time; twice as long before the next repetition. */
	readonly pauseMilliseconds: number;
	/** Until a doubtful connection has brought the head of an answer: the request then goes out again, on a new one. */
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
	/** Told of every try when it is over. */
	readonly observe: (exchange: RequestLogEntry) => void;
	/** What the editor says of the way to a server. */
	readonly network: NetworkSettingsProvider;
}

export interface ApiRequest<T> {
	readonly method: "GET" | "POST" | "DELETE";
	/** Below the base URL: `/organization/certificates`. Ids in it are checked by `isCertificateId` before. */
	readonly route: string;
	readonly query?: Readonly<Record<string, string | string[]>>;
	readonly body?: unknown;
	/** Whether it may be done twice, though it does not only read: it is then repeated once where the answer was lost. */
	readonly idempotent?: boolean;
	/** Whether it is not repeated, whatever the retry rule says. */
	readonly once?: boolean;
	/** Reads the JSON of a 2xx answer; `null` where it is not what was asked for. */
	readonly parse: (json: unknown) => T | null;
}

/** What a request came to. */
export interface ApiResponse<T> {
	readonly value: T;
	/** The service's clock, Unix seconds; `null` where it did not tell. */
	readonly servedAt: number | null;
	/** The organization that the key belongs to, by the service's `openai-organization`; `null` where it did not tell. */
	readonly organization: string | null;
}

const KEY_UNREAD = (): Problem => ({ reason: "secrets-unavailable" });

/** The one way to the service: one set of limits, the editor's proxy and authorities, TLS that nothing can switch off. */
export class HttpTransport {
	/** The origins whose service wants the PEM of an upload in the field `content`, as far as it was found out. */
	readonly wantContent = new Set<string>();
	readonly #options: TransportOptions;
	readonly #limits: TransportLimits;
	readonly #ways: EndpointPools;
	readonly #closed = new AbortController();

	/** @param limits Where others than the usual ones are to hold. */
	constructor(options: TransportOptions, limits: Partial<TransportLimits> = {}) {
		this.#options = options;
		this.#limits = { ...LIMITS, ...limits };
		this.#ways = new EndpointPools(this.#limits.connectMilliseconds);
	}

	/**
	 * Sends one request, and again where the retry rule allows it; redirects are not followed.
	 * @param progress Where the caller must know how far the last try got, also when this throws.
	 * @throws Failure, or `Cancelled` once `cancel` is aborted.
	 */
	async send<T>(
		access: CredentialsProvider,
		request: ApiRequest<T>,
		cancel?: AbortSignal,
		progress: SendState = { sent: false, repeated: false },
	): Promise<ApiResponse<T>> {
		// Until it is known where the request goes, only the key's storage can take so long.
		let late: () => Problem = KEY_UNREAD;
		return this.#inTime(
			cancel,
			() => late(),
			async (signal) => {
				const accessed = await until(signal, access());
				const open = await until(signal, this.#ways.to(accessed, this.#options.network()));
				const { host, proxy } = open.endpoint;
				late = () =>
					progress.sent ? { reason: "timeout", host } : { reason: "unreachable", host, proxy: proxy?.host ?? null };
				return this.#repeat(open, accessed, request, signal, progress);
			},
		);
	}

	/** Asks where a request may go, for a caller who has more than one. @throws Failure, Cancelled as `send` */
	async access(source: CredentialsProvider, cancel?: AbortSignal): Promise<Credentials> {
		return this.#inTime(cancel, KEY_UNREAD, (signal) => until(signal, source()));
	}

	/** Does some work with a signal that is aborted by Cancelled, and by a Failure when it takes too long. */
	async #inTime<T>(
		cancel: AbortSignal | undefined,
		late: () => Problem,
		work: (signal: AbortSignal) => Promise<T>,
	): Promise<T> {
		const end = new AbortController();
		const onCancel = () => end.abort(new CancelledError());
		const given = [this.#closed.signal, ...(cancel ? [cancel] : [])];
		for (const signal of given) signal.addEventListener("abort", onCancel);
		if (given.some(({ aborted }) => aborted)) onCancel();
		const timer = setTimeout(() => end.abort(new ProblemError(late())), this.#limits.totalMilliseconds);
		try {
			return await work(end.signal);
		} finally {
			clearTimeout(timer);
			for (const signal of given) signal.removeEventListener("abort", onCancel);
		}
	}

	/** Ends every connection and every call. */
	async close(): Promise<void> {
		this.#closed.abort();
		this.#ways.close();
	}

	async #repeat<T>(
		open: PooledEndpoint,
		access: Credentials,
		request: ApiRequest<T>,
		signal: AbortSignal,
		progress: SendState,
	): Promise<ApiResponse<T>> {
		const deadline = performance.now() + this.#limits.totalMilliseconds;
		const before: Reason[] = [];
		let lost: unknown = null;
		for (;;) {
			let answer: RawResponse | null = null;
			try {
				answer = await this.#try(open, access, request, signal, progress);
				return read(answer, request, access.baseUrl.host);
			} catch (thrown) {
				const problem = problemOf(thrown);
				if (problem === null) throw thrown;
				// Whatever keeps a second try from an answer, the first one may have done its work.
				if (lost !== null && problem.reason !== "not-found") throw lost;
				if (signal.aborted) throw thrown;
				const { method, idempotent = false } = request;
				const failed = { method, idempotent, problem, sent: progress.sent, headers: answer?.headers ?? null, before };
				const milliseconds = request.once ? null : retryDelay(failed, this.#limits.pauseMilliseconds, Date.now());
				if (milliseconds === null || performance.now() + milliseconds >= deadline) throw thrown;
				if (idempotent && progress.sent && isOutcomeUnknown(problem)) lost = thrown;
				before.push(problem.reason);
				progress.repeated = true;
				progress.sent = false;
				await timers.setTimeout(milliseconds, undefined, { signal }).catch(() => Promise.reject(signal.reason));
			}
		}
	}

	async #try<T>(
		{ endpoint: way, pool }: PooledEndpoint,
		{ baseUrl, key }: Credentials,
		{ method, route, query, body }: ApiRequest<T>,
		signal: AbortSignal,
		progress: SendState,
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
		let answer: RawResponse | null = null;
		try {
			answer = await pool.use(signal, method === "GET", (client, doubtful) =>
				sendRequest(client, { ...options, ...(doubtful && { headersTimeout }) }, way, signal, progress),
			);
			return answer;
		} finally {
			const milliseconds = Math.round(performance.now() - started);
			const requestId = answer && requestIdFrom(answer.headers, "x-request-id");
			const message =
				answer && answer.status >= 400 && answer.status !== 401 ? messageIn(parseJson(answer.body)) : null;
			observe({ method, route, status: answer?.status ?? null, milliseconds, requestId, message });
		}
	}
}

/** What something comes to, unless a signal is aborted first. @throws the signal's reason */
async function until<T>(signal: AbortSignal, promise: Promise<T>): Promise<T> {
	const aborted = Promise.withResolvers<never>();
	const onAbort = () => aborted.reject(signal.reason);
	signal.addEventListener("abort", onAbort);
	if (signal.aborted) onAbort();
	return Promise.race([promise, aborted.promise]).finally(() => signal.removeEventListener("abort", onAbort));
}

/** @throws Failure where it is no answer to the request. */
function read<T>({ status, headers, body }: RawResponse, { parse }: ApiRequest<T>, host: string): ApiResponse<T> {
	const json = parseJson(body);
	if (status < 200 || status > 299) throw problemFromStatus(status, json, headers, host);
	const value = parse(json);
	if (value === null) throw new ProblemError({ reason: "bad-answer", host });
	const clock = serverTimeFrom(headers);
	return { value, servedAt: clock && clock / 1000, organization: requestIdFrom(headers, "openai-organization") };
}

/** The value, or `undefined` where it is not JSON in UTF-8. */
export function parseJson(bytes: Buffer): unknown {
	try {
		return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
	} catch {
		return undefined;
	}
}

import type Dispatcher from "undici/lib/dispatcher/dispatcher.js";
import { Cancelled, Failure } from "../domain/failure.ts";
import { failureOfError } from "./errors.ts";

/** The largest answer that is read. The largest known, a list of 100 certificates, has about 40 kB. */
const LARGEST_ANSWER = 1024 * 1024;

/** An answer read to its end. */
export interface RawAnswer {
	readonly status: number;
	readonly headers: Record<string, string | string[] | undefined>;
	readonly body: Buffer;
}

/** How far a request got. Once `sent`, bytes of it may have reached the service. */
export interface Progress {
	sent: boolean;
}

/**
 * Sends one request and reads its answer, within the bounds that `signal` and `LARGEST_ANSWER` set.
 *
 * It drives the dispatcher itself instead of calling `request`: only a handler is told the moment before the first byte
 * goes out, which is what decides whether an upload may be repeated.
 * @param progress Filled in on the way; it holds also when this throws.
 * @throws Failure, or `Cancelled` when `cancel` was aborted.
 */
export function exchange(
	dispatcher: Dispatcher,
	options: Dispatcher.DispatchOptions & { origin: string },
	limits: { readonly cancel: AbortSignal | undefined; readonly timeout: AbortSignal },
	progress: Progress,
): Promise<RawAnswer> {
	const host = new URL(options.origin).host;
	const abort = AbortSignal.any(limits.cancel ? [limits.cancel, limits.timeout] : [limits.timeout]);
	const abortFailure = () => {
		if (limits.cancel?.aborted) return new Cancelled();
		return new Failure({ reason: progress.sent ? "timeout" : "unreachable", host });
	};

	return new Promise<RawAnswer>((resolve, reject) => {
		if (abort.aborted) return reject(abortFailure());
		let controller: Dispatcher.DispatchController | undefined;
		let status = 0;
		let headers: RawAnswer["headers"] = {};
		const chunks: Buffer[] = [];
		let size = 0;

		const stop = (failure: Error) => {
			abort.removeEventListener("abort", onAbort);
			reject(failure);
			controller?.abort(failure);
		};
		const onAbort = () => stop(abortFailure());
		abort.addEventListener("abort", onAbort);

		dispatcher.dispatch(options, {
			onRequestStart(started) {
				controller = started;
				// Aborted while the connection was being made: nothing may be sent any more.
				if (abort.aborted) return started.abort(abortFailure());
				progress.sent = true;
			},
			onResponseStart(_, statusCode, received) {
				status = statusCode;
				headers = received;
			},
			onResponseData(_, chunk) {
				size += chunk.length;
				if (size > LARGEST_ANSWER) return stop(new Failure({ reason: "bad-answer", host }));
				chunks.push(chunk);
			},
			onResponseEnd() {
				abort.removeEventListener("abort", onAbort);
				resolve({ status, headers, body: Buffer.concat(chunks) });
			},
			onResponseError(_, error) {
				abort.removeEventListener("abort", onAbort);
				reject(abort.aborted ? abortFailure() : failureOfError(error, host, progress.sent));
			},
		});
	});
}

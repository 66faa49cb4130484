import type Client from "undici/lib/dispatcher/client.js";
import type Dispatcher from "undici/lib/dispatcher/dispatcher.js";
import { ProblemError } from "../domain/problem.ts";
import type { Endpoint } from "./endpoint.ts";
import { problemFromError } from "./errorMapping.ts";
import type { ResponseHeaders } from "./headers.ts";

/** The largest answer that is read. The largest known, a list of 100 certificates, has about 40 kB. */
const LARGEST_ANSWER = 1024 * 1024;

/** An answer read to its end. */
export interface RawResponse {
	readonly status: number;
	readonly headers: ResponseHeaders;
	readonly body: Buffer;
}

/** How far a request got. Once `sent`, bytes of it may have reached the service. */
export interface SendState {
	sent: boolean;
	/** Whether this is not the first try. */
	repeated: boolean;
}

/**
 * Sends one request and reads its answer, of no more than `LARGEST_ANSWER`.
 *
 * It drives the client itself instead of calling `request`: only a handler is told the moment before the first byte
 * goes out, which is what decides whether an upload may be repeated.
 * @param signal Ends it, with its reason. The connection is no longer of use then, as after every error.
 * @param progress Filled in on the way; it holds also when this throws.
 * @throws Failure, or the signal's reason.
 */
export function sendRequest(
	client: Client,
	options: Dispatcher.DispatchOptions,
	way: Endpoint,
	signal: AbortSignal,
	progress: SendState,
): Promise<RawResponse> {
	return new Promise<RawResponse>((resolve, reject) => {
		if (signal.aborted) return reject(signal.reason);
		let status = 0;
		let headers: ResponseHeaders = {};
		const chunks: Buffer[] = [];
		let size = 0;

		const end = (settle: () => void) => {
			signal.removeEventListener("abort", onAbort);
			settle();
		};
		const onAbort = () => end(() => reject(signal.reason));
		signal.addEventListener("abort", onAbort);

		client.dispatch(options, {
			onRequestStart(controller) {
				// Aborted while the connection was being made: nothing may be sent any more.
				if (signal.aborted) return controller.abort(signal.reason);
				progress.sent = true;
			},
			onResponseStart(_, statusCode, received) {
				status = statusCode;
				headers = received;
			},
			onResponseData(controller, chunk) {
				size += chunk.length;
				if (size > LARGEST_ANSWER) return controller.abort(new ProblemError({ reason: "bad-answer", host: way.host }));
				chunks.push(chunk);
			},
			onResponseEnd: () => end(() => resolve({ status, headers, body: Buffer.concat(chunks) })),
			onResponseError: (_, error) => end(() => reject(problemFromError(error, way, progress.sent))),
		});
	});
}

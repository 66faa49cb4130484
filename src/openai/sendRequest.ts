import type Client from "undici/lib/dispatcher/client.js";
import type Dispatcher from "undici/lib/dispatcher/dispatcher.js";
import { ProblemError } from "../domain/problem.ts";
import type { Endpoint } from "./endpoint.ts";
import { problemFromError } from "./errorMapping.ts";
import type { ResponseHeaders } from "./headers.ts";

/** Maximum size of a response. The largest known response, a list of 100 certificates, has about 40 kB. */
const MAX_RESPONSE_BYTES = 1024 * 1024;

/** A complete response. */
export interface RawResponse {
	readonly status: number;
	readonly headers: ResponseHeaders;
	readonly body: Buffer;
}

/** The progress of a request. */
export interface SendState {
	/** True if bytes of the request may have reached the service. */
	sent: boolean;
	/** True if this is not the first attempt. */
	repeated: boolean;
}

/**
 * Sends one request and reads the response, up to `MAX_RESPONSE_BYTES`.
 *
 * Uses `dispatch` instead of `request`, because only a handler is called before the first byte is sent. This moment
 * decides whether an upload may be repeated.
 * @param signal Aborts the request, with the signal's reason. The connection must then be closed, as after every error.
 * @param state Updated while sending; also valid when this throws.
 * @throws ProblemError, or the signal's reason.
 */
export function sendRequest(
	client: Client,
	options: Dispatcher.DispatchOptions,
	endpoint: Endpoint,
	signal: AbortSignal,
	state: SendState,
): Promise<RawResponse> {
	return new Promise<RawResponse>((resolve, reject) => {
		if (signal.aborted) return reject(signal.reason);
		let status = 0;
		let headers: ResponseHeaders = {};
		const chunks: Buffer[] = [];
		let size = 0;

		const finish = (settle: () => void) => {
			signal.removeEventListener("abort", onAbort);
			settle();
		};
		const onAbort = () => finish(() => reject(signal.reason));
		signal.addEventListener("abort", onAbort);

		client.dispatch(options, {
			onRequestStart(controller) {
				// After an abort while connecting, nothing may be sent.
				if (signal.aborted) return controller.abort(signal.reason);
				state.sent = true;
			},
			onResponseStart(_, statusCode, received) {
				status = statusCode;
				headers = received;
			},
			onResponseData(controller, chunk) {
				size += chunk.length;
				if (size > MAX_RESPONSE_BYTES)
					return controller.abort(new ProblemError({ reason: "bad-answer", host: endpoint.host }));
				chunks.push(chunk);
			},
			onResponseEnd: () => finish(() => resolve({ status, headers, body: Buffer.concat(chunks) })),
			onResponseError: (_, error) => finish(() => reject(problemFromError(error, endpoint, state.sent))),
		});
	});
}

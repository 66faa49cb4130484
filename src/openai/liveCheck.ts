import type { LiveCheckRequest, LiveCheckResult, ResponseWithout } from "../domain/liveCheck.ts";
import { CancelledError, type Problem, ProblemError, problemOf } from "../domain/problem.ts";
import { connect, createClient } from "./connect.ts";
import { type Endpoint, TlsContexts } from "./endpoint.ts";
import { mentionsClientCertificate, problemFromStatus } from "./errorMapping.ts";
import { requestIdFrom } from "./headers.ts";
import { parseJson, type TransportOptions } from "./httpTransport.ts";
import { resolveProxy } from "./proxyResolver.ts";
import { type RawResponse, sendRequest } from "./sendRequest.ts";
import { parseTlsKeyPair, type TlsKeyPair } from "./tlsKeyPair.ts";

/** A route for any project key, without changes or costs (API reference, "Models"). */
const ROUTE = "/models";
/** Time limit for both requests together. */
const TOTAL_MILLISECONDS = 30_000;

/** Larger than a TLS 1.3 client's Finished record, smaller than the records with a Certificate message before it. */
const MAX_FINISHED_BYTES = 80;

/** The outcome of one request. */
type Outcome = { readonly code: "answered" } | Exclude<LiveCheckResult, { readonly code: "accepted" }>;

/** Sends one request on a connection of its own, with or without a client certificate. */
type Ask = (keyPair: TlsKeyPair | null) => Promise<Outcome>;

/**
 * Presents a client certificate to the service, with one request on one connection. Sends the same request without the
 * certificate first, on another connection: if that one isn't refused, an answer proves nothing.
 * @throws ProblemError `client-certificate` or `proxy` if its value is unusable; CancelledError
 */
export async function checkLive(
	options: TransportOptions,
	request: LiveCheckRequest,
	signal: AbortSignal,
): Promise<LiveCheckResult> {
	const keyPair = parseTlsKeyPair(request.client);
	const limit = AbortSignal.timeout(TOTAL_MILLISECONDS);
	const ask: Ask = (keyPair) => sendOnce(options, request, keyPair, signal, limit);
	const without = await ask(null);
	if (without.code !== "answered" && without.code !== "refused") return without;
	const outcome = await ask(keyPair);
	return outcome.code === "answered" ? { code: "accepted", without: toReaction(without) } : outcome;
}

function toReaction(outcome: Outcome): ResponseWithout {
	if (outcome.code === "answered") return "answered";
	return outcome.code === "refused" && outcome.how === "certificate_required" ? "required" : "unclear";
}

async function sendOnce(
	{ userAgent, observe, network }: TransportOptions,
	{ baseUrl, key }: LiveCheckRequest,
	keyPair: TlsKeyPair | null,
	signal: AbortSignal,
	limit: AbortSignal,
): Promise<Outcome> {
	const { origin, host } = baseUrl;
	const settings = network();
	const tls = new TlsContexts(settings.systemCertificates, keyPair);
	const endpoint: Endpoint = { origin, host, proxy: resolveProxy(baseUrl, settings), tls };
	const end = AbortSignal.any([signal, limit]);
	const handshake: Buffer[] = [];
	let isConnected = false;
	let connections = 0;
	const client = createClient(origin, async () => {
		// A lost request is not sent again.
		if (connections++ > 0) throw new ProblemError({ reason: "connection-lost", host });
		const socket = await connect(endpoint, end, (chunk) => !isConnected && handshake.push(chunk));
		isConnected = true;
		return socket;
	});
	const started = performance.now();
	let response: RawResponse | null = null;
	try {
		const headers = { authorization: key.authorization, accept: "application/json", "user-agent": userAgent };
		const options = { path: `${baseUrl.path}${ROUTE}`, method: "GET", headers, body: null } as const;
		response = await sendRequest(client, options, endpoint, end, { sent: false, repeated: false });
		// The handshake of a client without a certificate does not show reliably whether the server requested one.
		const isUnasked = keyPair !== null && !certificateWasRequested(Buffer.concat(handshake));
		return isUnasked ? { code: "unasked" } : toOutcome(response, host);
	} catch (thrown) {
		if (signal.aborted) throw new CancelledError();
		const problem: Problem | null = limit.aborted ? { reason: "timeout", host } : problemOf(thrown);
		if (!problem) throw thrown;
		if (problem.reason === "client-certificate-refused") return { code: "refused", how: "alert" };
		const wasClosed = problem.reason === "connection-lost" || problem.reason === "unreachable";
		const mayBeRequested = keyPair ? certificateWasRequested(Buffer.concat(handshake)) : handshake.length > 0;
		return wasClosed && mayBeRequested ? { code: "refused", how: "closed" } : { code: "failed", problem };
	} finally {
		const milliseconds = Math.round(performance.now() - started);
		const requestId = response && requestIdFrom(response.headers, "x-request-id");
		observe({ method: "GET", route: ROUTE, status: response?.status ?? null, milliseconds, requestId, message: null });
		void client.destroy();
	}
}

function toOutcome({ status, headers, body }: RawResponse, host: string): Outcome {
	const json = parseJson(body);
	if (status >= 200 && status <= 299) {
		const isList = typeof json === "object" && json !== null && "data" in json;
		return isList ? { code: "answered" } : { code: "failed", problem: { reason: "bad-answer", host } };
	}
	const { problem } = problemFromStatus(status, json, headers, host);
	if (problem.reason === "mtls")
		return problem.code === "authentication_temporarily_unavailable"
			? { code: "failed", problem }
			: { code: "refused", how: problem.code };
	if (mentionsClientCertificate(json)) return { code: "refused", how: "answer" };
	if (problem.reason === "unauthorized") return { code: "key-refused" };
	if (problem.reason === "forbidden") return { code: "not-allowed", status };
	// The message for `redirected` mentions the admin key, which this request does not have.
	return { code: "failed", problem: problem.reason === "redirected" ? { reason: "bad-answer", host } : problem };
}

/**
 * True if a server requested the client's certificate. Detected from the client's handshake: a Certificate message in
 * TLS 1.2 (RFC 5246, 7.4.6), the length of the encrypted records in TLS 1.3 (RFC 8446, 5.2). VS Code's TLS libraries
 * do not report the request.
 * @param sent All bytes that the client sent in the handshake.
 */
export function certificateWasRequested(sent: Buffer): boolean {
	let encrypted = 0;
	let isPlain = true;
	for (let at = 0; at + 5 < sent.length; at += 5 + sent.readUInt16BE(at + 3)) {
		if (sent[at] === RECORD.changeCipherSpec) isPlain = false;
		if (sent[at] === RECORD.handshake && isPlain && sent[at + 5] === CERTIFICATE_MESSAGE) return true;
		if (sent[at] === RECORD.encrypted) encrypted += 5 + sent.readUInt16BE(at + 3);
	}
	return encrypted > MAX_FINISHED_BYTES;
}

const RECORD = { changeCipherSpec: 20, handshake: 22, encrypted: 23 } as const;
const CERTIFICATE_MESSAGE = 11;

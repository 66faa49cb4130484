import type { LiveCheckRequest, LiveCheckResult } from "../domain/liveCheck.ts";
import { CancelledError, ProblemError, problemOf } from "../domain/problem.ts";
import { connect, createClient } from "./connect.ts";
import { type Endpoint, TlsContexts } from "./endpoint.ts";
import { mentionsClientCertificate, problemFromStatus } from "./errorMapping.ts";
import { requestIdFrom } from "./headers.ts";
import { parseJson, type TransportOptions } from "./httpTransport.ts";
import { resolveProxy } from "./proxyResolver.ts";
import { type RawResponse, sendRequest } from "./sendRequest.ts";
import { parseTlsKeyPair } from "./tlsKeyPair.ts";

/** The least that a project's key is for: it changes nothing and costs nothing (API reference, "Models"). */
const ROUTE = "/models";
const TOTAL_MILLISECONDS = 30_000;

/** More than what a TLS 1.3 client's Finished takes as a record, and less than it takes with a Certificate before it. */
const MOST_FINISHED = 80;

/**
 * Shows a client certificate to the service, over one connection with one request on it.
 * @param signal Ends it.
 * @throws Failure `client-certificate` or `proxy` where what is given cannot be used; Cancelled
 */
export async function checkLive(
	{ userAgent, observe, network }: TransportOptions,
	{ baseUrl, key, client: pair }: LiveCheckRequest,
	signal: AbortSignal,
): Promise<LiveCheckResult> {
	const { origin, host } = baseUrl;
	const settings = network();
	const tls = new TlsContexts(settings.systemCertificates, parseTlsKeyPair(pair));
	const way: Endpoint = { origin, host, proxy: resolveProxy(baseUrl, settings), tls };
	const limit = AbortSignal.timeout(TOTAL_MILLISECONDS);
	const end = AbortSignal.any([signal, limit]);
	const handshake: Buffer[] = [];
	let isOver = false;
	let connections = 0;
	const client = createClient(origin, async () => {
		// A request that was lost is not sent again.
		if (connections++ > 0) throw new ProblemError({ reason: "connection-lost", host });
		const socket = await connect(way, end, (chunk) => !isOver && handshake.push(chunk));
		isOver = true;
		return socket;
	});
	const started = performance.now();
	let answer: RawResponse | null = null;
	try {
		const headers = { authorization: key.authorization, accept: "application/json", "user-agent": userAgent };
		const options = { path: `${baseUrl.path}${ROUTE}`, method: "GET", headers, body: null } as const;
		answer = await sendRequest(client, options, way, end, { sent: false, repeated: false });
		return certificateWasRequested(Buffer.concat(handshake)) ? outcomeOf(answer, host) : { code: "unasked" };
	} catch (thrown) {
		if (signal.aborted) throw new CancelledError();
		const problem = limit.aborted ? ({ reason: "timeout", host } as const) : problemOf(thrown);
		if (!problem) throw thrown;
		if (problem.reason === "client-certificate-refused") return { code: "refused", how: "alert" };
		const isEnded = problem.reason === "connection-lost" || problem.reason === "unreachable";
		return isEnded && certificateWasRequested(Buffer.concat(handshake))
			? { code: "refused", how: "closed" }
			: { code: "failed", problem };
	} finally {
		const milliseconds = Math.round(performance.now() - started);
		const requestId = answer && requestIdFrom(answer.headers, "x-request-id");
		observe({ method: "GET", route: ROUTE, status: answer?.status ?? null, milliseconds, requestId, message: null });
		void client.destroy();
	}
}

function outcomeOf({ status, headers, body }: RawResponse, host: string): LiveCheckResult {
	const json = parseJson(body);
	if (status >= 200 && status <= 299) {
		const isList = typeof json === "object" && json !== null && "data" in json;
		return isList ? { code: "accepted" } : { code: "failed", problem: { reason: "bad-answer", host } };
	}
	const { problem } = problemFromStatus(status, json, headers, host);
	if (mentionsClientCertificate(json)) return { code: "refused", how: "answer" };
	if (problem.reason === "unauthorized") return { code: "key-refused" };
	if (problem.reason === "forbidden") return { code: "not-allowed", status };
	// It is no admin key that a redirect would carry on.
	return { code: "failed", problem: problem.reason === "redirected" ? { reason: "bad-answer", host } : problem };
}

/**
 * Whether a server asked for the client's certificate, by what the client sent in the handshake: the message itself in
 * TLS 1.2 (RFC 5246, 7.4.6), and its length in TLS 1.3, where it is encrypted (RFC 8446, 5.2). No TLS library of the
 * editor tells.
 * @param sent All that it sent until then.
 */
export function certificateWasRequested(sent: Buffer): boolean {
	let encrypted = 0;
	let isPlain = true;
	for (let at = 0; at + 5 < sent.length; at += 5 + sent.readUInt16BE(at + 3)) {
		if (sent[at] === RECORD.changeCipherSpec) isPlain = false;
		if (sent[at] === RECORD.handshake && isPlain && sent[at + 5] === CERTIFICATE_MESSAGE) return true;
		if (sent[at] === RECORD.encrypted) encrypted += 5 + sent.readUInt16BE(at + 3);
	}
	return encrypted > MOST_FINISHED;
}

const RECORD = { changeCipherSpec: 20, handshake: 22, encrypted: 23 } as const;
const CERTIFICATE_MESSAGE = 11;

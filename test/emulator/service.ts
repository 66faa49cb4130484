import { randomBytes } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import { ApiError } from "./apiError.ts";
import { presentsCertificate } from "./clientCertificate.ts";
import type { Connections } from "./connections.ts";
import { type Answer, deliver, jsonAnswer, spoil } from "./delivery.ts";
import type { Faults, Strike } from "./faults.ts";
import { demandPermission, demandProject, type KeyHolder, type Keys } from "./keys.ts";
import type { Exchange } from "./record.ts";
import { findRoute, type Route } from "./routes.ts";
import type { Change, Organization } from "./state.ts";
import { refusal, type Switches } from "./switches.ts";

const BODY_LIMIT = 1024 * 1024;

/** What answers requests: everything between the socket and the organization's rules. */
export interface Service {
	readonly state: Organization;
	readonly switches: Switches;
	readonly keys: Keys;
	readonly faults: Faults;
	readonly exchanges: Exchange[];
	readonly connections: Connections;
	/** The `openai-organization` header. */
	readonly organizationName: string;
	/** Hosts that it answers to beside loopback's names, as a `Host` header has them. */
	readonly names: readonly string[];
	/** Milliseconds since 1970. */
	readonly now: () => number;
}

/** Which of the service's two hosts a request came to: the mtls host asks for a client certificate. */
export type HostKind = "api" | "mtls";

/** Answers one request and records it. */
export async function serve(
	service: Service,
	host: HostKind,
	request: IncomingMessage,
	response: ServerResponse,
): Promise<void> {
	const exchange = open(service, request);
	response.setHeader("x-request-id", `req_${randomBytes(16).toString("hex")}`);
	if (service.switches.namesOrganization) response.setHeader("openai-organization", service.organizationName);
	response.setHeader("date", new Date(service.now()).toUTCString());

	let strike: Strike | undefined;
	let answer: Answer;
	try {
		demandOwnHost(request, service.names);
		await readBody(request, exchange);
		const { route, id } = findRoute(exchange.method, exchange.path);
		exchange.operation = route.operation;
		strike = service.faults.take(exchange);
		response.on("close", () => strike?.ended());
		const change = judge(service, host, request, exchange, route, id);
		settle(service, change, strike, response);
		answer = jsonAnswer(200, change.result);
	} catch (error) {
		if (request.destroyed && !request.complete) return;
		answer = toAnswer(error);
	}

	strike?.fault.meanwhile?.();
	strike?.reached();
	const fault = strike?.fault ?? { kind: "none" };
	if (fault.kind === "silence") await strike?.released;
	if (response.destroyed) return;
	answer = spoil(answer, fault, exchange);
	const delivered = deliver(answer, fault, response, () => service.connections.reset(request.socket));
	exchange.responseBody = service.keys.maskEcho(request.headers.authorization, answer.body);
	if (response.headersSent) {
		exchange.status = answer.status;
		exchange.responseHeaders = { ...response.getHeaders(), ...answer.headers };
	}
	await delivered;
}

function open({ exchanges, keys, now }: Service, request: IncomingMessage): Exchange {
	const [path = "", ...query] = (request.url ?? "").split("?");
	const { authorization } = request.headers;
	const exchange: Exchange = {
		method: request.method ?? "",
		path,
		query: query.join("?"),
		operation: null,
		requestHeaders: {
			...request.headers,
			...(authorization === undefined ? {} : { authorization: keys.mask(authorization) }),
		},
		requestBody: "",
		status: null,
		responseHeaders: {},
		responseBody: "",
		at: now(),
	};
	exchanges.push(exchange);
	return exchange;
}

/** A web page that had its name resolve to loopback sends that name here. */
function demandOwnHost(request: IncomingMessage, names: readonly string[]): void {
	const { localPort } = request.socket;
	const own = [...names, `127.0.0.1:${localPort}`, `localhost:${localPort}`, `[::1]:${localPort}`];
	if (own.includes(request.headers.host ?? "")) return;
	throw new ApiError(403, "This emulator answers to loopback names only.", { headers: { connection: "close" } });
}

async function readBody(request: IncomingMessage, exchange: Exchange): Promise<void> {
	const chunks: Buffer[] = [];
	let length = 0;
	// Leaving the loop must not take the connection with it: the refusal still has to go out.
	for await (const chunk of request.iterator({ destroyOnReturn: false })) {
		chunks.push(chunk);
		length += chunk.length;
		exchange.requestBody = Buffer.concat(chunks).toString();
		if (length > BODY_LIMIT) {
			throw new ApiError(413, "The request body is too large.", { headers: { connection: "close" } });
		}
	}
}

function judge(
	{ state, switches, keys, now }: Service,
	host: HostKind,
	request: IncomingMessage,
	exchange: Exchange,
	route: Route,
	id: string,
): Change<unknown> {
	if (host === "mtls" && route.permission !== null && !switches.adminOnMtlsHost) {
		throw new ApiError(404, `Invalid URL (${exchange.method} ${exchange.path})`);
	}
	const holder = keys.identify(request.headers.authorization);
	const anchors = enforcedFor(holder, state, switches).map((anchor) => state.get(anchor).pem);
	if (anchors.length > 0 && !presentsCertificate(request.socket, anchors, now())) {
		const whose = holder.projectId === null ? "organization" : "project";
		throw refusal(switches, "clientCertificateMissing", `This ${whose} requires a client certificate.`);
	}
	if (route.permission === null) demandProject(holder);
	else demandPermission(holder, route.permission, switches);
	const body = parseBody(route, request.headers["content-type"], exchange.requestBody);
	const query = new URLSearchParams(exchange.query);
	return route.run({ state, switches, actor: { keyId: holder.id }, id, query, body });
}

/** The ids of the certificates of which a key's requests must present one that is theirs. */
function enforcedFor({ projectId }: KeyHolder, state: Organization, { lockOut }: Switches): readonly string[] {
	const imposed = state.activeIn("organization");
	if (projectId === null) return lockOut ? imposed : [];
	return [...imposed, ...state.activeIn(projectId)];
}

function parseBody(route: Route, contentType: string | undefined, body: string): unknown {
	if (!route.takesBody) {
		if (body !== "") throw new ApiError(400, `${route.method} on this path takes no body.`);
		return undefined;
	}
	if (!/^application\/json(;|$)/i.test(contentType ?? "")) {
		throw new ApiError(415, "Unsupported content type: expected 'application/json'.");
	}
	try {
		return JSON.parse(body);
	} catch {
		throw new ApiError(400, "We could not parse the JSON body of your request.");
	}
}

/** Makes the change now, never, or later, by the fault that struck. */
function settle(
	{ faults }: Service,
	change: Change<unknown>,
	strike: Strike | undefined,
	response: ServerResponse,
): void {
	if (strike === undefined || strike.fault.when === "after") change.commit();
	if (strike?.fault.when !== "late") return;
	const commitNow = faults.hold(() => {
		change.commit();
		strike.committed();
	});
	const wait = strike.fault.lateMilliseconds;
	if (wait !== undefined) response.on("close", () => setTimeout(commitNow, wait).unref());
}

function toAnswer(error: unknown): Answer {
	if (error instanceof ApiError) return jsonAnswer(error.status, error.body, error.headers);
	const message = error instanceof Error ? error.message : String(error);
	const own = new ApiError(500, `The emulator itself failed: ${message}`);
	return jsonAnswer(own.status, own.body);
}

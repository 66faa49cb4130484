import { randomBytes } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import { ApiError } from "./apiError.ts";
import { type ActiveCertificate, refusalOf } from "./clientCertificate.ts";
import type { TcpConnections } from "./connections.ts";
import { applyFault, deliver, jsonResponse, type PreparedResponse } from "./delivery.ts";
import type { Faults, Strike } from "./faults.ts";
import { type EmulatorKeys, type KeyInfo, requirePermission, requireProjectKey } from "./keys.ts";
import type { Exchange } from "./record.ts";
import { findRoute, type Route } from "./routes.ts";
import type { Organization, PreparedChange } from "./state.ts";
import { createRefusal, type Switches } from "./switches.ts";

const BODY_LIMIT = 1024 * 1024;

/** The parts that handle requests, between the socket and the organization's rules. */
export interface ServiceContext {
	readonly state: Organization;
	readonly switches: Switches;
	readonly keys: EmulatorKeys;
	readonly faults: Faults;
	readonly exchanges: Exchange[];
	readonly connections: TcpConnections;
	/** The `openai-organization` header. */
	readonly organizationName: string;
	/** `Host` headers to accept besides loopback's names. */
	readonly names: readonly string[];
	/** Milliseconds since 1970. */
	readonly now: () => number;
}

/** The service's two hosts. The mtls host requests a client certificate. */
export type HostKind = "api" | "mtls";

/** Handles and records a request. */
export async function handleRequest(
	service: ServiceContext,
	host: HostKind,
	request: IncomingMessage,
	response: ServerResponse,
): Promise<void> {
	const exchange = recordRequest(service, request);
	response.setHeader("x-request-id", `req_${randomBytes(16).toString("hex")}`);
	if (service.switches.namesOrganization) response.setHeader("openai-organization", service.organizationName);
	response.setHeader("date", new Date(service.now()).toUTCString());

	let strike: Strike | undefined;
	let prepared: PreparedResponse;
	try {
		requireOwnHost(request, service.names);
		await readBody(request, exchange);
		const { route, id } = findRoute(exchange.method, exchange.path);
		exchange.operation = route.operation;
		strike = service.faults.strike(exchange);
		response.on("close", () => strike?.ended());
		const change = prepareChange(service, host, request, exchange, route, id);
		commitOrDefer(service, change, strike, response);
		prepared = jsonResponse(200, change.result);
	} catch (error) {
		if (request.destroyed && !request.complete) return;
		prepared = errorResponse(error);
	}

	strike?.fault.beforeSending?.();
	strike?.reached();
	const fault = strike?.fault ?? { kind: "none" };
	if (fault.kind === "silence") await strike?.released;
	if (response.destroyed) return;
	prepared = applyFault(prepared, fault, exchange);
	const delivered = deliver(prepared, fault, response, () => service.connections.reset(request.socket));
	exchange.responseBody = service.keys.maskEcho(request.headers.authorization, prepared.body);
	if (response.headersSent) {
		exchange.status = prepared.status;
		exchange.responseHeaders = { ...response.getHeaders(), ...prepared.headers };
	}
	await delivered;
}

function recordRequest({ exchanges, keys, now }: ServiceContext, request: IncomingMessage): Exchange {
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

/** @throws ApiError 403 for a foreign `Host`: a web page can have its own name resolve to loopback. */
function requireOwnHost(request: IncomingMessage, names: readonly string[]): void {
	const { localPort } = request.socket;
	const ownHosts = [...names, `127.0.0.1:${localPort}`, `localhost:${localPort}`, `[::1]:${localPort}`];
	if (ownHosts.includes(request.headers.host ?? "")) return;
	throw new ApiError(403, "This emulator answers to loopback names only.", { headers: { connection: "close" } });
}

async function readBody(request: IncomingMessage, exchange: Exchange): Promise<void> {
	const chunks: Buffer[] = [];
	let length = 0;
	// Leaving the loop must not close the connection: the refusal is still to be sent.
	for await (const chunk of request.iterator({ destroyOnReturn: false })) {
		chunks.push(chunk);
		length += chunk.length;
		exchange.requestBody = Buffer.concat(chunks).toString();
		if (length > BODY_LIMIT) {
			throw new ApiError(413, "The request body is too large.", { headers: { connection: "close" } });
		}
	}
}

function prepareChange(
	{ state, switches, keys, now }: ServiceContext,
	host: HostKind,
	request: IncomingMessage,
	exchange: Exchange,
	route: Route,
	id: string,
): PreparedChange<unknown> {
	if (host === "mtls" && route.permission !== null && !switches.adminOnMtlsHost) {
		throw new ApiError(404, `Invalid URL (${exchange.method} ${exchange.path})`);
	}
	const key = keys.authenticate(request.headers.authorization);
	const refusal = refusalOf(request.socket, activeCertificates(key, state, switches), switches, now());
	if (refusal !== null) {
		const owner = key.projectId === null ? "organization" : "project";
		throw createRefusal(switches, refusal, `This ${owner} requires a valid client certificate.`);
	}
	if (route.permission === null) requireProjectKey(key);
	else requirePermission(key, route.permission, switches);
	const body = parseBody(route, request.headers["content-type"], exchange.requestBody);
	const query = new URLSearchParams(exchange.query);
	return route.run({ state, switches, actor: { keyId: key.id }, id, query, body });
}

/** Returns the certificates to which a client certificate must chain, the project's first; empty if none is required. */
function activeCertificates(
	{ projectId }: KeyInfo,
	state: Organization,
	{ lockOut }: Switches,
): readonly ActiveCertificate[] {
	const inherited = projectId !== null || lockOut ? state.activeIn("organization") : [];
	return [...(projectId === null ? [] : state.activeIn(projectId)), ...inherited].map((id) => state.get(id));
}

function parseBody(route: Route, contentType: string | undefined, body: string): unknown {
	if (!route.hasBody) {
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

/** Makes the change now, never or later, as the fault requires. */
function commitOrDefer(
	{ faults }: ServiceContext,
	change: PreparedChange<unknown>,
	strike: Strike | undefined,
	response: ServerResponse,
): void {
	if (strike === undefined || strike.fault.when === "after") change.commit();
	if (strike?.fault.when !== "late") return;
	const commitNow = faults.defer(() => {
		change.commit();
		strike.committed();
	});
	const wait = strike.fault.lateMilliseconds;
	if (wait !== undefined) response.on("close", () => setTimeout(commitNow, wait).unref());
}

function errorResponse(error: unknown): PreparedResponse {
	if (error instanceof ApiError) return jsonResponse(error.status, error.body, error.headers);
	const message = error instanceof Error ? error.message : String(error);
	const apiError = new ApiError(500, `The emulator itself failed: ${message}`);
	return jsonResponse(apiError.status, apiError.body);
}

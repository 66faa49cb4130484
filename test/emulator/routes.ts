import {
	activationResponse,
	certificateListItem,
	certificateObject,
	deletionResponse,
	projectObject,
} from "./answers.ts";
import { ApiError } from "./apiError.ts";
import type { Actor, AuditEvent } from "./auditLog.ts";
import type { Permission } from "./keys.ts";
import { type ListPage, type PageQuery, paginate } from "./paging.ts";
import {
	activationBody,
	getQuery,
	historyQuery,
	listQuery,
	noQuery,
	parseInput,
	parseQuery,
	parseUpload,
	projectsQuery,
	renameBody,
} from "./schemas.ts";
import type { Organization, PreparedChange, ScopeId } from "./state.ts";
import type { Switches } from "./switches.ts";

export type Operation =
	| "list"
	| "upload"
	| "get"
	| "rename"
	| "delete"
	| "activate"
	| "deactivate"
	| "projectList"
	| "projectActivate"
	| "projectDeactivate"
	| "projects"
	| "history"
	| "models";

/** An operation of the API: its address, requirements and handler. */
export interface Route {
	readonly operation: Operation;
	readonly method: "GET" | "POST" | "DELETE";
	/** Below `/v1`; a part that starts with a colon is a parameter. */
	readonly path: string;
	/** `null` if the operation requires a project key instead. */
	readonly permission: Permission | null;
	readonly hasBody: boolean;
	/** Validates the request and returns the response; nothing must change before the commit. */
	run(request: RouteRequest): PreparedChange<unknown>;
}

interface RouteRequest {
	readonly state: Organization;
	readonly switches: Switches;
	readonly actor: Actor;
	readonly id: string;
	readonly query: URLSearchParams;
	/** Parsed JSON; `undefined` for an operation without a body. */
	readonly body: unknown;
}

const ROUTES: readonly Route[] = [
	...certificateRoutes("/organization/certificates", () => "organization", {
		object: "organization.certificate",
		list: "list",
		activate: "activate",
		deactivate: "deactivate",
	}),
	...certificateRoutes("/organization/projects/:id/certificates", (request) => request.id, {
		object: "organization.project.certificate",
		list: "projectList",
		activate: "projectActivate",
		deactivate: "projectDeactivate",
	}),
	{
		operation: "upload",
		method: "POST",
		path: "/organization/certificates",
		permission: "api.mtls.write",
		hasBody: true,
		run: ({ state, switches, query, body, actor }) => {
			parseQuery(noQuery, query);
			return mapChange(state.upload(parseUpload(body, switches), actor), certificateObject);
		},
	},
	{
		operation: "get",
		method: "GET",
		path: "/organization/certificates/:id",
		permission: "api.mtls.read",
		hasBody: false,
		run: ({ state, query, id }) => {
			const withContent = parseQuery(getQuery, query)["include[]"]?.includes("content") ?? false;
			return withoutChange(certificateObject(state.get(id), withContent));
		},
	},
	{
		operation: "rename",
		method: "POST",
		path: "/organization/certificates/:id",
		permission: "api.mtls.write",
		hasBody: true,
		run: ({ state, query, body, id, actor }) => {
			parseQuery(noQuery, query);
			return mapChange(state.rename(id, parseInput(renameBody, body).name, actor), certificateObject);
		},
	},
	{
		operation: "delete",
		method: "DELETE",
		path: "/organization/certificates/:id",
		permission: "api.mtls.write",
		hasBody: false,
		run: ({ state, query, id, actor }) => {
			parseQuery(noQuery, query);
			return mapChange(state.remove(id, actor), () => deletionResponse(id));
		},
	},
	{
		operation: "projects",
		method: "GET",
		path: "/organization/projects",
		permission: "api.management.read",
		hasBody: false,
		run: ({ state, switches, query }) => {
			const parsed = parseQuery(projectsQuery, query);
			const projects = state.projects.filter(({ archivedAt }) => parsed.include_archived || archivedAt === null);
			return withoutChange(paginate(projects.map(projectObject), parsed, switches.unknownCursor));
		},
	},
	{
		operation: "history",
		method: "GET",
		path: "/organization/audit_logs",
		permission: "api.management.read",
		hasBody: false,
		run: ({ state, switches, query }) => {
			const parsed = parseQuery(historyQuery, query);
			const events = state.auditLog.find(parsed["event_types[]"], parsed["resource_ids[]"]);
			return withoutChange<ListPage<AuditEvent>>(paginate(events, parsed, switches.unknownCursor));
		},
	},
	{
		operation: "models",
		method: "GET",
		path: "/models",
		permission: null,
		hasBody: false,
		run: ({ query }) => {
			parseQuery(noQuery, query);
			return withoutChange({ object: "list", data: [] });
		},
	},
];

/**
 * Finds the route of a request.
 * @param path As received, without the query.
 * @throws ApiError 404 for an unknown path, 405 for an unsupported method.
 */
export function findRoute(method: string, path: string): { readonly route: Route; readonly id: string } {
	const matches = ROUTES.flatMap((route) => {
		const id = matchPath(`/v1${route.path}`, path);
		return id === undefined ? [] : [{ route, id }];
	});
	// `…/certificates/activate` is an operation, not the certificate named "activate".
	const exact = matches.some(({ id }) => id === "") ? matches.filter(({ id }) => id === "") : matches;
	const found = exact.find(({ route }) => route.method === method);
	if (found !== undefined) return found;
	if (exact.length === 0) throw new ApiError(404, `Invalid URL (${method} ${path})`);
	const allow = exact.map(({ route }) => route.method).join(", ");
	throw new ApiError(405, `Not allowed to ${method} on ${path}.`, { headers: { allow } });
}

/** @returns the parameter, `""` for a pattern without a parameter, `undefined` if the path does not match. */
function matchPath(pattern: string, path: string): string | undefined {
	const expectedParts = pattern.split("/");
	const parts = path.split("/");
	if (expectedParts.length !== parts.length) return undefined;
	let id = "";
	for (const [index, part] of parts.entries()) {
		if (expectedParts[index] === ":id" && part !== "") id = part;
		else if (expectedParts[index] !== part) return undefined;
	}
	return id;
}

/** Returns the routes that each scope has: list, activate and deactivate. */
function certificateRoutes(
	path: string,
	scopeOf: (request: RouteRequest) => ScopeId,
	names: {
		readonly object: Parameters<typeof certificateListItem>[0];
		readonly list: Operation;
		readonly activate: Operation;
		readonly deactivate: Operation;
	},
): Route[] {
	const toggle = (verb: "activate" | "deactivate"): Route => ({
		operation: names[verb],
		method: "POST",
		path: `${path}/${verb}`,
		permission: "api.mtls.write",
		hasBody: true,
		run: (request) => {
			parseQuery(noQuery, request.query);
			const ids = parseInput(activationBody, request.body).certificate_ids;
			return mapChange(request.state.setActive(scopeOf(request), ids, verb === "activate", request.actor), (listed) =>
				activationResponse(names.object, verb, listed),
			);
		},
	});
	const list: Route = {
		operation: names.list,
		method: "GET",
		path,
		permission: "api.mtls.read",
		hasBody: false,
		run: (request) => {
			const query: PageQuery = parseQuery(listQuery, request.query);
			const items = request.state.list(scopeOf(request)).map((item) => certificateListItem(names.object, item));
			return withoutChange(paginate(items, query, request.switches.unknownCursor));
		},
	};
	return [list, toggle("activate"), toggle("deactivate")];
}

function withoutChange<Body>(result: Body): PreparedChange<Body> {
	return { result, commit: () => result };
}

function mapChange<From, To>(change: PreparedChange<From>, map: (from: From) => To): PreparedChange<To> {
	return { result: map(change.result), commit: () => map(change.commit()) };
}

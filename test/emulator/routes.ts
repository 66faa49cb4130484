import { deleted, listItem, projectItem, single, toggled } from "./answers.ts";
import { ApiError } from "./apiError.ts";
import type { Actor, AuditEvent } from "./auditLog.ts";
import type { Permission } from "./keys.ts";
import { type Page, type PageQuery, pageOf } from "./paging.ts";
import {
	getQuery,
	historyQuery,
	listQuery,
	noQuery,
	projectsQuery,
	read,
	readQuery,
	readUpload,
	renameBody,
	toggleBody,
} from "./schemas.ts";
import type { Change, Organization, Scope } from "./state.ts";
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

/** One operation of the API: where it is, what it needs and what it does. */
export interface Route {
	readonly operation: Operation;
	readonly method: "GET" | "POST" | "DELETE";
	/** Below `/v1`; a part that starts with a colon is a parameter. */
	readonly path: string;
	/** `null` where it takes a project's key instead. */
	readonly permission: Permission | null;
	readonly takesBody: boolean;
	/** Judges what was sent and says what the answer is; nothing changes before the commit. */
	run(sent: Sent): Change<unknown>;
}

interface Sent {
	readonly state: Organization;
	readonly switches: Switches;
	readonly actor: Actor;
	readonly id: string;
	readonly query: URLSearchParams;
	/** Parsed JSON; `undefined` for an operation that takes none. */
	readonly body: unknown;
}

const ROUTES: readonly Route[] = [
	...certificateRoutes("/organization/certificates", () => "organization", {
		object: "organization.certificate",
		list: "list",
		activate: "activate",
		deactivate: "deactivate",
	}),
	...certificateRoutes("/organization/projects/:id/certificates", (sent) => sent.id, {
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
		takesBody: true,
		run: ({ state, switches, query, body, actor }) => {
			readQuery(noQuery, query);
			return mapChange(state.upload(readUpload(body, switches), actor), single);
		},
	},
	{
		operation: "get",
		method: "GET",
		path: "/organization/certificates/:id",
		permission: "api.mtls.read",
		takesBody: false,
		run: ({ state, query, id }) => {
			const withContent = readQuery(getQuery, query)["include[]"]?.includes("content") ?? false;
			return answer(single(state.get(id), withContent));
		},
	},
	{
		operation: "rename",
		method: "POST",
		path: "/organization/certificates/:id",
		permission: "api.mtls.write",
		takesBody: true,
		run: ({ state, query, body, id, actor }) => {
			readQuery(noQuery, query);
			return mapChange(state.rename(id, read(renameBody, body).name, actor), single);
		},
	},
	{
		operation: "delete",
		method: "DELETE",
		path: "/organization/certificates/:id",
		permission: "api.mtls.write",
		takesBody: false,
		run: ({ state, query, id, actor }) => {
			readQuery(noQuery, query);
			return mapChange(state.remove(id, actor), () => deleted(id));
		},
	},
	{
		operation: "projects",
		method: "GET",
		path: "/organization/projects",
		permission: "api.management.read",
		takesBody: false,
		run: ({ state, switches, query }) => {
			const sent = readQuery(projectsQuery, query);
			const projects = state.projects.filter(({ archivedAt }) => sent.include_archived || archivedAt === null);
			return answer(pageOf(projects.map(projectItem), sent, switches.unknownCursor));
		},
	},
	{
		operation: "history",
		method: "GET",
		path: "/organization/audit_logs",
		permission: "api.management.read",
		takesBody: false,
		run: ({ state, switches, query }) => {
			const sent = readQuery(historyQuery, query);
			const events = state.auditLog.find(sent["event_types[]"], sent["resource_ids[]"]);
			return answer<Page<AuditEvent>>(pageOf(events, sent, switches.unknownCursor));
		},
	},
	{
		operation: "models",
		method: "GET",
		path: "/models",
		permission: null,
		takesBody: false,
		run: ({ query }) => {
			readQuery(noQuery, query);
			return answer({ object: "list", data: [] });
		},
	},
];

/**
 * Finds the operation that a request asks for.
 * @param path As it came, without the query.
 * @throws ApiError 404 for a path that is none, 405 for a method that it does not take.
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

/** @returns The parameter, `""` where the pattern has none, `undefined` where the path does not match. */
function matchPath(pattern: string, path: string): string | undefined {
	const wanted = pattern.split("/");
	const given = path.split("/");
	if (wanted.length !== given.length) return undefined;
	let id = "";
	for (const [index, part] of given.entries()) {
		if (wanted[index] === ":id" && part !== "") id = part;
		else if (wanted[index] !== part) return undefined;
	}
	return id;
}

/** List, activate and deactivate, which each scope has. */
function certificateRoutes(
	path: string,
	scopeOf: (sent: Sent) => Scope,
	names: {
		readonly object: Parameters<typeof listItem>[0];
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
		takesBody: true,
		run: (sent) => {
			readQuery(noQuery, sent.query);
			const ids = read(toggleBody, sent.body).certificate_ids;
			return mapChange(sent.state.setActive(scopeOf(sent), ids, verb === "activate", sent.actor), (listed) =>
				toggled(names.object, verb, listed),
			);
		},
	});
	const list: Route = {
		operation: names.list,
		method: "GET",
		path,
		permission: "api.mtls.read",
		takesBody: false,
		run: (sent) => {
			const query: PageQuery = readQuery(listQuery, sent.query);
			const items = sent.state.list(scopeOf(sent)).map((item) => listItem(names.object, item));
			return answer(pageOf(items, query, sent.switches.unknownCursor));
		},
	};
	return [list, toggle("activate"), toggle("deactivate")];
}

function answer<Body>(result: Body): Change<Body> {
	return { result, commit: () => result };
}

function mapChange<From, To>(change: Change<From>, map: (from: From) => To): Change<To> {
	return { result: map(change.result), commit: () => map(change.commit()) };
}

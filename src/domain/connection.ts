import { asRecord, parseObject } from "./json.ts";
import { type KeyIssue, ProblemError } from "./problem.ts";

/** The access to one organization. All fields are stored together in one secret. */
export interface Connection {
	/** Random. Must be new for each key that may belong to another organization, or that has another origin. */
	readonly id: string;
	/** The name that the user entered. */
	readonly label: string;
	/** The key must never be sent to another origin. */
	readonly origin: string;
	/** Path in front of each route, as in `BaseUrl`. */
	readonly path: string;
	/** The organization as named in the service's responses; `null` if not named. */
	readonly organization: string | null;
	readonly key: string;
	/** True to never store the connection and to discard it with the window in which its key was entered. */
	readonly sessionOnly: boolean;
}

/** All connections and the current connection. */
export interface ConnectionSet {
	readonly current: Connection | null;
	readonly all: readonly Connection[];
}

/** The known connection (its `id`) of the organization of a new key, or `null`. `certain`: the result is proved. */
export interface ConnectionMatch {
	readonly id: string | null;
	readonly certain: boolean;
}

/**
 * Finds the known connection of the organization that a checked key belongs to. The service names the organization in a
 * header; without the header, a common certificate id is proof, because the service assigns the ids.
 * @param response From the first listing with the key.
 * @param replaced The connection whose key is replaced, and the known ids of its certificates.
 */
export function matchConnection(
	origin: string,
	response: { readonly organization: string | null; readonly ids: readonly string[] },
	replaced: (Pick<Connection, "id" | "origin" | "organization"> & { readonly ids: readonly string[] }) | null,
	all: readonly Pick<Connection, "id" | "origin" | "organization">[],
): ConnectionMatch {
	const { organization, ids } = response;
	const candidates = [...(replaced ? [replaced] : []), ...all].filter((each) => each.origin === origin);
	const named = organization === null ? undefined : candidates.find((each) => each.organization === organization);
	if (named) return { id: named.id, certain: true };
	const hasCommonId = replaced?.origin === origin && replaced.ids.some((id) => ids.includes(id));
	if (hasCommonId) return { id: replaced.id, certain: true };
	// A connection without a named organization may belong to the same organization.
	return { id: null, certain: candidates.every((each) => organization !== null && each.organization !== null) };
}

const MAX_KEY_LENGTH = 1024;

/** Returns the first issue of a typed API key, an admin's or a project's, or `null`. Ignores surrounding blanks. */
export function findKeyIssue(text: string): KeyIssue | null {
	const key = text.trim();
	if (key === "") return "blank";
	if (key.length > MAX_KEY_LENGTH) return "too-long";
	if (/\s/.test(key)) return "space-inside";
	return /^[\x21-\x7e]+$/.test(key) ? null : "not-ascii";
}

/**
 * Guesses the kind of a key from its prefix. No proof, because the service does not document the format.
 * `emulator`: a key of this project's own emulator.
 */
export function keyKind(key: string): "admin" | "project" | "service-account" | "emulator" | "other" {
	if (key.startsWith("sk-admin-")) return "admin";
	if (key.startsWith("sk-proj-")) return "project";
	if (key.startsWith("sk-svcacct-")) return "service-account";
	return key.startsWith("sk-emulator-") ? "emulator" : "other";
}

/** The newest supported version of stored connections and of their index. */
const VERSION = 1;

/** The ids of all connections, in the order in which they were added, and of the current connection. */
export interface ConnectionIndex {
	/** Increases with each change. */
	readonly revision: number;
	readonly current: string | null;
	readonly ids: readonly string[];
}

/** Parses the stored index; an invalid index is empty. @throws ProblemError `record-newer` */
export function parseIndex(secret: string): ConnectionIndex {
	const { revision, current, ids } = parseVersioned(secret);
	return {
		revision: typeof revision === "number" ? revision : 0,
		current: typeof current === "string" ? current : null,
		ids: Array.isArray(ids) ? ids.filter((id) => typeof id === "string") : [],
	};
}

/** Formats an index for `parseIndex`. */
export function formatIndex(index: ConnectionIndex): string {
	return JSON.stringify({ version: VERSION, ...index });
}

/** Parses the stored connection of this id; `null` if missing or invalid. @throws ProblemError `record-newer` */
export function parseConnection(secret: string | undefined, id: string | undefined): Connection | null {
	const connection = toConnection(parseVersioned(secret ?? ""));
	return connection?.id === id ? connection : null;
}

/** Formats a connection for `parseConnection`. */
export function formatConnection({ sessionOnly: _, ...rest }: Connection): string {
	return JSON.stringify({ version: VERSION, ...rest });
}

/** @throws ProblemError `record-newer` */
function parseVersioned(secret: string): Record<string, unknown> {
	const { version, ...fields } = parseObject(secret);
	if (typeof version === "number" && version > VERSION) throw new ProblemError({ reason: "record-newer" });
	return fields;
}

/** Parses the single secret in which earlier versions stored all connections. Skips invalid connections. */
export function parseConnections(secret: string | undefined): ConnectionSet {
	const { current, connections } = parseObject(secret ?? "");
	const all = (Array.isArray(connections) ? connections : []).flatMap((each) => toConnection(each) ?? []);
	return { current: all.find(({ id }) => id === current) ?? null, all };
}

function toConnection(value: unknown): Connection | null {
	const { id, label, origin, path, organization = null, key } = asRecord(value);
	const isComplete = [id, label, origin, key].every((part) => typeof part === "string" && part !== "");
	if (!isComplete || typeof path !== "string" || !URL.canParse(origin as string)) return null;
	if (organization !== null && typeof organization !== "string") return null;
	return { id, label, origin, path, organization, key, sessionOnly: false } as Connection;
}

/** The target of requests, for display. */
export interface Destination {
	/** Created by `organizationRef`. */
	readonly organizationRef: string;
	readonly host: string;
	/** The label of the connection. */
	readonly label: string;
}

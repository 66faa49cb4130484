import { asRecord, parseObject } from "./json.ts";
import { type KeyIssue, ProblemError } from "./problem.ts";

/** One organization as this extension reaches it. It is kept whole, in a secret. */
export interface Connection {
	/** Random, and new for each key that may belong to another organization, or is of another origin. */
	readonly id: string;
	/** What the person called it. */
	readonly label: string;
	/** The only origin that the key is ever sent to. */
	readonly origin: string;
	/** Path in front of each route there, as in `BaseUrl`. */
	readonly path: string;
	/** The organization, as the service names it in its answers; `null` where it does not. */
	readonly organization: string | null;
	readonly key: string;
	/** Whether it is to be forgotten with the window where its key was typed, and is written nowhere. */
	readonly sessionOnly: boolean;
}

/** All connections, one of which is in use. */
export interface ConnectionSet {
	readonly current: Connection | null;
	readonly all: readonly Connection[];
}

/** Whose organization a new key belongs to: the `id` of a connection that is there, or `null`; `certain` where that is proved. */
export interface ConnectionMatch {
	readonly id: string | null;
	readonly certain: boolean;
}

/**
 * Whether a key that was just checked belongs to the organization of a connection that is there. The service names it in a
 * header; where it does not, a certificate id in common proves it, for ids are the service's own.
 * @param answer What the key's first list said.
 * @param replaced The connection whose key it replaces, and the ids of its certificates as far as they are known.
 * @param all All connections.
 */
export function matchConnection(
	origin: string,
	answer: { readonly organization: string | null; readonly ids: readonly string[] },
	replaced: (Pick<Connection, "id" | "origin" | "organization"> & { readonly ids: readonly string[] }) | null,
	all: readonly Pick<Connection, "id" | "origin" | "organization">[],
): ConnectionMatch {
	const { organization, ids } = answer;
	const candidates = [...(replaced ? [replaced] : []), ...all].filter((each) => each.origin === origin);
	const named = organization === null ? undefined : candidates.find((each) => each.organization === organization);
	if (named) return { id: named.id, certain: true };
	const isCommon = replaced?.origin === origin && replaced.ids.some((id) => ids.includes(id));
	if (isCommon) return { id: replaced.id, certain: true };
	// Any that is not named may be the same one.
	return { id: null, certain: candidates.every((each) => organization !== null && each.organization !== null) };
}

const LONGEST_KEY = 1024;

/** What keeps a typed text from being an admin key, or `null`. Blanks around it do not count. */
export function findKeyIssue(text: string): KeyIssue | null {
	const key = text.trim();
	if (key === "") return "blank";
	if (key.length > LONGEST_KEY) return "too-long";
	if (/\s/.test(key)) return "space-inside";
	return /^[\x21-\x7e]+$/.test(key) ? null : "not-ascii";
}

/**
 * What a key's first letters say about it: a hint, not proof, since the service does not document the form.
 * `emulator` is what this project's own emulator hands out.
 */
export function keyKind(key: string): "admin" | "project" | "service-account" | "emulator" | "other" {
	if (key.startsWith("sk-admin-")) return "admin";
	if (key.startsWith("sk-proj-")) return "project";
	if (key.startsWith("sk-svcacct-")) return "service-account";
	return key.startsWith("sk-emulator-") ? "emulator" : "other";
}

/** The newest version of stored connections and of their index that this extension knows. */
const VERSION = 1;

/** Which connections there are, by their ids in the order in which they were added, and which of them is in use. */
export interface ConnectionIndex {
	/** Grows with each change. */
	readonly revision: number;
	readonly current: string | null;
	readonly ids: readonly string[];
}

/** Reads the stored index; what is none lists nothing. @throws Failure `record-newer` */
export function parseIndex(secret: string): ConnectionIndex {
	const { revision, current, ids } = knownFields(secret);
	return {
		revision: typeof revision === "number" ? revision : 0,
		current: typeof current === "string" ? current : null,
		ids: Array.isArray(ids) ? ids.filter((id) => typeof id === "string") : [],
	};
}

/** What `parseIndex` reads. */
export function formatIndex(index: ConnectionIndex): string {
	return JSON.stringify({ version: VERSION, ...index });
}

/** Reads the stored connection of this id; `null` where it is none, or not whole. @throws Failure `record-newer` */
export function parseConnection(secret: string | undefined, id: string | undefined): Connection | null {
	const connection = connectionIn(knownFields(secret ?? ""));
	return connection?.id === id ? connection : null;
}

/** What `parseConnection` reads. */
export function formatConnection({ sessionOnly: _, ...rest }: Connection): string {
	return JSON.stringify({ version: VERSION, ...rest });
}

/** @throws Failure `record-newer` */
function knownFields(secret: string): Record<string, unknown> {
	const { version, ...fields } = parseObject(secret);
	if (typeof version === "number" && version > VERSION) throw new ProblemError({ reason: "record-newer" });
	return fields;
}

/**
 * Reads the one secret in which all connections lay at first. What is no whole connection is as good as none, and does not
 * hide the others.
 */
export function parseConnections(secret: string | undefined): ConnectionSet {
	const { current, connections } = parseObject(secret ?? "");
	const all = (Array.isArray(connections) ? connections : []).flatMap((each) => connectionIn(each) ?? []);
	return { current: all.find(({ id }) => id === current) ?? null, all };
}

function connectionIn(value: unknown): Connection | null {
	const { id, label, origin, path, organization = null, key } = asRecord(value);
	const isWhole = [id, label, origin, key].every((part) => typeof part === "string" && part !== "");
	if (!isWhole || typeof path !== "string" || !URL.canParse(origin as string)) return null;
	if (organization !== null && typeof organization !== "string") return null;
	return { id, label, origin, path, organization, key, sessionOnly: false } as Connection;
}

/** Where requests go, as a person knows it. */
export interface Destination {
	/** As `organizationRef` makes it. */
	readonly organizationRef: string;
	readonly host: string;
	/** What the person called the connection. */
	readonly label: string;
}

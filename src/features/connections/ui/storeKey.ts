import { randomUUID } from "node:crypto";
import { organizationRef } from "../../../common/organizationRef.ts";
import type { Credentials } from "../../../domain/adminApi.ts";
import { type Connection, matchConnection } from "../../../domain/connection.ts";
import type { ConnectionStore } from "./connectionStore.ts";

/** A connection that was just stored. */
export interface StoredConnection {
	readonly id: string;
	/** From `organizationRef`. */
	readonly organizationRef: string;
	/** False if it is unknown whether the key belongs to the same organization as the previous one. */
	readonly certain: boolean;
}

/**
 * Stores a checked key and selects its connection. Reuses the known connection of the key's organization, so that its
 * records are found again; else creates one.
 * @param answer Result of the list call that checked the key.
 * @param idsOf Returns the known certificate ids of a connection.
 * @param options.replaces True to replace the key in use for the same host, of any organization.
 * @param options.sessionOnly As in `Connection`.
 * @throws ProblemError `secrets-unavailable` if the key was not stored.
 */
export async function storeKey(
	connections: Pick<ConnectionStore, "save">,
	{ baseUrl, key }: Pick<Credentials, "baseUrl" | "key">,
	answer: { readonly organization: string | null; readonly ids: readonly string[] },
	idsOf: (connection: Connection) => readonly string[],
	{ replaces, sessionOnly }: { readonly replaces: boolean; readonly sessionOnly: boolean },
): Promise<StoredConnection> {
	const { origin, path, host } = baseUrl;
	const { organization } = answer;
	const stored = await connections.save(({ current, all }) => {
		// A key for another host stays, because the user did not ask to remove it.
		const replaced = replaces && current?.origin === origin ? { ...current, ids: idsOf(current) } : null;
		const { id: matchedId, certain } = matchConnection(origin, answer, replaced, all);
		const id = matchedId ?? randomUUID();
		const label = all.find((each) => each.id === id)?.label ?? labelFor(host, organization, all);
		const connection: Connection = { id, label, origin, path, organization, key, sessionOnly };
		// A session-only connection must not remove a stored one.
		const isRemoved = (each: Connection) => each.id === replaced?.id && (each.sessionOnly || !sessionOnly);
		const others = all.filter((each) => each.id !== id && !isRemoved(each));
		return { current: connection, all: [...others, connection], certain };
	});
	return { id: stored.current.id, organizationRef: organizationRef(stored.current), certain: stored.certain };
}

/** Returns an unused label: the host, if necessary with the organization and a number. */
function labelFor(host: string, organization: string | null, others: readonly Connection[]): string {
	const isTaken = (label: string) => others.some((each) => each.label === label);
	const label = isTaken(host) && organization !== null ? `${host} (${organization})` : host;
	let number = 1;
	while (isTaken(number === 1 ? label : `${label} ${number}`)) number++;
	return number === 1 ? label : `${label} ${number}`;
}

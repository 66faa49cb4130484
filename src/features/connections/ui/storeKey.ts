import { randomUUID } from "node:crypto";
import { organizationRef } from "../../../common/organizationRef.ts";
import type { Credentials } from "../../../domain/adminApi.ts";
import { type Connection, matchConnection } from "../../../domain/connection.ts";
import type { ConnectionStore } from "./connectionStore.ts";

/** A connection that was just stored. */
export interface StoredConnection {
	readonly id: string;
	/** As `organizationRef` makes it. */
	readonly organizationRef: string;
	/** False where nothing tells whether its key belongs to the same organization as the one before. */
	readonly certain: boolean;
}

/**
 * Keeps a key that was just checked, and takes its connection into use. It continues the connection that is known for its
 * organization, so that what is remembered is found again, and is a new one otherwise.
 * @param answer What the list said that checked it.
 * @param idsOf The ids of a connection's certificates as far as they are known.
 * @param how.replaces Whether the key takes the place of the one in use for the same host, of whichever organization.
 * @param how.sessionOnly As in `Connection`.
 * @throws Failure `secrets-unavailable` where it was not kept.
 */
export async function storeKey(
	connections: Pick<ConnectionStore, "keep">,
	{ baseUrl, key }: Pick<Credentials, "baseUrl" | "key">,
	answer: { readonly organization: string | null; readonly ids: readonly string[] },
	idsOf: (connection: Connection) => readonly string[],
	{ replaces, sessionOnly }: { readonly replaces: boolean; readonly sessionOnly: boolean },
): Promise<StoredConnection> {
	const { origin, path, host } = baseUrl;
	const { organization } = answer;
	const kept = await connections.keep(({ current, all }) => {
		// The key of another host stays where it belongs: nobody has said that it is to go.
		const replaced = replaces && current?.origin === origin ? { ...current, ids: idsOf(current) } : null;
		const { id: continued, certain } = matchConnection(origin, answer, replaced, all);
		const id = continued ?? randomUUID();
		const label = all.find((each) => each.id === id)?.label ?? labelFor(host, organization, all);
		const connection: Connection = { id, label, origin, path, organization, key, sessionOnly };
		// One that passes takes away nothing that lasts.
		const goes = (each: Connection) => each.id === replaced?.id && (each.sessionOnly || !sessionOnly);
		const others = all.filter((each) => each.id !== id && !goes(each));
		return { current: connection, all: [...others, connection], certain };
	});
	return { id: kept.current.id, organizationRef: organizationRef(kept.current), certain: kept.certain };
}

/** A label that no other connection has: the host, and the organization where that is not enough. */
function labelFor(host: string, organization: string | null, others: readonly Connection[]): string {
	const isTaken = (label: string) => others.some((each) => each.label === label);
	const label = isTaken(host) && organization !== null ? `${host} (${organization})` : host;
	let number = 1;
	while (isTaken(number === 1 ? label : `${label} ${number}`)) number++;
	return number === 1 ? label : `${label} ${number}`;
}

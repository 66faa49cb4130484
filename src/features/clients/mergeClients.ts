import { type KnownClient, MAX_CLIENTS } from "./knownClient.ts";

/** A list of clients after adding some, and what happened to each of those. */
export interface MergedClients {
	readonly clients: readonly KnownClient[];
	readonly added: readonly KnownClient[];
	/** The new entry of each file that contained another certificate before. */
	readonly replaced: readonly KnownClient[];
	readonly alreadyKnown: readonly KnownClient[];
	/** Not added, because the list is full. */
	readonly overLimit: readonly KnownClient[];
}

/**
 * Adds clients to a list. If a file contained one known client and now contains one other client, the client was renewed:
 * the new one replaces it and keeps its name, unless the known one was found in another file. Of clients that are known
 * already, only the paths change.
 */
export function mergeClients(known: readonly KnownClient[], incoming: readonly KnownClient[]): MergedClients {
	const clients = new Map(known.map((client) => [client.sha256, client]));
	const distinct = new Map(incoming.map((client) => [client.sha256, client]));
	const knownByPath = Map.groupBy(known, ({ certificatePath }) => certificatePath);
	const numberInFile = new Map(
		[...Map.groupBy(incoming, ({ certificatePath }) => certificatePath)].map(([path, found]) => [
			path,
			new Set(found.map(({ sha256 }) => sha256)).size,
		]),
	);
	const findPrevious = ({ certificatePath }: KnownClient): KnownClient | undefined => {
		const ofFile = knownByPath.get(certificatePath) ?? [];
		const [previous] = ofFile;
		const isOnly = certificatePath !== null && ofFile.length === 1 && numberInFile.get(certificatePath) === 1;
		return previous && isOnly && !distinct.has(previous.sha256) ? previous : undefined;
	};
	const added: KnownClient[] = [];
	const alreadyKnown = incoming.filter((client) => distinct.get(client.sha256) !== client);
	const overLimit: KnownClient[] = [];
	const renewals = new Map<string, KnownClient>();
	for (const client of distinct.values()) {
		const existing = clients.get(client.sha256);
		const previous = findPrevious(client);
		if (existing) {
			alreadyKnown.push(existing);
			clients.set(client.sha256, withPaths(existing, client));
			if (previous) clients.delete(previous.sha256);
		} else if (previous) {
			renewals.set(previous.sha256, { ...client, name: previous.name, keyPath: client.keyPath ?? previous.keyPath });
		} else if (clients.size < MAX_CLIENTS) {
			added.push(client);
			clients.set(client.sha256, client);
		} else overLimit.push(client);
	}
	const replaced = [...renewals.values()];
	return {
		clients: [...clients.values()].map((client) => renewals.get(client.sha256) ?? client),
		...{ added, replaced, alreadyKnown, overLimit },
	};
}

/** Returns a known client with the paths of the file that was read last, if any. */
function withPaths(known: KnownClient, { certificatePath, fileStamp, keyPath }: KnownClient): KnownClient {
	const file = certificatePath !== null && { certificatePath, fileStamp };
	return { ...known, ...file, keyPath: keyPath ?? known.keyPath };
}

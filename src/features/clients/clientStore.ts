import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { ChangeEmitter } from "../../common/changeEmitter.ts";
import { mapInSlices, timeSlices } from "../../common/concurrency.ts";
import { ORGANIZATION_REF } from "../../common/organizationRef.ts";
import { JsonFileStore } from "../../common/storage/jsonFileStore.ts";
import type { FileLocks } from "../../common/storage/locks.ts";
import { ProblemError } from "../../domain/problem.ts";
import {
	CLIENTS_FORMAT,
	type StoredClients,
	toKnownClient,
	toStoredClient,
	withCertificatesOnly,
} from "./clientRecord.ts";
import type { KnownClient } from "./knownClient.ts";
import { type MergedClients, mergeClients } from "./mergeClients.ts";

/** The result of adding clients. */
export interface AddResult extends Omit<MergedClients, "clients"> {
	/** Not added, because the chain isn't readable or is too large. */
	readonly unusable: readonly KnownClient[];
}

const REF = new RegExp(`^${ORGANIZATION_REF}$`);

/**
 * Stores the known clients of each organization for all windows: one file each, with public data only. Emits `change`
 * after a change by this window.
 */
export class ClientStore extends ChangeEmitter {
	readonly #folder: string;
	readonly #files: JsonFileStore<StoredClients>;
	readonly #locks: FileLocks;

	/** @param folder As in `JsonFileStore`. */
	constructor(folder: string, locks: FileLocks) {
		super();
		this.#folder = folder;
		this.#files = new JsonFileStore(folder, CLIENTS_FORMAT);
		this.#locks = locks;
	}

	/**
	 * Reads an organization's clients, in the order in which they were added.
	 * @throws ProblemError `not-recorded`; `record-newer` or `clients-unreadable` if the file was written by a newer
	 * version, or is damaged
	 */
	async list(organizationRef: string): Promise<readonly KnownClient[]> {
		const name = fileNameOf(organizationRef);
		const stored = await this.#files.read(name);
		switch (stored.state) {
			case "none":
				return [];
			case "newer":
				throw new ProblemError({ reason: "record-newer" });
			case "unreadable":
				throw new ProblemError({ reason: "clients-unreadable", path: join(this.#folder, name) });
			case "read":
				return mapInSlices(stored.value.clients, toKnownClient);
		}
	}

	/**
	 * Adds clients. If a file contained another client before, the new client replaces it and keeps its name.
	 * @throws ProblemError as `list`, or `locked`; CancelledError before anything is written
	 */
	async add(organizationRef: string, clients: readonly KnownClient[], signal?: AbortSignal): Promise<AddResult> {
		const { usable, unusable } = await checkChains(clients, signal);
		const { clients: _, ...merged } = await this.#change(
			organizationRef,
			(known) => mergeClients(known, usable),
			signal,
		);
		return { ...merged, unusable };
	}

	/**
	 * Replaces the clients of files that changed, like `add`. Skips a file whose client was removed in the meantime.
	 * @returns all clients of the organization afterward.
	 * @throws ProblemError as `list`, or `locked`; CancelledError
	 */
	async renew(
		organizationRef: string,
		clients: readonly KnownClient[],
		signal?: AbortSignal,
	): Promise<readonly KnownClient[]> {
		const { usable } = await checkChains(clients, signal);
		const renewed = await this.#change(organizationRef, (known) => {
			const paths = new Set(known.map(({ certificatePath }) => certificatePath));
			return mergeClients(
				known,
				usable.filter(({ certificatePath }) => paths.has(certificatePath)),
			);
		});
		return renewed.clients;
	}

	/** Removes clients by their `sha256`. @throws ProblemError as `list`, or `locked` */
	async remove(organizationRef: string, removed: readonly string[]): Promise<void> {
		const ids = new Set(removed);
		await this.#change(organizationRef, (known) => ({ clients: known.filter(({ sha256 }) => !ids.has(sha256)) }));
	}

	/** Writes a changed list under the organization's lock, unless nothing changed. Returns the result of `change`. */
	async #change<T extends Pick<MergedClients, "clients">>(
		organizationRef: string,
		change: (known: readonly KnownClient[]) => T,
		signal?: AbortSignal,
	): Promise<T> {
		const name = fileNameOf(organizationRef);
		const options = { brief: true, ...(signal && { signal }) };
		const [result, isChanged] = await this.#locks.withLock(
			`clients.${organizationRef}`,
			async (lock) => {
				const known = await this.list(organizationRef);
				const changed = change(known);
				const isChanged = !isDeepStrictEqual(changed.clients, known);
				if (isChanged)
					await this.#files.write(name, { clients: await mapInSlices(changed.clients, toStoredClient) }, lock);
				return [changed, isChanged] as const;
			},
			options,
		);
		if (isChanged) this.notify("change");
		return result;
	}
}

/** Separates the clients whose chains contain only certificates from the others. @throws CancelledError */
async function checkChains(clients: readonly KnownClient[], signal?: AbortSignal) {
	const pause = timeSlices();
	const usable: KnownClient[] = [];
	const unusable: KnownClient[] = [];
	for (const client of clients) {
		await pause(signal);
		const checked = withCertificatesOnly(client);
		if (checked) usable.push(checked);
		else unusable.push(client);
	}
	return { usable, unusable };
}

/** @throws ProblemError `not-recorded` for anything but an organization's reference */
function fileNameOf(organizationRef: string): string {
	if (!REF.test(organizationRef)) throw new ProblemError({ reason: "not-recorded", code: null });
	return `${organizationRef}.json`;
}

import type { CertificateReader } from "../../domain/certificateFile.ts";
import { problemOf } from "../../domain/problem.ts";
import type { ClientStore } from "./clientStore.ts";
import { type FileSource, readClientFile } from "./scanFiles.ts";

export interface AddFileDeps {
	/** Returns the organization of the admin key. @throws ProblemError if there is none */
	readonly connections: { destination(): Promise<{ readonly organizationRef: string }> };
	readonly clients: ClientStore;
	readonly clientFiles: FileSource;
	readonly reader: CertificateReader;
}

/**
 * Adds the client of a file that was just made to the current organization's known clients.
 * @param location The URI of the certificate's file.
 * @param keyPath The absolute path of the private key's file, which is not read; `null` if unknown.
 * @returns false if it was not added: there is no admin key yet, or the list can't be changed.
 */
export async function addClientFile(
	{ connections, clients, clientFiles, reader }: AddFileDeps,
	location: string,
	keyPath: string | null,
): Promise<boolean> {
	try {
		const { organizationRef } = await connections.destination();
		const found = await readClientFile(location, clientFiles, reader, Date.now() / 1000);
		if (typeof found === "string") return false;
		const { added, replaced } = await clients.add(
			organizationRef,
			found.map((client) => ({ ...client, keyPath })),
		);
		return added.length + replaced.length > 0;
	} catch (thrown) {
		if (!problemOf(thrown)) throw thrown;
		return false;
	}
}

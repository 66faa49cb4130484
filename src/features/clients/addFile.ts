import type { CertificateReader } from "../../domain/certificateFile.ts";
import type { CertificateStore } from "../organization/certificateStore.ts";
import type { AddResult, ClientStore } from "./clientStore.ts";
import { type ClientFile, readClients } from "./readClients.ts";

export interface AddFileDeps {
	readonly certificates: Pick<CertificateStore, "organizationRef">;
	readonly clients: ClientStore;
	readonly reader: CertificateReader;
}

/**
 * Adds the clients of one file to the current organization, for example after a check or when a certificate was made.
 * @param keyPath The absolute path of the private key's file, if known; the file is not read.
 * @returns `null` if there is no organization yet, or the file contains no client.
 * @throws ProblemError as `ClientStore.add`
 */
export async function addClientFile(
	{ certificates, clients, reader }: AddFileDeps,
	file: ClientFile,
	keyPath: string | null = null,
): Promise<AddResult | null> {
	const { organizationRef } = certificates;
	const found = organizationRef ? await readClients(file, reader, Date.now() / 1000) : [];
	if (!organizationRef || typeof found === "string") return null;
	return clients.add(
		organizationRef,
		found.map((client) => ({ ...client, keyPath: keyPath ?? client.keyPath })),
	);
}

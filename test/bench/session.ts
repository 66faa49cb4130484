// A session of ours as far as it goes without an editor: the real application and API, with their usual limits.
import { join } from "node:path";
import { Locks } from "../../src/common/storage/locks.ts";
import type { Exchange } from "../../src/domain/adminApi.ts";
import { parseBaseUrl } from "../../src/domain/baseUrl.ts";
import { Certificates } from "../../src/features/organization/certificateStore.ts";
import { Projects } from "../../src/features/organization/projectStore.ts";
import { PendingUploads } from "../../src/features/upload/journalStore.ts";
import { Uploads } from "../../src/features/upload/uploadService.ts";
import { AdministrationApi } from "../../src/openai/adminClient.ts";
import { Transport } from "../../src/openai/httpTransport.ts";
import { X509Reader } from "../../src/x509/certificateFileReader.ts";
import { plainNetwork } from "../unit/openai/network/directNetwork.ts";

/** Its connection. */
export const CONNECTION_ID = "00000000-0000-4000-8000-000000000000";

/** Where it leads. */
export interface Destination {
	readonly url: string;
	readonly key: string;
}

/**
 * @param folder Where uploads are written down.
 * @param observe Told of every exchange when it is over.
 */
export function openSession(
	{ url, key }: Destination,
	folder: string,
	observe: (exchange: Exchange) => void = () => {},
) {
	const transport = new Transport({ userAgent: "bench/0", observe, network: () => plainNetwork });
	const access = { baseUrl: parseBaseUrl(url), key, clientCertificate: null };
	const api = new AdministrationApi(transport, async () => access);
	const service = async () => api;
	const reader = new X509Reader();
	const certificates = new Certificates(service, async () => reader);
	certificates.forget(CONNECTION_ID);
	const projects = new Projects(service);
	const pending = new PendingUploads(folder, new Locks(join(folder, "locks")));
	const uploads = new Uploads({ service, certificates, pending });
	return { transport, api, reader, certificates, projects, uploads };
}

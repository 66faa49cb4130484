// A session of ours as far as it goes without an editor: the real application and API, with their usual limits.
import { join } from "node:path";
import { FileLocks } from "../../src/common/storage/locks.ts";
import type { RequestLogEntry } from "../../src/domain/adminApi.ts";
import { parseBaseUrl } from "../../src/domain/baseUrl.ts";
import { CertificateStore } from "../../src/features/organization/certificateStore.ts";
import { ProjectStore } from "../../src/features/organization/projectStore.ts";
import { JournalStore } from "../../src/features/upload/journalStore.ts";
import { UploadService } from "../../src/features/upload/uploadService.ts";
import { AdminClient } from "../../src/openai/adminClient.ts";
import { HttpTransport } from "../../src/openai/httpTransport.ts";
import { X509CertificateFileReader } from "../../src/x509/certificateFileReader.ts";
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
	observe: (exchange: RequestLogEntry) => void = () => {},
) {
	const transport = new HttpTransport({ userAgent: "bench/0", observe, network: () => plainNetwork });
	const access = { baseUrl: parseBaseUrl(url), key, clientCertificate: null };
	const api = new AdminClient(transport, async () => access);
	const service = async () => api;
	const reader = new X509CertificateFileReader();
	const certificates = new CertificateStore(service, async () => reader);
	certificates.reset(CONNECTION_ID);
	const projects = new ProjectStore(service);
	const pending = new JournalStore(folder, new FileLocks(join(folder, "locks")));
	const uploads = new UploadService({ service, certificates, pending });
	return { transport, api, reader, certificates, projects, uploads };
}

// Opens a session without VS Code: the real stores and API client, with their default limits.
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
import { directNetwork } from "../unit/openai/network/directNetwork.ts";

/** The id of the session's connection. */
export const CONNECTION_ID = "00000000-0000-4000-8000-000000000000";

/** The address and key of the service. */
export interface BenchTarget {
	readonly url: string;
	readonly key: string;
}

/**
 * Opens a session.
 * @param folder The folder of the upload journal.
 * @param observe Called after each exchange.
 */
export function openSession(
	{ url, key }: BenchTarget,
	folder: string,
	observe: (exchange: RequestLogEntry) => void = () => {},
) {
	const transport = new HttpTransport({ userAgent: "bench/0", observe, network: () => directNetwork });
	const credentials = { baseUrl: parseBaseUrl(url), key, clientCertificate: null };
	const api = new AdminClient(transport, async () => credentials);
	const service = async () => api;
	const reader = new X509CertificateFileReader();
	const certificates = new CertificateStore(service, async () => reader);
	certificates.reset(CONNECTION_ID);
	const projects = new ProjectStore(service);
	const pending = new JournalStore(folder, new FileLocks(join(folder, "locks")));
	const uploads = new UploadService({ service, certificates, store: pending });
	return { transport, api, reader, certificates, projects, uploads };
}

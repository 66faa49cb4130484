// Refreshes and formats all lists repeatedly, in a separate process. Sends its parent the number of listed certificates
// after each refresh, and the heap size in bytes after the 10th and the last refresh.

import { certificateFacts } from "../../../src/common/messages/certificateFacts.ts";
import { formatRowDescription } from "../../../src/common/messages/certificateMessages.ts";
import { parseBaseUrl } from "../../../src/domain/baseUrl.ts";
import { CertificateStore } from "../../../src/features/organization/certificateStore.ts";
import { ContentCache } from "../../../src/features/organization/contentCache.ts";
import { EnforcementIndex } from "../../../src/features/organization/enforcementIndex.ts";
import { ProjectStore } from "../../../src/features/organization/projectStore.ts";
import { sortCertificates } from "../../../src/features/sidebar/sortOrder.ts";
import { AdminClient } from "../../../src/openai/adminClient.ts";
import { HttpTransport } from "../../../src/openai/httpTransport.ts";
import { fakeReader } from "../fakes/certificatesApi.ts";
import { directNetwork } from "./network/directNetwork.ts";

/** The refresh after which the heap size is stable. */
const WARM_UP = 10;

const [url = "", key = "", times = ""] = process.argv.slice(2);
const transport = new HttpTransport({ userAgent: "refreshing", observe: () => {}, network: () => directNetwork });
const credentials = { baseUrl: parseBaseUrl(url), key, clientCertificate: null };
const api = new AdminClient(transport, async () => credentials);
const certificates = new CertificateStore(
	async () => api,
	async () => fakeReader(),
);
const projects = new ProjectStore(async () => api);
const enforcement = new EnforcementIndex(certificates, projects);
const contents = new ContentCache(certificates);

for (let refresh = 1; refresh <= Number(times); refresh++) {
	await Promise.all([certificates.refresh(), projects.refresh()]);
	const listed = certificates.state.listing?.certificates ?? [];
	for (const certificate of sortCertificates(listed, "expiry")) {
		const status = enforcement.activationStatus(certificate.id);
		formatRowDescription(certificate, status, 0);
		certificateFacts(certificate, contents.get(certificate.id), status, projects.state);
	}
	for (const { id } of projects.state.projects ?? []) enforcement.enforcedInProject(id);
	const isMeasured = refresh === WARM_UP || refresh === Number(times);
	if (isMeasured) globalThis.gc?.();
	process.send?.({ shown: listed.length, heap: isMeasured ? process.memoryUsage().heapUsed : null });
}
await transport.close();
process.disconnect();

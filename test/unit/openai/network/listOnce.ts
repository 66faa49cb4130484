// Reads a list in a separate process, for settings that are fixed when a process starts.
// Arguments: base URL, key, whether the system's authorities are trusted. Prints the result as JSON.

import { parseBaseUrl } from "../../../../src/domain/baseUrl.ts";
import { problemOf } from "../../../../src/domain/problem.ts";
import { AdminClient } from "../../../../src/openai/adminClient.ts";
import { HttpTransport } from "../../../../src/openai/httpTransport.ts";
import { directNetwork } from "./directNetwork.ts";

const [url = "", key = "", systemCertificates] = process.argv.slice(2);
const network = () => ({ ...directNetwork, systemCertificates: systemCertificates === "true" });
const transport = new HttpTransport({ userAgent: "test/0", observe: () => {}, network });
const api = new AdminClient(transport, async () => ({
	baseUrl: parseBaseUrl(url),
	key,
	clientCertificate: null,
}));
const result = await api.list().then(
	({ certificates }) => ({ certificates: certificates.length }),
	(thrown) => ({ problem: problemOf(thrown) }),
);
await transport.close();
console.log(JSON.stringify(result));

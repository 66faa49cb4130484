// Measures a lower bound for all clients: reads the list over TLS with a handwritten request. Trusts one authority or,
// like the extension, all authorities of Node and of the system. Sends the time in milliseconds.
import { readFileSync } from "node:fs";
import { connect, getCACertificates } from "node:tls";
import { childInput, sendResult } from "./childProcess.ts";
import type { BenchTarget } from "./session.ts";

export interface BareInput extends BenchTarget {
	/** Path of the only trusted authority. Default: all authorities. */
	readonly authority?: string;
}

const { url, key, authority } = childInput<BareInput>();
const { hostname, port, host, pathname } = new URL(url);
const request = [
	`GET ${pathname}/organization/certificates?limit=100 HTTP/1.1`,
	...[`host: ${host}`, `authorization: Bearer ${key}`, "connection: close", "", ""],
].join("\r\n");
const trustedCa = authority && readFileSync(authority);
const started = performance.now();
const ca = trustedCa || [...new Set([...getCACertificates("default"), ...getCACertificates("system")])];
const socket = connect({ host: hostname, port: Number(port), ca }, () => socket.write(request));
let response = "";
for await (const chunk of socket) response += chunk;
const time = performance.now() - started;
if (!response.startsWith("HTTP/1.1 200 ")) throw new Error(response);
sendResult(time);

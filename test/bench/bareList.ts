// What no client can be faster than: the same list by TLS and one request written by hand, trusting one authority or, as
// ours does, those of Node and of the system. Tells how long it took, in milliseconds.
import { readFileSync } from "node:fs";
import { connect, getCACertificates } from "node:tls";
import { inputApart, tell } from "./childProcess.ts";
import type { Destination } from "./session.ts";

export interface BareInput extends Destination {
	/** The path of the only authority to trust; without it, all are. */
	readonly authority?: string;
}

const { url, key, authority } = inputApart<BareInput>();
const { hostname, port, host, pathname } = new URL(url);
const request = [
	`GET ${pathname}/organization/certificates?limit=100 HTTP/1.1`,
	...[`host: ${host}`, `authorization: Bearer ${key}`, "connection: close", "", ""],
].join("\r\n");
const only = authority && readFileSync(authority);
const started = performance.now();
const ca = only || [...new Set([...getCACertificates("default"), ...getCACertificates("system")])];
const socket = connect({ host: hostname, port: Number(port), ca }, () => socket.write(request));
let answer = "";
for await (const chunk of socket) answer += chunk;
const time = performance.now() - started;
if (!answer.startsWith("HTTP/1.1 200 ")) throw new Error(answer);
tell(time);

// What no client can be faster than: the same list by TLS and one request written by hand. Tells how long it took, in
// milliseconds.
import { readFileSync } from "node:fs";
import { connect } from "node:tls";
import { inputApart, tell } from "./apart.ts";
import type { Destination } from "./session.ts";

const { url, key, authority } = inputApart<Destination & { authority: string }>();
const { hostname, port, host, pathname } = new URL(url);
const request = [
	`GET ${pathname}/organization/certificates?limit=100 HTTP/1.1`,
	...[`host: ${host}`, `authorization: Bearer ${key}`, "connection: close", "", ""],
].join("\r\n");
const ca = readFileSync(authority);
const started = performance.now();
const socket = connect({ host: hostname, port: Number(port), ca }, () => socket.write(request));
let answer = "";
for await (const chunk of socket) answer += chunk;
const time = performance.now() - started;
if (!answer.startsWith("HTTP/1.1 200 ")) throw new Error(answer);
tell(time);

import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";

/** Whether there is an OpenSSL here that judges as this Node's does; what macOS calls so is LibreSSL. */
export function isOpensslHere(): boolean {
	const { stdout } = spawnSync("openssl", ["version"], { encoding: "utf8" });
	return /^OpenSSL [3-9]\./.test(stdout ?? "");
}

/**
 * Runs something against OpenSSL's own server, which demands a client certificate.
 * @param files Paths: the server's certificate and key, and the authority that a client's must chain to. PEM.
 * @param act Told where it listens: host and port.
 */
export async function withOpensslServer(
	files: { readonly certificate: string; readonly key: string; readonly authority: string },
	version: "tls1_2" | "tls1_3",
	act: (host: string) => Promise<void>,
): Promise<void> {
	const own = ["-accept", "127.0.0.1:0", "-cert", files.certificate, "-key", files.key];
	const demand = ["-CAfile", files.authority, "-Verify", "3", "-verify_return_error"];
	const server = spawn("openssl", ["s_server", ...own, ...demand, `-${version}`], {
		// It ends with its input.
		stdio: ["pipe", "pipe", "ignore"],
	});
	const closed = once(server, "close");
	try {
		let said = "";
		for await (const chunk of server.stdout.iterator({ destroyOnReturn: false })) {
			said += chunk;
			if (/ACCEPT 127\.0\.0\.1:\d+\r?\n/.test(said)) break;
		}
		server.stdout.resume();
		await act(/127\.0\.0\.1:\d+/.exec(said)?.[0] ?? assert.fail(said));
	} finally {
		server.kill();
		await closed;
	}
}

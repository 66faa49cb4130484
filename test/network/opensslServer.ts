import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";

/** True if `openssl` is OpenSSL 3 or later, which validates as Node does; macOS has LibreSSL. */
export function hasOpenssl3(): boolean {
	const { stdout } = spawnSync("openssl", ["version"], { encoding: "utf8" });
	return /^OpenSSL [3-9]\./.test(stdout ?? "");
}

/**
 * Runs an action against OpenSSL's own server, which requires a client certificate.
 * @param files Paths of PEM files: the server's certificate and key, and the authority of client certificates.
 * @param action Receives the server's `host:port`.
 */
export async function withOpensslServer(
	files: { readonly certificate: string; readonly key: string; readonly authority: string },
	version: "tls1_2" | "tls1_3",
	action: (host: string) => Promise<void>,
): Promise<void> {
	const serverArgs = ["-accept", "127.0.0.1:0", "-cert", files.certificate, "-key", files.key];
	const clientArgs = ["-CAfile", files.authority, "-Verify", "3", "-verify_return_error"];
	const server = spawn("openssl", ["s_server", ...serverArgs, ...clientArgs, `-${version}`], {
		// The server ends when its input ends.
		stdio: ["pipe", "pipe", "ignore"],
	});
	const closed = once(server, "close");
	try {
		let output = "";
		for await (const chunk of server.stdout.iterator({ destroyOnReturn: false })) {
			output += chunk;
			if (/ACCEPT 127\.0\.0\.1:\d+\r?\n/.test(output)) break;
		}
		server.stdout.resume();
		await action(/127\.0\.0\.1:\d+/.exec(output)?.[0] ?? assert.fail(output));
	} finally {
		server.kill();
		await closed;
	}
}

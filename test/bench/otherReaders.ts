import { spawnSync } from "node:child_process";
import type { Beside } from "./measure.ts";

/** Others are stopped after this, in milliseconds: some files keep OpenSSL busy for minutes. */
const PATIENCE = 5000;
const TOO_SLOW = `over ${PATIENCE} ms`;

/** Reads each block of a file, or the whole where it has none, in a process that can be stopped. Times are milliseconds. */
export function byNodeCrypto(path: string, runs: number): Beside {
	const script = `
		const { X509Certificate } = require("node:crypto");
		const text = require("node:fs").readFileSync(process.argv[1], "latin1");
		const blocks = text.match(/-----BEGIN[^-]+-----[^-]+-----END[^-]+-----/g) ?? [text];
		const times = Array.from({ length: ${runs} }, () => {
			const start = performance.now();
			for (const block of blocks) try { new X509Certificate(block); } catch {}
			return performance.now() - start;
		});
		console.log(JSON.stringify(times));`;
	const { stdout, error } = spawnSync(process.execPath, ["-e", script, path], {
		timeout: PATIENCE * runs,
		encoding: "utf8",
	});
	return error
		? { name: "node:crypto", runs: [], missing: TOO_SLOW }
		: { name: "node:crypto", runs: JSON.parse(stdout) };
}

/** Reads the first block of a file, which is all that openssl looks at; its start is included. */
export function byOpenssl(path: string, runs: number): Beside {
	const times: number[] = [];
	for (let run = 0; run < runs; run++) {
		const start = performance.now();
		const { error } = spawnSync("openssl", ["x509", "-noout", "-in", path], { timeout: PATIENCE });
		if (error) return { name: "openssl", runs: [], missing: hasEnded(error) ? TOO_SLOW : "not installed" };
		times.push(performance.now() - start);
	}
	return { name: "openssl with its start", runs: times };
}

function hasEnded(error: NodeJS.ErrnoException): boolean {
	return error.code === "ETIMEDOUT";
}

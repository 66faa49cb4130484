import { spawnSync } from "node:child_process";
import type { Baseline } from "../measure.ts";

/** Timeout of other readers in milliseconds: some files keep OpenSSL busy for minutes. */
const TIMEOUT_MS = 5000;
const TOO_SLOW = `over ${TIMEOUT_MS} ms`;

/** Measures reading each block of a file, or a file without blocks, in a child process. Times are milliseconds. */
export function measureNodeCrypto(path: string, runs: number): Baseline {
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
		timeout: TIMEOUT_MS * runs,
		encoding: "utf8",
	});
	return error
		? { name: "node:crypto", runs: [], missing: TOO_SLOW }
		: { name: "node:crypto", runs: JSON.parse(stdout) };
}

/** Measures reading the first block of a file, including the start of openssl, which reads no further block. */
export function measureOpenssl(path: string, runs: number): Baseline {
	const times: number[] = [];
	for (let run = 0; run < runs; run++) {
		const start = performance.now();
		const { error } = spawnSync("openssl", ["x509", "-noout", "-in", path], { timeout: TIMEOUT_MS });
		if (error) return { name: "openssl", runs: [], missing: isTimeout(error) ? TOO_SLOW : "not installed" };
		times.push(performance.now() - start);
	}
	return { name: "openssl with its start", runs: times };
}

function isTimeout(error: NodeJS.ErrnoException): boolean {
	return error.code === "ETIMEDOUT";
}

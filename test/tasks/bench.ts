// npm run bench: how long reading takes, and how long it keeps others waiting, beside node:crypto and openssl on the same
// files. Times are medians in milliseconds; "stands still" is the longest stretch without giving way to others.
import { spawnSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { rootCertificates } from "node:tls";
import { MAX_FILE_BYTES } from "../../src/domain/certificateFile.ts";
import { X509Reader } from "../../src/file/reader.ts";
import { makeCertificate } from "../certificates.ts";

const LONGEST_STRETCH = 50;
/** Others are stopped after this: some of these files keep OpenSSL busy for minutes. */
const PATIENCE = 5000;

const { pem } = await makeCertificate({ keyType: "rsa-4096" });
const base64 = randomBytes(MAX_FILE_BYTES).toString("base64");
const begin = "-----BEGIN CERTIFICATE-----\n";
const end = "\n-----END CERTIFICATE-----\n";

const files: readonly { name: string; text: string; limit: number }[] = [
	{ name: `one certificate, ${pem.length} bytes`, text: pem, limit: 10 },
	{ name: `${rootCertificates.length} public roots`, text: rootCertificates.join("\n"), limit: 250 },
	{ name: "1 MiB of -", text: mebibyteOf("-"), limit: 100 },
	{ name: "1 MiB of newlines", text: mebibyteOf("\n"), limit: 100 },
	{ name: "1 MiB of -----BEGIN ", text: mebibyteOf("-----BEGIN "), limit: 100 },
	{ name: "1 MiB of base64", text: mebibyteOf(base64), limit: 100 },
	{ name: "1 MiB of base64 in a block", text: begin + base64.slice(0, MAX_FILE_BYTES - 60) + end, limit: 100 },
	{ name: "1 MiB of backslashes in a block", text: begin + "\\".repeat(MAX_FILE_BYTES - 60) + end, limit: 100 },
	{ name: "1 MiB of the same certificate", text: mebibyteOf(pem), limit: 1000 },
	{ name: "1 MiB of BEGIN lines", text: mebibyteOf("-----BEGIN A-----\n"), limit: 1000 },
];

const reader = new X509Reader();
const folder = mkdtempSync(join(tmpdir(), "bench-"));
const hasOpenssl = spawnSync("openssl", ["version"]).status === 0;
let tooSlow = 0;
console.log(`Node.js ${process.versions.node}; openssl's times include its start`);
console.log(row("", "ours", "limit", "stands still", "node:crypto", "openssl"));
for (const { name, text, limit } of files) {
	const path = join(folder, "file.pem");
	writeFileSync(path, text);
	const { time, stretch } = await measure(Buffer.from(text));
	if (time > limit || stretch > LONGEST_STRETCH) tooSlow++;
	const openssl = hasOpenssl ? opensslTime(path) : "-";
	console.log(row(name, time.toFixed(1), `${limit}`, stretch.toFixed(1), nodeCryptoTime(path), openssl));
}
rmSync(folder, { recursive: true });
console.log(tooSlow === 0 ? "All within their limits." : `${tooSlow} over the limit.`);
process.exitCode = tooSlow === 0 ? 0 : 1;

/** Reads a file several times, and watches how long the event loop stands still meanwhile. */
async function measure(bytes: Uint8Array): Promise<{ time: number; stretch: number }> {
	const times: number[] = [];
	const stretches: number[] = [];
	for (let run = 0; run < 9; run++) {
		let reading = true;
		let longest = 0;
		let last = performance.now();
		const watch = () => {
			longest = Math.max(longest, performance.now() - last);
			last = performance.now();
			if (reading) setImmediate(watch);
		};
		setImmediate(watch);
		const start = performance.now();
		await reader.read(bytes, Date.now() / 1000, 30);
		times.push(performance.now() - start);
		watch();
		reading = false;
		stretches.push(longest);
	}
	return { time: median(times), stretch: median(stretches) };
}

/** Reads each block of a file, or the whole where it has none, in a process that can be stopped. */
function nodeCryptoTime(path: string): string {
	const script = `
		const { X509Certificate } = require("node:crypto");
		const text = require("node:fs").readFileSync(process.argv[1], "latin1");
		const blocks = text.match(/-----BEGIN[^-]+-----[^-]+-----END[^-]+-----/g) ?? [text];
		const read = () => {
			const start = performance.now();
			for (const block of blocks) try { new X509Certificate(block); } catch {}
			return performance.now() - start;
		};
		read();
		console.log(read());`;
	const { stdout, error } = spawnSync(process.execPath, ["-e", script, path], { timeout: PATIENCE, encoding: "utf8" });
	return error ? `over ${PATIENCE}` : Number(stdout).toFixed(1);
}

function opensslTime(path: string): string {
	const start = performance.now();
	const { error } = spawnSync("openssl", ["x509", "-noout", "-in", path], { timeout: PATIENCE });
	return error ? `over ${PATIENCE}` : (performance.now() - start).toFixed(1);
}

function mebibyteOf(text: string): string {
	return text.repeat(Math.ceil(MAX_FILE_BYTES / text.length)).slice(0, MAX_FILE_BYTES);
}

function median(numbers: readonly number[]): number {
	return numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? 0;
}

function row(name: string, ...columns: readonly string[]): string {
	return name.padEnd(34) + columns.map((column) => column.padStart(13)).join("");
}

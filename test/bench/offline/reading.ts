import { randomBytes } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { rootCertificates } from "node:tls";
import { MAX_FILE_BYTES } from "../../../src/domain/limits.ts";
import { X509CertificateFileReader } from "../../../src/x509/certificateFileReader.ts";
import { makeCertificate } from "../../certificates.ts";
import { temporaryFolder } from "../../temporaryFolders.ts";
import { atMost, type Benchmark, MAX_BLOCKED_MS, median, type ResultRow } from "../measure.ts";
import { watchEventLoop } from "./eventLoop.ts";
import { measureNodeCrypto, measureOpenssl } from "./otherReaders.ts";

interface InputFile {
	readonly name: string;
	readonly text: string;
	/** Maximum time in milliseconds. */
	readonly limit: number;
}

export const reading: Benchmark = {
	name: "reading",
	run: async (quick) => {
		const temporary = temporaryFolder("bench");
		try {
			const path = join(temporary.path, "file.pem");
			const rows: ResultRow[] = [];
			const blockedTimes: number[] = [];
			for (const { name, text, limit } of await makeFiles()) {
				writeFileSync(path, text);
				const runs = quick ? 2 : 9;
				const { ours, blockedTime } = await read(Buffer.from(text), runs);
				const baselines = [measureNodeCrypto(path, runs), measureOpenssl(path, runs)];
				rows.push({ title: `reading ${name}`, unit: "ms", ours, beside: baselines, goal: atMost(limit, ours) });
				blockedTimes.push(blockedTime);
			}
			const longest = [Math.max(...blockedTimes)];
			const title = "reading: the longest stretch of all these";
			return [...rows, { title, unit: "ms", ours: longest, beside: [], goal: atMost(MAX_BLOCKED_MS, longest) }];
		} finally {
			temporary.remove();
		}
	},
};

async function makeFiles(): Promise<readonly InputFile[]> {
	const { pem } = await makeCertificate({ keyType: "rsa-4096" });
	const base64 = randomBytes(MAX_FILE_BYTES).toString("base64");
	const begin = "-----BEGIN CERTIFICATE-----\n";
	const end = "\n-----END CERTIFICATE-----\n";
	return [
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
}

/** Reads a file several times, and measures how long reading blocks the event loop. @returns milliseconds. */
async function read(bytes: Uint8Array, runs: number): Promise<{ ours: readonly number[]; blockedTime: number }> {
	const reader = new X509CertificateFileReader();
	const ours: number[] = [];
	const blockedTimes: number[] = [];
	for (let run = 0; run < runs; run++) {
		const start = performance.now();
		const { longest } = await watchEventLoop(() => reader.read(bytes, Date.now() / 1000, 30));
		ours.push(performance.now() - start);
		blockedTimes.push(longest);
	}
	return { ours, blockedTime: median(blockedTimes) };
}

function mebibyteOf(text: string): string {
	return text.repeat(Math.ceil(MAX_FILE_BYTES / text.length)).slice(0, MAX_FILE_BYTES);
}

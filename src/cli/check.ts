import { resolve } from "node:path";
import { isFault } from "../domain/certificateFile.ts";
import { issueLevel } from "../domain/clientCertificateCheck.ts";
import { checkChain } from "../x509/chainCheck.ts";
import { splitBlocks } from "../x509/fileBlocks.ts";
import { FileScan } from "../x509/fileScan.ts";
import { readRegularFile } from "./files.ts";
import { toJsonLine } from "./terminal.ts";

/** One client file and the trust anchors to check it against. */
export interface Check {
	/** The client certificate with its intermediates. */
	readonly client: string;
	/** Files; the first certificate of each is the trust anchor. */
	readonly anchors: readonly string[];
	/** The time to check the dates against, Unix seconds. */
	readonly at: number;
}

/**
 * Yields one line of JSON for each check, in order; a file that cannot be read gives the issue `unreadable`. Never throws.
 * @param folder The base folder of relative paths.
 */
export async function* check(checks: Iterable<Check>, folder: string): AsyncGenerator<string> {
	for (const each of checks) yield toJsonLine(await checkFiles(each, folder));
}

/** Field names and codes must not change: other programs read them. */
async function checkFiles({ client, anchors, at }: Check, folder: string) {
	const file = await readRegularFile(resolve(folder, client));
	if (typeof file === "string" || firstCertificate(file) === null)
		return { client, rfc5280: "invalid", verdict: "rejected", ...UNREADABLE };
	const trusted: Uint8Array[] = [];
	for (const anchor of anchors) {
		const bytes = await readRegularFile(resolve(folder, anchor));
		const certificate = typeof bytes === "string" ? null : firstCertificate(bytes);
		if (certificate) trusted.push(certificate);
	}
	// An anchor that is not known might be the one that matters.
	const result = trusted.length === anchors.length ? checkChain(file, trusted, at) : null;
	if (result === null) return { client, rfc5280: "unknown", verdict: "unknown", ...UNREADABLE };
	const { rfc5280, verdict, chain, issues } = result;
	return {
		...{ client, rfc5280, verdict },
		chain: chain.map(({ sha256 }) => sha256),
		issues: issues.map((issue) => ({ code: issue.code, level: issueLevel(issue), certificate: issue.certificate })),
	};
}

/** What a check says of a file that cannot be read, which has no fingerprint. */
const UNREADABLE = { chain: [], issues: [{ code: "unreadable", level: "error", certificate: null }] };

/**
 * Returns the DER of a file's first certificate; `null` if there is none or it is malformed. A certificate behind a
 * malformed one is never returned: OpenAI uses the first one of a trust anchor's file, and clients present the first one.
 */
function firstCertificate(file: Uint8Array): Uint8Array | null {
	const scan = new FileScan();
	for (const block of splitBlocks(file)) {
		// Read up to the first certificate, but always to the end of a block that has none.
		scan.add(block).next();
		const [first] = scan.certificates;
		if (scan.skipped.some(({ reason }) => isFault(reason))) return null;
		if (first) return first.certificate.raw.der;
	}
	return null;
}

import { X509Reader } from "../../../src/file/reader.ts";

/** Reads a file made of text or bytes as of now, with the usual reminder of 30 days. */
export function read(file: string | Uint8Array, at = Date.now() / 1000) {
	return new X509Reader().read(typeof file === "string" ? Buffer.from(file) : file, at, 30);
}

/** Reads one certificate, and gives its findings by code and level. */
export async function findingsOf(file: string | Uint8Array, at?: number) {
	const { candidates } = await read(file, at);
	const [candidate] = candidates;
	if (!candidate || candidates.length > 1) throw new Error(`${candidates.length} candidates`);
	return candidate.findings;
}

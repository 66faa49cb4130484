import type { CertificateFile } from "../../../src/domain/certificateFile.ts";
import { X509CertificateFileReader } from "../../../src/x509/certificateFileReader.ts";

/** Reads a certificate file, with a reminder of 30 days. @param at Unix seconds. Default: now. */
export function read(file: string | Uint8Array, at = Date.now() / 1000) {
	return new X509CertificateFileReader().read(typeof file === "string" ? Buffer.from(file) : file, at, 30);
}

/** Returns the findings of a file with one certificate. @throws Error for any other number of certificates. */
export async function findingsOf(file: string | Uint8Array, at?: number) {
	const { candidates } = await read(file, at);
	const [candidate] = candidates;
	if (!candidate || candidates.length > 1) throw new Error(`${candidates.length} candidates`);
	return candidate.findings;
}

/** Returns the outcome, the fingerprints, and the block, kind and reason of each skipped block. */
export function fileSummary({ outcome, candidates, skipped }: CertificateFile) {
	return [
		outcome,
		candidates.map(({ sha256 }) => sha256),
		skipped.map(({ block, kind, reason }) => `${block} ${kind} ${reason}`),
	];
}

/** Returns the codes of all findings. */
export function findingCodes({ candidates }: CertificateFile) {
	return candidates.flatMap(({ findings }) => findings.map(({ code }) => code));
}

/** Returns the findings with a code. */
export function findingsWithCode({ candidates }: CertificateFile, code: string) {
	return candidates.flatMap(({ findings }) => findings.filter((finding) => finding.code === code));
}

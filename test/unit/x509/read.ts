import type { CertificateFile } from "../../../src/domain/certificateFile.ts";
import { X509CertificateFileReader } from "../../../src/x509/certificateFileReader.ts";

/** Reads a file made of text or bytes as of now, with the usual reminder of 30 days. */
export function read(file: string | Uint8Array, at = Date.now() / 1000) {
	return new X509CertificateFileReader().read(typeof file === "string" ? Buffer.from(file) : file, at, 30);
}

/** Reads one certificate, and gives its findings by code and level. */
export async function findingsOf(file: string | Uint8Array, at?: number) {
	const { candidates } = await read(file, at);
	const [candidate] = candidates;
	if (!candidate || candidates.length > 1) throw new Error(`${candidates.length} candidates`);
	return candidate.findings;
}

/** Outcome, fingerprints, and what was skipped: block, kind and reason. */
export function ends({ outcome, candidates, skipped }: CertificateFile) {
	return [
		outcome,
		candidates.map(({ sha256 }) => sha256),
		skipped.map(({ block, kind, reason }) => `${block} ${kind} ${reason}`),
	];
}

/** The findings of all candidates, by their codes. */
export function codes({ candidates }: CertificateFile) {
	return candidates.flatMap(({ findings }) => findings.map(({ code }) => code));
}

/** Those of one code. */
export function withCode({ candidates }: CertificateFile, code: string) {
	return candidates.flatMap(({ findings }) => findings.filter((finding) => finding.code === code));
}

import { resolve } from "node:path";
import { describeFileOutcome } from "../common/messages/certificateFileMessages.ts";
import { DEFAULT_REMINDER_DAYS } from "../domain/certificate.ts";
import type { CertificateFile, ParsedCertificate, RefusalReason } from "../domain/certificateFile.ts";
import { X509CertificateFileReader } from "../x509/certificateFileReader.ts";
import { readRegularFile } from "./files.ts";
import { toJsonLine } from "./terminal.ts";

export interface InspectOptions {
	readonly files: readonly string[];
	/** The time to check the dates against, Unix seconds. */
	readonly at: number;
	/** The base folder of relative paths. */
	readonly folder: string;
}

/** Yields one line of JSON for each file; an unreadable file has the outcome `refuse`. Never throws. */
export async function* inspect({ files, at, folder }: InspectOptions): AsyncGenerator<string> {
	const reader = new X509CertificateFileReader();
	for (const file of files) {
		const bytes = await readRegularFile(resolve(folder, file));
		const found = typeof bytes === "string" ? refused(bytes) : await reader.read(bytes, at, DEFAULT_REMINDER_DAYS);
		yield toJsonLine(toJson(file, found));
	}
}

/** Field names must not change: other programs read them. */
function toJson(file: string, found: CertificateFile) {
	const { outcome, reason, holdsPrivateKey, candidates, skipped } = found;
	return {
		file,
		outcome,
		reason,
		message: describeFileOutcome(found),
		holdsPrivateKey,
		candidates: candidates.map(certificateToJson),
		skipped: skipped.map(({ block, line, kind, reason }) => ({ block, line, kind, reason })),
	};
}

function certificateToJson(certificate: ParsedCertificate) {
	const { sha256, serialNumber, subject, issuer, notBefore, notAfter, isCa, selfSigned, keyType, keyBits } =
		certificate;
	return {
		...{ sha256, serialNumber, subject, issuer, notBefore, notAfter, isCa, selfSigned, keyType, keyBits },
		pem: certificate.pem,
		findings: certificate.findings.map(({ code, level }) => ({ code, level })),
	};
}

function refused(reason: RefusalReason): CertificateFile {
	return { outcome: "refuse", reason, holdsPrivateKey: false, candidates: [], skipped: [] };
}

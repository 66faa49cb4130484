import { readFile, stat } from "node:fs/promises";
import { resolve } from "node:path";
import { describeFileOutcome } from "./common/messages/certificateFileMessages.ts";
import { DEFAULT_REMINDER_DAYS } from "./domain/certificate.ts";
import type { CertificateFile, ParsedCertificate, RefusalReason } from "./domain/certificateFile.ts";
import { MAX_FILE_BYTES } from "./domain/limits.ts";
import { X509CertificateFileReader } from "./x509/certificateFileReader.ts";

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
		const bytes = await readBytes(resolve(folder, file));
		const found = typeof bytes === "string" ? refused(bytes) : await reader.read(bytes, at, DEFAULT_REMINDER_DAYS);
		yield `${toTerminalSafeJson(toJson(file, found))}\n`;
	}
}

/** Returns JSON that cannot move a terminal's cursor or reverse its text direction. */
function toTerminalSafeJson(value: unknown): string {
	return JSON.stringify(value).replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, (character) =>
		// JSON escapes UTF-16 units; a character may have two units (RFC 8259 7).
		Array.from(
			{ length: character.length },
			(_, unit) => `\\u${character.charCodeAt(unit).toString(16).padStart(4, "0")}`,
		).join(""),
	);
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

/** Reads a regular file of at most 1 MiB; otherwise returns the reason for the refusal. */
async function readBytes(path: string): Promise<Uint8Array | RefusalReason> {
	try {
		// Never open a pipe or a device: reading might never end.
		const stats = await stat(path);
		if (!stats.isFile()) return "not-a-file";
		if (stats.size > MAX_FILE_BYTES) return "too-large";
		// The system's own files report size 0, and some are endless.
		return stats.size === 0 ? new Uint8Array() : await readFile(path);
	} catch (error) {
		return REASONS[(error as NodeJS.ErrnoException).code ?? ""] ?? "read-failed";
	}
}

const REASONS: Readonly<Record<string, RefusalReason>> = {
	ENOENT: "not-found",
	ENOTDIR: "not-found",
	ELOOP: "not-found",
	EACCES: "no-permission",
	EPERM: "no-permission",
};

function refused(reason: RefusalReason): CertificateFile {
	return { outcome: "refuse", reason, holdsPrivateKey: false, candidates: [], skipped: [] };
}

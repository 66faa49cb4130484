import { readFile, stat } from "node:fs/promises";
import { resolve } from "node:path";
import { outcomeWords } from "./common/messages/certificateFileMessages.ts";
import { DEFAULT_REMINDER_DAYS } from "./domain/certificate.ts";
import {
	type CertificateFile,
	MAX_FILE_BYTES,
	type ParsedCertificate,
	type RefusalReason,
} from "./domain/certificateFile.ts";
import { X509CertificateFileReader } from "./x509/certificateFileReader.ts";

/** What a terminal asks for. */
export interface Inspection {
	readonly files: readonly string[];
	/** The time to judge as of, Unix seconds. */
	readonly at: number;
	/** The folder that relative paths start from. */
	readonly folder: string;
}

/** Yields what is in each file as one line of JSON; a file that cannot be read is a refused one. Never throws. */
export async function* inspect({ files, at, folder }: Inspection): AsyncGenerator<string> {
	const reader = new X509CertificateFileReader();
	for (const file of files) {
		const bytes = await readBytes(resolve(folder, file));
		const found = typeof bytes === "string" ? refused(bytes) : await reader.read(bytes, at, DEFAULT_REMINDER_DAYS);
		yield `${inertJson(toJson(file, found))}\n`;
	}
}

/** JSON in which nothing moves a terminal's cursor or turns the direction of its text around. */
function inertJson(value: unknown): string {
	return JSON.stringify(value).replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, (character) =>
		// JSON escapes units of UTF-16, of which a character may have two (RFC 8259 7).
		Array.from(
			{ length: character.length },
			(_, unit) => `\\u${character.charCodeAt(unit).toString(16).padStart(4, "0")}`,
		).join(""),
	);
}

/** The names are fixed: other programs read them. */
function toJson(file: string, found: CertificateFile) {
	const { outcome, reason, holdsPrivateKey, candidates, skipped } = found;
	return {
		file,
		outcome,
		reason,
		message: outcomeWords(found),
		holdsPrivateKey,
		candidates: candidates.map(candidateToJson),
		skipped: skipped.map(({ block, line, kind, reason }) => ({ block, line, kind, reason })),
	};
}

function candidateToJson(candidate: ParsedCertificate) {
	const { sha256, serialNumber, subject, issuer, notBefore, notAfter, isCa, selfSigned, keyType, keyBits } = candidate;
	return {
		...{ sha256, serialNumber, subject, issuer, notBefore, notAfter, isCa, selfSigned, keyType, keyBits },
		pem: candidate.pem,
		findings: candidate.findings.map(({ code, level }) => ({ code, level })),
	};
}

/** Reads a regular file of at most 1 MiB, or says why not. */
async function readBytes(path: string): Promise<Uint8Array | RefusalReason> {
	try {
		// A pipe or a device is not even opened: it might never answer.
		const stats = await stat(path);
		if (!stats.isFile()) return "not-a-file";
		if (stats.size > MAX_FILE_BYTES) return "too-large";
		// The system's own files say that they hold nothing, and some never end.
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

import { ORGANIZATION_REF } from "../../common/organizationRef.ts";
import type { JsonFileFormat } from "../../common/storage/jsonFileStore.ts";
import { type Certificate, isCertificateId } from "../../domain/certificate.ts";
import { asRecord } from "../../domain/json.ts";
import { ProblemError } from "../../domain/problem.ts";
import type { UploadAttempt } from "./uploadAttempt.ts";
import type { Confirmation, UploadKey, UploadRecord } from "./uploadHistory.ts";

/** A file's content: the remembered attempts to upload one certificate to one organization, oldest first. */
export interface JournalFile {
	readonly attempts: readonly UploadRecord[];
}

const NAME = new RegExp(`^(${ORGANIZATION_REF})\\.([0-9a-f]{64})\\.json$`);

/** Parses a file name; `null` if it is not a journal file. */
export function parseJournalFileName(name: string): UploadKey | null {
	const [, organizationRef, sha256] = NAME.exec(name) ?? [];
	return organizationRef === undefined || sha256 === undefined ? null : { organizationRef, sha256 };
}

/** Returns a journal file's name. @throws ProblemError `not-recorded` if a part could lead to another folder */
export function journalFileName({ organizationRef, sha256 }: UploadKey): string {
	const name = `${organizationRef}.${sha256}.json`;
	if (NAME.test(name)) return name;
	throw new ProblemError({ reason: "not-recorded", code: null });
}

/** Versions 0 and 1 used other file names: `oldJournalFiles.ts`. */
export const JOURNAL_FILE_FORMAT: JsonFileFormat<JournalFile> = {
	version: 2,
	parse: ({ attempts }, name) => {
		const key = parseJournalFileName(name);
		if (!key || !Array.isArray(attempts)) return null;
		const records = attempts.map((each) => parseRecord(each, key));
		return records.every((record) => record !== null) ? { attempts: records } : null;
	},
};

function parseRecord(json: unknown, key: UploadKey): UploadRecord | null {
	const { pending, arrival } = asRecord(json);
	const attempt = parseAttempt(asRecord(pending), key);
	const confirmation = arrival === null ? null : parseConfirmation(asRecord(arrival));
	return attempt && (confirmation || arrival === null) ? { pending: attempt, arrival: confirmation } : null;
}

/** Parses an attempt; `null` if it is invalid or belongs to another upload. */
export function parseAttempt(fields: Record<string, unknown>, key: UploadKey): UploadAttempt | null {
	const { id, name, pem, startedAt, idsBefore, servedBefore, owner } = fields;
	if (fields.organizationRef !== key.organizationRef || fields.sha256 !== key.sha256) return null;
	if (!isText(id) || !isText(name) || !isText(pem) || !isText(owner) || !isTime(startedAt)) return null;
	if (!(idsBefore === null || (Array.isArray(idsBefore) && idsBefore.every(isCertificateId)))) return null;
	if (!(servedBefore === null || isTime(servedBefore))) return null;
	return { ...key, id, name, pem, startedAt, idsBefore, servedBefore, owner };
}

/** Parses a confirmation; `null` if it is invalid. */
export function parseConfirmation({ certificates, at }: Record<string, unknown>): Confirmation | null {
	if (!isTime(at) || !Array.isArray(certificates)) return null;
	const parsed = certificates.map(parseCertificate);
	return parsed.every((certificate) => certificate !== null) ? { certificates: parsed, at } : null;
}

function parseCertificate(json: unknown): Certificate | null {
	const { id, name, createdAt, validAt, expiresAt, active } = asRecord(json);
	const times = [createdAt, validAt, expiresAt];
	if (!isCertificateId(id) || !(name === null || isText(name))) return null;
	if (!times.every((time) => time === null || isTime(time))) return null;
	if (!(active === undefined || typeof active === "boolean")) return null;
	return { id, name, createdAt, validAt, expiresAt, active } as Certificate;
}

function isText(value: unknown): value is string {
	return typeof value === "string";
}

function isTime(value: unknown): value is number {
	return typeof value === "number" && Number.isFinite(value);
}

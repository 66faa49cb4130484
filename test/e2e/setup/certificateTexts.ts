// Converts the emulator's data to the values of functions that make texts about certificates.
import assert from "node:assert/strict";
import type { CertificateWithContent, Time } from "../../../src/common/messages/certificateMessages.ts";
import { type Certificate, DEFAULT_REMINDER_DAYS } from "../../../src/domain/certificate.ts";
import type { CertificateFile, ParsedCertificate } from "../../../src/domain/certificateFile.ts";
import { X509CertificateFileReader } from "../../../src/x509/certificateFileReader.ts";
import type { StoredCertificate } from "../../emulator/state.ts";

/** Returns the current time, with the default setting of the reminder. */
export function currentTime(): Time {
	return { now: Date.now() / 1000, reminderDays: DEFAULT_REMINDER_DAYS };
}

/** Returns a certificate of the emulator as the extension lists it. */
export function toCertificate({ id, name, createdAt, validAt, expiresAt }: StoredCertificate): Certificate {
	return { id, name, createdAt, validAt, expiresAt, active: undefined };
}

/** Reads a certificate file as the extension does. */
export function readCertificateFile(content: string | Uint8Array): Promise<CertificateFile> {
	const { now, reminderDays } = currentTime();
	return new X509CertificateFileReader().read(Buffer.from(content), now, reminderDays);
}

/** Returns the only certificate of a file. */
export async function readCertificate(content: string | Uint8Array): Promise<ParsedCertificate> {
	const { candidates } = await readCertificateFile(content);
	assert.equal(candidates.length, 1);
	return candidates[0] ?? assert.fail();
}

/** Returns a certificate of the emulator, and its content. */
export async function withContent(stored: StoredCertificate): Promise<CertificateWithContent> {
	return { certificate: toCertificate(stored), content: await readCertificate(stored.pem) };
}

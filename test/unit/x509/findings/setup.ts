// Findings and certificates for the tests of findings.
import type { Finding } from "../../../../src/domain/certificateFile.ts";
import * as der from "../der.ts";
import { findingsOf } from "../read.ts";

/** Returns a certificate's findings as `level code`, by severity. @param at Unix seconds. Default: now. */
export async function levelsAndCodes(file: Uint8Array, at = Date.now() / 1000): Promise<string[]> {
	return (await findingsOf(file, at)).map(({ level, code }) => `${level} ${code}`);
}

/** Returns the first finding with a code. */
export async function findingWithCode(file: Uint8Array, code: string, at?: number): Promise<Finding | undefined> {
	return (await findingsOf(file, at)).find((finding) => finding.code === code);
}

export const issuer = der.name("Another CA");

/** The extension with an authority key identifier of another key. */
export const otherAuthorityKeyId = {
	[der.AUTHORITY_KEY_ID]: { oid: der.AUTHORITY_KEY_ID, value: der.sequence(der.tlv(0x80, Buffer.from("another key"))) },
};

/** Makes a certificate with the usual extensions, some replaced or omitted, and more extensions after them. */
export function withExtensions(
	replaced: Parameters<typeof der.usualExtensions>[0],
	more: readonly der.ExtensionParts[] = [],
): Buffer {
	return der.certificate({ extensions: [...der.usualExtensions(replaced), ...more] });
}

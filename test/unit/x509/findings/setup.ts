// What certificates are found to be, and those that tests of it begin with.
import type { Finding } from "../../../../src/domain/certificateFile.ts";
import * as der from "../der.ts";
import { findingsOf } from "../read.ts";

/** What a certificate is found to be, as `level code`, in the order of their weight. */
export async function judge(file: Uint8Array, at = Date.now() / 1000): Promise<string[]> {
	return (await findingsOf(file, at)).map(({ level, code }) => `${level} ${code}`);
}

export async function detail(file: Uint8Array, code: string, at?: number): Promise<Finding | undefined> {
	return (await findingsOf(file, at)).find((finding) => finding.code === code);
}

export const issuer = der.name("Another CA");

/** An authority key identifier that names another key. */
export const ofAnother = {
	[der.AUTHORITY_KEY]: { oid: der.AUTHORITY_KEY, value: der.sequence(der.tlv(0x80, Buffer.from("another key"))) },
};

/** A certificate with the usual extensions, some of them replaced or left out, and more behind them. */
export function withExtensions(
	replaced: Parameters<typeof der.usualExtensions>[0],
	more: readonly der.ExtensionParts[] = [],
): Buffer {
	return der.certificate({ extensions: [...der.usualExtensions(replaced), ...more] });
}

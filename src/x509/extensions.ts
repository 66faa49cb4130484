import "reflect-metadata/lite";
import {
	AuthorityKeyIdentifierExtension,
	BasicConstraintsExtension,
	ExtendedKeyUsageExtension,
	KeyUsageFlags,
	KeyUsagesExtension,
	SubjectKeyIdentifierExtension,
} from "@peculiar/x509";
import type { RawExtension } from "./rawCertificate.ts";

/** Object identifiers that are judged by name (RFC 5280 4.2.1.10, 4.2.1.12). */
export const NAME_CONSTRAINTS = "2.5.29.30";
export const CLIENT_AUTHENTICATION = "1.3.6.1.5.5.7.3.2";
export const ANY_EXTENDED_KEY_USAGE = "2.5.29.37.0";

/** What the extensions of a certificate say; `null` for one that is missing or cannot be decoded. */
export interface Extensions {
	readonly basicConstraints: { readonly ca: boolean; readonly pathLength: number | null } | null;
	readonly keyUsage: {
		readonly digitalSignature: boolean;
		readonly certificateSign: boolean;
		readonly crlSign: boolean;
	} | null;
	/** Object identifiers. */
	readonly extendedKeyUsage: readonly string[] | null;
	/** Lower-case hex; the serial number is that of the issuer's own certificate. */
	readonly authorityKey: { readonly keyId: string | null; readonly serialNumber: string | null } | null;
	/** Lower-case hex. */
	readonly subjectKey: string | null;
	/** Object identifiers of the extensions above that are there and cannot be decoded. */
	readonly unreadable: readonly string[];
}

/** The extensions below hold a few bytes each; the library takes its time over large ones. */
const MAX_BYTES = 16_384;

/** Decodes the extensions that matter, each on its own: one that is broken must not hide the others. */
export function readExtensions(raw: readonly RawExtension[]): Extensions {
	const unreadable: string[] = [];
	const read = <T>(oid: string, decode: (der: Uint8Array) => T): T | null => {
		const extension = raw.find((candidate) => candidate.oid === oid);
		if (extension === undefined) return null;
		try {
			if (extension.der.length > MAX_BYTES) throw new RangeError("too large");
			return decode(extension.der);
		} catch {
			unreadable.push(oid);
			return null;
		}
	};
	return {
		basicConstraints: read("2.5.29.19", (der) => {
			const { ca, pathLength = null } = new BasicConstraintsExtension(der);
			// A number that is negative, or too large for one, does not hide that it is a CA.
			const isLength = pathLength === null || (Number.isSafeInteger(pathLength) && pathLength >= 0);
			if (!isLength) unreadable.push("2.5.29.19");
			return { ca, pathLength: isLength ? pathLength : null };
		}),
		keyUsage: read("2.5.29.15", (der) => {
			const { usages } = new KeyUsagesExtension(der);
			return {
				digitalSignature: (usages & KeyUsageFlags.digitalSignature) !== 0,
				certificateSign: (usages & KeyUsageFlags.keyCertSign) !== 0,
				crlSign: (usages & KeyUsageFlags.cRLSign) !== 0,
			};
		}),
		extendedKeyUsage: read("2.5.29.37", (der) => new ExtendedKeyUsageExtension(der).usages.map(String)),
		authorityKey: read("2.5.29.35", (der) => {
			const { keyId, certId } = new AuthorityKeyIdentifierExtension(der);
			return { keyId: keyId ?? null, serialNumber: certId?.serialNumber || null };
		}),
		subjectKey: read("2.5.29.14", (der) => new SubjectKeyIdentifierExtension(der).keyId),
		unreadable,
	};
}

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

/** Object identifiers (RFC 5280 4.2.1.6, 4.2.1.10, 4.2.1.12, A.1). */
export const SUBJECT_ALTERNATIVE_NAME = "2.5.29.17";
export const NAME_CONSTRAINTS = "2.5.29.30";
export const COMMON_NAME = "2.5.4.3";
export const EMAIL_ADDRESS = "1.2.840.113549.1.9.1";
export const CLIENT_AUTHENTICATION = "1.3.6.1.5.5.7.3.2";
export const ANY_EXTENDED_KEY_USAGE = "2.5.29.37.0";

/** The decoded extensions of a certificate; `null` if an extension is missing or cannot be decoded. */
export interface Extensions {
	readonly basicConstraints: { readonly ca: boolean; readonly pathLength: number | null } | null;
	readonly keyUsage: {
		readonly digitalSignature: boolean;
		readonly certificateSign: boolean;
		readonly crlSign: boolean;
		/** True if no usage is allowed, which RFC 5280 4.2.1.3 forbids and Go takes for no key usage. */
		readonly isEmpty: boolean;
	} | null;
	/** Object identifiers. */
	readonly extendedKeyUsage: readonly string[] | null;
	/** Lower-case hex; the serial number is from the issuer's own certificate. */
	readonly authorityKey: { readonly keyId: string | null; readonly serialNumber: string | null } | null;
	/** Lower-case hex. */
	readonly subjectKey: string | null;
	/** Object identifiers of the extensions above that are present but cannot be decoded. */
	readonly unreadable: readonly string[];
}

/** The extensions below need a few bytes each; the library is slow on large extensions. */
const MAX_EXTENSION_BYTES = 16_384;

/** Decodes the relevant extensions separately: a broken extension must not hide the others. */
export function readExtensions(extensions: readonly RawExtension[]): Extensions {
	const unreadable: string[] = [];
	const read = <T>(oid: string, decode: (der: Uint8Array) => T): T | null => {
		const extension = extensions.find((each) => each.oid === oid);
		if (extension === undefined) return null;
		try {
			if (extension.der.length > MAX_EXTENSION_BYTES) throw new RangeError("too large");
			return decode(extension.der);
		} catch {
			unreadable.push(oid);
			return null;
		}
	};
	return {
		basicConstraints: read("2.5.29.19", (der) => {
			const { ca, pathLength = null } = new BasicConstraintsExtension(der);
			// Keep `ca` if the path length is negative or not a safe integer.
			const isValidLength = pathLength === null || (Number.isSafeInteger(pathLength) && pathLength >= 0);
			if (!isValidLength) unreadable.push("2.5.29.19");
			return { ca, pathLength: isValidLength ? pathLength : null };
		}),
		keyUsage: read("2.5.29.15", (der) => {
			const { usages } = new KeyUsagesExtension(der);
			return {
				digitalSignature: (usages & KeyUsageFlags.digitalSignature) !== 0,
				certificateSign: (usages & KeyUsageFlags.keyCertSign) !== 0,
				crlSign: (usages & KeyUsageFlags.cRLSign) !== 0,
				// The library returns no number for an empty BIT STRING.
				isEmpty: !(usages > 0),
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

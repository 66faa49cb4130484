import "reflect-metadata/lite";
import {
	AuthorityKeyIdentifierExtension,
	BasicConstraintsExtension,
	ExtendedKeyUsageExtension,
	KeyUsageFlags,
	KeyUsagesExtension,
	SubjectKeyIdentifierExtension,
} from "@peculiar/x509";
import { AUTHORITY_KEY, BASIC_CONSTRAINTS, EXTENDED_KEY_USAGE, KEY_USAGE, SUBJECT_KEY } from "./objectIds.ts";
import type { RawExtension } from "./rawCertificate.ts";

/** The decoded extensions of a certificate; `null` if an extension is missing or cannot be decoded. */
export interface Extensions {
	readonly basicConstraints: { readonly ca: boolean; readonly pathLength: number | null } | null;
	readonly keyUsage: {
		readonly digitalSignature: boolean;
		readonly certificateSign: boolean;
		readonly crlSign: boolean;
		/** True if no usage is allowed, which RFC 5280 4.2.1.3 forbids and Go treats as no key usage. */
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
		basicConstraints: read(BASIC_CONSTRAINTS, (der) => {
			const { ca, pathLength = null } = new BasicConstraintsExtension(der);
			// Keep `ca` if the path length is negative or not a safe integer.
			const isValidLength = pathLength === null || (Number.isSafeInteger(pathLength) && pathLength >= 0);
			if (!isValidLength) unreadable.push(BASIC_CONSTRAINTS);
			return { ca, pathLength: isValidLength ? pathLength : null };
		}),
		keyUsage: read(KEY_USAGE, (der) => {
			const { usages } = new KeyUsagesExtension(der);
			return {
				digitalSignature: (usages & KeyUsageFlags.digitalSignature) !== 0,
				certificateSign: (usages & KeyUsageFlags.keyCertSign) !== 0,
				crlSign: (usages & KeyUsageFlags.cRLSign) !== 0,
				// The library returns no number for an empty BIT STRING.
				isEmpty: !(usages > 0),
			};
		}),
		extendedKeyUsage: read(EXTENDED_KEY_USAGE, (der) => new ExtendedKeyUsageExtension(der).usages.map(String)),
		authorityKey: read(AUTHORITY_KEY, (der) => {
			const { keyId, certId } = new AuthorityKeyIdentifierExtension(der);
			return { keyId: keyId ?? null, serialNumber: certId?.serialNumber || null };
		}),
		subjectKey: read(SUBJECT_KEY, (der) => new SubjectKeyIdentifierExtension(der).keyId),
		unreadable,
	};
}

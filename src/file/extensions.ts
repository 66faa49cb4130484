import "reflect-metadata";
import {
	AuthorityKeyIdentifierExtension,
	BasicConstraintsExtension,
	ExtendedKeyUsageExtension,
	KeyUsagesExtension,
	SubjectKeyIdentifierExtension,
} from "@peculiar/x509";
import type { RawExtension } from "./structure.ts";

/** What the extensions of a certificate say; `null` for one that is missing or cannot be decoded. */
export interface Extensions {
	readonly basicConstraints: BasicConstraintsExtension | null;
	readonly keyUsage: KeyUsagesExtension | null;
	readonly extendedKeyUsage: ExtendedKeyUsageExtension | null;
	readonly authorityKey: AuthorityKeyIdentifierExtension | null;
	readonly subjectKey: SubjectKeyIdentifierExtension | null;
	/** Object identifiers of the extensions above that are there and cannot be decoded. */
	readonly unreadable: readonly string[];
}

/** Decodes the extensions that matter, each on its own: one that is broken must not hide the others. */
export function readExtensions(raw: readonly RawExtension[]): Extensions {
	const unreadable: string[] = [];
	const read = <T>(oid: string, Type: new (der: Uint8Array) => T): T | null => {
		const extension = raw.find((candidate) => candidate.oid === oid);
		if (extension === undefined) return null;
		try {
			return new Type(extension.der);
		} catch {
			unreadable.push(oid);
			return null;
		}
	};
	return {
		basicConstraints: read("2.5.29.19", BasicConstraintsExtension),
		keyUsage: read("2.5.29.15", KeyUsagesExtension),
		extendedKeyUsage: read("2.5.29.37", ExtendedKeyUsageExtension),
		authorityKey: read("2.5.29.35", AuthorityKeyIdentifierExtension),
		subjectKey: read("2.5.29.14", SubjectKeyIdentifierExtension),
		unreadable,
	};
}

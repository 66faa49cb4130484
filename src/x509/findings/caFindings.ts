import type { Finding } from "../../domain/certificateFile.ts";
import { childrenOf, readElement } from "../asn1/der.ts";
import type { DecodedCertificate } from "../certificate.ts";
import {
	ANY_EXTENDED_KEY_USAGE,
	AUTHORITY_KEY,
	BASIC_CONSTRAINTS,
	CLIENT_AUTHENTICATION,
	KEY_USAGE,
	NAME_CONSTRAINTS,
	PROCESSED_EXTENSIONS,
	SUBJECT_KEY,
} from "../objectIds.ts";
import type { RawExtension } from "../rawCertificate.ts";

/** Extensions that may be critical. The two identifiers should not be, but every validator knows them. */
const ALLOWED_CRITICAL = new Set([...PROCESSED_EXTENSIONS, SUBJECT_KEY, AUTHORITY_KEY]);

/** Yields findings about a certificate's use as a CA for client certificates, from its extensions. */
export function* caFindings(certificate: DecodedCertificate, isRoot: boolean): Generator<Finding> {
	const { raw, extensions, selfSigned } = certificate;
	if (raw.version < 2) yield { code: "version-1", level: "warn" };
	if (raw.version < 2 && raw.extensions.length === 0) return;

	const { basicConstraints } = extensions;
	const has = (oid: string) => raw.extensions.some((extension) => extension.oid === oid);
	if (!has(BASIC_CONSTRAINTS)) yield { code: "no-basic-constraints", level: "strong", selfSigned: selfSigned === true };
	else if (basicConstraints?.ca === false) yield { code: "not-a-ca", level: "strong" };
	if (basicConstraints?.ca) {
		if (raw.extensions.some(isNotCritical(BASIC_CONSTRAINTS)))
			yield { code: "basic-constraints-not-critical", level: "warn" };
		yield* keyUsageFindings(certificate);
		if (!has(SUBJECT_KEY)) yield { code: "no-subject-key-identifier", level: "warn" };
		if (!has(AUTHORITY_KEY)) yield { code: "no-authority-key-identifier", level: isRoot ? "info" : "warn" };
		else if (!isRoot && extensions.authorityKey && extensions.authorityKey.keyId === null)
			yield { code: "authority-key-identifier-without-key", level: "warn" };
		if (basicConstraints.pathLength !== null)
			yield { code: "path-length", level: "info", length: basicConstraints.pathLength };
	}

	const usages = extensions.extendedKeyUsage;
	if (usages && !usages.includes(CLIENT_AUTHENTICATION))
		yield usages.includes(ANY_EXTENDED_KEY_USAGE)
			? { code: "any-usage-only", level: "warn" }
			: { code: "no-client-authentication", level: "strong" };

	for (const extension of raw.extensions) {
		if (extension.critical && !ALLOWED_CRITICAL.has(extension.oid))
			yield { code: "unknown-critical-extension", level: "strong", oid: extension.oid };
		if (extension.oid === NAME_CONSTRAINTS)
			yield extension.critical && constrainsDirectoryNames(extension)
				? { code: "directory-name-constraint", level: "strong" }
				: { code: "name-constraints", level: "warn" };
	}
	if (raw.extensions.some(isNotCritical(NAME_CONSTRAINTS)))
		yield { code: "name-constraints-not-critical", level: "warn" };
}

function isNotCritical(oid: string): (extension: RawExtension) => boolean {
	return (extension) => extension.oid === oid && !extension.critical;
}

function* keyUsageFindings({ raw, extensions: { keyUsage } }: DecodedCertificate): Generator<Finding> {
	if (!raw.extensions.some(({ oid }) => oid === KEY_USAGE)) yield { code: "no-key-usage", level: "warn" };
	if (raw.extensions.some(isNotCritical(KEY_USAGE))) yield { code: "key-usage-not-critical", level: "info" };
	if (keyUsage === null) return;
	if (!keyUsage.certificateSign) yield { code: "no-certificate-sign", level: "strong" };
	if (!keyUsage.crlSign) yield { code: "no-crl-sign", level: "warn" };
}

/** True if a permitted or excluded subtree is a directory name (RFC 5280 4.2.1.10). */
function constrainsDirectoryNames({ value }: RawExtension): boolean {
	const subtrees = (childrenOf(readElement(value)) ?? []).flatMap((list) => childrenOf(list) ?? []);
	return subtrees.some((subtree) => childrenOf(subtree)?.[0]?.tag === 0xa4);
}

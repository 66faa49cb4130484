import { childrenOf, readElement } from "../asn1/der.ts";
import type { DecodedCertificate } from "../certificate.ts";
import { canonicalName, type DistinguishedName, readName } from "../distinguishedName.ts";
import { AUTHORITY_KEY } from "../objectIds.ts";

/**
 * False if a certificate's authority key identifier names another certificate than its issuer, by key, serial number or
 * issuer (RFC 5280 4.2.1.1), as OpenSSL compares them.
 */
export function isIdentifiedBy({ extensions, raw }: DecodedCertificate, issuer: DecodedCertificate): boolean {
	const { keyId = null, serialNumber = null } = extensions.authorityKey ?? {};
	const { subjectKey } = issuer.extensions;
	if (keyId !== null && subjectKey !== null && keyId !== subjectKey) return false;
	if (serialNumber !== null && toNumber(serialNumber) !== toNumber(hex(issuer.raw.serialNumber))) return false;
	const name = extensions.authorityKey && readIssuer(raw.extensions.find(({ oid }) => oid === AUTHORITY_KEY)?.value);
	return !name || canonicalName(name) === canonicalName(issuer.issuer);
}

/** Returns the first directory name in `authorityCertIssuer`. */
function readIssuer(value: Uint8Array | undefined): DistinguishedName | null {
	const names = childrenOf(value && readElement(value))?.find(({ tag }) => tag === 0xa1);
	const directoryName = childrenOf(names)?.find(({ tag }) => tag === 0xa4);
	const [name] = childrenOf(directoryName) ?? [];
	return name ? readName(name) : null;
}

function toNumber(digits: string): bigint {
	return BigInt(`0x${digits}`);
}

function hex(bytes: Uint8Array): string {
	return Buffer.from(bytes).toString("hex") || "0";
}

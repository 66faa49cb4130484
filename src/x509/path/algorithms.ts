import { childrenOf, type Element, NULL } from "../asn1/der.ts";
import type { DecodedCertificate } from "../certificate.ts";
import { isCommonCurve, type PublicKey } from "../publicKey.ts";
import type { SignatureAlgorithm } from "../signature.ts";

/** Hashes whose signatures Go, OpenSSL and BoringSSL all verify in certificates, with their bytes. */
const COMMON_HASHES: Readonly<Record<string, number>> = { sha256: 32, sha384: 48, sha512: 64 };

/** Go rejects shorter RSA keys, and every library has an upper limit. */
const MIN_RSA_BITS = 1024;
const MAX_RSA_BITS = 8192;
/** Go rejects larger exponents. */
const MAX_RSA_EXPONENT = 2n ** 31n - 1n;

/**
 * Returns the algorithm of a certificate's key or signature that not all validators support, or `null`.
 * @param isVerified True if the signature counts.
 */
export function findUncommonAlgorithm(certificate: DecodedCertificate, isVerified: boolean): string | null {
	return (
		findUncommonKey(certificate.publicKey) ??
		(isVerified ? findUncommonSignature(certificate.signatureAlgorithm) : null)
	);
}

/** Returns the algorithm of a key that not all validators support, or `null`. */
export function findUncommonKey({ type, bits, curve, exponent }: PublicKey): string | null {
	if (type === "ec") return isCommonCurve(curve) ? null : (curve ?? "ec");
	if (type !== "rsa") return type === "ed25519" ? null : type;
	const isCommon =
		bits !== null && bits >= MIN_RSA_BITS && bits <= MAX_RSA_BITS && (exponent ?? 0n) <= MAX_RSA_EXPONENT;
	return isCommon ? null : `rsa-${bits ?? "unknown"}`;
}

/** Returns the algorithm of a signature that not all validators support, or `null`. */
export function findUncommonSignature({ hash, keyTypes, saltLength }: SignatureAlgorithm): string | null {
	if (keyTypes.includes("ed25519")) return null;
	if (!keyTypes.includes("rsa") && !keyTypes.includes("ec")) return keyTypes[0] ?? "unknown";
	const bytes = COMMON_HASHES[hash ?? ""];
	if (bytes === undefined) return hash ?? "unknown";
	// Go and BoringSSL require a salt as long as the hash.
	return saltLength === null || saltLength === bytes ? null : `rsa-pss-${saltLength}`;
}

/**
 * False if an AlgorithmIdentifier has other parameters than usual, a point is compressed, or the two identifiers of the
 * signature differ. OpenSSL accepts that (in an anchor, whose signature nobody verifies), others don't.
 */
export function hasUsualIdentifiers({ raw, publicKey, signatureAlgorithm }: DecodedCertificate): boolean {
	const [keyIdentifier, key] = childrenOf(raw.publicKey) ?? [];
	if (publicKey.type === "rsa" && parametersOf(keyIdentifier)?.tag !== NULL) return false;
	if (publicKey.type === "ed25519" && parametersOf(keyIdentifier)) return false;
	// An uncompressed point (RFC 5480 2.2), after the count of unused bits.
	if (publicKey.type === "ec" && key?.content[1] !== 4) return false;
	const { keyTypes, saltLength } = signatureAlgorithm;
	const parameters = parametersOf(raw.signatureAlgorithm);
	if (keyTypes.includes("rsa") && saltLength === null && parameters && parameters.tag !== NULL) return false;
	if ((keyTypes.includes("ec") || keyTypes.includes("ed25519")) && parameters) return false;
	return raw.signatureAlgorithmsAgree;
}

function parametersOf(identifier: Element | undefined): Element | undefined {
	return childrenOf(identifier)?.[1];
}

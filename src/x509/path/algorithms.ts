import type { DecodedCertificate } from "../certificate.ts";
import { isCommonCurve } from "../publicKey.ts";

/** Hashes whose signatures Go, OpenSSL and BoringSSL all verify in certificates. */
const COMMON_HASHES: ReadonlySet<string | null> = new Set(["sha256", "sha384", "sha512"]);

/** Go rejects shorter RSA keys, and every library has an upper limit. */
const MIN_RSA_BITS = 1024;
const MAX_RSA_BITS = 8192;

/** Returns the algorithm of a certificate's key or signature that not all validators support, or `null`. */
export function findUncommonAlgorithm({ publicKey, signatureAlgorithm }: DecodedCertificate): string | null {
	const { type, bits, curve } = publicKey;
	if (type === "ec") {
		if (!isCommonCurve(curve)) return curve ?? "ec";
	} else if (type === "rsa") {
		if (bits === null || bits < MIN_RSA_BITS || bits > MAX_RSA_BITS) return `rsa-${bits ?? "unknown"}`;
	} else if (type !== "ed25519") return type;

	const { hash, keyTypes } = signatureAlgorithm;
	if (keyTypes.includes("ed25519")) return null;
	if (keyTypes.includes("rsa") || keyTypes.includes("ec"))
		return COMMON_HASHES.has(hash) ? null : (hash ?? "unknown hash");
	return keyTypes[0] ?? "unknown";
}

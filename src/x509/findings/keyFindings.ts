import type { Finding } from "../../domain/certificateFile.ts";
import type { DecodedCertificate } from "../certificate.ts";
import { isCommonCurve, isUsableExponent, type PublicKey } from "../publicKey.ts";

const WEAK_HASHES = new Set<string | null>(["md2", "md4", "md5", "sha1"]);

/**
 * Yields findings about the key and the signature.
 * @param isRoot True for a root, whose signature is never used.
 */
export function* keyFindings(
	{ publicKey, signatureAlgorithm: { hash, saltLength } }: DecodedCertificate,
	isRoot: boolean,
): Generator<Finding> {
	const { type, bits, exponent } = publicKey;
	if (type === "rsa" && bits !== null) {
		if (!isUsableExponent(exponent)) yield { code: "bad-rsa-exponent", level: "strong" };
		if (bits < 1024) yield { code: "rsa-under-1024", level: "strong", bits };
		else if (bits < 2048) yield { code: "rsa-under-2048", level: "warn", bits };
	} else if (type === "ed25519") yield { code: "ed25519", level: "info" };
	else if (type !== "ec" || !isCommonCurve(publicKey.curve))
		yield { code: "key-support-unknown", level: "strong", key: formatKey(publicKey) };

	if (hash !== null && WEAK_HASHES.has(hash))
		yield { code: "weak-signature", level: isRoot ? "info" : "warn", hash: hash.toUpperCase() };
	if (saltLength !== null) yield { code: "pss-signature", level: "info" };
}

function formatKey({ type, curve }: PublicKey): string {
	if (type !== "ec") return type;
	return curve === null ? "ec, explicit parameters" : `ec, ${curve}`;
}

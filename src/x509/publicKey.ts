import { createHash, createPublicKey, type KeyObject } from "node:crypto";
import { childrenOf, decodeOid, type Element, OBJECT_IDENTIFIER, parseUnsigned, readElement } from "./asn1/der.ts";

/** The key in a SubjectPublicKeyInfo. */
export interface PublicKey {
	/** The name in `node:crypto`, else the dotted object identifier. */
	readonly type: string;
	/** Modulus or curve size in bits, else `null`. */
	readonly bits: number | null;
	/** An elliptic curve's name or object identifier; `null` for explicit parameters and other keys. */
	readonly curve: string | null;
	/** An RSA key's exponent; `null` if missing or unreadable. */
	readonly exponent: bigint | null;
}

/** Curves by object identifier: OpenSSL's name and the size in bits. */
const CURVES: Record<string, readonly [name: string, bits: number]> = {
	"1.2.840.10045.3.1.1": ["prime192v1", 192],
	"1.3.132.0.33": ["secp224r1", 224],
	"1.2.840.10045.3.1.7": ["prime256v1", 256],
	"1.3.132.0.34": ["secp384r1", 384],
	"1.3.132.0.35": ["secp521r1", 521],
	"1.3.132.0.10": ["secp256k1", 256],
	"1.3.36.3.3.2.8.1.1.1": ["brainpoolP160r1", 160],
	"1.3.36.3.3.2.8.1.1.3": ["brainpoolP192r1", 192],
	"1.3.36.3.3.2.8.1.1.5": ["brainpoolP224r1", 224],
	"1.3.36.3.3.2.8.1.1.7": ["brainpoolP256r1", 256],
	"1.3.36.3.3.2.8.1.1.9": ["brainpoolP320r1", 320],
	"1.3.36.3.3.2.8.1.1.11": ["brainpoolP384r1", 384],
	"1.3.36.3.3.2.8.1.1.13": ["brainpoolP512r1", 512],
	"1.2.156.10197.1.301": ["SM2", 256],
};

/** Curves that all TLS clients and servers support. */
const COMMON_CURVES = new Set<string | null>(["prime256v1", "secp384r1", "secp521r1"]);

const TYPES: Record<string, string> = {
	"1.2.840.113549.1.1.1": "rsa",
	"1.2.840.113549.1.1.10": "rsa-pss",
	"1.2.840.10045.2.1": "ec",
	"1.2.840.10040.4.1": "dsa",
	"1.2.840.113549.1.3.1": "dh",
	"1.2.840.10046.2.1": "dh",
	"1.3.101.110": "x25519",
	"1.3.101.111": "x448",
	"1.3.101.112": "ed25519",
	"1.3.101.113": "ed448",
	"2.16.840.1.101.3.4.3.17": "ml-dsa-44",
	"2.16.840.1.101.3.4.3.18": "ml-dsa-65",
	"2.16.840.1.101.3.4.3.19": "ml-dsa-87",
	"2.16.840.1.101.3.4.3.20": "slh-dsa-sha2-128s",
	"2.16.840.1.101.3.4.3.21": "slh-dsa-sha2-128f",
	"2.16.840.1.101.3.4.3.22": "slh-dsa-sha2-192s",
	"2.16.840.1.101.3.4.3.23": "slh-dsa-sha2-192f",
	"2.16.840.1.101.3.4.3.24": "slh-dsa-sha2-256s",
	"2.16.840.1.101.3.4.3.25": "slh-dsa-sha2-256f",
	"2.16.840.1.101.3.4.3.26": "slh-dsa-shake-128s",
	"2.16.840.1.101.3.4.3.27": "slh-dsa-shake-128f",
	"2.16.840.1.101.3.4.3.28": "slh-dsa-shake-192s",
	"2.16.840.1.101.3.4.3.29": "slh-dsa-shake-192f",
	"2.16.840.1.101.3.4.3.30": "slh-dsa-shake-256s",
	"2.16.840.1.101.3.4.3.31": "slh-dsa-shake-256f",
};

/** Reads a SubjectPublicKeyInfo without loading the key, because runtimes reject different keys. */
export function readPublicKey(info: Element): PublicKey {
	const [algorithm, key] = childrenOf(info) ?? [];
	const [identifier, parameters] = childrenOf(algorithm) ?? [];
	const oid = (identifier && decodeOid(identifier.content)) ?? "";
	const type = keyTypeOf(oid);
	const typeOnly = { type, bits: null, curve: null, exponent: null };
	switch (type) {
		case "rsa":
		case "rsa-pss": {
			const [modulus, exponent] = childrenOf(key && readElement(key.content, 1)) ?? [];
			if (!modulus || !exponent) return typeOnly;
			return { ...typeOnly, bits: bitLength(modulus.content), exponent: parseUnsigned(exponent.content) };
		}
		case "ec": {
			const curve = parameters?.tag === OBJECT_IDENTIFIER ? decodeOid(parameters.content) : null;
			const [name, bits] = CURVES[curve ?? ""] ?? [curve, null];
			return { ...typeOnly, curve: name, bits };
		}
		case "dsa": {
			const prime = childrenOf(parameters)?.[0];
			return { ...typeOnly, bits: prime ? bitLength(prime.content) : null };
		}
		default:
			return typeOnly;
	}
}

/** Returns the `node:crypto` name for a key's object identifier, else the identifier. */
export function keyTypeOf(oid: string): string {
	return TYPES[oid] ?? oid;
}

/**
 * Returns the key identifier of RFC 5280 4.2.1.2 (1): SHA-1 of the BIT STRING without its first octet, lower-case hex.
 * @param info A SubjectPublicKeyInfo.
 */
export function defaultKeyId(info: Element): string {
	const bits = childrenOf(info)?.[1]?.content.subarray(1) ?? new Uint8Array();
	return createHash("sha1").update(bits).digest("hex");
}

/** True if all TLS clients and servers support the elliptic curve. */
export function isCommonCurve(curve: string | null): boolean {
	return COMMON_CURVES.has(curve);
}

/** True if an RSA exponent allows signatures: odd, and not 1. */
export function isUsableExponent(exponent: bigint | null): exponent is bigint {
	return exponent !== null && exponent % 2n === 1n && exponent !== 1n;
}

/** True for an RSA key of fewer than 2048 bits or with an unusable exponent. */
export function isWeakKey({ type, bits, exponent }: PublicKey): boolean {
	return (type === "rsa" || type === "rsa-pss") && ((bits ?? 0) < 2048 || !isUsableExponent(exponent));
}

/** True if a SubjectPublicKeyInfo contains a key, however it's encoded. False if this runtime can't load it. */
export function isSameKey(info: Element, key: KeyObject): boolean {
	try {
		return createPublicKey({ key: Buffer.from(info.encoded), format: "der", type: "spki" }).equals(key);
	} catch {
		return false;
	}
}

/** Counts the bits from the highest set bit. */
function bitLength(content: Uint8Array): number {
	const first = content.findIndex((octet) => octet !== 0);
	return first < 0 ? 0 : (content.length - first) * 8 - (Math.clz32(content[first] ?? 0) - 24);
}

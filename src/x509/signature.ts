import { constants, createPublicKey, type KeyObject, verify } from "node:crypto";
import { childrenOf, decodeOid, type Element } from "./asn1/der.ts";
import { isCommonCurve, isUsableExponent, keyTypeOf, type PublicKey, readPublicKey } from "./publicKey.ts";
import type { RawCertificate } from "./rawCertificate.ts";

/** The decoded AlgorithmIdentifier of a signature. */
export interface SignatureAlgorithm {
	/** Types of key that can make the signature, as named by `node:crypto`. */
	readonly keyTypes: readonly string[];
	/** The name in `node:crypto`; `null` if the algorithm has no separate hash or an unknown hash. */
	readonly hash: string | null;
	/** The salt's length in bytes for PSS, else `null`. */
	readonly saltLength: number | null;
	/** True if every supported runtime either verifies such signatures or throws. */
	readonly checkable: boolean;
}

const RSA = "1.2.840.113549.1.1.";
const ECDSA = "1.2.840.10045.4.";

const HASHES: Record<string, string> = {
	"1.3.14.3.2.26": "sha1",
	"2.16.840.1.101.3.4.2.4": "sha224",
	"2.16.840.1.101.3.4.2.1": "sha256",
	"2.16.840.1.101.3.4.2.2": "sha384",
	"2.16.840.1.101.3.4.2.3": "sha512",
};

/** Hash and keys by object identifier (RFC 3279, 4055, 5758). Not checked: MD5, DSA and unlisted algorithms. */
const ALGORITHMS: Record<string, readonly [hash: string, key: string, checkable: boolean]> = {
	[`${RSA}2`]: ["md2", "rsa", false],
	[`${RSA}3`]: ["md4", "rsa", false],
	[`${RSA}4`]: ["md5", "rsa", false],
	[`${RSA}5`]: ["sha1", "rsa", true],
	[`${RSA}14`]: ["sha224", "rsa", true],
	[`${RSA}11`]: ["sha256", "rsa", true],
	[`${RSA}12`]: ["sha384", "rsa", true],
	[`${RSA}13`]: ["sha512", "rsa", true],
	"1.3.14.3.2.29": ["sha1", "rsa", true],
	[`${ECDSA}1`]: ["sha1", "ec", true],
	[`${ECDSA}3.1`]: ["sha224", "ec", true],
	[`${ECDSA}3.2`]: ["sha256", "ec", true],
	[`${ECDSA}3.3`]: ["sha384", "ec", true],
	[`${ECDSA}3.4`]: ["sha512", "ec", true],
	"1.2.840.10040.4.3": ["sha1", "dsa", false],
	"1.3.14.3.2.27": ["sha1", "dsa", false],
	"2.16.840.1.101.3.4.3.1": ["sha224", "dsa", false],
	"2.16.840.1.101.3.4.3.2": ["sha256", "dsa", false],
};

/** Reads the AlgorithmIdentifier of a signature. */
export function readSignatureAlgorithm(algorithm: Element): SignatureAlgorithm {
	const [identifier, parameters] = childrenOf(algorithm) ?? [];
	const oid = (identifier && decodeOid(identifier.content)) ?? "";
	if (oid === `${RSA}10`) return readPss(parameters);
	const known = ALGORITHMS[oid];
	if (known) return { hash: known[0], keyTypes: [known[1]], saltLength: null, checkable: known[2] };
	// EdDSA, ML-DSA and SLH-DSA have the identifiers of their keys, and a built-in hash.
	const keyType = keyTypeOf(oid);
	return { hash: null, keyTypes: [keyType], saltLength: null, checkable: keyType !== oid };
}

/** Reads RSASSA-PSS-params (RFC 4055 3.1). Defaults: SHA-1, MGF1 with SHA-1, a salt of 20 bytes. */
function readPss(parameters: Element | undefined): SignatureAlgorithm {
	const fields = childrenOf(parameters) ?? [];
	const field = (tag: number) => childrenOf(fields.find((each) => each.tag === tag))?.[0];
	const hash = hashOf(field(0xa0));
	const maskHash = field(0xa1) === undefined ? "sha1" : hashOf(childrenOf(field(0xa1))?.[1]);
	const saltLength = field(0xa2)?.content.reduce((value, octet) => value * 256 + octet, 0) ?? 20;
	// `node:crypto` requires equal hashes for mask and message.
	return { hash, keyTypes: ["rsa", "rsa-pss"], saltLength, checkable: hash !== null && hash === maskHash };
}

function hashOf(algorithm: Element | undefined): string | null {
	if (algorithm === undefined) return "sha1";
	const identifier = childrenOf(algorithm)?.[0];
	return HASHES[(identifier && decodeOid(identifier.content)) ?? ""] ?? null;
}

/** A certificate, or anything else that is signed in the same way. */
type SignedData = Pick<RawCertificate, "tbs" | "signatureAlgorithm" | "signatureAlgorithmsAgree" | "signature">;

/**
 * True if a key made a certificate's signature; `null` if this runtime cannot check. OpenSSL and BoringSSL reject
 * different keys, some by an error and some by "does not verify", which must not be reported as damage.
 * @param signer A SubjectPublicKeyInfo.
 */
export function isSignedBy(certificate: SignedData, signer: Element): boolean | null {
	const { keyTypes, hash, saltLength, checkable } = readSignatureAlgorithm(certificate.signatureAlgorithm);
	const key = readPublicKey(signer);
	if (!checkable || !isKeySupported(key)) return null;
	if (!certificate.signatureAlgorithmsAgree || !keyTypes.includes(key.type)) return false;
	try {
		const loaded = loadKey(signer);
		// `verify` is faster with the key alone than with options.
		const publicKey =
			saltLength === null ? loaded : { key: loaded, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength };
		return verify(hash, certificate.tbs, publicKey, certificate.signature);
	} catch {
		return null;
	}
}

/** Keys that were loaded: a trust anchor's key verifies many clients, and loading takes as long as verifying. */
const loadedKeys = new WeakMap<Element, KeyObject>();

/** @throws any error if this runtime can't load the key */
function loadKey(info: Element): KeyObject {
	const key = loadedKeys.get(info) ?? createPublicKey({ key: Buffer.from(info.encoded), format: "der", type: "spki" });
	loadedKeys.set(info, key);
	return key;
}

/** True for keys that OpenSSL and BoringSSL both either verify with or reject by an error. */
function isKeySupported({ type, bits, curve, exponent }: PublicKey): boolean {
	if (type === "rsa" || type === "rsa-pss")
		return bits !== null && bits >= 512 && bits <= 8192 && isUsableExponent(exponent) && exponent < 2n ** 33n;
	return type === "ec" ? isCommonCurve(curve) : type !== "dsa";
}

// A small pool of keys: thousands of chains need no more.
import { constants, createHash, generateKeyPairSync, type KeyObject, type SignKeyObjectInput } from "node:crypto";
import * as der from "../unit/x509/der.ts";

const KEY_TYPES = {
	"p-256": () => generateKeyPairSync("ec", { namedCurve: "P-256" }),
	"p-384": () => generateKeyPairSync("ec", { namedCurve: "P-384" }),
	"rsa-1024": () => generateKeyPairSync("rsa", { modulusLength: 1024 }),
	"rsa-2048": () => generateKeyPairSync("rsa", { modulusLength: 2048 }),
	ed25519: () => generateKeyPairSync("ed25519"),
	dsa: () => generateKeyPairSync("dsa", { modulusLength: 1024, divisorLength: 160 }),
} as const;

export type PoolKeyType = keyof typeof KEY_TYPES;

export interface PoolKey {
	readonly type: PoolKeyType;
	readonly privateKey: KeyObject;
	/** SubjectPublicKeyInfo, DER. */
	readonly spki: Uint8Array;
	/** SHA-1 of the public key (RFC 5280 4.2.1.2). */
	readonly id: Buffer;
}

export type Hash = "md5" | "sha1" | "sha256" | "sha384" | "sha512" | "pss";

const pool = new Map<string, PoolKey>();

/** Returns the key with a number, made at the first use. DSA has only one: its parameters take long. */
export function poolKey(type: PoolKeyType, number: number): PoolKey {
	const name = type === "dsa" ? type : `${type} ${number}`;
	let key = pool.get(name);
	if (!key) {
		const { privateKey, publicKey } = KEY_TYPES[type]();
		const spki = der.spki(publicKey);
		key = { type, privateKey, spki, id: createHash("sha1").update(spki).digest() };
		pool.set(name, key);
	}
	return key;
}

/** How a key signs. */
interface SigningMethod {
	/** AlgorithmIdentifier, DER. */
	readonly signatureAlgorithm: Uint8Array;
	readonly hash: string | null;
	readonly key: KeyObject | SignKeyObjectInput;
}

/** Returns how a key signs with a hash; another hash where the key's type can't use this one. */
export function signingMethod({ type, privateKey }: PoolKey, hash: Hash): SigningMethod {
	const family = type.split("-")[0];
	if (family === "ed25519")
		return { signatureAlgorithm: der.sequence(der.oid("1.3.101.112")), hash: null, key: privateKey };
	if (family === "rsa" && hash === "pss") {
		const padding = { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 32 };
		return { signatureAlgorithm: PSS_SHA256, hash: "sha256", key: { key: privateKey, ...padding } };
	}
	const hashes = SIGNATURES[family ?? ""] ?? {};
	const used = hashes[hash] === undefined ? "sha256" : hash;
	const parameters = family === "rsa" ? [der.nullValue()] : [];
	return { signatureAlgorithm: der.sequence(der.oid(hashes[used] ?? ""), ...parameters), hash: used, key: privateKey };
}

const SIGNATURES: Readonly<Record<string, Partial<Record<Hash, string>>>> = {
	rsa: {
		md5: "1.2.840.113549.1.1.4",
		sha1: "1.2.840.113549.1.1.5",
		sha256: "1.2.840.113549.1.1.11",
		sha384: "1.2.840.113549.1.1.12",
		sha512: "1.2.840.113549.1.1.13",
	},
	p: {
		sha1: "1.2.840.10045.4.1",
		sha256: "1.2.840.10045.4.3.2",
		sha384: "1.2.840.10045.4.3.3",
		sha512: "1.2.840.10045.4.3.4",
	},
	dsa: { sha1: "1.2.840.10040.4.3", sha256: "2.16.840.1.101.3.4.3.2" },
};

const SHA256 = der.sequence(der.oid("2.16.840.1.101.3.4.2.1"), der.nullValue());
/** RSASSA-PSS with SHA-256 and a salt of 32 bytes (RFC 4055 3.1). */
const PSS_SHA256 = der.sequence(
	der.oid("1.2.840.113549.1.1.10"),
	der.sequence(
		der.context(0, SHA256),
		der.context(1, der.sequence(der.oid("1.2.840.113549.1.1.8"), SHA256)),
		der.context(2, der.integer(32)),
	),
);

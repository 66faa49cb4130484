// Private keys of every kind that occurs in files with certificates.
import { generateKeyPairSync, type KeyObject, randomBytes } from "node:crypto";

export interface TestKey {
	readonly kind: string;
	/** As in a text file. */
	readonly text: string;
	/** As in a binary file; `null` for kinds that are text only. */
	readonly der: Buffer | null;
	/** The bytes that `text` encodes. */
	readonly bytes: Buffer;
}

let cached: readonly TestKey[] | undefined;

/** Returns one key of each kind, label and encryption. No key belongs to a certificate. Caches the keys. */
export function makePrivateKeys(): readonly TestKey[] {
	cached ??= make();
	return cached;
}

function make(): readonly TestKey[] {
	const rsa = generateKeyPairSync("rsa", { modulusLength: 1024 }).privateKey;
	const ec = generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey;
	const ed25519 = generateKeyPairSync("ed25519").privateKey;
	const dsa = generateKeyPairSync("dsa", { modulusLength: 1024, divisorLength: 160 }).privateKey;
	const secret = { cipher: "aes-256-cbc", passphrase: "a passphrase" } as const;
	return [
		exported("PKCS#8 RSA", rsa, { type: "pkcs8" }),
		exported("PKCS#8 EC", ec, { type: "pkcs8" }),
		exported("PKCS#8 Ed25519", ed25519, { type: "pkcs8" }),
		exported("PKCS#8 DSA", dsa, { type: "pkcs8" }),
		exported("PKCS#8 encrypted", rsa, { type: "pkcs8", ...secret }),
		exported("PKCS#1", rsa, { type: "pkcs1" }),
		exported("SEC 1", ec, { type: "sec1" }),
		textOnly("PKCS#1 encrypted", rsa.export({ format: "pem", type: "pkcs1", ...secret }).toString()),
		textOnly("SEC 1 encrypted", ec.export({ format: "pem", type: "sec1", ...secret }).toString()),
		labelled("OpenSSH", "OPENSSH PRIVATE KEY", Buffer.concat([Buffer.from("openssh-key-v1\0"), randomBytes(300)])),
		labelled("PGP", "PGP PRIVATE KEY BLOCK", randomBytes(400)),
		labelled("any other label", "NEBULA ED25519 PRIVATE KEY", randomBytes(64)),
	];
}

type Export = { type: "pkcs8" | "pkcs1" | "sec1"; cipher?: string; passphrase?: string };

function exported(kind: string, key: KeyObject, options: Export): TestKey {
	const der = key.export({ format: "der", ...options } as never) as unknown as Buffer;
	const pem = key.export({ format: "pem", ...options } as never) as unknown as string;
	return { kind, der, bytes: der, text: pem };
}

function textOnly(kind: string, text: string): TestKey {
	const body = text.split("\n\n")[1]?.split("-----")[0] ?? "";
	return { kind, der: null, bytes: Buffer.from(body, "base64"), text };
}

function labelled(kind: string, label: string, bytes: Buffer): TestKey {
	const lines = bytes.toString("base64").match(/.{1,70}/g) ?? [];
	return { kind, der: null, bytes, text: `-----BEGIN ${label}-----\n${lines.join("\n")}\n-----END ${label}-----\n` };
}

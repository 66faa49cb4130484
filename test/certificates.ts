// Creates certificates for tests on demand: no key is stored in the repository.
import "reflect-metadata/lite";
import { createHash, KeyObject, type webcrypto } from "node:crypto";
import { isIP } from "node:net";
import {
	AuthorityKeyIdentifierExtension,
	BasicConstraintsExtension,
	ExtendedKeyUsage,
	ExtendedKeyUsageExtension,
	type Extension,
	type JsonNameParams,
	KeyUsageFlags,
	KeyUsagesExtension,
	Name,
	SubjectAlternativeNameExtension,
	SubjectKeyIdentifierExtension,
	X509CertificateGenerator,
} from "@peculiar/x509";

const KEY_ALGORITHMS = {
	"p-256": { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" },
	"p-384": { name: "ECDSA", namedCurve: "P-384", hash: "SHA-384" },
	"rsa-1024": rsa(1024),
	"rsa-2048": rsa(2048),
	"rsa-4096": rsa(4096),
	ed25519: { name: "Ed25519", hash: "SHA-512" },
} as const;

export type KeyType = keyof typeof KEY_ALGORITHMS;

export interface CertificateOptions {
	/** Becomes the subject's only part, unless `subject` is given. */
	readonly commonName?: string;
	/** The complete subject: `CN=Root, O=Acme`, `""` for none, or parts: `[{ CN: [{ utf8String: "…" }] }]`. */
	readonly subject?: string | JsonNameParams;
	/** True for a certificate authority. Determines the default extensions. Default: true. */
	readonly ca?: boolean;
	/** IP addresses and DNS names of a server certificate. Default: a client certificate. Only if `ca` is false. */
	readonly serverNames?: readonly string[];
	/** The signing certificate. Default: self-signed. */
	readonly issuer?: TestCertificate;
	/** Default: yesterday. */
	readonly notBefore?: Date;
	/** Default: in 365 days. */
	readonly notAfter?: Date;
	/** Default: `p-256`, the fastest. Ignored if `keyOf` is given. */
	readonly keyType?: KeyType;
	/** Reuses this certificate's key, as a renewal does. */
	readonly keyOf?: TestCertificate;
	/** Changes the default extensions: `() => []`, `(defaults) => [...defaults, another]`. */
	readonly extensions?: (defaults: Extension[]) => Extension[];
}

export interface TestCertificate {
	/** One CERTIFICATE block, 64 columns, LF, final newline. */
	readonly pem: string;
	readonly der: Uint8Array;
	/** PKCS#8, PEM. */
	readonly privateKeyPem: string;
	/** SHA-256 of `der`, lower-case hex. */
	readonly sha256: string;
	readonly subject: Name;
	readonly keys: webcrypto.CryptoKeyPair;
	readonly keyType: KeyType;
}

/** Creates a key and its certificate, self-signed unless an issuer is given. */
export async function makeCertificate(options: CertificateOptions = {}): Promise<TestCertificate> {
	const { ca = true, issuer, commonName = ca ? "Test CA" : "Test client" } = options;
	const keyType = options.keyOf?.keyType ?? options.keyType ?? "p-256";
	const keys = options.keyOf?.keys ?? (await makeKeys(keyType));
	const signer = issuer ?? { keys, keyType };
	const defaults = [
		...(ca ? caExtensions() : endEntityExtensions(options.serverNames)),
		await SubjectKeyIdentifierExtension.create(keys.publicKey),
		await AuthorityKeyIdentifierExtension.create(signer.keys.publicKey),
	];
	const subject = new Name(options.subject ?? [{ CN: [{ utf8String: commonName }] }]);
	const certificate = await X509CertificateGenerator.create({
		subject,
		issuer: issuer?.subject ?? subject,
		notBefore: options.notBefore ?? daysFromNow(-1),
		notAfter: options.notAfter ?? daysFromNow(365),
		publicKey: keys.publicKey,
		signingKey: signer.keys.privateKey,
		signingAlgorithm: KEY_ALGORITHMS[signer.keyType],
		extensions: options.extensions?.(defaults) ?? defaults,
	});
	const der = new Uint8Array(certificate.rawData);
	return {
		pem: toPem("CERTIFICATE", der),
		der,
		privateKeyPem: KeyObject.from(keys.privateKey).export({ type: "pkcs8", format: "pem" }).toString(),
		sha256: createHash("sha256").update(der).digest("hex"),
		subject,
		keys,
		keyType,
	};
}

/** Returns a PEM block: 64 columns, LF, final newline (RFC 7468). */
function toPem(label: string, der: Uint8Array): string {
	const lines =
		Buffer.from(der)
			.toString("base64")
			.match(/.{1,64}/g) ?? [];
	return [`-----BEGIN ${label}-----`, ...lines, `-----END ${label}-----`, ""].join("\n");
}

function caExtensions(): Extension[] {
	const usage = KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign;
	return [new BasicConstraintsExtension(true, undefined, true), new KeyUsagesExtension(usage, true)];
}

function endEntityExtensions(serverAt?: readonly string[]): Extension[] {
	const names = serverAt?.map((value) => ({ type: isIP(value) ? ("ip" as const) : ("dns" as const), value }));
	return [
		new BasicConstraintsExtension(false, undefined, true),
		new KeyUsagesExtension(KeyUsageFlags.digitalSignature, true),
		new ExtendedKeyUsageExtension([names ? ExtendedKeyUsage.serverAuth : ExtendedKeyUsage.clientAuth]),
		...(names ? [new SubjectAlternativeNameExtension(names)] : []),
	];
}

async function makeKeys(keyType: KeyType): Promise<webcrypto.CryptoKeyPair> {
	return (await crypto.subtle.generateKey(KEY_ALGORITHMS[keyType], true, [
		"sign",
		"verify",
	])) as webcrypto.CryptoKeyPair;
}

function rsa(modulusLength: number) {
	return { name: "RSASSA-PKCS1-v1_5", modulusLength, publicExponent: new Uint8Array([1, 0, 1]), hash: "SHA-256" };
}

export function daysFromNow(days: number): Date {
	return new Date(Date.now() + days * 86_400_000);
}

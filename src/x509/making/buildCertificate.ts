import "reflect-metadata/lite";
import { type KeyObject, randomBytes, type webcrypto } from "node:crypto";
import {
	AuthorityKeyIdentifierExtension,
	BasicConstraintsExtension,
	ExtendedKeyUsageExtension,
	type Extension,
	KeyUsageFlags,
	KeyUsagesExtension,
	Name,
	SubjectAlternativeNameExtension,
	SubjectKeyIdentifierExtension,
	X509CertificateGenerator,
} from "@peculiar/x509";
import type { AlternativeName } from "../../domain/certificateNames.ts";
import type { Element } from "../asn1/der.ts";
import { CLIENT_AUTHENTICATION } from "../objectIds.ts";
import { defaultKeyId, type PublicKey } from "../publicKey.ts";

/** What CA and client certificates have in common. */
interface CertificateParts {
	readonly commonName: string;
	/** The SubjectPublicKeyInfo. */
	readonly publicKey: Element;
	readonly validity: Validity;
	/** As `randomSerial` returns. */
	readonly serial: string;
	readonly signer: Signer;
}

/** Whole Unix seconds. */
export interface Validity {
	readonly notBefore: number;
	readonly notAfter: number;
}

/** The key that signs. */
export interface Signer {
	readonly key: webcrypto.CryptoKey;
	readonly algorithm: SigningAlgorithm;
}

type SigningAlgorithm = { readonly hash: string } & (webcrypto.EcKeyAlgorithm | { readonly name: "RSASSA-PKCS1-v1_5" });

/** The algorithms that all validators support, by the key's type or curve. */
const SIGNING_ALGORITHMS: Readonly<Record<string, SigningAlgorithm>> = {
	rsa: { name: "RSASSA-PKCS1-v1_5", hash: "SHA-256" },
	prime256v1: { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" },
	secp384r1: { name: "ECDSA", namedCurve: "P-384", hash: "SHA-384" },
	secp521r1: { name: "ECDSA", namedCurve: "P-521", hash: "SHA-512" },
};

/** True if this extension can sign with a type of key. */
export function canSign({ type, curve }: PublicKey): boolean {
	return algorithmOf(type, curve) !== undefined;
}

/** Returns the signer of a private key. @throws TypeError if `canSign` is false for its public key. */
export function signerOf(key: KeyObject): Signer {
	const algorithm = algorithmOf(key.asymmetricKeyType ?? "", key.asymmetricKeyDetails?.namedCurve ?? null);
	if (!algorithm) throw new TypeError("This type of key can't sign here.");
	return { key: key.toCryptoKey(algorithm, false, ["sign"]), algorithm };
}

function algorithmOf(type: string, curve: string | null): SigningAlgorithm | undefined {
	return SIGNING_ALGORITHMS[type === "ec" ? (curve ?? "") : type];
}

const HOUR = 3600;
const DAY = 86_400;

/**
 * Returns the validity of a new certificate: from an hour ago, for clocks that are slow.
 * @param now Unix seconds.
 * @param days Days from now, at least 1.
 * @param limits The issuer's validity, if there is an issuer.
 */
export function validityFrom(now: number, days: number, limits?: Validity): Validity {
	if (!(days >= 1)) throw new RangeError("The validity must be at least one day.");
	const start = Math.floor(now);
	return {
		notBefore: Math.max(start - HOUR, limits?.notBefore ?? 0),
		notAfter: Math.min(start + Math.floor(days * DAY), limits?.notAfter ?? Number.POSITIVE_INFINITY),
	};
}

/** Returns a random serial number of exactly 16 bytes, which is positive (RFC 5280 4.1.2.2). */
export function randomSerial(): string {
	const bytes = randomBytes(16);
	bytes[0] = 0x40 | ((bytes[0] ?? 0) & 0x3f);
	return bytes.toString("hex");
}

/** Builds a root CA's certificate that can issue client certificates, but no other CAs (RFC 5280 4.2.1). @returns DER */
export async function buildCaCertificate(parts: CertificateParts): Promise<Uint8Array> {
	const keyId = defaultKeyId(parts.publicKey);
	const subject = commonName(parts.commonName);
	return build(parts, { subject, issuer: subject }, [
		new BasicConstraintsExtension(true, 0, true),
		new KeyUsagesExtension(KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign, true),
		new SubjectKeyIdentifierExtension(keyId),
		new AuthorityKeyIdentifierExtension(keyId),
	]);
}

/** The parts of a client certificate. */
export interface ClientParts extends CertificateParts {
	readonly names: readonly AlternativeName[];
	/** The issuer's subject. */
	readonly issuer: Element;
	/** The issuer's key identifier, hex. */
	readonly issuerKeyId: string;
}

/** Builds a client certificate. @returns DER */
export async function buildClientCertificate(parts: ClientParts): Promise<Uint8Array> {
	const names = parts.names.map(({ type, value }) => ({ type: type === "uri" ? ("url" as const) : type, value }));
	return build(parts, { subject: commonName(parts.commonName), issuer: new Name(parts.issuer.encoded) }, [
		new BasicConstraintsExtension(false, undefined, true),
		// Also for RSA keys: RFC 5280 4.2.1.12 doesn't allow Key Encipherment with client authentication.
		new KeyUsagesExtension(KeyUsageFlags.digitalSignature, true),
		new ExtendedKeyUsageExtension([CLIENT_AUTHENTICATION]),
		new SubjectKeyIdentifierExtension(defaultKeyId(parts.publicKey)),
		new AuthorityKeyIdentifierExtension(parts.issuerKeyId),
		...(names.length > 0 ? [new SubjectAlternativeNameExtension(names)] : []),
	]);
}

async function build(
	{ publicKey, validity, serial, signer }: CertificateParts,
	names: { readonly subject: Name; readonly issuer: Name },
	extensions: Extension[],
): Promise<Uint8Array> {
	const certificate = await X509CertificateGenerator.create({
		...names,
		serialNumber: serial,
		notBefore: new Date(validity.notBefore * 1000),
		notAfter: new Date(validity.notAfter * 1000),
		publicKey: publicKey.encoded,
		signingKey: signer.key,
		signingAlgorithm: signer.algorithm,
		extensions,
	});
	return new Uint8Array(certificate.rawData);
}

/** Makes a name of one common name. Doesn't parse text, in which some characters have a meaning. */
function commonName(text: string): Name {
	return new Name([{ CN: [{ utf8String: text }] }]);
}

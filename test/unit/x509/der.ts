// Encodes DER, for certificates and keys that no library creates.
import { generateKeyPairSync, type KeyObject, type SignKeyObjectInput, sign } from "node:crypto";

/** Encodes an element: tag, length in the shortest form, content. */
export function tlv(tag: number, ...parts: readonly Uint8Array[]): Buffer {
	const content = Buffer.concat(parts);
	const length = content.length.toString(16);
	const octets = Buffer.from(length.padStart(length.length + (length.length % 2), "0"), "hex");
	const head = content.length < 0x80 ? [tag, content.length] : [tag, 0x80 | octets.length, ...octets];
	return Buffer.concat([Buffer.from(head), content]);
}

export const sequence = (...parts: readonly Uint8Array[]) => tlv(0x30, ...parts);
export const set = (...parts: readonly Uint8Array[]) => tlv(0x31, ...parts);
export const octetString = (...parts: readonly Uint8Array[]) => tlv(0x04, ...parts);
export const bitString = (...parts: readonly Uint8Array[]) => tlv(0x03, Buffer.of(0), ...parts);
export const integer = (...octets: readonly number[]) => tlv(0x02, Buffer.from(octets));
export const boolean = (value: boolean) => tlv(0x01, Buffer.of(value ? 0xff : 0));
export const nullValue = () => tlv(0x05);
export const text = (value: string, tag = 0x0c) => tlv(tag, Buffer.from(value, "utf8"));
/** Encodes a constructed, context-specific element. */
export const context = (number: number, ...parts: readonly Uint8Array[]) => tlv(0xa0 + number, ...parts);

export function oid(dotted: string): Buffer {
	const [first = 0, second = 0, ...rest] = dotted.split(".").map(Number);
	return tlv(0x06, Buffer.from([first * 40 + second, ...rest].flatMap(base128)));
}

function base128(value: number): number[] {
	const octets = [value & 0x7f];
	for (let rest = Math.floor(value / 128); rest > 0; rest = Math.floor(rest / 128))
		octets.unshift(0x80 | (rest & 0x7f));
	return octets;
}

/** Encodes a date as in RFC 5280: UTCTime until 2049, then GeneralizedTime. */
export function time(date: Date): Buffer {
	const digits = date.toISOString().replace(/\D/g, "").slice(0, 14);
	return date.getUTCFullYear() < 2050 ? utcTime(`${digits.slice(2)}Z`) : generalizedTime(`${digits}Z`);
}
export const utcTime = (value: string) => text(value, 0x17);
export const generalizedTime = (value: string) => text(value, 0x18);

/** Encodes a name with only a common name. */
export const name = (commonName: string) => sequence(set(sequence(oid("2.5.4.3"), text(commonName))));

export interface ExtensionParts {
	readonly oid: string;
	/** A number is the octet of the flag, which DER doesn't allow. */
	readonly critical?: boolean | number;
	readonly value: Uint8Array;
}

/** The parts of a certificate, in DER. Defaults: a self-signed CA, valid for a year. */
export interface CertificateParts {
	/** The octets of the version field; `null` omits the field, as in version 1. */
	readonly version?: number | readonly number[] | null;
	readonly serial?: Uint8Array;
	readonly signatureAlgorithm?: Uint8Array;
	/** The signature algorithm inside the signed part. Default: `signatureAlgorithm`. */
	readonly innerAlgorithm?: Uint8Array;
	readonly issuer?: Uint8Array;
	readonly subject?: Uint8Array;
	readonly notBefore?: Uint8Array;
	readonly notAfter?: Uint8Array;
	readonly publicKey?: Uint8Array;
	readonly extensions?: readonly ExtensionParts[];
	/** Elements after the extensions. */
	readonly afterExtensions?: readonly Uint8Array[];
	/** The key that signs the certificate. */
	readonly key?: KeyObject | SignKeyObjectInput;
	readonly hash?: string | null;
	readonly signature?: Uint8Array;
}

export const keys = generateKeyPairSync("ec", { namedCurve: "P-256" });
export const spki = (key: KeyObject) => key.export({ type: "spki", format: "der" });
const OWN_KEY = spki(keys.publicKey);

export const ECDSA_SHA256 = sequence(oid("1.2.840.10045.4.3.2"));
export const DAY = 86_400_000;

export const BASIC_CONSTRAINTS = "2.5.29.19";
export const KEY_USAGE = "2.5.29.15";
export const EXTENDED_KEY_USAGE = "2.5.29.37";
export const SUBJECT_KEY_ID = "2.5.29.14";
export const AUTHORITY_KEY_ID = "2.5.29.35";
export const NAME_CONSTRAINTS = "2.5.29.30";

/** Returns the usual extensions of a CA. Each can be replaced, or omitted with `null`. */
export function usualExtensions(replaced: Partial<Record<string, ExtensionParts | null>> = {}): ExtensionParts[] {
	const usual: Record<string, ExtensionParts> = {
		[BASIC_CONSTRAINTS]: { oid: BASIC_CONSTRAINTS, critical: true, value: sequence(boolean(true)) },
		[KEY_USAGE]: { oid: KEY_USAGE, critical: true, value: tlv(0x03, Buffer.of(1, 0b0000_0110)) },
		[SUBJECT_KEY_ID]: { oid: SUBJECT_KEY_ID, value: octetString(Buffer.from("our own key")) },
		[AUTHORITY_KEY_ID]: { oid: AUTHORITY_KEY_ID, value: sequence(tlv(0x80, Buffer.from("our own key"))) },
	};
	return Object.values({ ...usual, ...replaced }).filter((extension) => extension != null);
}

const flag = (critical: ExtensionParts["critical"]) =>
	typeof critical === "number" ? [tlv(0x01, Buffer.of(critical))] : critical ? [boolean(true)] : [];

/** Encodes and signs a certificate. */
export function certificate(parts: CertificateParts = {}): Buffer {
	const { version = 2, serial = integer(0x17), signatureAlgorithm = ECDSA_SHA256, key = keys.privateKey } = parts;
	const subject = parts.subject ?? name("Test CA");
	const extensions = (parts.extensions ?? usualExtensions()).map(({ oid: id, critical, value }) =>
		sequence(oid(id), ...flag(critical), octetString(value)),
	);
	const tbs = sequence(
		...(version === null ? [] : [context(0, integer(...[version].flat()))]),
		serial,
		parts.innerAlgorithm ?? signatureAlgorithm,
		parts.issuer ?? subject,
		sequence(
			parts.notBefore ?? time(new Date(Date.now() - DAY)),
			parts.notAfter ?? time(new Date(Date.now() + 365 * DAY)),
		),
		subject,
		parts.publicKey ?? OWN_KEY,
		...(extensions.length > 0 ? [context(3, sequence(...extensions))] : []),
		...(parts.afterExtensions ?? []),
	);
	const hash = parts.hash === undefined ? "sha256" : parts.hash;
	return sequence(tbs, signatureAlgorithm, bitString(parts.signature ?? sign(hash, tbs, key)));
}

/** Wraps certificates in PKCS#7 SignedData without signers (RFC 2315 9.1). */
export function pkcs7(...certificates: readonly Uint8Array[]): Buffer {
	const data = sequence(oid("1.2.840.113549.1.7.1"));
	const signedData = sequence(integer(1), set(), data, context(0, ...certificates), set());
	return sequence(oid("1.2.840.113549.1.7.2"), context(0, signedData));
}

/** Encodes a PEM block with 64 columns, LF and a final newline. */
export function pemBlock(label: string, bytes: Uint8Array): string {
	const lines =
		Buffer.from(bytes)
			.toString("base64")
			.match(/.{1,64}/g) ?? [];
	return [`-----BEGIN ${label}-----`, ...lines, `-----END ${label}-----`, ""].join("\n");
}

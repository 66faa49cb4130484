import { isAlgorithm, isBitString, isInteger, isOid, isPublicKey, isTime } from "./asn1/asn1Validation.ts";
import { BOOLEAN, childrenOf, decodeOid, type Element, OCTET_STRING, readElement, SEQUENCE } from "./asn1/der.ts";

/** The parts of a certificate (RFC 5280 4.1), as the bytes of the file. */
export interface RawCertificate {
	readonly der: Uint8Array;
	/** The signed part (TBSCertificate). */
	readonly tbs: Uint8Array;
	/** 0 for version 1, 2 for version 3; 255 for a number that takes more than one octet. */
	readonly version: number;
	/** The content of the serial number's INTEGER. */
	readonly serialNumber: Uint8Array;
	readonly issuer: Element;
	readonly notBefore: Element;
	readonly notAfter: Element;
	readonly subject: Element;
	/** SubjectPublicKeyInfo. */
	readonly publicKey: Element;
	readonly extensions: readonly RawExtension[];
	/** The AlgorithmIdentifier outside of the signed part. */
	readonly signatureAlgorithm: Element;
	/** True if the AlgorithmIdentifier inside the signed part is identical. */
	readonly signatureAlgorithmsAgree: boolean;
	readonly signature: Uint8Array;
	/** True if lengths and the signature's unused bits are DER. OpenSSL re-encodes other certificates. */
	readonly isDer: boolean;
}

export interface RawExtension {
	readonly oid: string;
	readonly critical: boolean;
	/** The complete Extension, as `@peculiar/x509` expects. */
	readonly der: Uint8Array;
	/** The content of the OCTET STRING. */
	readonly value: Uint8Array;
}

/** Splits a certificate into its parts; returns `null` for a structure that OpenSSL would also reject. */
export function splitCertificate(element: Element): RawCertificate | null {
	const outer = childrenOf(element);
	if (element.tag !== SEQUENCE || outer?.length !== 3) return null;
	const [tbs, signatureAlgorithm, signature] = outer;
	if (!tbs || tbs.tag !== SEQUENCE || !isAlgorithm(signatureAlgorithm) || !isBitString(signature)) return null;

	const parts = [...(childrenOf(tbs) ?? [])];
	const versionPart = parts[0]?.tag === 0xa0 ? childrenOf(parts.shift()) : undefined;
	if (versionPart === null || (versionPart && (versionPart.length !== 1 || !isInteger(versionPart[0])))) return null;
	const [serialNumber, innerAlgorithm, issuer, validity, subject, publicKey, ...optional] = parts;
	const dates = childrenOf(validity);
	const [notBefore, notAfter] = dates ?? [];
	if (!isInteger(serialNumber) || !isAlgorithm(innerAlgorithm) || !isName(issuer) || !isName(subject)) return null;
	if (validity?.tag !== SEQUENCE || dates?.length !== 2 || !isTime(notBefore) || !isTime(notAfter)) return null;
	if (!isPublicKey(publicKey)) return null;

	const extensions = readOptionalParts(optional);
	if (extensions === null) return null;
	return {
		der: element.encoded,
		tbs: tbs.encoded,
		version: readVersion(versionPart?.[0]),
		serialNumber: serialNumber.content,
		issuer,
		notBefore,
		notAfter,
		subject,
		publicKey,
		extensions,
		signatureAlgorithm,
		signatureAlgorithmsAgree: Buffer.compare(signatureAlgorithm.encoded, innerAlgorithm.encoded) === 0,
		signature: signature.content.subarray(1),
		isDer: isDer(element) && !hasUnusedBitsSet(signature),
	};
}

function readVersion(element: Element | undefined): number {
	if (!element) return 0;
	return element.content.length === 1 ? (element.content[0] ?? 255) : 255;
}

/** Returns the extensions from the parts after the public key: two unique identifiers, extensions, all optional. */
function readOptionalParts(optional: readonly Element[]): RawExtension[] | null {
	const rest = [...optional];
	for (const tag of [0x81, 0x82]) if (isBitString(rest[0], tag)) rest.shift();
	const wrapper = rest.shift();
	if (wrapper === undefined) return [];
	if (wrapper.tag !== 0xa3 || rest.length > 0) return null;
	const list = childrenOf(wrapper);
	if (list?.length !== 1 || list[0]?.tag !== SEQUENCE) return null;
	const extensions: RawExtension[] = [];
	for (const element of childrenOf(list[0]) ?? [null]) {
		const extension = element && readExtension(element);
		if (extension === null) return null;
		extensions.push(extension);
	}
	return extensions;
}

/** Reads an Extension (RFC 5280 4.1); returns `null` if malformed. */
export function readExtension(element: Element): RawExtension | null {
	const parts = [...(childrenOf(element) ?? [])];
	const id = parts.shift();
	const criticalFlag = parts[0]?.tag === BOOLEAN ? parts.shift() : undefined;
	const value = parts.shift();
	if (element.tag !== SEQUENCE || !isOid(id) || value?.tag !== OCTET_STRING || parts.length > 0) return null;
	if (criticalFlag && criticalFlag.content.length !== 1) return null;
	return {
		oid: decodeOid(id.content) ?? "",
		critical: criticalFlag !== undefined && criticalFlag.content[0] !== 0,
		der: element.encoded,
		value: value.content,
	};
}

function isName(element: Element | undefined): element is Element {
	return element?.tag === SEQUENCE && childrenOf(element) !== null;
}

/** No certificate in use is nested deeper, not counting the content of extensions. */
const MAX_DEPTH = 32;

/** True if the lengths of an element and of all elements in it are DER. */
export function isDer(element: Element, depth = 0): boolean {
	if (!element.isDer || depth > MAX_DEPTH) return false;
	return (childrenOf(element) ?? []).every((child) => isDer(child, depth + 1));
}

/** True if unused bits of a BIT STRING are set (X.690 11.2.1). */
export function hasUnusedBitsSet({ content }: Element): boolean {
	const unused = content[0] ?? 0;
	return ((content.at(-1) ?? 0) & ((1 << unused) - 1)) !== 0;
}

/** Parses the certificate at the start of the bytes; returns `null` if malformed. */
export function parseRawCertificate(bytes: Uint8Array): RawCertificate | null {
	const element = readElement(bytes);
	return element && splitCertificate(element);
}

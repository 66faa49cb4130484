import {
	BIT_STRING,
	BMP_STRING,
	BOOLEAN,
	childrenOf,
	type Element,
	ENUMERATED,
	GENERALIZED_TIME,
	INTEGER,
	NULL,
	OBJECT_IDENTIFIER,
	OCTET_STRING,
	oidText,
	readElement,
	SEQUENCE,
	SET,
	UNIVERSAL_STRING,
	UTC_TIME,
} from "./der.ts";

/** A certificate taken apart (RFC 5280 4.1), each part as the bytes that stand in the file. */
export interface Structure {
	readonly der: Uint8Array;
	/** The part that is signed. */
	readonly tbs: Uint8Array;
	/** 0 for version 1, 2 for version 3. */
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
	/** The AlgorithmIdentifier outside of the signed part, and whether the one inside is the same. */
	readonly signatureAlgorithm: Element;
	readonly signatureAlgorithmsAgree: boolean;
	readonly signature: Uint8Array;
	/** Whether it is DER as far as lengths and the signature's bits go: OpenSSL writes anew what is not. */
	readonly isDer: boolean;
}

export interface RawExtension {
	readonly oid: string;
	readonly critical: boolean;
	/** The whole Extension, as `@peculiar/x509` takes it. */
	readonly der: Uint8Array;
	/** What stands inside of the OCTET STRING. */
	readonly value: Uint8Array;
}

/** Takes a certificate apart; `null` where it is not built as one, so that OpenSSL would not read it either. */
export function takeApart(element: Element): Structure | null {
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

	const extensions = readOptional(optional);
	if (extensions === null) return null;
	return {
		der: element.whole,
		tbs: tbs.whole,
		version: versionPart?.[0]?.content.at(-1) ?? 0,
		serialNumber: serialNumber.content,
		issuer,
		notBefore,
		notAfter,
		subject,
		publicKey,
		extensions,
		signatureAlgorithm,
		signatureAlgorithmsAgree: Buffer.compare(signatureAlgorithm.whole, innerAlgorithm.whole) === 0,
		signature: signature.content.subarray(1),
		isDer: isDer(element, 0) && !hasSpareBits(signature),
	};
}

/** The extensions out of what follows the public key: two unique identifiers, then they, each at most once. */
function readOptional(optional: readonly Element[]): RawExtension[] | null {
	const rest = [...optional];
	for (const tag of [0x81, 0x82]) if (rest[0]?.tag === tag && isBitString(rest.shift(), tag) === false) return null;
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

function readExtension(element: Element): RawExtension | null {
	const parts = [...(childrenOf(element) ?? [])];
	const id = parts.shift();
	const flag = parts[0]?.tag === BOOLEAN ? parts.shift() : undefined;
	const value = parts.shift();
	if (element.tag !== SEQUENCE || !isOid(id) || value?.tag !== OCTET_STRING || parts.length > 0) return null;
	if (flag && flag.content.length !== 1) return null;
	return {
		oid: oidText(id.content) ?? "",
		critical: flag !== undefined && flag.content[0] !== 0,
		der: element.whole,
		value: value.content,
	};
}

function isOid(element: Element | undefined): element is Element {
	return element?.tag === OBJECT_IDENTIFIER && oidText(element.content) !== null;
}

/** An INTEGER with at least one octet and no needless one in front (X.690 8.3.2). */
function isInteger(element: Element | undefined, tag = INTEGER): element is Element {
	if (element?.tag !== tag) return false;
	const [first, second = 0] = element.content;
	if (first === undefined) return false;
	return element.content.length === 1 || !((first === 0 && second < 0x80) || (first === 0xff && second >= 0x80));
}

function isBitString(element: Element | undefined, tag = BIT_STRING): element is Element {
	return element?.tag === tag && element.content.length > 0 && (element.content[0] ?? 8) < 8;
}

/** A time of at least the length that its type has with seconds and zone; whether it is a date is another question. */
function isTime(element: Element | undefined): element is Element {
	if (element?.tag === UTC_TIME) return element.content.length >= "YYMMDDHHMMSSZ".length;
	return element?.tag === GENERALIZED_TIME && element.content.length >= "YYYYMMDDHHMMSSZ".length;
}

/** An AlgorithmIdentifier: an OBJECT IDENTIFIER and at most one parameter. */
function isAlgorithm(element: Element | undefined): element is Element {
	const parts = element?.tag === SEQUENCE ? childrenOf(element) : null;
	if (parts === null || parts.length === 0 || parts.length > 2 || !isOid(parts[0])) return false;
	return parts[1] === undefined || isAny(parts[1]);
}

/** A universal type of one octet. In DER, SEQUENCE and SET are made of other elements, and nothing else is. */
function isUniversal(tag: number): boolean {
	const isConstructed = (tag & 0x20) !== 0;
	const number = tag & 0x1f;
	return number !== 0x1f && isConstructed === (number === (SEQUENCE & 0x1f) || number === (SET & 0x1f));
}

/** Any value, but one of a simple type has to be well formed. */
function isAny(element: Element): boolean {
	const { tag, content } = element;
	switch (tag) {
		case BOOLEAN:
			return content.length === 1;
		case INTEGER:
		case ENUMERATED:
			return isInteger(element, tag);
		case BIT_STRING:
			return isBitString(element);
		case NULL:
			return content.length === 0;
		case OBJECT_IDENTIFIER:
			return isOid(element);
		case UTC_TIME:
		case GENERALIZED_TIME:
			return isTime(element);
		case BMP_STRING:
			return content.length % 2 === 0;
		case UNIVERSAL_STRING:
			return content.length % 4 === 0;
		default:
			return tag >= 0x40 || isUniversal(tag);
	}
}

function isPublicKey(element: Element | undefined): element is Element {
	const parts = element?.tag === SEQUENCE ? childrenOf(element) : null;
	return parts?.length === 2 && isAlgorithm(parts[0]) && isBitString(parts[1]);
}

function isName(element: Element | undefined): element is Element {
	return element?.tag === SEQUENCE && childrenOf(element) !== null;
}

/** No certificate in use is nested deeper, what is inside of its extensions not counted. */
const MAX_DEPTH = 32;

function isDer(element: Element, depth: number): boolean {
	if (!element.isDer || depth > MAX_DEPTH) return false;
	return (childrenOf(element) ?? []).every((child) => isDer(child, depth + 1));
}

/** Whether a BIT STRING has bits set behind its end (X.690 11.2.1). */
function hasSpareBits({ content }: Element): boolean {
	const spare = content[0] ?? 0;
	return ((content.at(-1) ?? 0) & ((1 << spare) - 1)) !== 0;
}

/** The first element of some bytes taken apart as a certificate. */
export function readStructure(bytes: Uint8Array): Structure | null {
	const element = readElement(bytes);
	return element && takeApart(element);
}

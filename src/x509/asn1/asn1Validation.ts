// OpenSSL's checks of a certificate's parts before parsing.
import {
	BIT_STRING,
	BMP_STRING,
	BOOLEAN,
	childrenOf,
	decodeOid,
	type Element,
	ENUMERATED,
	GENERALIZED_TIME,
	INTEGER,
	NULL,
	OBJECT_IDENTIFIER,
	SEQUENCE,
	SET,
	UNIVERSAL_STRING,
	UTC_TIME,
} from "./der.ts";

/** True for an OBJECT IDENTIFIER with valid content. */
export function isOid(element: Element | undefined): element is Element {
	return element?.tag === OBJECT_IDENTIFIER && decodeOid(element.content) !== null;
}

/** True for an INTEGER with at least one octet and no redundant first octet (X.690 8.3.2). */
export function isInteger(element: Element | undefined, tag = INTEGER): element is Element {
	if (element?.tag !== tag) return false;
	const [first, second = 0] = element.content;
	if (first === undefined) return false;
	return element.content.length === 1 || !((first === 0 && second < 0x80) || (first === 0xff && second >= 0x80));
}

/** True for a BIT STRING with a valid count of unused bits, under its own tag or another tag. */
export function isBitString(element: Element | undefined, tag = BIT_STRING): element is Element {
	return element?.tag === tag && element.content.length > 0 && (element.content[0] ?? 8) < 8;
}

/** True for a time with at least its type's length including seconds and zone. Does not validate the date. */
export function isTime(element: Element | undefined): element is Element {
	if (element?.tag === UTC_TIME) return element.content.length >= "YYMMDDHHMMSSZ".length;
	return element?.tag === GENERALIZED_TIME && element.content.length >= "YYYYMMDDHHMMSSZ".length;
}

/** True for an AlgorithmIdentifier: an OBJECT IDENTIFIER and at most one parameter. */
export function isAlgorithm(element: Element | undefined): element is Element {
	const parts = element?.tag === SEQUENCE ? childrenOf(element) : null;
	if (parts === null || parts.length === 0 || parts.length > 2 || !isOid(parts[0])) return false;
	return parts[1] === undefined || isAny(parts[1]);
}

/** True for a one-octet universal tag. In DER, only SEQUENCE and SET are constructed. */
function isUniversal(tag: number): boolean {
	const isConstructed = (tag & 0x20) !== 0;
	const number = tag & 0x1f;
	return number !== 0x1f && isConstructed === (number === (SEQUENCE & 0x1f) || number === (SET & 0x1f));
}

/** True for any value, except a malformed value of a simple type. */
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

/** True for a SubjectPublicKeyInfo with any kind of key. */
export function isPublicKey(element: Element | undefined): element is Element {
	const parts = element?.tag === SEQUENCE ? childrenOf(element) : null;
	return parts?.length === 2 && isAlgorithm(parts[0]) && isBitString(parts[1]);
}

import { childrenOf, decodeOid, type Element, OBJECT_IDENTIFIER, SEQUENCE } from "./asn1/der.ts";

const SIGNED_DATA = "1.2.840.113549.1.7.2";

/** Returns the certificates of a PKCS#7 SignedData (RFC 5652 5.1) unchanged; none for other content. */
export function certificatesIn(contentInfo: Element): readonly Element[] {
	const [type, wrapper] = childrenOf(contentInfo) ?? [];
	if (type?.tag !== OBJECT_IDENTIFIER || decodeOid(type.content) !== SIGNED_DATA) return [];
	const signedData = childrenOf(childrenOf(wrapper)?.[0]);
	const certificates = signedData?.find(({ tag }) => tag === 0xa0);
	// Attribute certificates and similar entries have other tags.
	return childrenOf(certificates)?.filter(({ tag }) => tag === SEQUENCE) ?? [];
}

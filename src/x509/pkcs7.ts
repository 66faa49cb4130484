import { childrenOf, type Element, OBJECT_IDENTIFIER, oidText, SEQUENCE } from "./asn1/der.ts";

const SIGNED_DATA = "1.2.840.113549.1.7.2";

/** The certificates of a PKCS#7 SignedData (RFC 5652 5.1), each as it stands; none in any other content. */
export function certificatesIn(contentInfo: Element): readonly Element[] {
	const [type, wrapper] = childrenOf(contentInfo) ?? [];
	if (type?.tag !== OBJECT_IDENTIFIER || oidText(type.content) !== SIGNED_DATA) return [];
	const signedData = childrenOf(childrenOf(wrapper)?.[0]);
	const certificates = signedData?.find(({ tag }) => tag === 0xa0);
	// Attribute certificates and the like stand among them under tags of their own.
	return childrenOf(certificates)?.filter(({ tag }) => tag === SEQUENCE) ?? [];
}

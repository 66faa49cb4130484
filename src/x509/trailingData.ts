import { childrenOf, readElement, SEQUENCE } from "./asn1/der.ts";
import { detectKind } from "./contentKind.ts";
import { decodeText, findTextBlocks } from "./pemScanner.ts";

/** True if the bytes after a certificate contain a private key in DER or PEM. */
export function holdsPrivateKey(bytes: Uint8Array): boolean {
	for (let offset = 0; offset < bytes.length; ) {
		// `cat` and padding leave line ends and zeros between elements.
		const element = SEPARATORS.has(bytes[offset] ?? 0) ? undefined : readElement(bytes, offset);
		if (element === null) break;
		if (element && detectKind(element) === "private-key") return true;
		offset += element?.encoded.length ?? 1;
	}
	return findTextBlocks(decodeText(bytes)).some(({ label }) => /PRIVATE KEY/i.test(label));
}

const SEPARATORS = new Set([0, 9, 10, 13, 32]);

/** True if the bytes are exactly the element that OpenSSL appends to a TRUSTED CERTIFICATE (X509_AUX), not a key. */
export function isOpensslTrustData(bytes: Uint8Array): boolean {
	const element = readElement(bytes);
	const parts = element?.tag === SEQUENCE && element.encoded.length === bytes.length ? childrenOf(element) : null;
	if (parts === null || detectKind(element) !== null) return false;
	return parts.every(({ tag }) => AUX_TAGS.has(tag));
}

/** Tags of trusted uses, rejected uses, alias, key identifier, other. */
const AUX_TAGS = new Set([0x30, 0xa0, 0x0c, 0x04, 0xa1]);

import { childrenOf, readElement, SEQUENCE } from "./asn1/der.ts";
import { detectKind } from "./contentKind.ts";
import { decodeText, findTextBlocks } from "./pemScanner.ts";

/** Whether bytes that follow a certificate hold a private key: in DER, or in PEM. */
export function holdsPrivateKey(bytes: Uint8Array): boolean {
	for (let at = 0; at < bytes.length; ) {
		// Line ends and zeros between two elements are what `cat` and padding leave.
		const element = BLANKS.has(bytes[at] ?? 0) ? undefined : readElement(bytes, at);
		if (element === null) break;
		if (element && detectKind(element) === "private-key") return true;
		at += element?.whole.length ?? 1;
	}
	return findTextBlocks(decodeText(bytes)).some(({ label }) => /PRIVATE KEY/i.test(label));
}

const BLANKS = new Set([0, 9, 10, 13, 32]);

/** Whether bytes are the one element that OpenSSL writes behind a TRUSTED CERTIFICATE (X509_AUX), and no key. */
export function isOpensslTrustData(bytes: Uint8Array): boolean {
	const element = readElement(bytes);
	const parts = element?.tag === SEQUENCE && element.whole.length === bytes.length ? childrenOf(element) : null;
	if (parts === null || detectKind(element) !== null) return false;
	return parts.every(({ tag }) => AUX_TAGS.has(tag));
}

/** Trusted uses, rejected uses, alias, key identifier, other. */
const AUX_TAGS = new Set([0x30, 0xa0, 0x0c, 0x04, 0xa1]);

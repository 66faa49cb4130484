import { rootCertificates } from "node:tls";
import { parseRawCertificate, type RawCertificate } from "./rawCertificate.ts";
import { isSignedBy } from "./signature.ts";

/** The DER of the public web's roots that this runtime carries, without those that the person or the system added. */
let loaded: readonly Buffer[] | undefined;

/** Whether a certificate has the key of a public web CA: a root is often issued again for the same key. */
export function isPublicRoot({ publicKey: { whole } }: RawCertificate): boolean {
	return rootsWith(whole).some(({ publicKey }) => Buffer.compare(publicKey.whole, whole) === 0);
}

/** Whether a public web CA signed a certificate. */
export function isSignedByPublicRoot(certificate: RawCertificate): boolean {
	const { whole } = certificate.issuer;
	return rootsWith(whole).some(
		({ subject, publicKey }) =>
			Buffer.compare(subject.whole, whole) === 0 && isSignedBy(certificate, publicKey) === true,
	);
}

/** The roots in which these bytes stand somewhere. To take all apart would take far longer than to search them all. */
function rootsWith(bytes: Uint8Array): readonly RawCertificate[] {
	loaded ??= rootCertificates.map((pem) => Buffer.from(pem.split("-----")[2] ?? "", "base64"));
	const sought = Buffer.from(bytes);
	return loaded.filter((der) => der.includes(sought)).flatMap((der) => parseRawCertificate(der) ?? []);
}

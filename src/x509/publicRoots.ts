import { rootCertificates } from "node:tls";
import { parseRawCertificate, type RawCertificate } from "./rawCertificate.ts";
import { isSignedBy } from "./signature.ts";

/** DER of the runtime's built-in public web roots, without roots that the user or the system added. */
let builtInRoots: readonly Buffer[] | undefined;

/** True if a certificate has the key of a public web CA. Comparing keys also finds reissued roots. */
export function isPublicRoot({ publicKey }: RawCertificate): boolean {
	return rootsContaining(publicKey.encoded).some(
		(root) => Buffer.compare(root.publicKey.encoded, publicKey.encoded) === 0,
	);
}

/** True if a public web CA signed a certificate. */
export function isSignedByPublicRoot(certificate: RawCertificate): boolean {
	const { issuer } = certificate;
	return rootsContaining(issuer.encoded).some(
		({ subject, publicKey }) =>
			Buffer.compare(subject.encoded, issuer.encoded) === 0 && isSignedBy(certificate, publicKey) === true,
	);
}

/** Returns the roots that contain the bytes. Searching all roots is far faster than parsing all roots. */
function rootsContaining(bytes: Uint8Array): readonly RawCertificate[] {
	builtInRoots ??= rootCertificates.map((pem) => Buffer.from(pem.split("-----")[2] ?? "", "base64"));
	const searched = Buffer.from(bytes);
	return builtInRoots.filter((der) => der.includes(searched)).flatMap((der) => parseRawCertificate(der) ?? []);
}

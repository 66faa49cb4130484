import type { Element } from "./asn1/der.ts";
import { type DistinguishedName, namesEqual, readName } from "./distinguishedName.ts";
import { type Extensions, readExtensions } from "./extensions.ts";
import { type PublicKey, readPublicKey } from "./publicKey.ts";
import { type RawCertificate, splitCertificate } from "./rawCertificate.ts";
import { isSignedBy, readSignatureAlgorithm, type SignatureAlgorithm } from "./signature.ts";

/** A decoded certificate, without findings. */
export interface DecodedCertificate {
	readonly raw: RawCertificate;
	readonly subject: DistinguishedName;
	readonly issuer: DistinguishedName;
	readonly publicKey: PublicKey;
	readonly signatureAlgorithm: SignatureAlgorithm;
	readonly extensions: Extensions;
	/** True if subject and issuer are equal. */
	readonly selfIssued: boolean;
	/** True if the certificate's own key signed it; `null` if this runtime cannot check. */
	readonly selfSigned: boolean | null;
}

/** Decodes an element as a certificate; returns `null` if the element is malformed. */
export function decodeCertificate(element: Element): DecodedCertificate | null {
	const raw = splitCertificate(element);
	const subject = raw && readName(raw.subject);
	const issuer = raw && readName(raw.issuer);
	if (!raw || !subject || !issuer) return null;
	const selfIssued = namesEqual(subject, issuer);
	return {
		raw,
		subject,
		issuer,
		publicKey: readPublicKey(raw.publicKey),
		signatureAlgorithm: readSignatureAlgorithm(raw.signatureAlgorithm),
		extensions: readExtensions(raw.extensions),
		selfIssued,
		selfSigned: selfIssued && isSignedBy(raw, raw.publicKey),
	};
}

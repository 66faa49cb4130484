import type { Element } from "./asn1/der.ts";
import { type DistinguishedName, namesEqual, readName } from "./distinguishedName.ts";
import { type Extensions, readExtensions } from "./extensions.ts";
import { type PublicKey, readPublicKey } from "./publicKey.ts";
import { type RawCertificate, splitCertificate } from "./rawCertificate.ts";
import { isSignedBy, readSignatureAlgorithm, type SignatureAlgorithm } from "./signature.ts";

/** A certificate as it is read, before it is judged. */
export interface DecodedCertificate {
	readonly structure: RawCertificate;
	readonly subject: DistinguishedName;
	readonly issuer: DistinguishedName;
	readonly publicKey: PublicKey;
	readonly signatureAlgorithm: SignatureAlgorithm;
	readonly extensions: Extensions;
	/** Whether subject and issuer are the same. */
	readonly selfIssued: boolean;
	/** Whether its own key signed it; `null` where this runtime cannot tell. */
	readonly selfSigned: boolean | null;
}

/** Reads an element as a certificate; `null` where it is none that can be read. */
export function decodeCertificate(element: Element): DecodedCertificate | null {
	const structure = splitCertificate(element);
	const subject = structure && readName(structure.subject);
	const issuer = structure && readName(structure.issuer);
	if (!structure || !subject || !issuer) return null;
	const selfIssued = namesEqual(subject, issuer);
	return {
		structure,
		subject,
		issuer,
		publicKey: readPublicKey(structure.publicKey),
		signatureAlgorithm: readSignatureAlgorithm(structure.signatureAlgorithm),
		extensions: readExtensions(structure.extensions),
		selfIssued,
		selfSigned: selfIssued && isSignedBy(structure, structure.publicKey),
	};
}

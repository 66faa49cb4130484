import "reflect-metadata";
import { X509Certificate } from "@peculiar/x509";
import type { Element } from "./der.ts";
import { type Extensions, readExtensions } from "./extensions.ts";
import { type DistinguishedName, readName } from "./name.ts";
import { type PublicKey, readPublicKey } from "./publicKey.ts";
import { type Structure, takeApart } from "./structure.ts";

/** A certificate as far as it is read before it is judged. */
export interface ReadCertificate {
	readonly structure: Structure;
	readonly subject: DistinguishedName;
	readonly issuer: DistinguishedName;
	readonly publicKey: PublicKey;
	readonly extensions: Extensions;
}

/** Reads an element as a certificate; `null` where it is none that can be read. */
export function readCertificate(element: Element): ReadCertificate | null {
	const structure = takeApart(element);
	const subject = structure && readName(structure.subject);
	const issuer = structure && readName(structure.issuer);
	if (!structure || !subject || !issuer || !canBeRead(structure.der)) return null;
	return {
		structure,
		subject,
		issuer,
		publicKey: readPublicKey(structure.publicKey),
		extensions: readExtensions(structure.extensions),
	};
}

function canBeRead(der: Uint8Array): boolean {
	try {
		new X509Certificate(der);
		return true;
	} catch {
		return false;
	}
}

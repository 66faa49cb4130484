import { createHash } from "node:crypto";
import { rootCertificates } from "node:tls";
import { isSignedBy } from "./signature.ts";
import { readStructure, type Structure } from "./structure.ts";

/** The public web's roots that this runtime carries, without those that the person or the system added. */
interface PublicRoots {
	readonly bySubject: ReadonlyMap<string, readonly Structure[]>;
	/** SHA-256 of each root's SubjectPublicKeyInfo: a root is often issued again for the same key. */
	readonly keys: ReadonlySet<string>;
}

let loaded: PublicRoots | undefined;

/** Whether a certificate has the key of a public web CA. */
export function isPublicRoot(certificate: Structure): boolean {
	return publicRoots().keys.has(digest(certificate.publicKey.whole));
}

/** Whether a public web CA signed a certificate. */
export function isSignedByPublicRoot(certificate: Structure): boolean {
	const issuers = publicRoots().bySubject.get(digest(certificate.issuer.whole)) ?? [];
	return issuers.some((root) => isSignedBy(certificate, root.publicKey) === true);
}

function publicRoots(): PublicRoots {
	loaded ??= loadRoots();
	return loaded;
}

function loadRoots(): PublicRoots {
	const bySubject = new Map<string, Structure[]>();
	const keys = new Set<string>();
	for (const pem of rootCertificates) {
		const root = readStructure(Buffer.from(pem.split("-----")[2] ?? "", "base64"));
		if (root === null) continue;
		const subject = digest(root.subject.whole);
		bySubject.set(subject, [...(bySubject.get(subject) ?? []), root]);
		keys.add(digest(root.publicKey.whole));
	}
	return { bySubject, keys };
}

function digest(bytes: Uint8Array): string {
	return createHash("sha256").update(bytes).digest("base64");
}

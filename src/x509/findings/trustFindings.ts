import { createHash } from "node:crypto";
import type { Finding } from "../../domain/certificateFile.ts";
import { childrenOf, type Element } from "../asn1/der.ts";
import type { DecodedCertificate } from "../certificate.ts";
import { isPublicRoot, isSignedByPublicRoot } from "../publicRoots.ts";

/** Where a certificate stands in a chain, as far as it can be told from it alone. */
export type ChainRole = "damaged" | "key-rollover" | "root" | "intermediate" | "leaf";

/**
 * Tells a root from an intermediate. A certificate whose subject is its issuer claims to have signed itself, unless its
 * authority key identifier names another key (RFC 5280 3.2).
 */
export function chainRoleOf(certificate: DecodedCertificate): ChainRole {
	const { structure, selfIssued, selfSigned, extensions } = certificate;
	const isAuthority = extensions.basicConstraints?.ca ?? structure.version < 2;
	if (selfIssued) {
		if (namesAnotherKey(certificate)) return "key-rollover";
		if (selfSigned === false) return "damaged";
		return isAuthority ? "root" : "leaf";
	}
	return isAuthority && structure.version >= 2 ? "intermediate" : "leaf";
}

/** Judges whose certificate it is. */
export function* trustFindings(certificate: DecodedCertificate, standing: ChainRole): Generator<Finding> {
	const { structure, selfIssued, selfSigned } = certificate;
	if (selfIssued && selfSigned === null) yield { code: "signature-not-checked", level: "info" };
	if (standing === "damaged") yield { code: "damaged", level: "block" };
	if (standing === "key-rollover") yield { code: "key-rollover", level: "strong" };
	if (standing === "root") yield { code: "root", level: "info" };
	if (standing === "intermediate") yield { code: "intermediate", level: "warn" };
	if (standing === "damaged" || standing === "leaf") return;
	if (isPublicRoot(structure)) yield { code: "public-ca", level: "strong" };
	else if (isSignedByPublicRoot(structure)) yield { code: "public-intermediate", level: "strong" };
}

/** Whether the authority key identifier names another key or certificate than this one. */
function namesAnotherKey({
	structure,
	selfSigned,
	extensions: { authorityKey, subjectKey },
}: DecodedCertificate): boolean {
	if (authorityKey === null) return false;
	const { keyId, serialNumber } = authorityKey;
	if (keyId === null)
		return serialNumber !== null && serialNumber !== Buffer.from(structure.serialNumber).toString("hex");
	if (subjectKey !== null) return keyId !== subjectKey;
	return selfSigned === false && keyId !== usualKeyId(structure.publicKey);
}

/** The identifier that a key has by RFC 5280 4.2.1.2 (1): SHA-1 over the BIT STRING without its first octet, hex. */
function usualKeyId(publicKey: Element): string {
	const bits = childrenOf(publicKey)?.[1]?.content.subarray(1) ?? new Uint8Array();
	return createHash("sha1").update(bits).digest("hex");
}

import type { Finding } from "../../domain/certificateFile.ts";
import type { DecodedCertificate } from "../certificate.ts";
import { defaultKeyId } from "../publicKey.ts";
import { isPublicRoot, isSignedByPublicRoot } from "../publicRoots.ts";

/** The role of a certificate in a chain, as derived from the certificate alone. */
export type ChainRole = "damaged" | "key-rollover" | "root" | "intermediate" | "leaf";

/**
 * Returns the role of a certificate. A certificate whose subject is its issuer claims to have signed itself, unless its
 * authority key identifier names another key (RFC 5280 3.2).
 */
export function chainRoleOf(certificate: DecodedCertificate): ChainRole {
	const { raw, selfIssued, selfSigned, extensions } = certificate;
	const isCa = extensions.basicConstraints?.ca ?? raw.version < 2;
	if (selfIssued) {
		if (namesAnotherKey(certificate)) return "key-rollover";
		if (selfSigned === false) return "damaged";
		return isCa ? "root" : "leaf";
	}
	return isCa && raw.version >= 2 ? "intermediate" : "leaf";
}

/** Yields findings about a certificate's role and about public web CAs. */
export function* trustFindings(certificate: DecodedCertificate, role: ChainRole): Generator<Finding> {
	const { raw, selfIssued, selfSigned } = certificate;
	if (selfIssued && selfSigned === null) yield { code: "signature-not-checked", level: "info" };
	if (role === "damaged") yield { code: "damaged", level: "block" };
	if (role === "key-rollover") yield { code: "key-rollover", level: "strong" };
	if (role === "root") yield { code: "root", level: "info" };
	if (role === "intermediate") yield { code: "intermediate", level: "warn" };
	if (role === "damaged" || role === "leaf") return;
	if (isPublicRoot(raw)) yield { code: "public-ca", level: "strong" };
	else if (isSignedByPublicRoot(raw)) yield { code: "public-intermediate", level: "strong" };
}

/** True if the authority key identifier names another key or certificate. */
function namesAnotherKey({ raw, selfSigned, extensions: { authorityKey, subjectKey } }: DecodedCertificate): boolean {
	if (authorityKey === null) return false;
	const { keyId, serialNumber } = authorityKey;
	if (keyId === null) return serialNumber !== null && serialNumber !== Buffer.from(raw.serialNumber).toString("hex");
	if (subjectKey !== null) return keyId !== subjectKey;
	return selfSigned === false && keyId !== defaultKeyId(raw.publicKey);
}

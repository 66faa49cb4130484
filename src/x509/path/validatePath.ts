import type { ClientCertificateIssue } from "../../domain/clientCertificateCheck.ts";
import { readTime } from "../asn1/asn1Time.ts";
import type { DecodedCertificate } from "../certificate.ts";
import { ANY_EXTENDED_KEY_USAGE, CLIENT_AUTHENTICATION, NAME_CONSTRAINTS } from "../extensions.ts";
import { isSignedBy } from "../signature.ts";
import { certificateIssues } from "./certificateRules.ts";
import { addCertificate, type IssueOf } from "./issue.ts";
import { checkNameConstraints, type NameConstraints, readNameConstraints } from "./nameConstraints.ts";

/** From the client certificate to the trust anchor, or to the end of an incomplete chain. */
export type Path = readonly [DecodedCertificate, ...DecodedCertificate[]];

/**
 * Returns the issues of a path by RFC 5280 section 6, by OpenAI's guide, and where validators differ. The anchor counts as
 * a certificate whose constraints and dates apply, as all validators do (RFC 5280 6.2, RFC 5937).
 * @param at Unix seconds.
 */
export function pathIssues(path: Path, at: number): readonly ClientCertificateIssue[] {
	return path.flatMap((certificate, index) =>
		addCertificate(certificate, [
			...(index === 0 ? clientIssues(certificate) : issuerIssues(path, index)),
			...validityIssues(certificate, at),
			...extendedKeyUsageIssues(certificate),
			...certificateIssues(certificate),
			...linkIssues(certificate, path[index + 1]),
		]),
	);
}

/** True if a certificate may issue others; certificates of version 1 can't say so. */
export function isAuthority({ extensions, raw, selfIssued }: DecodedCertificate): boolean {
	return extensions.basicConstraints?.ca ?? (raw.version < 2 && selfIssued);
}

function* clientIssues(client: DecodedCertificate): Generator<IssueOf> {
	const { keyUsage, authorityKey } = client.extensions;
	if (isAuthority(client)) yield { code: "is-an-authority" };
	if (keyUsage && !keyUsage.digitalSignature) yield { code: "no-digital-signature" };
	if (authorityKey === null) yield { code: "no-authority-key-identifier" };
}

function* validityIssues({ raw }: DecodedCertificate, at: number): Generator<IssueOf> {
	const notBefore = readTime(raw.notBefore);
	const notAfter = readTime(raw.notAfter);
	if (notBefore === null || notAfter === null) yield { code: "unreadable-date" };
	else if (notAfter < at) yield { code: "expired", seconds: at - notAfter };
	else if (notBefore > at) yield { code: "not-yet-valid", seconds: notBefore - at };
}

function* extendedKeyUsageIssues({ extensions }: DecodedCertificate): Generator<IssueOf> {
	const usages = extensions.extendedKeyUsage;
	if (usages === null || usages.includes(CLIENT_AUTHENTICATION)) return;
	yield { code: usages.includes(ANY_EXTENDED_KEY_USAGE) ? "any-extended-key-usage" : "no-client-authentication" };
}

/** Yields the issues between a certificate and its issuer, whose key made the signature. */
function* linkIssues(certificate: DecodedCertificate, issuer: DecodedCertificate | undefined): Generator<IssueOf> {
	if (!issuer) return;
	if (isSignedBy(certificate.raw, issuer.raw.publicKey) === null) yield { code: "signature-not-checked" };
	if (Buffer.compare(certificate.raw.issuer.encoded, issuer.raw.subject.encoded) !== 0)
		yield { code: "names-differ-in-form" };
	if (!isIdentifiedBy(certificate, issuer)) yield { code: "key-identifier-mismatch" };
}

/** False if a certificate's authority key identifier names another certificate than its issuer. */
function isIdentifiedBy({ extensions }: DecodedCertificate, issuer: DecodedCertificate): boolean {
	const { keyId = null, serialNumber = null } = extensions.authorityKey ?? {};
	const { subjectKey } = issuer.extensions;
	if (keyId !== null && subjectKey !== null && keyId !== subjectKey) return false;
	return serialNumber === null || BigInt(`0x${serialNumber}`) === BigInt(`0x${hex(issuer.raw.serialNumber)}`);
}

function* issuerIssues(path: Path, index: number): Generator<IssueOf> {
	const issuer = path[index] ?? path[0];
	yield* authorityIssues(issuer, index === path.length - 1);
	const below = path.slice(1, index);
	const limit = issuer.extensions.basicConstraints?.pathLength ?? null;
	// Self-issued certificates do not count (RFC 5280 4.2.1.9).
	if (limit !== null && below.filter(({ selfIssued }) => !selfIssued).length > limit) yield { code: "path-too-long" };
	else if (limit !== null && below.length > limit) yield { code: "self-issued-in-path" };

	const constraints = readNameConstraints(issuer);
	if (constraints === "malformed") yield { code: "malformed-extension", oid: NAME_CONSTRAINTS };
	else if (constraints === "too-large") yield { code: "unclear-name-constraints" };
	else if (constraints) yield* nameIssues(constraints, path.slice(0, index));
}

function* authorityIssues(issuer: DecodedCertificate, isAnchor: boolean): Generator<IssueOf> {
	const { raw, extensions } = issuer;
	const { basicConstraints, keyUsage } = extensions;
	if (keyUsage && !keyUsage.certificateSign) yield { code: "no-certificate-sign" };
	if (basicConstraints) {
		if (!basicConstraints.ca) yield { code: "not-an-authority" };
	} else if (raw.version < 2 && isAnchor) yield { code: "version-1-authority" };
	else if (keyUsage?.certificateSign) yield { code: "no-basic-constraints" };
	else yield { code: "not-an-authority" };
}

/** Yields each result once: one name may be outside of the constraints of many certificates. */
function* nameIssues(constraints: NameConstraints, below: readonly DecodedCertificate[]): Generator<IssueOf> {
	const seen = new Set<string>();
	for (const [index, certificate] of below.entries()) {
		for (const result of checkNameConstraints(constraints, certificate)) {
			// Self-issued CA certificates are exempt (RFC 5280 6.1.3), but not for Go.
			const isExempt = certificate.selfIssued && index > 0;
			const issue: IssueOf = isExempt ? { code: "unsupported-name-constraints" } : result;
			const key = JSON.stringify(issue);
			if (!seen.has(key)) yield issue;
			seen.add(key);
		}
	}
}

function hex(bytes: Uint8Array): string {
	return Buffer.from(bytes).toString("hex") || "0";
}

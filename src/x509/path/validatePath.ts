import type { ClientCertificateIssue } from "../../domain/clientCertificateCheck.ts";
import { readTime } from "../asn1/asn1Time.ts";
import type { DecodedCertificate } from "../certificate.ts";
import { ANY_EXTENDED_KEY_USAGE, CLIENT_AUTHENTICATION, NAME_CONSTRAINTS } from "../objectIds.ts";
import { isIdentifiedBy } from "./authorityKey.ts";
import { certificateIssues, type Position, readDate } from "./certificateRules.ts";
import { addCertificate, type IssueOf } from "./issue.ts";
import { checkNameConstraints, comparisonsOf, type NameConstraints, readNameConstraints } from "./nameConstraints.ts";
import type { SignatureCheck } from "./signatureChecks.ts";

/** From the client certificate to the trust anchor, or to the end of an incomplete chain. */
export type Path = readonly [DecodedCertificate, ...DecodedCertificate[]];

/** As many comparisons of names as Go allows for a path; more would block the editor. */
const MAX_COMPARISONS = 250_000;

/** Returns the issues of a path. `isComplete`: it ends with an anchor. */
export type PathCheck = (path: Path, isComplete: boolean) => readonly ClientCertificateIssue[];

/**
 * Returns a check of the paths of one client certificate by RFC 5280 section 6, by OpenAI's guide, and where validators
 * differ. The anchor counts as a certificate whose constraints and dates apply, as all validators do (RFC 5280 6.2,
 * RFC 5937). The check remembers what paths share, because a file may allow many.
 * @param at Unix seconds.
 */
export function pathChecks(at: number, isSigned: SignatureCheck): PathCheck {
	const checkConstraints = constraintChecks();
	const issuesAt = (position: Position) =>
		remember((certificate: DecodedCertificate) => addCertificate(certificate, issuesOf(certificate, at, position)));
	const ownIssues = { client: issuesAt("client"), intermediate: issuesAt("intermediate"), anchor: issuesAt("anchor") };
	return (path, isComplete) =>
		path.flatMap((certificate, index) => {
			const isLast = index === path.length - 1;
			const position = index === 0 ? "client" : isLast && isComplete ? "anchor" : "intermediate";
			const links = [
				...(index === 0 ? [] : issuerIssues(path, index, checkConstraints)),
				...linkIssues(certificate, path[index + 1], isSigned),
			];
			const issues = [...ownIssues[position](certificate), ...addCertificate(certificate, links)];
			return position === "anchor" ? issues.map(disputeInAnchor) : issues;
		});
}

/** Issues of an anchor that BoringSSL doesn't look for: a trust anchor is a name and a key (RFC 5280 6.1.1 d). */
const UNCHECKED_IN_ANCHOR: ReadonlySet<string> = new Set<ClientCertificateIssue["code"]>([
	...(["unknown-critical-extension", "duplicate-extension", "malformed-extension"] as const),
	...(["not-an-authority", "no-certificate-sign", "path-too-long", "no-client-authentication"] as const),
]);

function disputeInAnchor(issue: ClientCertificateIssue): ClientCertificateIssue {
	return UNCHECKED_IN_ANCHOR.has(issue.code) ? { ...issue, disputed: true } : issue;
}

function* issuesOf(certificate: DecodedCertificate, at: number, position: Position): Generator<IssueOf> {
	if (position === "client") yield* clientIssues(certificate);
	yield* validityIssues(certificate, at);
	yield* extendedKeyUsageIssues(certificate);
	yield* certificateIssues(certificate, position);
}

/** Returns a function that computes each result once. */
function remember<K, V>(compute: (key: K) => V): (key: K) => V {
	const results = new Map<K, V>();
	return (key) => {
		const result = results.get(key) ?? compute(key);
		results.set(key, result);
		return result;
	};
}

/** True if a certificate may issue others. Versions 1 and 2 have no basic constraints, so only self-issued ones count. */
export function isAuthority({ extensions, raw, selfIssued }: DecodedCertificate): boolean {
	return extensions.basicConstraints?.ca ?? (raw.version < 2 && selfIssued);
}

function* clientIssues(client: DecodedCertificate): Generator<IssueOf> {
	const { keyUsage, authorityKey } = client.extensions;
	if (isAuthority(client)) yield { code: "is-an-authority" };
	if (keyUsage && !keyUsage.digitalSignature) yield { code: "no-digital-signature" };
	if (authorityKey === null) yield { code: "no-authority-key-identifier" };
	else if (authorityKey.keyId === null) yield { code: "incomplete-authority-key-identifier" };
}

function* validityIssues({ raw }: DecodedCertificate, at: number): Generator<IssueOf> {
	const dates = [readDate(raw.notBefore), readDate(raw.notAfter)];
	const [notBefore, notAfter] = [readTime(raw.notBefore), readTime(raw.notAfter)];
	if (notBefore === null || notAfter === null || dates.includes(null)) yield { code: "unreadable-date" };
	else if (notAfter < at) yield { code: "expired", seconds: at - notAfter };
	else if (notAfter === at) yield { code: "last-second" };
	else if (notBefore > at) yield { code: "not-yet-valid", seconds: notBefore - at };
}

function* extendedKeyUsageIssues({ extensions }: DecodedCertificate): Generator<IssueOf> {
	const usages = extensions.extendedKeyUsage;
	// Go treats an empty list as any usage, which is reported as malformed.
	if (usages === null || usages.length === 0 || usages.includes(CLIENT_AUTHENTICATION)) return;
	yield { code: usages.includes(ANY_EXTENDED_KEY_USAGE) ? "any-extended-key-usage" : "no-client-authentication" };
}

/** Yields the issues between a certificate and its issuer, whose key made the signature. */
function* linkIssues(
	certificate: DecodedCertificate,
	issuer: DecodedCertificate | undefined,
	isSigned: SignatureCheck,
): Generator<IssueOf> {
	if (!issuer) return;
	if (isSigned(certificate, issuer) !== true) yield { code: "signature-not-checked" };
	if (Buffer.compare(certificate.raw.issuer.encoded, issuer.raw.subject.encoded) !== 0)
		yield { code: "names-differ-in-form" };
	if (!isIdentifiedBy(certificate, issuer)) yield { code: "key-identifier-mismatch" };
}

function* issuerIssues(path: Path, index: number, checkConstraints: ConstraintCheck): Generator<IssueOf> {
	const issuer = path[index] ?? path[0];
	yield* authorityIssues(issuer, index === path.length - 1);
	const below = path.slice(1, index);
	const limit = issuer.extensions.basicConstraints?.pathLength ?? null;
	// Self-issued certificates do not count (RFC 5280 4.2.1.9).
	if (limit !== null && below.filter(({ selfIssued }) => !selfIssued).length > limit) yield { code: "path-too-long" };
	else if (limit !== null && below.length > limit) yield { code: "self-issued-in-path" };

	yield* checkConstraints(issuer, path.slice(0, index));
}

function* authorityIssues(issuer: DecodedCertificate, isAnchor: boolean): Generator<IssueOf> {
	const { raw, extensions } = issuer;
	const { basicConstraints, keyUsage } = extensions;
	if (keyUsage && !keyUsage.certificateSign)
		yield { code: "no-certificate-sign", ...(keyUsage.isEmpty && { disputed: true }) };
	if (basicConstraints) {
		if (!basicConstraints.ca) yield { code: "not-an-authority" };
	} else if (raw.version < 2 && isAnchor) yield { code: "version-1-authority" };
	else if (keyUsage?.certificateSign) yield { code: "no-basic-constraints" };
	else yield { code: "not-an-authority" };
}

/** Yields what an issuer's name constraints say of the certificates below it, the client certificate first. */
type ConstraintCheck = (issuer: DecodedCertificate, below: readonly DecodedCertificate[]) => Iterable<IssueOf>;

/** Returns a check that compares at most `MAX_COMPARISONS` names in all. */
function constraintChecks(): ConstraintCheck {
	const constraintsOf = remember(readNameConstraints);
	const results = new Map<DecodedCertificate, Map<DecodedCertificate, readonly IssueOf[]>>();
	let remaining = MAX_COMPARISONS;

	const check = (constraints: NameConstraints, certificate: DecodedCertificate, isClient: boolean): IssueOf[] => {
		// Self-issued CA certificates are exempt (RFC 5280 6.1.3), but not for Go.
		const isExempt = certificate.selfIssued && !isClient;
		remaining -= comparisonsOf(constraints, certificate, isClient);
		if (remaining < 0) return [{ code: "unclear-name-constraints" }];
		const found = [...checkNameConstraints(constraints, certificate, isClient)];
		return isExempt ? found.map(() => ({ code: "unsupported-name-constraints" })) : found;
	};

	return (issuer, below) => {
		const constraints = constraintsOf(issuer);
		if (constraints === null) return [];
		if (constraints === "malformed") return [{ code: "malformed-extension", oid: NAME_CONSTRAINTS }];
		if (constraints === "unclear") return [{ code: "unclear-name-constraints" }];
		const known = results.get(issuer) ?? new Map<DecodedCertificate, readonly IssueOf[]>();
		results.set(issuer, known);
		// Each result once: one name may be outside of the constraints of many certificates.
		const unique = new Map<string, IssueOf>();
		for (const [index, certificate] of below.entries()) {
			const issues = known.get(certificate) ?? check(constraints, certificate, index === 0);
			known.set(certificate, issues);
			for (const issue of issues) unique.set(JSON.stringify(issue), issue);
		}
		return unique.values();
	};
}

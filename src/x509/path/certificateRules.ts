import type { ProfileRule } from "../../domain/clientCertificateCheck.ts";
import { isOid } from "../asn1/asn1Validation.ts";
import { childrenOf, SEQUENCE } from "../asn1/der.ts";
import type { DecodedCertificate } from "../certificate.ts";
import { NAME_CONSTRAINTS, SUBJECT_ALTERNATIVE_NAME } from "../extensions.ts";
import type { RawExtension } from "../rawCertificate.ts";
import { findUncommonAlgorithm } from "./algorithms.ts";
import { readAlternativeNames, readGeneralName, wholeSequence } from "./generalNames.ts";
import type { IssueOf } from "./issue.ts";

const SUBJECT_KEY = "2.5.29.14";
const BASIC_CONSTRAINTS = "2.5.29.19";
const CERTIFICATE_POLICIES = "2.5.29.32";
const POLICY_MAPPINGS = "2.5.29.33";
const AUTHORITY_KEY = "2.5.29.35";
const POLICY_CONSTRAINTS = "2.5.29.36";
const EXTENDED_KEY_USAGE = "2.5.29.37";
const INHIBIT_ANY_POLICY = "2.5.29.54";
const AUTHORITY_ACCESS = "1.3.6.1.5.5.7.1.1";
const SUBJECT_ACCESS = "1.3.6.1.5.5.7.1.11";
const KEY_USAGE = "2.5.29.15";
const ISSUER_ALTERNATIVE_NAME = "2.5.29.18";
const CRL_DISTRIBUTION_POINTS = "2.5.29.31";

/** Extensions that this check and all validators process, so that they may be critical. */
const PROCESSED = new Set([
	SUBJECT_ALTERNATIVE_NAME,
	NAME_CONSTRAINTS,
	BASIC_CONSTRAINTS,
	KEY_USAGE,
	EXTENDED_KEY_USAGE,
	CERTIFICATE_POLICIES,
	POLICY_MAPPINGS,
	POLICY_CONSTRAINTS,
	INHIBIT_ANY_POLICY,
]);

/** Extensions of RFC 5280 that must not or should not be critical, and that some validators then reject. */
const KNOWN_NOT_CRITICAL = new Set([
	SUBJECT_KEY,
	AUTHORITY_KEY,
	AUTHORITY_ACCESS,
	SUBJECT_ACCESS,
	ISSUER_ALTERNATIVE_NAME,
	CRL_DISTRIBUTION_POINTS,
]);

/** Yields the issues of one certificate of a path that depend on no other certificate. */
export function* certificateIssues(certificate: DecodedCertificate): Generator<IssueOf> {
	const { raw } = certificate;
	yield* extensionIssues(certificate);
	if (certificate.issuer.length === 0) yield { code: "empty-issuer-name" };
	for (const rule of brokenProfileRules(certificate)) yield { code: "outside-profile", rule };
	const mustProcessPolicies = raw.extensions.some(
		({ oid, critical }) =>
			oid === POLICY_CONSTRAINTS || (critical && (oid === POLICY_MAPPINGS || oid === INHIBIT_ANY_POLICY)),
	);
	if (mustProcessPolicies) yield { code: "policy-constraints" };
	const algorithm = findUncommonAlgorithm(certificate);
	if (algorithm !== null) yield { code: "uncommon-algorithm", algorithm };
}

function* extensionIssues({ raw, extensions }: DecodedCertificate): Generator<IssueOf> {
	const seen = new Set<string>();
	for (const { oid, critical } of raw.extensions) {
		const isKnown = PROCESSED.has(oid) || KNOWN_NOT_CRITICAL.has(oid);
		if (critical && !isKnown) yield { code: "unknown-critical-extension", oid };
		if (seen.has(oid)) yield { code: isKnown ? "duplicate-extension" : "duplicate-unknown-extension", oid };
		seen.add(oid);
	}
	const malformed = new Set(extensions.unreadable);
	for (const extension of raw.extensions) if (!isWellFormed(extension)) malformed.add(extension.oid);
	for (const oid of malformed) yield { code: "malformed-extension", oid };
}

/** True unless an extension that this check doesn't decode elsewhere breaks its ASN.1 type. */
function isWellFormed({ oid, value }: RawExtension): boolean {
	switch (oid) {
		case SUBJECT_ALTERNATIVE_NAME:
			return readAlternativeNames(value) !== null;
		case EXTENDED_KEY_USAGE:
			return (childrenOf(wholeSequence(value)) ?? []).length > 0;
		case BASIC_CONSTRAINTS:
		case AUTHORITY_KEY:
			return childrenOf(wholeSequence(value)) !== null;
		default:
			return true;
	}
}

/** Extensions that path validation doesn't need, each a SEQUENCE of at least one SEQUENCE. */
const LISTS = new Set([
	AUTHORITY_ACCESS,
	SUBJECT_ACCESS,
	CRL_DISTRIBUTION_POINTS,
	CERTIFICATE_POLICIES,
	POLICY_MAPPINGS,
]);

function isWellFormedList({ oid, value }: RawExtension): boolean {
	const items = childrenOf(wholeSequence(value)) ?? [];
	if (items.length === 0 || items.some(({ tag }) => tag !== SEQUENCE)) return false;
	if (oid !== AUTHORITY_ACCESS && oid !== SUBJECT_ACCESS) return true;
	// AccessDescription: a method and a location (RFC 5280 4.2.2.1).
	return items.every((item) => {
		const [method, location] = childrenOf(item) ?? [];
		return isOid(method) && location !== undefined && readGeneralName(location) !== null;
	});
}

function* brokenProfileRules(certificate: DecodedCertificate): Generator<ProfileRule> {
	const { raw, subject, extensions } = certificate;
	const find = (oid: string) => raw.extensions.find((each) => each.oid === oid);
	if (raw.extensions.some(({ oid, critical }) => critical && KNOWN_NOT_CRITICAL.has(oid))) yield "critical";
	if (find(POLICY_CONSTRAINTS)?.critical === false) yield "not-critical";
	if (!isSerialNumber(raw.serialNumber)) yield "serial-number";
	if (subject.length === 0 && find(SUBJECT_ALTERNATIVE_NAME)?.critical !== true) yield "empty-subject";
	const isAuthority = extensions.basicConstraints?.ca ?? raw.version < 2;
	if (!isAuthority && (find(NAME_CONSTRAINTS) || extensions.keyUsage?.certificateSign)) yield "authority-only";
	if (raw.version !== 2 && raw.extensions.length > 0) yield "version";
	if (!raw.isDer) yield "encoding";
	if (raw.extensions.some((each) => LISTS.has(each.oid) && !isWellFormedList(each))) yield "malformed";
}

/** True for a positive number of at most 20 octets (RFC 5280 4.1.2.2). */
function isSerialNumber(content: Uint8Array): boolean {
	const [first = 0] = content;
	return first < 0x80 && content.length <= 20 && content.some((octet) => octet !== 0);
}

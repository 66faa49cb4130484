import type { ProfileRule } from "../../domain/clientCertificateCheck.ts";
import { isBitString, isInteger, isOid } from "../asn1/asn1Validation.ts";
import {
	BOOLEAN,
	childrenOf,
	decodeOid,
	type Element,
	INTEGER,
	OCTET_STRING,
	readElement,
	SEQUENCE,
} from "../asn1/der.ts";
import type { DecodedCertificate } from "../certificate.ts";
import {
	ANY_POLICY,
	AUTHORITY_KEY,
	BASIC_CONSTRAINTS,
	CERTIFICATE_POLICIES,
	CRL_DISTRIBUTION_POINTS,
	EXTENDED_KEY_USAGE,
	INHIBIT_ANY_POLICY,
	ISSUER_ALTERNATIVE_NAME,
	KEY_USAGE,
	NAME_CONSTRAINTS,
	POLICY_CONSTRAINTS,
	POLICY_MAPPINGS,
	PROCESSED_EXTENSIONS,
	SUBJECT_ALTERNATIVE_NAME,
	SUBJECT_KEY,
} from "../objectIds.ts";
import { hasUnusedBitsSet, isDer, type RawExtension } from "../rawCertificate.ts";
import {
	type GeneralName,
	type GeneralNameKind,
	readAlternativeNames,
	readGeneralName,
	wholeSequence,
} from "./generalNames.ts";
import type { IssueOf } from "./issue.ts";
import { incomparability, isPlainUri } from "./nameMatching.ts";

const AUTHORITY_ACCESS = "1.3.6.1.5.5.7.1.1";
const SUBJECT_ACCESS = "1.3.6.1.5.5.7.1.11";
const NETSCAPE_TYPE = "2.16.840.1.113730.1.1";
const PROXY = "1.3.6.1.5.5.7.1.14";
/** Internet addresses and autonomous systems (RFC 3779). */
const RESOURCES = ["1.3.6.1.5.5.7.1.7", "1.3.6.1.5.5.7.1.8"];
const OCSP_NO_CHECK = "1.3.6.1.5.5.7.48.1.5";

/** Extensions of RFC 5280 that must not or should not be critical, and that some validators then reject. */
const KNOWN_NOT_CRITICAL = new Set([
	...[SUBJECT_KEY, AUTHORITY_KEY, AUTHORITY_ACCESS, SUBJECT_ACCESS],
	...[ISSUER_ALTERNATIVE_NAME, CRL_DISTRIBUTION_POINTS],
]);

/** Extensions that only OpenSSL processes, so that only OpenSSL accepts critical ones. */
const PROCESSED_BY_OPENSSL = new Set([NETSCAPE_TYPE, OCSP_NO_CHECK, ...RESOURCES]);

/** Extensions that every validator reads, so that all of them notice a second one. */
const READ_BY_ALL = new Set([
	...[SUBJECT_ALTERNATIVE_NAME, NAME_CONSTRAINTS, BASIC_CONSTRAINTS, KEY_USAGE, EXTENDED_KEY_USAGE],
	...[SUBJECT_KEY, AUTHORITY_KEY, CRL_DISTRIBUTION_POINTS],
]);

/** Larger extensions are not decoded by `readExtensions`, or have more names than can be read. */
const MAX_BYTES = 16_000;

/** Yields the issues of extensions by RFC 5280 4.2. */
export function* extensionIssues({ raw, extensions }: DecodedCertificate): Generator<IssueOf> {
	const seen = new Set<string>();
	for (const { oid, critical } of raw.extensions) {
		if (critical && ![PROCESSED_EXTENSIONS, KNOWN_NOT_CRITICAL, PROCESSED_BY_OPENSSL].some((known) => known.has(oid)))
			yield { code: "unknown-critical-extension", oid };
		if (seen.has(oid))
			yield { code: READ_BY_ALL.has(oid) ? "duplicate-extension" : "duplicate-unknown-extension", oid };
		seen.add(oid);
	}
	const malformed = new Set(extensions.unreadable);
	for (const extension of raw.extensions) if (!isReadable(extension)) malformed.add(extension.oid);
	for (const { oid, value } of raw.extensions) if (value.length > MAX_BYTES) malformed.delete(oid);
	for (const oid of malformed) {
		// Go accepts a negative path length.
		const isDisputed = oid === BASIC_CONSTRAINTS && extensions.basicConstraints !== null;
		yield { code: "malformed-extension", oid, ...(isDisputed && { disputed: true }) };
	}
}

/**
 * Yields the rules for extensions that only some validators check.
 * @param isClient True for the client certificate.
 */
export function* brokenExtensionRules({ raw }: DecodedCertificate, isClient: boolean): Generator<ProfileRule> {
	const { extensions } = raw;
	if (extensions.some(({ oid, critical }) => critical && KNOWN_NOT_CRITICAL.has(oid))) yield "critical";
	if (extensions.some(({ oid, critical }) => oid === POLICY_CONSTRAINTS && !critical)) yield "not-critical";
	if (extensions.some(({ oid, value }) => READ_BY_ALL.has(oid) && oid !== NAME_CONSTRAINTS && value.length > MAX_BYTES))
		yield "large";
	if (extensions.some((each) => isReadable(each) && !isWellFormed(each))) yield "malformed";
	if (extensions.some((each) => isPartlyKnown(each, isClient))) yield "partly-known";
}

/** Kinds of names that Go supports. */
const COMMON_KINDS: ReadonlySet<GeneralNameKind> = new Set<GeneralNameKind>(["email", "dns", "uri", "ip"]);

function isPartlyKnown({ oid, critical, value }: RawExtension, isClient: boolean): boolean {
	if (oid === SUBJECT_ALTERNATIVE_NAME && critical)
		return !readAlternativeNames(value)?.some(({ kind }) => COMMON_KINDS.has(kind));
	if (oid === PROXY) return !critical;
	if (RESOURCES.includes(oid)) return true;
	if (oid !== NETSCAPE_TYPE) return critical && PROCESSED_BY_OPENSSL.has(oid);
	const type = readElement(value);
	const forClients = isBitString(type ?? undefined) && ((type?.content[1] ?? 0) & 0x80) !== 0;
	return critical || (isClient && !forClients);
}

/** False if no validator can read an extension that this check doesn't decode elsewhere. */
function isReadable({ oid, value }: RawExtension): boolean {
	const element = readElement(value);
	switch (oid) {
		case SUBJECT_ALTERNATIVE_NAME:
		case BASIC_CONSTRAINTS:
		case AUTHORITY_KEY:
			return element?.tag === SEQUENCE && childrenOf(element) !== null;
		case EXTENDED_KEY_USAGE:
			return element?.tag === SEQUENCE && (childrenOf(element)?.every(isOid) ?? false);
		default:
			return true;
	}
}

/** True unless an extension breaks its ASN.1 type, or isn't DER; for extensions that path validation may read. */
function isWellFormed({ oid, value }: RawExtension): boolean {
	if (!PROCESSED_EXTENSIONS.has(oid) && !KNOWN_NOT_CRITICAL.has(oid)) return true;
	const element = readElement(value);
	if (element?.encoded.length !== value.length || !isDer(element)) return false;
	switch (oid) {
		case SUBJECT_ALTERNATIVE_NAME:
		case ISSUER_ALTERNATIVE_NAME: {
			const names = readAlternativeNames(value);
			return names !== null && names.length > 0 && names.every(isWellFormedName);
		}
		case BASIC_CONSTRAINTS:
			return isBasicConstraints(childrenOf(element) ?? []);
		case KEY_USAGE:
			return isBitString(element) && !hasUnusedBitsSet(element) && element.content.length > 1;
		case SUBJECT_KEY:
			return element.tag === OCTET_STRING && element.content.length > 0;
		case EXTENDED_KEY_USAGE:
			return element.content.length > 0;
		case INHIBIT_ANY_POLICY:
			return element.tag === INTEGER;
		case AUTHORITY_ACCESS:
		case SUBJECT_ACCESS:
			return isListOf(value, isAccessDescription);
		case CERTIFICATE_POLICIES:
			return isListOf(value, isPolicy) && !hasPolicyTwice(element);
		case POLICY_MAPPINGS:
			return isListOf(value, isPolicyMapping);
		case CRL_DISTRIBUTION_POINTS:
			return isListOf(value, () => true);
		default:
			return true;
	}
}

/** True for an optional BOOLEAN and an optional INTEGER. DER has one value for true (X.690 11.1). */
function isBasicConstraints(parts: readonly Element[]): boolean {
	const [flag, ...rest] = parts[0]?.tag === BOOLEAN ? parts : [undefined, ...parts];
	const isFlag = !flag || (flag.content.length === 1 && (flag.content[0] === 0xff || flag.content[0] === 0));
	return isFlag && rest.length <= 1 && rest.every((each) => isInteger(each));
}

/** True for a SEQUENCE of at least one SEQUENCE with a property. */
function isListOf(value: Uint8Array, isItem: (item: Element) => boolean): boolean {
	const items = childrenOf(wholeSequence(value)) ?? [];
	return items.length > 0 && items.every((item) => item.tag === SEQUENCE && isItem(item));
}

/** True for an AccessDescription: a method and a location (RFC 5280 4.2.2.1). */
function isAccessDescription(item: Element): boolean {
	const [method, location] = childrenOf(item) ?? [];
	return isOid(method) && location !== undefined && readGeneralName(location) !== null;
}

/** True for a PolicyInformation: a policy and optional qualifiers (RFC 5280 4.2.1.4). */
function isPolicy(item: Element): boolean {
	const [policy, qualifiers, ...rest] = childrenOf(item) ?? [];
	return isOid(policy) && (!qualifiers || qualifiers.tag === SEQUENCE) && rest.length === 0;
}

/** True if a policy occurs twice, which BoringSSL and new versions of Go reject (RFC 5280 4.2.1.4). */
function hasPolicyTwice(list: Element): boolean {
	const policies = childrenOf(list)?.map((item) => decodeOid(childrenOf(item)?.[0]?.content ?? new Uint8Array())) ?? [];
	return new Set(policies).size < policies.length;
}

/** True for two policies, neither of which is "any policy" (RFC 5280 4.2.1.5). */
function isPolicyMapping(item: Element): boolean {
	const policies = childrenOf(item) ?? [];
	return policies.length === 2 && policies.every((each) => isOid(each) && decodeOid(each.content) !== ANY_POLICY);
}

/** True unless Go rejects the certificate because of an alternative name, perhaps only below name constraints. */
function isWellFormedName(name: GeneralName): boolean {
	switch (name.kind) {
		case "email":
		case "dns":
		case "ip":
			return incomparability(name) === null;
		case "uri":
			return isPlainUri(name.text);
		default:
			return true;
	}
}

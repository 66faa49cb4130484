import type { ProfileRule } from "../../domain/clientCertificateCheck.ts";
import { isTimeWellEncoded, readTime } from "../asn1/asn1Time.ts";
import { BOOLEAN, childrenOf, type Element, GENERALIZED_TIME, readElement } from "../asn1/der.ts";
import type { DecodedCertificate } from "../certificate.ts";
import type { DistinguishedName } from "../distinguishedName.ts";
import {
	INHIBIT_ANY_POLICY,
	NAME_CONSTRAINTS,
	POLICY_CONSTRAINTS,
	POLICY_MAPPINGS,
	SUBJECT_ALTERNATIVE_NAME,
} from "../objectIds.ts";
import type { RawCertificate, RawExtension } from "../rawCertificate.ts";
import { findUncommonAlgorithm, hasUsualIdentifiers } from "./algorithms.ts";
import { brokenExtensionRules, extensionIssues } from "./extensionRules.ts";
import type { IssueOf } from "./issue.ts";

/** Where a certificate is in a path. */
export type Position = "client" | "intermediate" | "anchor";

/** Yields the issues of one certificate of a path that depend on no other certificate. */
export function* certificateIssues(certificate: DecodedCertificate, position: Position): Generator<IssueOf> {
	const { raw } = certificate;
	yield* extensionIssues(certificate);
	if (certificate.issuer.length === 0) yield { code: "empty-issuer-name" };
	for (const rule of brokenProfileRules(certificate)) yield { code: "outside-profile", rule };
	for (const rule of brokenExtensionRules(certificate, position === "client")) yield { code: "outside-profile", rule };
	const mustProcessPolicies = raw.extensions.some(
		({ oid, critical }) =>
			oid === POLICY_CONSTRAINTS || (critical && (oid === POLICY_MAPPINGS || oid === INHIBIT_ANY_POLICY)),
	);
	if (mustProcessPolicies) yield { code: "policy-constraints" };
	// Nobody verifies the signature of an anchor.
	const algorithm = findUncommonAlgorithm(certificate, position !== "anchor");
	if (algorithm !== null) yield { code: "uncommon-algorithm", algorithm };
}

function* brokenProfileRules(certificate: DecodedCertificate): Generator<ProfileRule> {
	const { raw, subject, issuer, extensions } = certificate;
	const find = (oid: string) => raw.extensions.find((each) => each.oid === oid);
	if (!isSerialNumber(raw.serialNumber)) yield "serial-number";
	if (subject.length === 0 && find(SUBJECT_ALTERNATIVE_NAME)?.critical !== true) yield "empty-subject";
	const { ca = raw.version < 2, pathLength = null } = extensions.basicConstraints ?? {};
	if (!ca && (find(NAME_CONSTRAINTS) || pathLength !== null || extensions.keyUsage?.certificateSign))
		yield "authority-only";
	if (raw.version !== 2 && raw.extensions.length > 0) yield "version";
	if (!raw.isDer || raw.extensions.some(isFlagMalformed) || hasUnusedBits(raw)) yield "encoding";
	if (![subject, issuer].every(isUsualName)) yield "name";
	if ([raw.notBefore, raw.notAfter].some((time) => readDate(time) === "unusual")) yield "date";
	if (!hasUsualIdentifiers(certificate)) yield "algorithm-identifier";
}

/**
 * Reads a date as RFC 5280 4.1.2.5 requires. @returns Unix seconds; `unusual` for a date with another time zone, which Go
 * accepts; `null` if no validator accepts it, such as a date with a fraction.
 */
export function readDate(element: Element): number | "unusual" | null {
	const seconds = readTime(element);
	if (seconds === null || isTimeWellEncoded(element)) return seconds;
	const text = Buffer.from(element.content).toString("latin1");
	// RFC 5280 wants UTCTime until 2049, which validators don't check.
	if (element.tag === GENERALIZED_TIME && /^\d{14}Z$/.test(text)) return seconds;
	return /^\d+[+-]\d{4}$/.test(text) ? "unusual" : null;
}

/** True if the signature or the key isn't a whole number of octets, which Go shifts and OpenSSL doesn't. */
function hasUnusedBits({ der, publicKey }: RawCertificate): boolean {
	const bitStrings = [childrenOf(readElement(der))?.[2], childrenOf(publicKey)?.[1]];
	return bitStrings.some((each) => each?.content[0] !== 0);
}

/** True if the flag "critical" is a BOOLEAN whose value is not DER's (X.690 11.1, 11.5). */
function isFlagMalformed({ der }: RawExtension): boolean {
	const flag = childrenOf(readElement(der))?.[1];
	return flag?.tag === BOOLEAN && flag.content[0] !== 0xff;
}

/** The characters of string types for Go; OpenSSL and BoringSSL accept any. */
const USUAL_STRINGS: Readonly<Record<number, RegExp>> = {
	12: /^/u, // UTF8String
	18: /^[\d ]*$/, // NumericString
	19: /^[a-z\d '()+,\-./:=?*&]*$/i, // PrintableString
	20: /^/, // TeletexString
	// biome-ignore lint/suspicious/noControlCharactersInRegex: IA5String has all characters of seven bits.
	22: /^[\x00-\x7f]*$/, // IA5String
	30: /^/u, // BMPString
};

function isUsualName(name: DistinguishedName): boolean {
	return name.flat().every(({ text, value }) => text !== null && (USUAL_STRINGS[value.tag]?.test(text) ?? false));
}

/** True for a positive number of at most 20 octets (RFC 5280 4.1.2.2). */
function isSerialNumber(content: Uint8Array): boolean {
	const [first = 0] = content;
	return first < 0x80 && content.length <= 20 && content.some((octet) => octet !== 0);
}

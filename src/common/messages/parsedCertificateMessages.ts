import * as l10n from "@vscode/l10n";
import type { Finding, ParsedCertificate, Severity } from "../../domain/certificateFile.ts";
import { sanitize } from "../text/sanitize.ts";
import { formatAbsoluteTime, formatExpiry, formatUtcDay } from "./dates.ts";
import { describeFinding } from "./findingMessages.ts";

/** Returns a certificate's common name for display, else its complete subject. */
export function formatParsedCertificateName({ commonName, subject }: ParsedCertificate): string {
	return sanitize(commonName ?? subject) || l10n.t("(no subject)");
}

/** Returns a certificate's entry in a list of a file's certificates. @param now Unix seconds. */
export function formatCertificateChoice(
	parsed: ParsedCertificate,
	position: number,
	count: number,
	now: number,
): { label: string; description: string } {
	const kind = parsed.isCa ? l10n.t("CA") : l10n.t("leaf");
	const description = [kind, formatExpiry(parsed.notAfter, now), l10n.t("{0} of {1}", position, count)].join(" · ");
	return { label: formatParsedCertificateName(parsed), description };
}

/**
 * Returns a certificate's main fields: label and value.
 * @param now Unix seconds.
 * @param maxLength Maximum length of subject and issuer, in graphemes.
 */
export function formatMainFields(
	parsed: ParsedCertificate,
	now: number,
	maxLength?: number,
): readonly (readonly [string, string])[] {
	const { subject, issuer, notBefore, notAfter, sha256 } = parsed;
	const validity = l10n.t(
		"{0} to {1} (UTC), {2}",
		formatUtcDay(notBefore),
		formatUtcDay(notAfter),
		formatExpiry(notAfter, now),
	);
	return [
		[l10n.t("Subject"), sanitize(subject, maxLength) || l10n.t("(empty)")],
		[l10n.t("Issuer"), sanitize(issuer, maxLength) || l10n.t("(empty)")],
		[l10n.t("Valid"), validity],
		[l10n.t("SHA-256 fingerprint"), formatFingerprint(sha256)],
	];
}

/** Maximum length of a subject in a document, in graphemes. */
const MAX_SUBJECT_LENGTH = 1000;

/** Like `formatMainFields`, with all fields for a document. @param now Unix seconds. */
export function formatAllFields(parsed: ParsedCertificate, now: number): readonly (readonly [string, string])[] {
	const { notBefore, notAfter, serialNumber, isCa } = parsed;
	return [
		...formatMainFields(parsed, now, MAX_SUBJECT_LENGTH),
		...(notBefore === null ? [] : [[l10n.t("Valid from"), formatAbsoluteTime(notBefore)] as const]),
		...(notAfter === null ? [] : [[l10n.t("Expires"), formatAbsoluteTime(notAfter)] as const]),
		[l10n.t("Serial number"), serialNumber],
		[l10n.t("Key"), formatKeyDetails(parsed)],
		[l10n.t("CA"), isCa === null ? l10n.t("not specified") : isCa ? l10n.t("yes") : l10n.t("no")],
	];
}

/** Returns a key's type and size. */
export function formatKeyDetails({ keyType, keyBits }: Pick<ParsedCertificate, "keyType" | "keyBits">): string {
	const type = KEY_TYPES[keyType] ?? keyType;
	return keyBits === null ? type : l10n.t("{0}, {1} bits", type, keyBits);
}

/** Display names of key types. */
const KEY_TYPES: Readonly<Record<string, string>> = {
	...{ ec: "EC", rsa: "RSA", "rsa-pss": "RSA-PSS", dsa: "DSA", ed25519: "Ed25519", ed448: "Ed448" },
};

/** Returns a line for each field, with aligned values. */
export function formatFieldLines(fields: readonly (readonly [label: string, value: string])[]): readonly string[] {
	const width = Math.max(...fields.map(([label]) => label.length));
	return fields.map(([label, value]) => `${label.padEnd(width)}  ${value}`);
}

/** Returns a line for each finding, with its severity. */
export function formatFindingLines(findings: readonly Finding[]): readonly string[] {
	return findings.map((finding) => `${formatSeverity(finding.level)}: ${describeFinding(finding)}`);
}

/** Returns a fingerprint in groups of four, for comparison by eye. @param sha256 Hex. */
export function formatFingerprint(sha256: string): string {
	return sha256.replace(/(.{4})(?=.)/g, "$1 ");
}

/** Number of hex digits that are enough to recognize a fingerprint. */
const SHORT_FINGERPRINT_DIGITS = 16;

/** Returns the beginning of a fingerprint, in groups of four. @param sha256 Hex. */
export function formatShortFingerprint(sha256: string): string {
	return `${formatFingerprint(sha256.slice(0, SHORT_FINGERPRINT_DIGITS))} …`;
}

function formatSeverity(severity: Severity): string {
	switch (severity) {
		case "block":
			return l10n.t("Error");
		case "strong":
			return l10n.t("Warning");
		case "warn":
			return l10n.t("Caution");
		case "info":
			return l10n.t("Note");
	}
}

import * as l10n from "@vscode/l10n";
import type { Finding, ParsedCertificate, Severity } from "../../domain/certificateFile.ts";
import { absoluteTime, dayWords, expiryWords } from "./dates.ts";
import { describeFinding } from "./findings.ts";
import { sanitize } from "./sanitize.ts";

/** What a candidate is called: its common name, else its whole subject. */
export function candidateName({ commonName, subject }: ParsedCertificate): string {
	return sanitize(commonName ?? subject) || l10n.t("(no subject)");
}

/** How a candidate reads in the list of those that a file holds. @param now Unix seconds. */
export function candidateChoiceWords(
	candidate: ParsedCertificate,
	position: number,
	count: number,
	now: number,
): { label: string; description: string } {
	const kind = candidate.isCa ? l10n.t("CA") : l10n.t("leaf");
	const description = [kind, expiryWords(candidate.notAfter, now), l10n.t("{0} of {1}", position, count)].join(" · ");
	return { label: candidateName(candidate), description };
}

/**
 * What a certificate is, a fact a line: label and value.
 * @param now Unix seconds.
 * @param longest The longest value that is somebody else's text, in graphemes.
 */
export function factWords(
	candidate: ParsedCertificate,
	now: number,
	longest?: number,
): readonly (readonly [string, string])[] {
	const { subject, issuer, notBefore, notAfter, sha256 } = candidate;
	const validity = l10n.t("{0} to {1} (UTC), {2}", dayWords(notBefore), dayWords(notAfter), expiryWords(notAfter, now));
	return [
		[l10n.t("Subject"), sanitize(subject, longest) || l10n.t("(empty)")],
		[l10n.t("Issuer"), sanitize(issuer, longest) || l10n.t("(empty)")],
		[l10n.t("Valid"), validity],
		[l10n.t("SHA-256"), fingerprintWords(sha256)],
	];
}

/** The longest subject in a document, in graphemes: there is room, but not for a text without end. */
const LONGEST = 1000;

/** Everything about a certificate that a document has room for, as `factWords` does. @param now Unix seconds. */
export function contentFacts(candidate: ParsedCertificate, now: number): readonly (readonly [string, string])[] {
	const { notBefore, notAfter, serialNumber, isCa } = candidate;
	return [
		...factWords(candidate, now, LONGEST),
		...(notBefore === null ? [] : [[l10n.t("Valid from"), absoluteTime(notBefore)] as const]),
		...(notAfter === null ? [] : [[l10n.t("Valid to"), absoluteTime(notAfter)] as const]),
		[l10n.t("Serial number"), serialNumber],
		[l10n.t("Key"), keyWords(candidate)],
		[l10n.t("CA"), isCa === null ? l10n.t("it does not say") : isCa ? l10n.t("yes") : l10n.t("no")],
	];
}

/** The kind of a certificate's key, and its size. */
export function keyWords({ keyType, keyBits }: ParsedCertificate): string {
	const type = KEY_TYPES[keyType] ?? keyType;
	return keyBits === null ? type : l10n.t("{0}, {1} bits", type, keyBits);
}

/** As people write them. */
const KEY_TYPES: Readonly<Record<string, string>> = {
	...{ ec: "EC", rsa: "RSA", "rsa-pss": "RSA-PSS", dsa: "DSA", ed25519: "Ed25519", ed448: "Ed448" },
};

/** Facts, a line each, with the values below one another. */
export function factLines(facts: readonly (readonly [label: string, value: string])[]): readonly string[] {
	const width = Math.max(...facts.map(([label]) => label.length));
	return facts.map(([label, value]) => `${label.padEnd(width)}  ${value}`);
}

/** Findings, a line each, with their weight in words. */
export function findingLines(findings: readonly Finding[]): readonly string[] {
	return findings.map((finding) => `${levelWords(finding.level)}: ${describeFinding(finding)}`);
}

/** A fingerprint in groups of four, to be compared by eye. @param sha256 Hex. */
export function fingerprintWords(sha256: string): string {
	return sha256.replace(/(.{4})(?=.)/g, "$1 ");
}

/** So much of a fingerprint is enough to tell it by, in hex digits. */
const FINGERPRINT_START = 16;

/** The beginning of a fingerprint, in groups of four. @param sha256 Hex. */
export function fingerprintStart(sha256: string): string {
	return `${fingerprintWords(sha256.slice(0, FINGERPRINT_START))} …`;
}

function levelWords(level: Severity): string {
	switch (level) {
		case "block":
			return l10n.t("Not possible");
		case "strong":
			return l10n.t("Careful");
		case "warn":
			return l10n.t("Warning");
		case "info":
			return l10n.t("Note");
	}
}

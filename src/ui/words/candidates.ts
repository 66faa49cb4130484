import * as l10n from "@vscode/l10n";
import type { Candidate, Finding, Level } from "../../domain/certificateFile.ts";
import { dayWords, expiryWords } from "./dates.ts";
import { findingWords } from "./findings.ts";
import { inert } from "./inert.ts";

/** What a candidate is called: its common name, else its whole subject. */
export function candidateName({ commonName, subject }: Candidate): string {
	return inert(commonName ?? subject) || l10n.t("(no subject)");
}

/** How a candidate reads in the list of those that a file holds. @param now Unix seconds. */
export function candidateChoiceWords(
	candidate: Candidate,
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
export function factWords(candidate: Candidate, now: number, longest?: number): readonly (readonly [string, string])[] {
	const { subject, issuer, notBefore, notAfter, sha256 } = candidate;
	const validity = l10n.t("{0} to {1} (UTC), {2}", dayWords(notBefore), dayWords(notAfter), expiryWords(notAfter, now));
	return [
		[l10n.t("Subject"), inert(subject, longest) || l10n.t("(empty)")],
		[l10n.t("Issuer"), inert(issuer, longest) || l10n.t("(empty)")],
		[l10n.t("Valid"), validity],
		[l10n.t("SHA-256"), fingerprintWords(sha256)],
	];
}

/** Findings, a line each, with their weight in words. */
export function findingLines(findings: readonly Finding[]): readonly string[] {
	return findings.map((finding) => `${levelWords(finding.level)}: ${findingWords(finding)}`);
}

/** A fingerprint in groups of four, to be compared by eye. @param sha256 Hex. */
export function fingerprintWords(sha256: string): string {
	return sha256.replace(/(.{4})(?=.)/g, "$1 ");
}

function levelWords(level: Level): string {
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

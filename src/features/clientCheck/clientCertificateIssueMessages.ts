import * as l10n from "@vscode/l10n";
import { formatExpiry } from "../../common/messages/dates.ts";
import { formatCount } from "../../common/text/counts.ts";
import { sanitize } from "../../common/text/sanitize.ts";
import { type ClientCertificateIssue, issueLevel, type ProfileRule } from "../../domain/clientCertificateCheck.ts";

/** A hostile certificate can have thousands of issues. */
const MAX_SENTENCES = 10;
const LEVELS = ["error", "warning", "info"] as const;

/** Returns the sentences about a path's issues, each once, the worst first; the last one counts those left out. */
export function describeClientCertificateIssues(issues: readonly ClientCertificateIssue[]): readonly string[] {
	const worstFirst = issues.toSorted((one, other) => rank(one) - rank(other));
	const sentences = [...new Set(worstFirst.map(describeClientCertificateIssue))];
	if (sentences.length <= MAX_SENTENCES) return sentences;
	const more = sentences.length - MAX_SENTENCES + 1;
	return [...sentences.slice(0, MAX_SENTENCES - 1), l10n.t("{0} more issues aren't shown.", formatCount(more))];
}

function rank(issue: ClientCertificateIssue): number {
	return LEVELS.indexOf(issueLevel(issue));
}

/** Describes an issue of a client certificate's path. Where validators disagree, says about what. */
export function describeClientCertificateIssue(issue: ClientCertificateIssue): string {
	const sentence = describeIssue(issue);
	return issue.disputed ? `${sentence} ${l10n.t("Validators disagree about that.")}` : sentence;
}

function describeIssue(issue: ClientCertificateIssue): string {
	const subject = formatSubject(issue.subject);
	switch (issue.code) {
		case "is-an-authority":
			return l10n.t("{0} is a CA certificate; OpenAI might reject it as a client certificate.", subject);
		case "several-clients":
			return l10n.t("The file contains several client certificates; {0} was checked.", subject);
		case "not-in-order":
			return l10n.t("The file isn't in order: curl and the SDKs need the client certificate first, then each issuer.");
		case "is-the-anchor":
			return l10n.t("Validators disagree about client certificates that are trust anchors themselves.");
		case "no-issuer":
			return l10n.t(
				"{0} was issued by {1}, which isn't in the file or among the trust anchors.",
				subject,
				formatSubject(issue.issuer),
			);
		case "not-signed":
			return l10n.t("The signature on {0} doesn't match the key of {1}.", subject, formatSubject(issue.issuer));
		case "signature-not-checked":
			return l10n.t("VS Code can't verify the signature on {0}.", subject);
		case "too-many-certificates":
			return l10n.t("The file contains too many certificates, so not all possible chains were checked.");
		case "other-path-fails":
			return l10n.t("Another chain of these certificates fails, and which one OpenAI uses is unknown.");
		case "expired":
			return l10n.t("{0} {1}.", subject, formatExpiry(-issue.seconds, 0));
		case "last-second":
			return l10n.t("Validators disagree about whether {0} has expired, because this is its last second.", subject);
		case "not-yet-valid":
			return l10n.t("{0} isn't valid yet.", subject);
		case "unreadable-date":
			return l10n.t("{0} contains an invalid date.", subject);
		case "not-an-authority":
			return l10n.t("{0} issued another certificate but isn't a CA.", subject);
		case "no-basic-constraints":
			return l10n.t("Validators disagree about CA certificates without basic constraints, such as {0}.", subject);
		case "version-1-authority":
			return l10n.t("Validators disagree about CA certificates of version 1, such as {0}.", subject);
		case "no-certificate-sign":
			return l10n.t("{0} issued another certificate, but its key usage lacks Certificate Sign.", subject);
		case "path-too-long":
			return l10n.t("The path length of {0} allows fewer intermediates than this chain has.", subject);
		case "self-issued-in-path":
			return l10n.t(
				"Validators disagree about whether the path length of {0} counts self-issued certificates.",
				subject,
			);
		case "no-client-authentication":
			return l10n.t("The extended key usage of {0} doesn't include client authentication.", subject);
		case "any-extended-key-usage":
			return l10n.t("Validators disagree about whether “any” as the extended key usage of {0} is enough.", subject);
		case "no-digital-signature":
			return l10n.t(
				"Validators disagree about client certificates whose key usage lacks Digital Signature, such as {0}.",
				subject,
			);
		case "no-authority-key-identifier":
			return l10n.t("{0} has no authority key identifier, which OpenAI requires.", subject);
		case "incomplete-authority-key-identifier":
			return l10n.t(
				"The authority key identifier of {0} contains no key identifier, so OpenAI might reject the certificate.",
				subject,
			);
		case "key-identifier-mismatch":
			return l10n.t(
				"Validators disagree about the authority key identifier of {0}, which isn't its issuer's.",
				subject,
			);
		case "unknown-critical-extension":
			return l10n.t("{0} has the critical extension {1}, which validators don't know.", subject, sanitize(issue.oid));
		case "duplicate-extension":
			return l10n.t("{0} contains the extension {1} twice.", subject, sanitize(issue.oid));
		case "duplicate-unknown-extension":
			return l10n.t(
				"Validators disagree about {0}, because it contains the extension {1} twice.",
				subject,
				sanitize(issue.oid),
			);
		case "malformed-extension":
			return l10n.t("The extension {1} of {0} is malformed.", subject, sanitize(issue.oid));
		case "empty-issuer-name":
			return l10n.t("Validators disagree about certificates whose issuer has no name, such as {0}.", subject);
		case "names-differ-in-form":
			return l10n.t(
				"Validators disagree about whether the issuer of {0} is equal to the CA's name, which is written differently.",
				subject,
			);
		case "policy-constraints":
			return l10n.t("The policy constraints of {0} weren't checked.", subject);
		case "name-not-allowed":
			return l10n.t("The name constraints of {0} don't allow {1}.", subject, sanitize(issue.name));
		case "subject-not-allowed":
			return l10n.t(
				"Validators disagree about whether the name constraints of {0} allow {1}.",
				subject,
				sanitize(issue.name),
			);
		case "unclear-name-constraints":
			return l10n.t("Validators disagree about what the name constraints of {0} allow.", subject);
		case "unsupported-name-constraints":
			return l10n.t("Some validators don't support the name constraints of {0}.", subject);
		case "uncommon-algorithm":
			return l10n.t("Validators disagree about the algorithm {1} of {0}.", subject, sanitize(issue.algorithm));
		case "outside-profile":
			return describeProfileRule(issue.rule, subject);
	}
}

function describeProfileRule(rule: ProfileRule, subject: string): string {
	switch (rule) {
		case "critical":
			return l10n.t("Validators disagree about {0}, because an extension is critical and shouldn't be.", subject);
		case "serial-number":
			return l10n.t("Validators disagree about {0}, because its serial number isn't positive or is too long.", subject);
		case "empty-subject":
			return l10n.t("Validators disagree about certificates without a subject or critical alternative name.");
		case "authority-only":
			return l10n.t("Validators disagree about {0}, because it isn't a CA but has extensions for CAs.", subject);
		case "version":
			return l10n.t("Validators disagree about {0}, because its version doesn't allow extensions.", subject);
		case "encoding":
			return l10n.t("Validators disagree about {0}, because it isn't encoded as DER.", subject);
		case "not-critical":
			return l10n.t("Validators disagree about {0}, because its policy constraints aren't critical.", subject);
		case "name":
			return l10n.t(
				"Validators disagree about {0}, because a name contains characters that its string type doesn't allow.",
				subject,
			);
		case "date":
			return l10n.t("Validators disagree about {0}, because a date isn't in UTC.", subject);
		case "algorithm-identifier":
			return l10n.t("Validators disagree about {0}, because its algorithms are identified in an unusual way.", subject);
		case "malformed":
			return l10n.t("Validators disagree about {0}, because an extension is malformed.", subject);
		case "large":
			return l10n.t("An extension of {0} is too large to be checked.", subject);
		case "partly-known":
			return l10n.t(
				"Validators disagree about {0}, because only some of them know an extension that it contains.",
				subject,
			);
	}
}

/** Returns a certificate's subject for display; it may be empty. */
export function formatSubject(subject: string): string {
	return sanitize(subject) || l10n.t("(no subject)");
}

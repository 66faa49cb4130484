import * as l10n from "@vscode/l10n";
import type { ActivationStatus } from "../../domain/activationStatus.ts";
import { type Certificate, type ExpiryState, expiryState } from "../../domain/certificate.ts";
import { notCaFinding, type ParsedCertificate } from "../../domain/certificateFile.ts";
import { activityWords } from "./activationStatusMessages.ts";
import { absoluteTime, expiryWords, timeLeftWords } from "./dates.ts";
import { describeFinding } from "./findings.ts";
import { currentLocale } from "./locale.ts";
import { fingerprintStart } from "./parsedCertificateMessages.ts";
import { sanitize } from "./sanitize.ts";

/** Returns a certificate's name for display. */
export function nameWords({ name }: Pick<Certificate, "name">): string {
	return sanitize(name ?? "") || l10n.t("(no name)");
}

/**
 * Returns the text beside a row's name: expiry, known activation and id. A narrow view may cut off the id.
 * @param now Unix seconds.
 */
export function descriptionWords({ id, expiresAt }: Certificate, status: ActivationStatus, now: number): string {
	return [timeLeftWords(expiresAt, now), activityWords(status), id].filter((part) => part !== null).join(" · ");
}

/**
 * Returns a row's text for screen readers: name, state, expiry, activation, id.
 * @param activation The formatted activation.
 * @param now Unix seconds.
 */
export function spokenWords(certificate: Certificate, state: ExpiryState, activation: string, now: number): string {
	return [
		nameWords(certificate),
		formatExpiryState(state),
		expiryWords(certificate.expiresAt, now),
		activation,
		certificate.id,
	].join(", ");
}

/**
 * Returns all facts from the list, one per line, with absolute times.
 * @param activation As in `formatAccessibilityLabel`.
 * @param now Unix seconds.
 */
export function tooltipWords(certificate: Certificate, state: ExpiryState, activation: string, now: number): string {
	const { id, createdAt, validAt, expiresAt } = certificate;
	const lines = [
		nameWords(certificate),
		l10n.t("Id: {0}", id),
		l10n.t("State: {0}, {1}", formatExpiryState(state), expiryWords(expiresAt, now)),
		l10n.t("Activation: {0}", activation),
	];
	if (validAt !== null) lines.push(l10n.t("Valid from: {0}", absoluteTime(validAt)));
	if (expiresAt !== null) lines.push(l10n.t("Valid to: {0}", absoluteTime(expiresAt)));
	if (createdAt !== null) lines.push(l10n.t("Created: {0}", absoluteTime(createdAt)));
	return lines.join("\n");
}

function formatExpiryState(state: ExpiryState): string {
	switch (state) {
		case "valid":
			return l10n.t("valid");
		case "expiring":
			return l10n.t("expiring soon");
		case "expired":
			return l10n.t("expired");
		case "unknown":
			return l10n.t("validity not known");
	}
}

/** Maximum number of certificates that a message lists. */
const MAX_LISTED = 8;

/** A certificate that a command changes. */
export interface CertificateWithContent {
	readonly certificate: Certificate;
	/** `null` if unreadable. */
	readonly content: ParsedCertificate | null;
}

/** The current time, and how many days before its expiry a certificate counts as expiring. */
export interface Time {
	/** Unix seconds. */
	readonly now: number;
	readonly reminderDays: number;
}

/** Returns one phrase: the only certificate's name, or the number of certificates. */
export function subjectsWords(certificates: readonly Certificate[]): string {
	const [only] = certificates;
	if (only && certificates.length === 1) return l10n.t("“{0}”", nameWords(only));
	return new Intl.PluralRules(currentLocale()).select(certificates.length) === "one"
		? l10n.t("{0} certificate", certificates.length)
		: l10n.t("{0} certificates", certificates.length);
}

/** Returns a line for each certificate, followed by its cautions. */
export function subjectLines(certificates: readonly CertificateWithContent[], time: Time): string {
	const lines = certificates
		.slice(0, MAX_LISTED)
		.flatMap((each) => [formatCertificateLine(each, time), ...cautions(each, time)]);
	const more = certificates.length - MAX_LISTED;
	return [...lines, ...(more > 0 ? [l10n.t("… and {0} more", more)] : [])].join("\n");
}

function formatCertificateLine({ certificate, content }: CertificateWithContent, { now }: Time): string {
	const fingerprint = content ? fingerprintStart(content.sha256) : l10n.t("could not be read");
	const expiry = expiryWords(content?.notAfter ?? certificate.expiresAt, now);
	return l10n.t("“{0}”: {1}, SHA-256 {2}, {3}", nameWords(certificate), certificate.id, fingerprint, expiry);
}

/** Describes the risks of activating a certificate. */
export function cautions(
	{ certificate, content }: CertificateWithContent,
	{ now, reminderDays }: Time,
): readonly string[] {
	const expiresAt = content?.notAfter ?? certificate.expiresAt;
	const validAt = content?.notBefore ?? certificate.validAt;
	const sentences: string[] = [];
	const notCa = content && notCaFinding(content);
	if (notCa) sentences.push(describeFinding(notCa));
	if (validAt !== null && validAt > now)
		sentences.push(describeFinding({ code: "not-yet-valid", level: "warn", seconds: validAt - now }));
	if (expiresAt !== null) {
		const state = expiryState(expiresAt, now, reminderDays);
		if (state === "expired") sentences.push(l10n.t("It {0}: its clients are refused.", expiryWords(expiresAt, now)));
		if (state === "expiring")
			sentences.push(describeFinding({ code: "expires-soon", level: "warn", seconds: expiresAt - now }));
	}
	return sentences.map((sentence) => l10n.t("Careful: {0}", sentence));
}

/** Joins the non-empty parts with blank lines. */
export function paragraphs(...parts: readonly (string | false | null)[]): string {
	return parts.filter((part) => part).join("\n\n");
}

/** Explains why a question is repeated. */
export function changedWords(): string {
	return l10n.t("Something was changed meanwhile, so nothing was done. This is how it is now.");
}

/** Describes that somebody else deleted certificates in the meantime. @param which The formatted certificates. */
export function goneWords(which: string): string {
	return l10n.t("{0}: deleted meanwhile, by somebody else.", which);
}

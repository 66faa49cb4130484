import * as l10n from "@vscode/l10n";
import type { ActivationStatus } from "../../domain/activationStatus.ts";
import { type Certificate, type ExpiryState, expiryState } from "../../domain/certificate.ts";
import { notCaFinding, type ParsedCertificate } from "../../domain/certificateFile.ts";
import { currentLocale } from "../text/locale.ts";
import { sanitize } from "../text/sanitize.ts";
import { formatKnownActivation } from "./activationStatusMessages.ts";
import { formatAbsoluteTime, formatExpiry, formatTimeLeft } from "./dates.ts";
import { describeFinding } from "./findingMessages.ts";
import { formatShortFingerprint } from "./parsedCertificateMessages.ts";

/** Returns a certificate's name for display. */
export function formatCertificateName({ name }: Pick<Certificate, "name">): string {
	return sanitize(name ?? "") || l10n.t("(no name)");
}

/**
 * Returns the text beside a row's name: expiry, known activation and id. A narrow view may cut off the id.
 * @param now Unix seconds.
 */
export function formatRowDescription({ id, expiresAt }: Certificate, status: ActivationStatus, now: number): string {
	return [formatTimeLeft(expiresAt, now), formatKnownActivation(status), id]
		.filter((part) => part !== null)
		.join(" · ");
}

/**
 * Returns a row's text for screen readers: name, state, expiry, activation, id.
 * @param activation The formatted activation.
 * @param now Unix seconds.
 */
export function formatAccessibilityLabel(
	certificate: Certificate,
	state: ExpiryState,
	activation: string,
	now: number,
): string {
	return [
		formatCertificateName(certificate),
		formatExpiryState(state),
		formatExpiry(certificate.expiresAt, now),
		activation,
		certificate.id,
	].join(", ");
}

/**
 * Returns all facts from the list, one per line, with absolute times.
 * @param activation As in `formatAccessibilityLabel`.
 * @param now Unix seconds.
 */
export function certificateTooltip(
	certificate: Certificate,
	state: ExpiryState,
	activation: string,
	now: number,
): string {
	const { id, createdAt, validAt, expiresAt } = certificate;
	const lines = [
		formatCertificateName(certificate),
		l10n.t("Id: {0}", id),
		l10n.t("State: {0}, {1}", formatExpiryState(state), formatExpiry(expiresAt, now)),
		l10n.t("Activation: {0}", activation),
	];
	if (validAt !== null) lines.push(l10n.t("Valid from: {0}", formatAbsoluteTime(validAt)));
	if (expiresAt !== null) lines.push(l10n.t("Valid to: {0}", formatAbsoluteTime(expiresAt)));
	if (createdAt !== null) lines.push(l10n.t("Created: {0}", formatAbsoluteTime(createdAt)));
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
export function formatCertificates(certificates: readonly Certificate[]): string {
	const [only] = certificates;
	if (only && certificates.length === 1) return l10n.t("“{0}”", formatCertificateName(only));
	return new Intl.PluralRules(currentLocale()).select(certificates.length) === "one"
		? l10n.t("{0} certificate", certificates.length)
		: l10n.t("{0} certificates", certificates.length);
}

/** Returns a line for each certificate, followed by its cautions. */
export function formatCertificateLines(certificates: readonly CertificateWithContent[], time: Time): string {
	const lines = certificates
		.slice(0, MAX_LISTED)
		.flatMap((each) => [formatCertificateLine(each, time), ...describeCautions(each, time)]);
	const more = certificates.length - MAX_LISTED;
	return [...lines, ...(more > 0 ? [l10n.t("… and {0} more", more)] : [])].join("\n");
}

function formatCertificateLine({ certificate, content }: CertificateWithContent, { now }: Time): string {
	const fingerprint = content ? formatShortFingerprint(content.sha256) : l10n.t("could not be read");
	const expiry = formatExpiry(content?.notAfter ?? certificate.expiresAt, now);
	return l10n.t(
		"“{0}”: {1}, SHA-256 {2}, {3}",
		formatCertificateName(certificate),
		certificate.id,
		fingerprint,
		expiry,
	);
}

/** Describes the risks of activating a certificate. */
export function describeCautions(
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
		if (state === "expired") sentences.push(l10n.t("It {0}: its clients are refused.", formatExpiry(expiresAt, now)));
		if (state === "expiring")
			sentences.push(describeFinding({ code: "expires-soon", level: "warn", seconds: expiresAt - now }));
	}
	return sentences.map((sentence) => l10n.t("Careful: {0}", sentence));
}

/** Joins the non-empty parts with blank lines. */
export function joinParagraphs(...parts: readonly (string | false | null)[]): string {
	return parts.filter((part) => part).join("\n\n");
}

/** Explains why a question is repeated. */
export function describeChangedMeanwhile(): string {
	return l10n.t("Something was changed meanwhile, so nothing was done. This is how it is now.");
}

/** Describes that somebody else deleted certificates in the meantime. @param which The formatted certificates. */
export function describeDeletedMeanwhile(which: string): string {
	return l10n.t("{0}: deleted meanwhile, by somebody else.", which);
}

import * as l10n from "@vscode/l10n";
import type { ActivationStatus } from "../../domain/activationStatus.ts";
import { type Certificate, type ExpiryState, expiryState } from "../../domain/certificate.ts";
import { type Finding, notCaFinding, type ParsedCertificate } from "../../domain/certificateFile.ts";
import { isOne } from "../text/counts.ts";
import { sanitize } from "../text/sanitize.ts";
import { formatKnownActivation } from "./activationStatusMessages.ts";
import { formatAbsoluteTime, formatExpiry, formatRelativeTime, formatTimeLeft } from "./dates.ts";
import { formatFindingLines, formatShortFingerprint } from "./parsedCertificateMessages.ts";

/** Returns a certificate's name for display. */
export function formatCertificateName({ name }: Pick<Certificate, "name">): string {
	return sanitize(name ?? "") || l10n.t("(no name)");
}

/**
 * Returns the text beside a row's name: expiry, rotation, known activation and id. A narrow view cuts off the end, so
 * the expiry must come first.
 * @param rotation The formatted role in a rotation, or `null`.
 * @param now Unix seconds.
 */
export function formatRowDescription(
	{ id, expiresAt }: Certificate,
	status: ActivationStatus,
	now: number,
	rotation: string | null = null,
): string {
	return [formatTimeLeft(expiresAt, now), rotation, formatKnownActivation(status), id]
		.filter((part) => part !== null)
		.join(" · ");
}

/**
 * Returns a row's text for screen readers: name, state, expiry, rotation, activation, id.
 * @param activation The formatted activation.
 * @param rotation As in `formatRowDescription`.
 * @param now Unix seconds.
 */
export function formatAccessibilityLabel(
	certificate: Certificate,
	state: ExpiryState,
	activation: string,
	now: number,
	rotation: string | null = null,
): string {
	return [
		formatCertificateName(certificate),
		formatExpiryState(state),
		formatExpiry(certificate.expiresAt, now),
		rotation,
		activation,
		certificate.id,
	]
		.filter((part) => part !== null)
		.join(", ");
}

/**
 * Returns all facts from the list, one per line, with absolute times.
 * @param activation,rotation As in `formatAccessibilityLabel`.
 * @param now Unix seconds.
 */
export function certificateTooltip(
	certificate: Certificate,
	state: ExpiryState,
	activation: string,
	now: number,
	rotation: string | null = null,
): string {
	const { id, createdAt, validAt, expiresAt } = certificate;
	const lines = [
		formatCertificateName(certificate),
		l10n.t("ID: {0}", id),
		l10n.t("State: {0}, {1}", formatExpiryState(state), formatExpiry(expiresAt, now)),
		l10n.t("Activation: {0}", activation),
	];
	if (validAt !== null) lines.push(l10n.t("Valid from: {0}", formatAbsoluteTime(validAt)));
	if (expiresAt !== null) lines.push(l10n.t("Expires: {0}", formatAbsoluteTime(expiresAt)));
	if (createdAt !== null) lines.push(l10n.t("Uploaded: {0}", formatAbsoluteTime(createdAt)));
	if (rotation !== null) lines.push(rotation);
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
			return l10n.t("validity unknown");
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
	return isOne(certificates.length)
		? l10n.t("{0} certificate", certificates.length)
		: l10n.t("{0} certificates", certificates.length);
}

/** Describes that certificates are being loaded, as the title of a progress. */
export function loadingTitle(certificates: readonly Certificate[]): string {
	return l10n.t("Loading {0}…", formatCertificates(certificates));
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
	const name = formatCertificateName(certificate);
	const expiry = formatExpiry(content?.notAfter ?? certificate.expiresAt, now);
	return content
		? l10n.t(
				"“{0}”: {1}, SHA-256 fingerprint {2}, {3}",
				name,
				certificate.id,
				formatShortFingerprint(content.sha256),
				expiry,
			)
		: l10n.t("“{0}”: {1}, content couldn't be read, {2}", name, certificate.id, expiry);
}

/** Describes the risks of activating a certificate. */
export function describeCautions(
	{ certificate, content }: CertificateWithContent,
	{ now, reminderDays }: Time,
): readonly string[] {
	const expiresAt = content?.notAfter ?? certificate.expiresAt;
	const validAt = content?.notBefore ?? certificate.validAt;
	const findings: Finding[] = [];
	const notCa = content && notCaFinding(content);
	if (notCa) findings.push(notCa);
	if (validAt !== null && validAt > now)
		findings.push({ code: "not-yet-valid", level: "warn", seconds: validAt - now });
	const state = expiresAt === null ? "valid" : expiryState(expiresAt, now, reminderDays);
	if (expiresAt !== null && state === "expiring")
		findings.push({ code: "expires-soon", level: "warn", seconds: expiresAt - now });
	const lines = formatFindingLines(findings);
	if (expiresAt === null || state !== "expired") return lines;
	const expired = l10n.t(
		"Warning: Expired {0}. OpenAI might reject its clients. Activate its replacement instead.",
		formatRelativeTime(expiresAt - now),
	);
	return [...lines, expired];
}

/** Joins the non-empty parts with blank lines. */
export function joinParagraphs(...parts: readonly (string | false | null)[]): string {
	return parts.filter((part) => part).join("\n\n");
}

/** Explains why a question is repeated. */
export function describeChangedMeanwhile(): string {
	return l10n.t("Something changed in the meantime, so nothing was done. This is the current state.");
}

/** Describes that certificates were deleted in the meantime. @param which The formatted certificates. */
export function describeDeletedMeanwhile(which: string): string {
	return l10n.t("Deleted in the meantime: {0}.", which);
}

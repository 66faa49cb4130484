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

/** What a certificate is called in a row. */
export function nameWords({ name }: Pick<Certificate, "name">): string {
	return sanitize(name ?? "") || l10n.t("(no name)");
}

/**
 * Beside the name: expiry, where it is active as far as that is known, and the id, which a narrow view may cut off.
 * @param now Unix seconds.
 */
export function descriptionWords({ id, expiresAt }: Certificate, activity: ActivationStatus, now: number): string {
	return [timeLeftWords(expiresAt, now), activityWords(activity), id].filter((part) => part !== null).join(" · ");
}

/**
 * What a screen reader says of a row: name, state, expiry, where it is active.
 * @param activation The last of these, in words.
 * @param now Unix seconds.
 */
export function spokenWords(certificate: Certificate, state: ExpiryState, activation: string, now: number): string {
	return [
		nameWords(certificate),
		stateWords(state),
		expiryWords(certificate.expiresAt, now),
		activation,
		certificate.id,
	].join(", ");
}

/**
 * Everything that a list says of a certificate, one fact a line, with absolute times.
 * @param activation As in `spokenWords`.
 * @param now Unix seconds.
 */
export function tooltipWords(certificate: Certificate, state: ExpiryState, activation: string, now: number): string {
	const { id, createdAt, validAt, expiresAt } = certificate;
	const lines = [
		nameWords(certificate),
		l10n.t("Id: {0}", id),
		l10n.t("State: {0}, {1}", stateWords(state), expiryWords(expiresAt, now)),
		l10n.t("Activation: {0}", activation),
	];
	if (validAt !== null) lines.push(l10n.t("Valid from: {0}", absoluteTime(validAt)));
	if (expiresAt !== null) lines.push(l10n.t("Valid to: {0}", absoluteTime(expiresAt)));
	if (createdAt !== null) lines.push(l10n.t("Created: {0}", absoluteTime(createdAt)));
	return lines.join("\n");
}

function stateWords(state: ExpiryState): string {
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

/** So many certificates are told of one by one. */
const MAX_LISTED = 8;

/** A certificate that something is to be done to. */
export interface CertificateWithContent {
	readonly certificate: Certificate;
	/** `null` where it could not be read. */
	readonly content: ParsedCertificate | null;
}

/** A moment, and from when on before its expiry a certificate counts as expiring. */
export interface Time {
	/** Unix seconds. */
	readonly now: number;
	readonly reminderDays: number;
}

/** Certificates in one phrase. */
export function subjectsWords(certificates: readonly Certificate[]): string {
	const [only] = certificates;
	if (only && certificates.length === 1) return l10n.t("“{0}”", nameWords(only));
	return new Intl.PluralRules(currentLocale()).select(certificates.length) === "one"
		? l10n.t("{0} certificate", certificates.length)
		: l10n.t("{0} certificates", certificates.length);
}

/** Which certificates they are, a line each, and below each what gives pause. */
export function subjectLines(subjects: readonly CertificateWithContent[], time: Time): string {
	const lines = subjects
		.slice(0, MAX_LISTED)
		.flatMap((subject) => [subjectLine(subject, time), ...cautions(subject, time)]);
	const more = subjects.length - MAX_LISTED;
	return [...lines, ...(more > 0 ? [l10n.t("… and {0} more", more)] : [])].join("\n");
}

function subjectLine({ certificate, content }: CertificateWithContent, { now }: Time): string {
	const fingerprint = content ? fingerprintStart(content.sha256) : l10n.t("could not be read");
	const expiry = expiryWords(content?.notAfter ?? certificate.expiresAt, now);
	return l10n.t("“{0}”: {1}, SHA-256 {2}, {3}", nameWords(certificate), certificate.id, fingerprint, expiry);
}

/** What about a certificate gives pause before it is enforced. */
export function cautions(
	{ certificate, content }: CertificateWithContent,
	{ now, reminderDays }: Time,
): readonly string[] {
	const expiresAt = content?.notAfter ?? certificate.expiresAt;
	const validAt = content?.notBefore ?? certificate.validAt;
	const words: string[] = [];
	const leaf = content && notCaFinding(content);
	if (leaf) words.push(describeFinding(leaf));
	if (validAt !== null && validAt > now)
		words.push(describeFinding({ code: "not-yet-valid", level: "warn", seconds: validAt - now }));
	if (expiresAt !== null) {
		const state = expiryState(expiresAt, now, reminderDays);
		if (state === "expired") words.push(l10n.t("It {0}: its clients are refused.", expiryWords(expiresAt, now)));
		if (state === "expiring")
			words.push(describeFinding({ code: "expires-soon", level: "warn", seconds: expiresAt - now }));
	}
	return words.map((sentence) => l10n.t("Careful: {0}", sentence));
}

/** Parts of a text with a blank line between them. */
export function paragraphs(...parts: readonly (string | false | null)[]): string {
	return parts.filter((part) => part).join("\n\n");
}

/** That a question is asked again, and why. */
export function changedWords(): string {
	return l10n.t("Something was changed meanwhile, so nothing was done. This is how it is now.");
}

/** That certificates were deleted before they could be acted on here. @param which What they are called. */
export function goneWords(which: string): string {
	return l10n.t("{0}: deleted meanwhile, by somebody else.", which);
}

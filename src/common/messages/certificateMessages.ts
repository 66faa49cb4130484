import * as l10n from "@vscode/l10n";
import type { Activity } from "../../domain/activationStatus.ts";
import type { Certificate, ExpiryState } from "../../domain/certificate.ts";
import { activityWords } from "./activationStatusMessages.ts";
import { absoluteTime, expiryWords, timeLeftWords } from "./dates.ts";
import { inert } from "./sanitize.ts";

/** What a certificate is called in a row. */
export function nameWords({ name }: Pick<Certificate, "name">): string {
	return inert(name ?? "") || l10n.t("(no name)");
}

/**
 * Beside the name: expiry, where it is active as far as that is known, and the id, which a narrow view may cut off.
 * @param now Unix seconds.
 */
export function descriptionWords({ id, expiresAt }: Certificate, activity: Activity, now: number): string {
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

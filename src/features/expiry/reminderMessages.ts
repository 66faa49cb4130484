import * as l10n from "@vscode/l10n";
import { describeDeletedMeanwhile, formatCertificateName } from "../../common/messages/certificateMessages.ts";
import { formatDateTime, formatExpiry } from "../../common/messages/dates.ts";
import type { SnapshotCertificate } from "./expiryRules.ts";

const MAX_NAMED = 3;

/** The reminder's buttons, and texts of its actions. */
export const reminderLabels = {
	get rotate() {
		return l10n.t("Rotate…");
	},
	get muteOne() {
		return l10n.t("Don't Remind Me About This One");
	},
	get muteSeveral() {
		return l10n.t("Don't Remind Me About These");
	},
	get rotateTitle() {
		return l10n.t("Rotate a certificate");
	},
	get selectOld() {
		return l10n.t("Select the certificate to rotate");
	},
};

/** Age of the snapshot from which the message includes the read time, in milliseconds. */
const SHOW_AGE_MS = 86_400_000;

/**
 * Describes active certificates that expire or have expired.
 * @param due At least one, the most urgent first.
 * @param readAt Read time, Unix milliseconds.
 * @param now Unix milliseconds.
 */
export function describeReminder(due: readonly SnapshotCertificate[], readAt: number, now: number): string {
	const [first, ...others] = due;
	if (!first) return "";
	const expiry = ({ expiresAt }: SnapshotCertificate) => formatExpiry(expiresAt, now / 1000);
	const sentence =
		others.length === 0
			? l10n.t("“{0}” is active and {1}.", formatCertificateName(first), expiry(first))
			: l10n.t(
					"{0} active certificates expire soon or have expired: {1}.",
					due.length,
					formatNames(due.map(formatCertificate)),
				);
	const age = now - readAt < SHOW_AGE_MS ? [] : [l10n.t("Last checked {0}.", formatDateTime(readAt))];
	return [sentence, ...age].join(" ");

	function formatCertificate(certificate: SnapshotCertificate): string {
		return l10n.t("“{0}” ({1})", formatCertificateName(certificate), expiry(certificate));
	}
}

/** Describes that a certificate of the reminder was deleted in the meantime. */
export function describeDeletedSinceReminder(certificate: SnapshotCertificate): string {
	return describeDeletedMeanwhile(l10n.t("“{0}”", formatCertificateName(certificate)));
}

function formatNames(names: readonly string[]): string {
	const rest = names.length - MAX_NAMED;
	const shown = names.slice(0, MAX_NAMED).join(", ");
	return rest > 0 ? l10n.t("{0} and {1} more", shown, rest) : shown;
}

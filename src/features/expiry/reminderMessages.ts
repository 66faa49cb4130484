import * as l10n from "@vscode/l10n";
import { describeDeletedMeanwhile, formatCertificateName } from "../../common/messages/certificateMessages.ts";
import { formatDateTime, formatExpiry } from "../../common/messages/dates.ts";
import { formatNames } from "../../common/messages/scopes.ts";
import type { SnapshotCertificate, SnapshotClient } from "./expiryRules.ts";

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
 * Describes active certificates that expire or have expired, and client certificates that expire.
 * @param due The most urgent first; none only if there are `clients`.
 * @param readAt Read time, Unix milliseconds.
 * @param now Unix milliseconds.
 * @param clients The first to expire first.
 */
export function describeReminder(
	due: readonly SnapshotCertificate[],
	readAt: number,
	now: number,
	clients: readonly SnapshotClient[] = [],
): string {
	const age = now - readAt < SHOW_AGE_MS ? [] : [l10n.t("Last checked {0}.", formatDateTime(readAt))];
	return [
		...(due.length > 0 ? [describeDue(due, now), ...age] : []),
		...(clients.length > 0 ? [describeDueClients(clients, now)] : []),
	].join(" ");
}

function describeDue(due: readonly SnapshotCertificate[], now: number): string {
	const [only] = due;
	return only && due.length === 1
		? l10n.t("“{0}” is active and {1}.", formatCertificateName(only), formatExpiry(only.expiresAt, now / 1000))
		: l10n.t("{0} active certificates expire soon or have expired: {1}.", due.length, formatDue(due, now));
}

function describeDueClients(clients: readonly SnapshotClient[], now: number): string {
	const [only] = clients;
	return only && clients.length === 1
		? l10n.t("The client certificate “{0}” {1}.", formatCertificateName(only), formatExpiry(only.expiresAt, now / 1000))
		: l10n.t("{0} client certificates expire soon: {1}.", clients.length, formatDue(clients, now));
}

function formatDue(due: readonly Pick<SnapshotCertificate, "name" | "expiresAt">[], now: number): string {
	const names = due.map((each) =>
		l10n.t("“{0}” ({1})", formatCertificateName(each), formatExpiry(each.expiresAt, now / 1000)),
	);
	return formatNames(names, MAX_NAMED);
}

/** Describes that a certificate of the reminder was deleted in the meantime. */
export function describeDeletedSinceReminder(certificate: SnapshotCertificate): string {
	return describeDeletedMeanwhile(l10n.t("“{0}”", formatCertificateName(certificate)));
}

import * as l10n from "@vscode/l10n";
import { formatCertificateName } from "../../common/messages/certificateMessages.ts";
import { formatDateTime, formatExpiry } from "../../common/messages/dates.ts";
import type { SnapshotCertificate } from "./expiryRules.ts";

const MAX_NAMED = 3;

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
					"{0} active certificates need to be replaced: {1}.",
					due.length,
					formatNames(due.map(formatCertificate)),
				);
	const age = now - readAt < SHOW_AGE_MS ? [] : [l10n.t("This is as of {0}.", formatDateTime(readAt))];
	return [sentence, ...age].join(" ");

	function formatCertificate(certificate: SnapshotCertificate): string {
		return l10n.t("“{0}” ({1})", formatCertificateName(certificate), expiry(certificate));
	}
}

function formatNames(names: readonly string[]): string {
	const rest = names.length - MAX_NAMED;
	const shown = names.slice(0, MAX_NAMED).join(", ");
	return rest > 0 ? l10n.t("{0} and {1} more", shown, rest) : shown;
}

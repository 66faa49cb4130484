import * as l10n from "@vscode/l10n";
import { nameWords } from "../../common/messages/certificateMessages.ts";
import { expiryWords, momentWords } from "../../common/messages/dates.ts";
import type { WatchedCertificate } from "./expiryRules.ts";

const MOST_NAMED = 3;

/** From when on it is said how old what is known is, in milliseconds. */
const OLD_MS = 86_400_000;

/**
 * That active certificates expire, or have expired.
 * @param due At least one, the most urgent first.
 * @param readAt When that was read, Unix milliseconds.
 * @param now Unix milliseconds.
 */
export function reminderWords(due: readonly WatchedCertificate[], readAt: number, now: number): string {
	const [first, ...others] = due;
	if (!first) return "";
	const expiry = ({ expiresAt }: WatchedCertificate) => expiryWords(expiresAt, now / 1000);
	const told =
		others.length === 0
			? l10n.t("“{0}” is active and {1}.", nameWords(first), expiry(first))
			: l10n.t("{0} active certificates need to be replaced: {1}.", due.length, listWords(due.map(named)));
	const age = now - readAt < OLD_MS ? [] : [l10n.t("This is as of {0}.", momentWords(readAt))];
	return [told, ...age].join(" ");

	function named(certificate: WatchedCertificate): string {
		return l10n.t("“{0}” ({1})", nameWords(certificate), expiry(certificate));
	}
}

function listWords(names: readonly string[]): string {
	const rest = names.length - MOST_NAMED;
	const shown = names.slice(0, MOST_NAMED).join(", ");
	return rest > 0 ? l10n.t("{0} and {1} more", shown, rest) : shown;
}

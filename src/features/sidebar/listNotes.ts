import * as l10n from "@vscode/l10n";
import { formatDateTime } from "../../common/messages/dates.ts";
import { isOne } from "../../common/text/counts.ts";
import type { CertificateListing } from "../../domain/certificate.ts";

/**
 * Describes defects of a list: it is old, incomplete or partly unreadable.
 * @param problemText Why the list could not be read again, or `null`.
 * @param loadedAt When the list was last read completely, Unix milliseconds; `null` if never.
 */
export function describeListNotes(
	listing: Pick<CertificateListing, "complete" | "unreadable"> | null,
	problemText: string | null,
	loadedAt: number | null,
): readonly string[] {
	if (!listing) return [];
	const notes: string[] = [];
	if (problemText !== null)
		notes.push(loadedAt === null ? problemText : l10n.t("As of {0}. {1}", formatDateTime(loadedAt), problemText));
	if (!listing.complete) notes.push(l10n.t("The list might be incomplete."));
	if (listing.unreadable > 0) notes.push(describeUnreadableEntries(listing.unreadable));
	return notes;
}

function describeUnreadableEntries(count: number): string {
	return isOne(count) ? l10n.t("Couldn't read {0} entry.", count) : l10n.t("Couldn't read {0} entries.", count);
}

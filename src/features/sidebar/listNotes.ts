import * as l10n from "@vscode/l10n";
import { momentWords } from "../../common/messages/dates.ts";
import { currentLocale } from "../../common/messages/locale.ts";
import type { CertificateListing } from "../../domain/certificate.ts";

/**
 * What must be known of a list beside its entries: that it is old, incomplete or partly unreadable.
 * @param trouble The sentence for what kept it from being read again, or `null`.
 * @param loadedAt When it was read as a whole, Unix milliseconds; `null` where it never was.
 */
export function noteWords(
	listing: Pick<CertificateListing, "complete" | "unreadable"> | null,
	trouble: string | null,
	loadedAt: number | null,
): readonly string[] {
	if (!listing) return [];
	const notes: string[] = [];
	if (trouble !== null)
		notes.push(loadedAt === null ? trouble : l10n.t("As of {0}. {1}", momentWords(loadedAt), trouble));
	if (!listing.complete) notes.push(l10n.t("The list may be incomplete."));
	if (listing.unreadable > 0) notes.push(unreadableEntriesWords(listing.unreadable));
	return notes;
}

function unreadableEntriesWords(count: number): string {
	return new Intl.PluralRules(currentLocale()).select(count) === "one"
		? l10n.t("{0} entry could not be read.", count)
		: l10n.t("{0} entries could not be read.", count);
}

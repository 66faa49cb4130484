import * as l10n from "@vscode/l10n";
import type { CertificateListing } from "../../domain/certificate.ts";
import type { Problem } from "../../domain/failure.ts";
import { momentWords } from "./dates.ts";
import { currentLocale } from "./language.ts";
import { problemWords } from "./problems.ts";

/** What must be known of a list beside its certificates: that it is old, incomplete or partly unreadable. */
export function noteWords(
	listing: CertificateListing | null,
	problem: Problem | null,
	loadedAt: number | null,
): readonly string[] {
	if (!listing) return [];
	const notes: string[] = [];
	if (problem && loadedAt !== null) notes.push(l10n.t("As of {0}. {1}", momentWords(loadedAt), problemWords(problem)));
	if (!listing.complete) notes.push(l10n.t("The list may be incomplete."));
	if (listing.unreadable > 0) notes.push(unreadableEntriesWords(listing.unreadable));
	return notes;
}

function unreadableEntriesWords(count: number): string {
	return new Intl.PluralRules(currentLocale()).select(count) === "one"
		? l10n.t("{0} entry could not be read.", count)
		: l10n.t("{0} entries could not be read.", count);
}

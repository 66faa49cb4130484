import * as l10n from "@vscode/l10n";

let locale = "en";

/**
 * Sets the language of every word and date, once, before the first is asked for.
 * @param language The editor's language (BCP 47).
 * @param bundle The editor's translations for this extension, if it has any.
 */
export function setLanguage(language: string, bundle: Record<string, string> | undefined): void {
	// An editor may name a language that this runtime's Intl refuses; dates in English are better than none.
	locale = Intl.DateTimeFormat.supportedLocalesOf(language.replace("_", "-")).length > 0 ? language : "en";
	if (bundle) l10n.config({ contents: bundle });
}

/** The language that `Intl` should speak. */
export function currentLocale(): string {
	return locale;
}

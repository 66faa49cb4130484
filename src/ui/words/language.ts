import * as l10n from "@vscode/l10n";

let locale = "en";

/**
 * Sets the language of every word and date, once, before the first is asked for.
 * @param language The editor's language (BCP 47, or what an editor takes for it).
 * @param bundle The editor's translations for this extension. Where it has none, dates are in English as the words are.
 */
export function setLanguage(language: string, bundle: Record<string, string> | undefined): void {
	locale = "en";
	if (!bundle) return;
	l10n.config({ contents: bundle });
	try {
		locale = new Intl.Locale(language.replaceAll("_", "-")).toString();
	} catch {
		// Dates in English are better than none.
	}
}

/** The language that `Intl` should speak. */
export function currentLocale(): string {
	return locale;
}

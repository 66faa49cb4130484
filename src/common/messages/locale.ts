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

/** Something of `Intl` in that language: making one takes far longer than using it, and rows need hundreds. */
export function formatInLocale<T>(make: (locale: string) => T): () => T {
	let made: { readonly locale: string; readonly value: T } | undefined;
	return () => {
		if (made?.locale !== locale) made = { locale, value: make(locale) };
		return made.value;
	};
}

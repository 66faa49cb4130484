import * as l10n from "@vscode/l10n";

let locale = "en";

/**
 * Sets the language of all messages and dates. Must be called once, before the first message.
 * @param language The editor's language (BCP 47, or an editor's variant).
 * @param bundle The editor's translations for this extension. Without them, dates are in English like the messages.
 */
export function setLanguage(language: string, bundle: Record<string, string> | undefined): void {
	locale = "en";
	if (!bundle) return;
	l10n.config({ contents: bundle });
	try {
		locale = new Intl.Locale(language.replaceAll("_", "-")).toString();
	} catch {
		// Dates stay in English.
	}
}

/** Returns the language for `Intl`. */
export function currentLocale(): string {
	return locale;
}

/** Caches an `Intl` formatter for the current locale: creation is slow, and rows format hundreds of values. */
export function cachePerLocale<T>(create: (locale: string) => T): () => T {
	let cached: { readonly locale: string; readonly value: T } | undefined;
	return () => {
		if (cached?.locale !== locale) cached = { locale, value: create(locale) };
		return cached.value;
	};
}

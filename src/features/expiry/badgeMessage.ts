import * as l10n from "@vscode/l10n";
import { currentLocale } from "../../common/text/locale.ts";

/** Returns the badge's tooltip, for screen readers too. */
export function badgeTooltip(count: number): string {
	return new Intl.PluralRules(currentLocale()).select(count) === "one"
		? l10n.t("{0} certificate expires soon, or has expired but is still active", count)
		: l10n.t("{0} certificates expire soon, or have expired but are still active", count);
}

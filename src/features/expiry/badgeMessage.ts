import * as l10n from "@vscode/l10n";
import { isOne } from "../../common/text/counts.ts";

/** Returns the badge's tooltip, for screen readers too. */
export function badgeTooltip(count: number): string {
	return isOne(count)
		? l10n.t("{0} certificate expires soon, or has expired but is still active", count)
		: l10n.t("{0} certificates expire soon, or have expired but are still active", count);
}

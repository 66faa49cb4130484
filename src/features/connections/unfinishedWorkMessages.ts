import * as l10n from "@vscode/l10n";
import { currentLocale } from "../../common/text/locale.ts";

/**
 * Describes the unfinished work of an organization whose key is to be removed; `false` if there is none.
 * @param isNamed True if the service named the organization.
 */
export function describeUnfinishedWork(
	{ uploads, rotations }: { readonly uploads: number; readonly rotations: number },
	isNamed: boolean,
): string | false {
	const parts: string[] = [];
	if (uploads > 0)
		parts.push(isOne(uploads) ? l10n.t("1 unconfirmed upload") : l10n.t("{0} unconfirmed uploads", uploads));
	if (rotations > 0)
		parts.push(isOne(rotations) ? l10n.t("1 rotation in progress") : l10n.t("{0} rotations in progress", rotations));
	if (parts.length === 0) return false;
	const list = new Intl.ListFormat(currentLocale(), { type: "conjunction" }).format(parts);
	return isNamed
		? l10n.t("Unfinished: {0}. This is kept, and shown again with any admin key of this organization.", list)
		: l10n.t(
				"Unfinished: {0}. This is kept, but OpenAI didn't name the organization, so it's shown as of an unknown one until its certificates show that it's the same.",
				list,
			);
}

function isOne(count: number): boolean {
	return new Intl.PluralRules(currentLocale()).select(count) === "one";
}

import * as l10n from "@vscode/l10n";
import { type ActivationStatus, isActiveAnywhere } from "../../domain/activationStatus.ts";
import { currentLocale } from "./locale.ts";
import { projectName } from "./scopes.ts";

/** Where a certificate is active, in few words; `null` where not enough is known to say anything. */
export function activityWords(activity: ActivationStatus): string | null {
	const { organization, projects, unread, allProjects } = activity;
	const [only] = projects;
	const count = projects.length + (organization ? 1 : 0);
	switch (count) {
		case 0:
			return isActiveAnywhere(activity) === false ? l10n.t("not active") : null;
		case 1:
			return only ? l10n.t("active in “{0}”", projectName(only)) : l10n.t("active in the organization");
		default:
			return allProjects && unread === 0 && organization !== undefined
				? l10n.t("active in {0} scopes", count)
				: l10n.t("active in {0} scopes or more", count);
	}
}

/** The same in any case, and as far as it is known. */
export function activationWords(activity: ActivationStatus): string {
	const words = activityWords(activity);
	if (words !== null) return words;
	return activity.organization === undefined
		? l10n.t("activation not known")
		: l10n.t("not active in the organization");
}

/** How many projects there are of which it is not known. */
export function unreadProjectsWords(count: number): string {
	return new Intl.PluralRules(currentLocale()).select(count) === "one"
		? l10n.t("{0} project was not read", count)
		: l10n.t("{0} projects were not read", count);
}

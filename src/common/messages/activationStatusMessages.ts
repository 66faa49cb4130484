import * as l10n from "@vscode/l10n";
import { type ActivationStatus, isActiveAnywhere } from "../../domain/activationStatus.ts";
import { currentLocale } from "../text/locale.ts";
import { formatProjectName } from "./scopes.ts";

/** Returns a short phrase about where a certificate is active; `null` if too little is known. */
export function formatKnownActivation(status: ActivationStatus): string | null {
	const { organization, projects, unread, allProjects } = status;
	const [only] = projects;
	const count = projects.length + (organization ? 1 : 0);
	switch (count) {
		case 0:
			return isActiveAnywhere(status) === false ? l10n.t("not active") : null;
		case 1:
			return only ? l10n.t("active in “{0}”", formatProjectName(only)) : l10n.t("active in the organization");
		default:
			return allProjects && unread === 0 && organization !== undefined
				? l10n.t("active in {0} scopes", count)
				: l10n.t("active in {0} scopes or more", count);
	}
}

/** Like `formatKnownActivation`, with a phrase for unknown activation, too. */
export function formatActivation(status: ActivationStatus): string {
	const known = formatKnownActivation(status);
	if (known !== null) return known;
	return status.organization === undefined ? l10n.t("activation not known") : l10n.t("not active in the organization");
}

export function formatUnreadProjects(count: number): string {
	return new Intl.PluralRules(currentLocale()).select(count) === "one"
		? l10n.t("{0} project was not read", count)
		: l10n.t("{0} projects were not read", count);
}

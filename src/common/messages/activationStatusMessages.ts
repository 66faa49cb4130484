import * as l10n from "@vscode/l10n";
import { type ActivationStatus, isActiveAnywhere } from "../../domain/activationStatus.ts";
import { isOne } from "../text/counts.ts";
import { formatProjectName } from "./scopes.ts";

/** Returns a short phrase about where a certificate is active; `null` if too little is known. */
export function formatKnownActivation(status: ActivationStatus): string | null {
	const { organization, projects, unread, allProjects } = status;
	const [only] = projects;
	if (!only) {
		if (organization) return l10n.t("active in the organization");
		return isActiveAnywhere(status) === false ? l10n.t("not active") : null;
	}
	const isComplete = allProjects && unread === 0 && organization !== undefined;
	if (organization) return formatOrganizationAnd(projects.length, isComplete);
	if (projects.length === 1) return l10n.t("active in “{0}”", formatProjectName(only));
	return isComplete
		? l10n.t("active in {0} projects", projects.length)
		: l10n.t("active in at least {0} projects", projects.length);
}

function formatOrganizationAnd(count: number, isComplete: boolean): string {
	if (isOne(count))
		return isComplete
			? l10n.t("active in the organization and {0} project", count)
			: l10n.t("active in the organization and at least {0} project", count);
	return isComplete
		? l10n.t("active in the organization and {0} projects", count)
		: l10n.t("active in the organization and at least {0} projects", count);
}

/** Like `formatKnownActivation`, with a phrase for unknown activation, too. */
export function formatActivation(status: ActivationStatus): string {
	const known = formatKnownActivation(status);
	if (known !== null) return known;
	return status.organization === undefined ? l10n.t("activation unknown") : l10n.t("not active in the organization");
}

export function formatUnreadProjects(count: number): string {
	return isOne(count) ? l10n.t("couldn't read {0} project", count) : l10n.t("couldn't read {0} projects", count);
}

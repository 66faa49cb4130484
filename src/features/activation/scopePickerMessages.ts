import * as l10n from "@vscode/l10n";
import { formatCertificates } from "../../common/messages/certificateMessages.ts";
import { labels } from "../../common/messages/labels.ts";
import { describeProblem } from "../../common/messages/problems/problems.ts";
import type { Certificate } from "../../domain/certificate.ts";
import type { Problem } from "../../domain/problem.ts";
import type { Project } from "../../domain/scope.ts";

/** Texts of the prompt for the scopes of an activation or deactivation. */
export const scopePickerLabels = {
	get organization() {
		return l10n.t("The organization");
	},
};

/** Returns the title of the prompt for scopes. */
export function scopePickerTitle(certificates: readonly Certificate[], active: boolean): string {
	const subjects = formatCertificates(certificates);
	return active ? l10n.t("Activate {0}", subjects) : l10n.t("Deactivate {0}", subjects);
}

/** Returns the placeholder. @param problem Why the list of projects could not be read, else `null`. */
export function scopePickerPlaceholder(problem: Problem | null): string {
	return problem
		? l10n.t("Select where (one or more). Some projects might be missing: {0}", describeProblem(problem))
		: l10n.t("Select where (one or more)");
}

/**
 * Returns the text beside the organization's name.
 * @param states For each certificate, whether it is active in the organization; `undefined` if unknown.
 */
export function formatOrganizationChoice(states: readonly (boolean | undefined)[]): string {
	return [l10n.t("all projects, and this extension"), formatStates(states)].join(" · ");
}

/**
 * Returns the text beside a project's name.
 * @param states For each certificate, whether it is active in the project; `undefined` if unknown.
 */
export function formatProjectChoice({ id, archived }: Project, states: readonly (boolean | undefined)[]): string {
	return [id, ...(archived ? [labels.archived] : []), formatStates(states)].join(" · ");
}

function formatStates(states: readonly (boolean | undefined)[]): string {
	if (states.includes(undefined)) return l10n.t("activation unknown");
	const count = states.filter((state) => state).length;
	if (count === 0) return l10n.t("not active");
	return count === states.length ? l10n.t("active") : l10n.t("{0} of {1} active", count, states.length);
}

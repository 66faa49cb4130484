import * as l10n from "@vscode/l10n";
import type { NamedProject } from "../../domain/problem.ts";
import type { Scope } from "../../domain/scope.ts";
import { isOne } from "../text/counts.ts";
import { cachePerLocale } from "../text/locale.ts";
import { sanitize } from "../text/sanitize.ts";

/** Scopes for a sentence. */
export interface ScopeSummary {
	readonly organization: boolean;
	readonly projects: readonly NamedProject[];
}

/** Maximum number of named projects; a notification has little room. */
const MAX_NAMED = 3;

/** Returns scopes as messages show them. @param nameOf Returns a project's name by its id; `null` if unknown. */
export function summarizeScopes(scopes: readonly Scope[], nameOf: (projectId: string) => string | null): ScopeSummary {
	return {
		organization: scopes.some(({ kind }) => kind === "organization"),
		projects: scopes.flatMap((scope) => (scope.kind === "project" ? [{ id: scope.id, name: nameOf(scope.id) }] : [])),
	};
}

/** Like `summarizeScopes`, for items with a scope each. */
export function summarizeScopesOf(
	items: readonly { readonly scope: Scope }[],
	nameOf: (projectId: string) => string | null,
): ScopeSummary {
	return summarizeScopes(
		items.map(({ scope }) => scope),
		nameOf,
	);
}

/** True if a summary contains any scope. */
export function hasScopes({ organization, projects }: ScopeSummary): boolean {
	return organization || projects.length > 0;
}

/** Returns one phrase, such as “the organization and project “A””. @param max Maximum number of named projects. */
export function formatScopes({ organization, projects }: ScopeSummary, max = MAX_NAMED): string {
	return formatList([...(organization ? [l10n.t("the organization")] : []), ...formatProjectNames(projects, max)]);
}

/** Returns a line for each scope. @param max Maximum number of projects with a line. */
export function formatScopeLines({ organization, projects }: ScopeSummary, max: number): string {
	const names = [...(organization ? [l10n.t("the organization")] : []), ...formatProjectNames(projects, max)];
	return names.map((name) => `• ${name}`).join("\n");
}

/** Returns phrases with the names of projects and the number of unnamed projects. */
export function formatProjectNames(projects: readonly NamedProject[], max = MAX_NAMED): string[] {
	const names = projects.slice(0, max).map((project) => l10n.t("project “{0}”", formatProjectName(project)));
	const more = projects.length - names.length;
	if (more === 0) return names;
	return [...names, isOne(more) ? l10n.t("{0} more project", more) : l10n.t("{0} more projects", more)];
}

/** Returns a project's name for display, else its id. */
export function formatProjectName({ id, name }: NamedProject): string {
	return sanitize(name ?? "") || id;
}

/** Joins names for a list, and counts those after the first ones. @param max Maximum number of names. */
export function formatNames(names: readonly string[], max: number): string {
	const rest = names.length - max;
	const shown = names.slice(0, max).join(", ");
	return rest > 0 ? l10n.t("{0} and {1} more", shown, rest) : shown;
}

const lists = cachePerLocale((locale) => new Intl.ListFormat(locale));

/** Joins parts of a sentence, with an “and” before the last part. */
export function formatList(parts: readonly string[]): string {
	return lists().format(parts);
}

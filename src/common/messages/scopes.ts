import * as l10n from "@vscode/l10n";
import type { NamedProject } from "../../domain/problem.ts";
import type { Scope } from "../../domain/scope.ts";
import { currentLocale } from "./locale.ts";
import { sanitize } from "./sanitize.ts";

/** Scopes as a sentence names them. */
export interface ScopeSummary {
	readonly organization: boolean;
	readonly projects: readonly NamedProject[];
}

/** So many projects are named; a notification has little room. */
const MOST_NAMED = 3;

/** @param nameOf The name of a project by its id, where it is known. */
export function summarizeScopes(scopes: readonly Scope[], nameOf: (projectId: string) => string | null): ScopeSummary {
	return {
		organization: scopes.some(({ kind }) => kind === "organization"),
		projects: scopes.flatMap((scope) => (scope.kind === "project" ? [{ id: scope.id, name: nameOf(scope.id) }] : [])),
	};
}

/** The same for what has a scope each. */
export function summarizeScopesByName(
	some: readonly { readonly scope: Scope }[],
	nameOf: (projectId: string) => string | null,
): ScopeSummary {
	return summarizeScopes(
		some.map(({ scope }) => scope),
		nameOf,
	);
}

/** Scopes in one phrase, such as “the organization and project “A””. @param most So many projects are named. */
export function formatScopes({ organization, projects }: ScopeSummary, most = MOST_NAMED): string {
	return formatList([...(organization ? [l10n.t("the organization")] : []), ...projectNames(projects, most)]);
}

/** Scopes, a line each. @param most So many projects have a line. */
export function formatScopeLines({ organization, projects }: ScopeSummary, most: number): string {
	const names = [...(organization ? [l10n.t("the organization")] : []), ...projectNames(projects, most)];
	return names.map((name) => `• ${name}`).join("\n");
}

/** The names of projects, and how many more there are. */
export function projectNames(projects: readonly NamedProject[], most = MOST_NAMED): string[] {
	const names = projects.slice(0, most).map((project) => l10n.t("project “{0}”", projectName(project)));
	const more = projects.length - names.length;
	if (more === 0) return names;
	const isOne = new Intl.PluralRules(currentLocale()).select(more) === "one";
	return [...names, isOne ? l10n.t("{0} more project", more) : l10n.t("{0} more projects", more)];
}

/** What a project is called: its name, else its id. */
export function projectName({ id, name }: NamedProject): string {
	return sanitize(name ?? "") || id;
}

/** Parts of a sentence, with an “and” before the last. */
export function formatList(parts: readonly string[]): string {
	return new Intl.ListFormat(currentLocale()).format(parts);
}

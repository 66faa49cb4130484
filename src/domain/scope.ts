/** Where a certificate can be active: the organization as a whole, or one of its projects. */
export type Scope = { readonly kind: "organization" } | { readonly kind: "project"; readonly id: string };

export const ORGANIZATION: Scope = { kind: "organization" };

/** One project as the service lists it. Times are Unix seconds. */
export interface Project {
	readonly id: string;
	readonly name: string | null;
	readonly createdAt: number | null;
	/** Archived projects hold their certificates active: they count wherever all scopes do. */
	readonly archived: boolean;
}

/** Tells scopes apart in maps and in the ids of rows. */
export function scopeKey(scope: Scope): string {
	return scope.kind === "organization" ? "organization" : `project/${scope.id}`;
}

/** A project's id that may become part of a path; the service's ids look like `proj_…`, which it does not promise. */
export function isProjectId(value: unknown): value is string {
	return typeof value === "string" && /^[A-Za-z0-9_-]{1,128}$/.test(value);
}

/** A scope in which a certificate can be active: the organization or one of its projects. */
export type Scope = { readonly kind: "organization" } | { readonly kind: "project"; readonly id: string };

export const ORGANIZATION: Scope = { kind: "organization" };

/** A project as the service lists it. Times are Unix seconds. */
export interface Project {
	readonly id: string;
	readonly name: string | null;
	readonly createdAt: number | null;
	/** Archived projects keep their certificates active and must be included in all scopes. */
	readonly archived: boolean;
}

/** Returns a unique key of a scope, for maps and row ids. */
export function scopeKey(scope: Scope): string {
	return scope.kind === "organization" ? "organization" : `project/${scope.id}`;
}

/** True if a project id is safe as part of a path. The service uses `proj_…`, but does not guarantee the format. */
export function isProjectId(value: unknown): value is string {
	return typeof value === "string" && /^[A-Za-z0-9_-]{1,128}$/.test(value);
}

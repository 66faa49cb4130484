import type { Certificate } from "../../domain/certificate.ts";
import { ORGANIZATION, type Scope, scopeKey } from "../../domain/scope.ts";
import type { ScopeAnchors } from "../clients/clientStatus.ts";
import type { EnforcementIndex } from "../organization/enforcementIndex.ts";

/** A deactivation of trust anchors, before it is confirmed. */
export interface AnchorRemoval {
	readonly ids: readonly string[];
	/** Where they are deactivated. */
	readonly scopes: readonly Scope[];
	/** The replacement, active afterward in each scope where one of them is deactivated; `null` without one. */
	readonly next: Certificate | null;
}

/** The trust anchors of a scope before and after a deactivation. Both have the same `scope` object. */
export interface AnchorChange {
	readonly before: ScopeAnchors;
	readonly after: ScopeAnchors;
	/** True if the project might keep a removed trust anchor: its list doesn't tell own activations from inherited ones. */
	readonly mayStay: boolean;
}

/**
 * Returns the scopes whose trust anchors a deactivation changes, with the projects that inherit from the organization.
 * @param scopes Of the organization, then of the projects, as last read.
 */
export function findAnchorChanges(
	scopes: readonly ScopeAnchors[],
	{ ids, scopes: touched, next }: AnchorRemoval,
	enforcement: Pick<EnforcementIndex, "findEnforced">,
): readonly AnchorChange[] {
	const touchedKeys = new Set(touched.map(scopeKey));
	const organization = scopes.find(({ scope }) => scope.kind === "organization");
	const isInherited = (id: string) => organization?.certificates.some((each) => each.id === id) ?? false;
	const removesInherited = touchedKeys.has(scopeKey(ORGANIZATION));
	return scopes.flatMap((before): AnchorChange[] => {
		const { scope, certificates } = before;
		const isTouched = touchedKeys.has(scopeKey(scope));
		if (!isTouched && !removesInherited) return [];
		const enforced = scope.kind === "project" && !isTouched ? enforcement.findEnforced(scope.id) : [];
		const activationOf = (id: string) => enforced.find(({ certificate }) => certificate.id === id)?.how;
		const isRemoved = ({ id }: Certificate) =>
			ids.includes(id) && (isInherited(id) ? removesInherited && activationOf(id) !== "own" : isTouched);
		const removed = certificates.filter(isRemoved);
		if (removed.length === 0) return [];
		const kept = certificates.filter((each) => !isRemoved(each) && each.id !== next?.id);
		const after = { ...before, certificates: next ? [...kept, next] : kept };
		return [{ before, after, mayStay: removed.some(({ id }) => activationOf(id) === "either") }];
	});
}

import type { CertificateListing } from "../../domain/certificate.ts";
import type { Scope } from "../../domain/scope.ts";
import type { ActivationSnapshot, ScopeSnapshot } from "./activation.ts";

/** What deactivating certificates leaves in the scopes where they are active and nothing else of the scope's own is. */
export interface DeactivationImpact {
	/** Nothing is enforced any more. */
	readonly off: readonly Scope[];
	/** Projects in which what is active in the organization goes on to be enforced. */
	readonly left: readonly Scope[];
	/** Something else may be active, in what could not be read. */
	readonly unclear: readonly Scope[];
}

/**
 * Tells what deactivating certificates leaves behind.
 * @param scopes Where they are to be deactivated, as it is before.
 * @param organization The organization's own list, as it is before.
 */
export function assessDeactivation(
	scopes: readonly ScopeSnapshot[],
	ids: readonly string[],
	organization: CertificateListing | null,
): DeactivationImpact {
	const enforced = activeAfter(scopes, ids, organization).length > 0;
	const emptied = scopes.filter(
		({ active }) => active.some((id) => ids.includes(id)) && active.every((id) => ids.includes(id)),
	);
	const known = emptied.filter(({ whole }) => whole).map(({ scope }) => scope);
	const unclear = emptied.filter(({ whole }) => !whole).map(({ scope }) => scope);
	// The organization is not emptied where something stays active in it.
	return enforced ? { off: [], left: known, unclear } : { off: known, left: [], unclear };
}

/** The ids that stay active in the organization itself. */
export function activeAfter(
	scopes: readonly ScopeSnapshot[],
	ids: readonly string[],
	organization: CertificateListing | null,
): readonly string[] {
	const active = organization?.certificates.filter((each) => each.active).map(({ id }) => id) ?? [];
	const isTouched = scopes.some(({ scope }) => scope.kind === "organization");
	return isTouched ? active.filter((id) => !ids.includes(id)) : active;
}

/** Whether certificates are, by a fresh read, as they were to be in every scope that could be read. */
export function isAlreadyApplied(
	{ scopes, certificates }: ActivationSnapshot,
	ids: readonly string[],
	active: boolean,
): boolean {
	const inOrganization = certificates.filter((each) => each.active).map(({ id }) => id);
	return scopes.every(
		({ scope, problem, whole, active: now }) =>
			!problem &&
			ids.every((id) => {
				// A project's list may say of what it inherits that it is active.
				if (active) return now.includes(id) && !(scope.kind === "project" && inOrganization.includes(id));
				return whole && !now.includes(id);
			}),
	);
}

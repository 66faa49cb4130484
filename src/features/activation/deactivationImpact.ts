import type { CertificateListing } from "../../domain/certificate.ts";
import type { Scope } from "../../domain/scope.ts";
import type { ActivationSnapshot, ScopeSnapshot } from "./activation.ts";

/** The scopes in which a deactivation leaves no active certificate of the scope's own. */
export interface DeactivationImpact {
	/** Nothing is enforced any longer. */
	readonly unenforced: readonly Scope[];
	/** Projects in which the organization's active certificates remain enforced. */
	readonly inheritedOnly: readonly Scope[];
	/** Another certificate may be active in the unread part of the list. */
	readonly unknown: readonly Scope[];
}

/**
 * Returns the scopes that a deactivation leaves without active certificates of their own.
 * @param scopes The scopes before the deactivation.
 * @param organization The organization's own list before the deactivation.
 */
export function assessDeactivation(
	scopes: readonly ScopeSnapshot[],
	ids: readonly string[],
	organization: CertificateListing | null,
): DeactivationImpact {
	const isEnforced = activeAfterDeactivation(scopes, ids, organization).length > 0;
	const emptied = scopes.filter(
		({ active }) => active.some((id) => ids.includes(id)) && active.every((id) => ids.includes(id)),
	);
	const certain = emptied.filter((each) => each.complete).map(({ scope }) => scope);
	const uncertain = emptied.filter((each) => !each.complete).map(({ scope }) => scope);
	// `emptied` contains the organization only if no certificate stays active there.
	return isEnforced
		? { unenforced: [], inheritedOnly: certain, unknown: uncertain }
		: { unenforced: certain, inheritedOnly: [], unknown: uncertain };
}

/** Returns the ids that stay active in the organization itself. */
export function activeAfterDeactivation(
	scopes: readonly ScopeSnapshot[],
	ids: readonly string[],
	organization: CertificateListing | null,
): readonly string[] {
	const active = organization?.certificates.filter((each) => each.active).map(({ id }) => id) ?? [];
	const isTouched = scopes.some(({ scope }) => scope.kind === "organization");
	return isTouched ? active.filter((id) => !ids.includes(id)) : active;
}

/** True if a fresh read shows the requested state in every scope; false if a scope is unread. */
export function isAlreadyApplied(
	{ scopes, certificates }: ActivationSnapshot,
	ids: readonly string[],
	active: boolean,
): boolean {
	const inOrganization = certificates.filter((each) => each.active).map(({ id }) => id);
	return scopes.every(
		(each) =>
			!each.problem &&
			ids.every((id) => {
				const isActive = each.active.includes(id);
				// A project's list may show inherited certificates as active.
				if (active) return isActive && !(each.scope.kind === "project" && inOrganization.includes(id));
				return each.complete && !isActive;
			}),
	);
}

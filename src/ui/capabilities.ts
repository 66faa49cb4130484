import { type Activity, type Enforced, isActiveAnywhere } from "../domain/activity.ts";

/**
 * What can be done with a certificate's row among the organization's certificates, as a context value for the `when`
 * clauses of menus: `active` or `inactive` as far as it is known, `deactivatable` unless it is known to be active nowhere,
 * and `deletable`.
 */
export function certificateContext(activity: Activity): string {
	const isActive = isActiveAnywhere(activity);
	return words("certificate", isActive ? "active" : "inactive", isActive !== false && "deactivatable", "deletable");
}

/** The same for a certificate's row in a project: what it inherits is deactivated in the organization. */
export function enforcedContext({ how }: Enforced): string {
	return words("certificate", "active", how === "inherited" ? "inherited" : "deactivatable");
}

function words(...parts: readonly (string | false)[]): string {
	return parts.filter((part) => part !== false).join(";");
}

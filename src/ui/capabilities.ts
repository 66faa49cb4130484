import { type Activity, type Enforced, isActiveAnywhere } from "../domain/activity.ts";

/**
 * What can be done with a certificate's row among the organization's certificates, as a context value for the `when`
 * clauses of menus: `active` or `inactive` as far as it is known, `deactivatable` and `rotatable` unless it is known to be
 * active nowhere, `rotating`, and `deletable`.
 * @param rotating Whether it is the old one of a rotation that is not over.
 */
export function certificateContext(activity: Activity, rotating: boolean): string {
	const isActive = isActiveAnywhere(activity);
	return words(
		...["certificate", isActive ? "active" : "inactive"],
		...(isActive === false ? [] : ["deactivatable", "rotatable"]),
		rotating && "rotating",
		"deletable",
	);
}

/** The same for a certificate's row in a project: what it inherits is deactivated in the organization. */
export function enforcedContext({ how }: Enforced): string {
	return words("certificate", "active", how === "inherited" ? "inherited" : "deactivatable");
}

function words(...parts: readonly (string | false)[]): string {
	return parts.filter((part) => part !== false).join(";");
}

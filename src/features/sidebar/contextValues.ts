import { type ActivationStatus, type EnforcedCertificate, isActiveAnywhere } from "../../domain/activationStatus.ts";

/**
 * What can be done with a certificate's row among the organization's certificates, as a context value for the `when`
 * clauses of menus: `active` or `inactive`, the latter also where that is not known; `deactivatable` unless it is known to be
 * active nowhere; and `rotating`.
 * @param rotating Whether it is the old one of a rotation that is not over.
 */
export function certificateContext(activity: ActivationStatus, rotating: boolean): string {
	const isActive = isActiveAnywhere(activity);
	return words(
		"certificate",
		isActive ? "active" : "inactive",
		isActive !== false && "deactivatable",
		rotating && "rotating",
	);
}

/** The same for a certificate's row in a project: what it inherits is deactivated in the organization. */
export function enforcedContext({ how }: EnforcedCertificate): string {
	return words("certificate", "active", how !== "inherited" && "deactivatable");
}

function words(...parts: readonly (string | false)[]): string {
	return parts.filter((part) => part !== false).join(";");
}

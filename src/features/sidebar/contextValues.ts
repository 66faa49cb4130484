import { type ActivationStatus, type EnforcedCertificate, isActiveAnywhere } from "../../domain/activationStatus.ts";

/**
 * Returns a row's context value in the certificates view, for `when` clauses of menus: `active`, or `inactive` also if
 * unknown; `deactivatable` unless known to be active nowhere; `rotating`.
 * @param rotating Whether the certificate is the old one of an unfinished rotation.
 */
export function certificateContextValue(activation: ActivationStatus, rotating: boolean): string {
	const isActive = isActiveAnywhere(activation);
	return joinParts(
		"certificate",
		isActive ? "active" : "inactive",
		isActive !== false && "deactivatable",
		rotating && "rotating",
	);
}

/** Returns a row's context value in a project. Only the organization can deactivate inherited certificates. */
export function enforcedContextValue({ how }: EnforcedCertificate): string {
	return joinParts("certificate", "active", how !== "inherited" && "deactivatable");
}

function joinParts(...parts: readonly (string | false)[]): string {
	return parts.filter((part) => part !== false).join(";");
}

import type { Certificate } from "./certificate.ts";
import type { NamedProject, Problem } from "./problem.ts";

/** Where a certificate is active, as far as it is known, for people. */
export interface ActivationStatus {
	/** Active in the organization, and so enforced in all projects; `undefined` where that is not known. */
	readonly organization: boolean | undefined;
	/** The projects in which it is active by themselves, by their names. */
	readonly projects: readonly NamedProject[];
	/** Of how many projects it is not known. */
	readonly unread: number;
	/** Whether it is known which projects there are. */
	readonly allProjects: boolean;
	/** What the first of these scopes met that could not be read, else `null`. */
	readonly problem: Problem | null;
}

/** A certificate that is enforced in a project. */
export interface EnforcedCertificate {
	readonly certificate: Certificate;
	/** By the project itself, by the organization alone, or by one of the two that cannot be told. */
	readonly how: "own" | "inherited" | "either";
}

/** Whether a certificate is known to be active somewhere, or nowhere; `undefined` where that is not known. */
export function isActiveAnywhere({
	organization,
	projects,
	unread,
	allProjects,
}: ActivationStatus): boolean | undefined {
	if (organization || projects.length > 0) return true;
	return organization === false && allProjects && unread === 0 ? false : undefined;
}

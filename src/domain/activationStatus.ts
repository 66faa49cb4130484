import type { Certificate } from "./certificate.ts";
import type { NamedProject, Problem } from "./problem.ts";

/** The scopes where a certificate is active, as known so far. For display. */
export interface ActivationStatus {
	/** Active in the organization, and so enforced in all projects; `undefined` if unknown. */
	readonly organization: boolean | undefined;
	/** The projects that activate the certificate themselves, sorted by name. */
	readonly projects: readonly NamedProject[];
	/** Number of projects whose state is unknown. */
	readonly unread: number;
	/** True if the list of projects is complete. */
	readonly allProjects: boolean;
	/** The problem of the first scope that could not be read, else `null`. */
	readonly problem: Problem | null;
}

/** A certificate that is enforced in a project. */
export interface EnforcedCertificate {
	readonly certificate: Certificate;
	/** Enforced by the project itself, by the organization alone, or by an unknown scope of the two. */
	readonly how: "own" | "inherited" | "either";
}

/** Returns true if a certificate is active in any scope, false if in none, `undefined` if unknown. */
export function isActiveAnywhere({
	organization,
	projects,
	unread,
	allProjects,
}: ActivationStatus): boolean | undefined {
	if (organization || projects.length > 0) return true;
	return organization === false && allProjects && unread === 0 ? false : undefined;
}

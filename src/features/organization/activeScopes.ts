import type { CertificateListing } from "../../domain/certificate.ts";
import { type NamedProject, type Problem, ProblemError } from "../../domain/problem.ts";
import { ORGANIZATION, type Project, type Scope } from "../../domain/scope.ts";

/** Result of the newest attempt to read the certificates of a scope. */
export interface ScopeReading {
	/** `null` if no list was read. */
	readonly listing: CertificateListing | null;
	/** Why the newest attempt failed, else `null`. After a problem, `listing` may be out of date. */
	readonly problem: Problem | null;
	/** The list as sent by the service, without pending writes; only right after a read. */
	readonly served?: CertificateListing | null;
}

/** The projects of an organization as last read. */
export interface ProjectsReading {
	/** `null` if no list was read. */
	readonly projects: readonly Project[] | null;
	/** Number of projects in the service's answer that could not be parsed. */
	readonly unreadable: number;
	/** False if there may be more projects. */
	readonly complete: boolean;
	readonly problem: Problem | null;
	/** Returns a project's certificates as last read. */
	scope(projectId: string): ScopeReading;
}

/** A project in which a certificate is enforced. */
export interface ProjectActivation {
	readonly project: Project;
	/**
	 * `own`: by the project itself. `inherited`: only by the organization, for all projects. `either`: possibly by the
	 * project itself. Its list contains the certificate, but may include inherited ones (the service does not document
	 * this), or one of the two lists was not read.
	 */
	readonly how: "own" | "inherited" | "either";
}

/** Where a certificate is known to be active. */
export interface ActiveScopes {
	/** True if active in the organization; `undefined` if unknown. */
	readonly organization: boolean | undefined;
	/** The projects in which the certificate is enforced. */
	readonly projects: readonly ProjectActivation[];
	/** The projects whose own activation is unknown, because their lists could not be read completely. */
	readonly unknown: readonly Project[];
	/** True if all projects are known. */
	readonly allProjects: boolean;
	/** True if every scope could be read. */
	readonly complete: boolean;
	/** The problem of the first unreadable scope; `null` if there is none, even if a list is incomplete. */
	readonly problem: Problem | null;
}

/** Returns where a certificate is active according to the lists. @param organization The organization's own list. */
export function findActiveScopes(
	certificateId: string,
	organization: CertificateListing | null,
	reading: ProjectsReading,
): ActiveScopes {
	const inOrganization = isActive(certificateId, organization);
	const activations: ProjectActivation[] = [];
	const unknown: Project[] = [];
	let problem = reading.problem;
	for (const project of reading.projects ?? []) {
		const scope = reading.scope(project.id);
		problem ??= scope.problem;
		const inProject = scope.problem ? undefined : isActive(certificateId, scope.listing);
		if (inProject === undefined) unknown.push(project);
		if (inOrganization) activations.push({ project, how: inProject === false ? "inherited" : "either" });
		else if (inProject) activations.push({ project, how: inOrganization === undefined ? "either" : "own" });
	}
	const allProjects = reading.projects !== null && reading.complete && reading.unreadable === 0 && !reading.problem;
	return {
		organization: inOrganization,
		projects: activations,
		unknown,
		allProjects,
		complete: allProjects && unknown.length === 0 && inOrganization !== undefined,
		problem,
	};
}

/**
 * True if a certificate is active according to a scope's list. A certificate that is missing from a complete list is
 * inactive or deleted, because a list may omit inactive certificates.
 * @returns `undefined` if unknown.
 */
export function isActive(certificateId: string, listing: CertificateListing | null): boolean | undefined {
	const certificate = listing?.certificates.find(({ id }) => id === certificateId);
	if (certificate) return certificate.active;
	return listing && isComplete(listing) ? false : undefined;
}

export function isComplete({ complete, unreadable }: CertificateListing): boolean {
	return complete && unreadable === 0;
}

/** Returns the scopes in which a certificate must be deactivated before it can be deleted. */
export function scopesToDeactivate({ organization, projects }: ActiveScopes): readonly Scope[] {
	const ofProjects = projectsToDeactivate(projects).map(({ id }): Scope => ({ kind: "project", id }));
	return organization ? [ORGANIZATION, ...ofProjects] : ofProjects;
}

/** Asserts that every scope could be read. @throws ProblemError `scopes-unread` */
export function assertAllScopesRead({ complete, organization, allProjects, unknown, problem }: ActiveScopes): void {
	if (complete) return;
	throw new ProblemError({
		reason: "scopes-unread",
		organization: organization === undefined,
		allProjects: !allProjects,
		projects: unknown.map(toNamedProject),
		why: problem,
	});
}

/** Returns the projects in which a certificate is active, or may be in addition to the inherited activation. */
export function projectsToDeactivate(activations: ActiveScopes["projects"]): readonly Project[] {
	return activations.filter(({ how }) => how !== "inherited").map(({ project }) => project);
}

/** Returns the fields by which problems name a project. */
export function toNamedProject({ id, name }: Project): NamedProject {
	return { id, name };
}

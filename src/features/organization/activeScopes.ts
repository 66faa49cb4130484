import type { CertificateListing } from "../../domain/certificate.ts";
import { type NamedProject, type Problem, ProblemError } from "../../domain/problem.ts";
import { ORGANIZATION, type Project, type Scope } from "../../domain/scope.ts";

/** What the newest attempt to read a project's certificates came to. */
export interface ScopeReading {
	/** `null` where none was read. */
	readonly listing: CertificateListing | null;
	/** Why the newest attempt failed, else `null`; what was read before it may be out of date. */
	readonly problem: Problem | null;
	/** As the service sent it, without what was written and does not show in it; only of what was just read. */
	readonly served?: CertificateListing | null;
}

/** What is known of an organization's projects. */
export interface ProjectsReading {
	/** `null` where none was read. */
	readonly projects: readonly Project[] | null;
	/** Projects that the service sent and that could not be read. */
	readonly unreadable: number;
	/** False when there may be more than was read. */
	readonly complete: boolean;
	readonly problem: Problem | null;
	/** @returns what is known of a project's certificates. */
	scope(projectId: string): ScopeReading;
}

/** A project in which a certificate is enforced. */
export interface ProjectActivation {
	readonly project: Project;
	/**
	 * `own`: by the project itself. `inherited`: by the organization, which imposes it on all projects, and not by this one.
	 * `either`: whether by the project itself cannot be told. Its list says so, but may say so of what it inherits (the
	 * service does not document that); or one of the two lists was not read.
	 */
	readonly how: "own" | "inherited" | "either";
}

/** Where a certificate is active, as far as it is known. */
export interface ActiveScopes {
	/** Active in the organization; `undefined` where that is not known. */
	readonly organization: boolean | undefined;
	/** Where it is enforced. */
	readonly projects: readonly ProjectActivation[];
	/** Of which it is not known whether it is active in the project itself, because their lists could not be read as a whole. */
	readonly unknown: readonly Project[];
	/** Whether it is known which projects there are. */
	readonly allProjects: boolean;
	/** Whether every scope could be read. */
	readonly complete: boolean;
	/** What the first scope met that could not be read; `null` where all could be, or were merely not read as a whole. */
	readonly problem: Problem | null;
}

/** Tells where a certificate is active from what was read. @param organization The organization's own list. */
export function findActiveScopes(
	certificateId: string,
	organization: CertificateListing | null,
	reading: ProjectsReading,
): ActiveScopes {
	const inOrganization = isActive(certificateId, organization);
	const holders: ProjectActivation[] = [];
	const unknown: Project[] = [];
	let problem = reading.problem;
	for (const project of reading.projects ?? []) {
		const scope = reading.scope(project.id);
		problem ??= scope.problem;
		const inProject = scope.problem ? undefined : isActive(certificateId, scope.listing);
		if (inProject === undefined) unknown.push(project);
		if (inOrganization) holders.push({ project, how: inProject === false ? "inherited" : "either" });
		else if (inProject) holders.push({ project, how: inOrganization === undefined ? "either" : "own" });
	}
	const allProjects = reading.projects !== null && reading.complete && reading.unreadable === 0 && !reading.problem;
	return {
		organization: inOrganization,
		projects: holders,
		unknown,
		allProjects,
		complete: allProjects && unknown.length === 0 && inOrganization !== undefined,
		problem,
	};
}

/**
 * Whether a certificate is active by a scope's list. One that is not in it is not active: a list may leave out what is
 * not, and what is deleted is not either.
 * @returns `undefined` where the list does not tell.
 */
export function isActive(certificateId: string, listing: CertificateListing | null): boolean | undefined {
	const certificate = listing?.certificates.find(({ id }) => id === certificateId);
	if (certificate) return certificate.active;
	return listing && isComplete(listing) ? false : undefined;
}

/** Whether nothing is missing in a list. */
export function isComplete({ complete, unreadable }: CertificateListing): boolean {
	return complete && unreadable === 0;
}

/** The scopes in which a certificate has to be deactivated before it can be deleted. */
export function scopesToDeactivate({ organization, projects }: ActiveScopes): readonly Scope[] {
	const ofProjects = projectsToDeactivate(projects).map(({ id }): Scope => ({ kind: "project", id }));
	return organization ? [ORGANIZATION, ...ofProjects] : ofProjects;
}

/** That every scope could be read. @throws Failure `scopes-unread` */
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

/** The projects in which a certificate is active, or may be beside what they inherit. */
export function projectsToDeactivate(holders: ActiveScopes["projects"]): readonly Project[] {
	return holders.filter(({ how }) => how !== "inherited").map(({ project }) => project);
}

/** Returns a project as problems name it. */
export function toNamedProject({ id, name }: Project): NamedProject {
	return { id, name };
}

import type { ActivationStatus, EnforcedCertificate } from "../../domain/activationStatus.ts";
import { type ActiveScopes, isActive } from "./activeScopes.ts";
import type { CertificateStore } from "./certificateStore.ts";
import type { ProjectStore } from "./projectStore.ts";

/** Combines both lists into where certificates are enforced. Caches results until either list changes. */
export class EnforcementIndex {
	readonly #certificates: CertificateStore;
	readonly #projects: ProjectStore;
	/** Cached results by certificate id. */
	readonly #statuses = new Map<string, ActivationStatus>();
	/** The projects' `changeCount` for which the cache is valid. */
	#changeCount = 0;

	constructor(certificates: CertificateStore, projects: ProjectStore) {
		this.#certificates = certificates;
		this.#projects = projects;
		certificates.on("change", () => this.#statuses.clear());
	}

	/** Returns where a certificate is active. */
	activationStatus(certificateId: string): ActivationStatus {
		const changeCount = this.#projects.changeCount;
		// The projects' event comes too late: a caller that has just read the projects must not get an old result.
		if (changeCount !== this.#changeCount) this.#statuses.clear();
		this.#changeCount = changeCount;
		const cached = this.#statuses.get(certificateId);
		if (cached) return cached;
		const activeScopes = this.#projects.findActiveScopes(certificateId, this.#certificates.state.listing);
		const { organization, unknown, allProjects, problem } = activeScopes;
		const status = { organization, projects: ownProjects(activeScopes), unread: unknown.length, allProjects, problem };
		this.#statuses.set(certificateId, status);
		return status;
	}

	/** Like `findEnforced`, sorted by name. */
	enforcedInProject(projectId: string): readonly EnforcedCertificate[] {
		return this.findEnforced(projectId).toSorted((one, other) => byName(one.certificate, other.certificate));
	}

	/** Returns the certificates enforced in a project as last read: its own, then inherited ones. */
	findEnforced(projectId: string): readonly EnforcedCertificate[] {
		const organization = this.#certificates.state.listing;
		const { listing } = this.#projects.scope(projectId);
		const certificates = new Map(organization?.certificates.map((certificate) => [certificate.id, certificate]));
		const listed = listing?.certificates.filter(({ active }) => active) ?? [];
		const own = listed.map((certificate): EnforcedCertificate => {
			const isOwn =
				isActive(certificate.id, organization) === false ||
				this.activationStatus(certificate.id).projects.some(({ id }) => id === projectId);
			return { certificate: certificates.get(certificate.id) ?? certificate, how: isOwn ? "own" : "either" };
		});
		const ids = new Set(own.map(({ certificate }) => certificate.id));
		const inherited = organization?.certificates.filter(({ id, active }) => active && !ids.has(id)) ?? [];
		const how = listing ? "inherited" : "either";
		return [...own, ...inherited.map((certificate): EnforcedCertificate => ({ certificate, how }))];
	}
}

/**
 * Returns the projects that activated a certificate themselves. If one project's list omits an inherited certificate,
 * all projects' lists omit inherited ones, so certificates in the other lists are the projects' own.
 */
function ownProjects({ organization, projects, unknown }: ActiveScopes): ActivationStatus["projects"] {
	const showsOwnOnly = projects.some(({ how }) => how === "inherited");
	const isOwn = (id: string) => !organization || (showsOwnOnly && !unknown.some((each) => each.id === id));
	return projects
		.filter(({ how, project }) => how === "own" || (how === "either" && isOwn(project.id)))
		.map(({ project: { id, name } }) => ({ id, name }))
		.sort(byName);
}

const collator = new Intl.Collator(undefined, { numeric: true });

function byName(one: { readonly name: string | null }, other: { readonly name: string | null }): number {
	return collator.compare(one.name ?? "", other.name ?? "");
}

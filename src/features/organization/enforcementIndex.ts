import type { ActivationStatus, EnforcedCertificate } from "../../domain/activationStatus.ts";
import { type ActiveScopes, isActive } from "./activeScopes.ts";
import type { CertificateStore } from "./certificateStore.ts";
import type { ProjectStore } from "./projectStore.ts";

/** Where certificates are enforced, told from both lists at once; anew once either changes. */
export class EnforcementIndex {
	readonly #certificates: CertificateStore;
	readonly #projects: ProjectStore;
	/** What was told already since the last change, by the certificate's id. */
	readonly #told = new Map<string, ActivationStatus>();
	/** How much had changed in the projects by then. */
	#changes = 0;

	constructor(certificates: CertificateStore, projects: ProjectStore) {
		this.#certificates = certificates;
		this.#projects = projects;
		certificates.on("change", () => this.#told.clear());
	}

	/** Where a certificate is active. */
	activity(certificateId: string): ActivationStatus {
		const { changes } = this.#projects;
		// Not by their event, which comes later: whoever just had them read must not be told what was so before.
		if (changes !== this.#changes) this.#told.clear();
		this.#changes = changes;
		const told = this.#told.get(certificateId);
		if (told) return told;
		const where = this.#projects.whereActive(certificateId, this.#certificates.state.listing);
		const { organization, unknown, allProjects, problem } = where;
		const activity = { organization, projects: ownProjects(where), unread: unknown.length, allProjects, problem };
		this.#told.set(certificateId, activity);
		return activity;
	}

	/** What is enforced in a project by what was read last, its own and what the organization imposes, by their names. */
	inProject(projectId: string): readonly EnforcedCertificate[] {
		const organization = this.#certificates.state.listing;
		const { listing } = this.#projects.scope(projectId);
		const certificates = new Map(organization?.certificates.map((certificate) => [certificate.id, certificate]));
		const listed = listing?.certificates.filter(({ active }) => active) ?? [];
		const own = listed.map((certificate): EnforcedCertificate => {
			const isOwn =
				isActive(certificate.id, organization) === false ||
				this.activity(certificate.id).projects.some(({ id }) => id === projectId);
			return { certificate: certificates.get(certificate.id) ?? certificate, how: isOwn ? "own" : "either" };
		});
		const ids = new Set(own.map(({ certificate }) => certificate.id));
		const imposed = organization?.certificates.filter(({ id, active }) => active && !ids.has(id)) ?? [];
		const how = listing ? "inherited" : "either";
		const all = [...own, ...imposed.map((certificate): EnforcedCertificate => ({ certificate, how }))];
		return all.sort((one, other) => byName(one.certificate, other.certificate));
	}
}

/**
 * The projects in which a certificate is active by themselves. Where one project's list does not show what it inherits,
 * none does, so that what the others show is their own.
 */
function ownProjects({ organization, projects, unknown }: ActiveScopes): ActivationStatus["projects"] {
	const showsOwnOnly = projects.some(({ how }) => how === "inherited");
	const isOwn = (id: string) => !organization || (showsOwnOnly && !unknown.some((each) => each.id === id));
	return projects
		.filter(({ how, project }) => how === "own" || (how === "either" && isOwn(project.id)))
		.map(({ project: { id, name } }) => ({ id, name }))
		.sort(byName);
}

const names = new Intl.Collator(undefined, { numeric: true });

function byName(one: { readonly name: string | null }, other: { readonly name: string | null }): number {
	return names.compare(one.name ?? "", other.name ?? "");
}

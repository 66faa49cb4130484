import type { HeldLock } from "../../common/storage/heldLock.ts";
import type { AdminApi, AdministrationApi, CertificatesApi } from "../../domain/adminApi.ts";
import type { Certificate, CertificateListing } from "../../domain/certificate.ts";
import { ProblemError, problemOf } from "../../domain/problem.ts";
import type { Scope } from "../../domain/scope.ts";
import { isComplete, type ProjectsReading, type ScopeReading } from "./activeScopes.ts";
import type { Write } from "./optimisticWrites.ts";
import type { ProjectStore } from "./projectStore.ts";

/** The part of `CertificateStore` that changes need. */
export interface OrganizationList {
	/** Changes with each reset of the list. */
	readonly generation: number;
	/**
	 * Reads the list again. A problem becomes part of its state, too.
	 * @param service Where to read.
	 * @returns the list with pending writes applied.
	 * @throws ProblemError, CancelledError
	 */
	load(signal?: AbortSignal, service?: Pick<CertificatesApi, "list">): Promise<CertificateListing>;
	/** Applies a call's effect to the list. @param generation `generation` when the call began. */
	recordWrite(write: Write, generation: number): void;
}

/** Dependencies of changes in an organization. */
export interface OrganizationContext {
	/**
	 * Opens one organization. Its calls throw ProblemError `connection-changed` once another organization is in use.
	 * @param ref From `organizationRef`.
	 */
	readonly open: (ref: string) => Promise<AdminApi>;
	readonly certificates: OrganizationList;
	readonly projects: ProjectStore;
}

/** Runs one change. All its calls go to one organization, and their results into that organization's lists. */
export class OrganizationSession {
	readonly service: AdminApi;
	/** The list's generation when the session began. It differs after a reset. */
	readonly generation: number;
	readonly #certificates: OrganizationList;
	readonly #projects: ProjectStore;
	readonly #projectsGeneration: number;
	readonly #lock: HeldLock | undefined;
	readonly #organization: OrganizationContext;

	private constructor(
		service: AdminApi,
		organization: OrganizationContext,
		lock: HeldLock | undefined,
		original?: OrganizationSession,
	) {
		const { certificates, projects } = organization;
		this.service = service;
		this.#organization = organization;
		this.#lock = lock;
		this.#certificates = certificates;
		this.#projects = projects;
		this.generation = original?.generation ?? certificates.generation;
		this.#projectsGeneration = original ? original.#projectsGeneration : projects.generation;
	}

	/**
	 * @param organizationRef The organization that the user was shown.
	 * @param lock Checked right before each activation and deactivation.
	 * @throws ProblemError
	 */
	static async open(
		organization: OrganizationContext,
		organizationRef: string,
		lock?: HeldLock,
	): Promise<OrganizationSession> {
		return new OrganizationSession(await organization.open(organizationRef), organization, lock);
	}

	/** @throws ProblemError `connection-changed` if the lists were reset since the session began */
	assertCurrent(): void {
		if (this.#certificates.generation !== this.generation || this.#projects.generation !== this.#projectsGeneration)
			throw new ProblemError({ reason: "connection-changed" });
	}

	withoutLock(): OrganizationSession {
		return new OrganizationSession(this.service, this.#organization, undefined, this);
	}

	/**
	 * Like `AdministrationApi.setActive`.
	 * @throws ProblemError, also `connection-changed` and `lock-lost` before anything is sent; CancelledError
	 */
	async setActive(...call: Parameters<AdministrationApi["setActive"]>): Promise<readonly Certificate[]> {
		await this.#lock?.assertHeld();
		this.assertCurrent();
		return this.service.setActive(...call);
	}

	/** Reads the organization's list. @throws ProblemError, CancelledError */
	async certificates(signal?: AbortSignal): Promise<CertificateListing> {
		this.assertCurrent();
		return this.#certificates.load(signal, this.service);
	}

	/** Reads all projects and their certificates. The result includes any problem. @throws CancelledError */
	async projects(signal?: AbortSignal): Promise<ProjectsReading> {
		try {
			this.assertCurrent();
			return await this.#projects.load(signal, this.service);
		} catch (thrown) {
			const problem = problemOf(thrown);
			if (!problem) throw thrown;
			const scope = () => ({ listing: null, problem });
			return { projects: null, unreadable: 0, complete: false, problem, scope };
		}
	}

	/** Reads the list of one scope. The result includes any problem. @throws CancelledError */
	async scope(scope: Scope, signal?: AbortSignal): Promise<ScopeReading> {
		try {
			this.assertCurrent();
			if (scope.kind === "project") return await this.#projects.loadProject(scope.id, signal, this.service);
			let served: CertificateListing | null = null;
			const list = async () => {
				served = await this.service.list(signal);
				return served;
			};
			return { listing: await this.#certificates.load(signal, { list }), problem: null, served };
		} catch (thrown) {
			const problem = problemOf(thrown);
			if (!problem) throw thrown;
			return { listing: null, problem };
		}
	}

	/** Applies a call's effect to the list of one scope. */
	recordWrite(write: Write, scope: Scope): void {
		if (scope.kind === "organization") this.#certificates.recordWrite(write, this.generation);
		else this.#projects.recordWrite(write, this.#projectsGeneration, scope.id);
	}

	/** Applies a call's effect to the lists of all scopes. */
	recordWriteEverywhere(write: Write): void {
		this.#certificates.recordWrite(write, this.generation);
		this.#projects.recordWrite(write, this.#projectsGeneration);
	}
}

/** Returns a certificate of a list. @throws ProblemError `not-found`; `scopes-unread` if the list is incomplete */
export function requireCertificate(listing: CertificateListing, id: string): Certificate {
	const certificate = listing.certificates.find((each) => each.id === id);
	if (certificate) return certificate;
	if (isComplete(listing)) throw new ProblemError({ reason: "not-found" });
	throw new ProblemError({ reason: "scopes-unread", organization: true, allProjects: false, projects: [], why: null });
}

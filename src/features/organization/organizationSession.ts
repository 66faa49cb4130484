import type { HeldLock } from "../../common/storage/heldLock.ts";
import type { CertificatesApi } from "../../domain/adminApi.ts";
import type { AdministrationApi } from "../../domain/administration.ts";
import type { Certificate, CertificateListing } from "../../domain/certificate.ts";
import { ProblemError, problemOf } from "../../domain/problem.ts";
import type { Scope } from "../../domain/scope.ts";
import { isComplete, type ProjectsReading, type ScopeReading } from "./activeScopes.ts";
import type { Write } from "./optimisticWrites.ts";
import type { ProjectStore } from "./projectStore.ts";

/** The organization's own list of certificates, as far as those who change it need it. */
export interface OrganizationList {
	/** Changes whenever what is known is forgotten. */
	readonly generation: number;
	/**
	 * Reads the list anew; what fails shows in its state too.
	 * @param service Who is asked.
	 * @returns the list with what was written and does not show in it yet.
	 * @throws Failure, Cancelled
	 */
	load(signal?: AbortSignal, service?: Pick<CertificatesApi, "list">): Promise<CertificateListing>;
	/** Takes in what a call did. @param epoch As it was when the call began. */
	recordWrite(write: Write, epoch: number): void;
}

/** What it takes to change something in an organization. */
export interface OrganizationContext {
	/** Opens one organization: its calls throw Failure `connection-changed` once another one is in use. @param ref As `organizationRef` makes it. */
	readonly open: (ref: string) => Promise<CertificatesApi & AdministrationApi>;
	readonly certificates: OrganizationList;
	readonly projects: ProjectStore;
}

/** One change from its first call to its last: all of them go to one organization, and what they say to its lists. */
export class OrganizationSession {
	readonly service: CertificatesApi & AdministrationApi;
	/** Tells what was read in one session from what is known after everything was forgotten. */
	readonly generation: number;
	readonly #certificates: OrganizationList;
	readonly #projects: ProjectStore;
	readonly #projectsEpoch: number;
	readonly #lock: HeldLock | undefined;
	readonly #organization: OrganizationContext;

	private constructor(
		service: CertificatesApi & AdministrationApi,
		organization: OrganizationContext,
		lock: HeldLock | undefined,
		of?: OrganizationSession,
	) {
		const { certificates, projects } = organization;
		this.service = service;
		this.#organization = organization;
		this.#lock = lock;
		this.#certificates = certificates;
		this.#projects = projects;
		this.generation = of?.generation ?? certificates.generation;
		this.#projectsEpoch = of ? of.#projectsEpoch : projects.generation;
	}

	/**
	 * @param organizationRef The organization that the person was told of.
	 * @param lock Checked right before each activation and deactivation, where there is one.
	 * @throws Failure
	 */
	static async open(
		organization: OrganizationContext,
		organizationRef: string,
		lock?: HeldLock,
	): Promise<OrganizationSession> {
		return new OrganizationSession(await organization.open(organizationRef), organization, lock);
	}

	/** @throws Failure `connection-changed` where what this session is about was forgotten. */
	assertCurrent(): void {
		if (this.#certificates.generation !== this.generation || this.#projects.generation !== this.#projectsEpoch)
			throw new ProblemError({ reason: "connection-changed" });
	}

	/** The same session without its lock. */
	unlocked(): OrganizationSession {
		return new OrganizationSession(this.service, this.#organization, undefined, this);
	}

	/** As `Administration.setActive`. @throws Failure, also `connection-changed` and `lock-lost`, before anything is sent; Cancelled */
	async setActive(...call: Parameters<AdministrationApi["setActive"]>): Promise<readonly Certificate[]> {
		await this.#lock?.check();
		this.assertCurrent();
		return this.service.setActive(...call);
	}

	/** Reads the organization's list. @throws Failure, Cancelled */
	async certificates(signal?: AbortSignal): Promise<CertificateListing> {
		this.assertCurrent();
		return this.#certificates.load(signal, this.service);
	}

	/** Reads every project and its certificates. @returns also what failed. @throws Cancelled */
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

	/** Reads the list of one scope. @returns also what failed. @throws Cancelled */
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

	/** Takes in what a call did to a certificate in one scope. */
	recordWrite(write: Write, scope: Scope): void {
		if (scope.kind === "organization") this.#certificates.recordWrite(write, this.generation);
		else this.#projects.recordWrite(write, this.#projectsEpoch, scope.id);
	}

	/** Takes in what a call did to a certificate in all scopes. */
	recordWriteEverywhere(write: Write): void {
		this.#certificates.recordWrite(write, this.generation);
		this.#projects.recordWrite(write, this.#projectsEpoch);
	}
}

/** @throws Failure `not-found`; `scopes-unread` where it may be in what could not be read */
export function requireCertificate(listing: CertificateListing, id: string): Certificate {
	const certificate = listing.certificates.find((each) => each.id === id);
	if (certificate) return certificate;
	if (isComplete(listing)) throw new ProblemError({ reason: "not-found" });
	throw new ProblemError({ reason: "scopes-unread", organization: true, allProjects: false, projects: [], why: null });
}

import type { HeldLock } from "../../common/storage/heldLock.ts";
import type { Service } from "../../domain/adminApi.ts";
import type { Administration } from "../../domain/administration.ts";
import type { Certificate, CertificateListing } from "../../domain/certificate.ts";
import { Failure, problemOf } from "../../domain/problem.ts";
import type { Scope } from "../../domain/scope.ts";
import { isWhole, type ProjectsReading, type ScopeReading } from "./activeScopes.ts";
import type { Write } from "./optimisticWrites.ts";
import type { Projects } from "./projectStore.ts";

/** The organization's own list of certificates, as far as those who change it need it. */
export interface OrganizationList {
	/** Changes whenever what is known is forgotten. */
	readonly epoch: number;
	/**
	 * Reads the list anew; what fails shows in its state too.
	 * @param service Who is asked.
	 * @returns the list with what was written and does not show in it yet.
	 * @throws Failure, Cancelled
	 */
	load(signal?: AbortSignal, service?: Pick<Service, "list">): Promise<CertificateListing>;
	/** Takes in what a call did. @param epoch As it was when the call began. */
	take(write: Write, epoch: number): void;
}

/** What it takes to change something in an organization. */
export interface Organization {
	/** Opens one organization: its calls throw Failure `connection-changed` once another one is in use. @param ref As `organizationRef` makes it. */
	readonly open: (ref: string) => Promise<Service & Administration>;
	readonly certificates: OrganizationList;
	readonly projects: Projects;
}

/** One change from its first call to its last: all of them go to one organization, and what they say to its lists. */
export class Session {
	readonly service: Service & Administration;
	/** Tells what was read in one session from what is known after everything was forgotten. */
	readonly epoch: number;
	readonly #certificates: OrganizationList;
	readonly #projects: Projects;
	readonly #projectsEpoch: number;
	readonly #lock: HeldLock | undefined;
	readonly #organization: Organization;

	private constructor(
		service: Service & Administration,
		organization: Organization,
		lock: HeldLock | undefined,
		of?: Session,
	) {
		const { certificates, projects } = organization;
		this.service = service;
		this.#organization = organization;
		this.#lock = lock;
		this.#certificates = certificates;
		this.#projects = projects;
		this.epoch = of?.epoch ?? certificates.epoch;
		this.#projectsEpoch = of ? of.#projectsEpoch : projects.epoch;
	}

	/**
	 * @param organizationRef The organization that the person was told of.
	 * @param lock Checked right before each activation and deactivation, where there is one.
	 * @throws Failure
	 */
	static async open(organization: Organization, organizationRef: string, lock?: HeldLock): Promise<Session> {
		return new Session(await organization.open(organizationRef), organization, lock);
	}

	/** @throws Failure `connection-changed` where what this session is about was forgotten. */
	assertCurrent(): void {
		if (this.#certificates.epoch !== this.epoch || this.#projects.epoch !== this.#projectsEpoch)
			throw new Failure({ reason: "connection-changed" });
	}

	/** The same session without its lock. */
	unlocked(): Session {
		return new Session(this.service, this.#organization, undefined, this);
	}

	/** As `Administration.setActive`. @throws Failure, also `connection-changed` and `lock-lost`, before anything is sent; Cancelled */
	async setActive(...call: Parameters<Administration["setActive"]>): Promise<readonly Certificate[]> {
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
	take(write: Write, scope: Scope): void {
		if (scope.kind === "organization") this.#certificates.take(write, this.epoch);
		else this.#projects.take(write, this.#projectsEpoch, scope.id);
	}

	/** Takes in what a call did to a certificate in all scopes. */
	takeEverywhere(write: Write): void {
		this.#certificates.take(write, this.epoch);
		this.#projects.take(write, this.#projectsEpoch);
	}
}

/** @throws Failure `not-found`; `scopes-unread` where it may be in what could not be read */
export function certificateIn(listing: CertificateListing, id: string): Certificate {
	const certificate = listing.certificates.find((each) => each.id === id);
	if (certificate) return certificate;
	if (isWhole(listing)) throw new Failure({ reason: "not-found" });
	throw new Failure({ reason: "scopes-unread", organization: true, allProjects: false, projects: [], why: null });
}

// A stand-in for the service and for the organization's list: one organization in memory, whose calls a test can hold,
// fail or lose the answer of.
import assert from "node:assert/strict";
import type { CertificatesApi } from "../../../src/domain/adminApi.ts";
import type { AdministrationApi, HistoryEvent, ProjectListing } from "../../../src/domain/administration.ts";
import type { Certificate, CertificateListing } from "../../../src/domain/certificate.ts";
import { CancelledError, type Problem, ProblemError } from "../../../src/domain/problem.ts";
import { ORGANIZATION, type Project, type Scope, scopeKey } from "../../../src/domain/scope.ts";
import { OptimisticWrites, type Write } from "../../../src/features/organization/optimisticWrites.ts";
import type { OrganizationContext, OrganizationList } from "../../../src/features/organization/organizationSession.ts";
import { ProjectStore } from "../../../src/features/organization/projectStore.ts";
import { listing } from "./certificatesApi.ts";

/** How a call ends instead of with its answer. `committed`: it did its work all the same. */
export interface Fault {
	readonly thrown: unknown;
	readonly committed?: boolean;
}

/** A call that ends with this problem. */
export function failing(problem: Problem): Fault {
	return { thrown: new ProblemError(problem) };
}

/** A call that does its work and ends with this problem. */
export function lost(problem: Problem): Fault {
	return { ...failing(problem), committed: true };
}

export function project(id: string, more: Partial<Project> = {}): Project {
	return { id, name: `Project ${id}`, createdAt: null, archived: false, ...more };
}

export function inProject(id: string): Scope {
	return { kind: "project", id };
}

export class FakeAdministration implements CertificatesApi, AdministrationApi {
	/** What was called, such as `list organization`, `activate project/p a,b` or `remove a`. */
	readonly calls: string[] = [];
	/** What there is; `active` counts for nothing, `activeIn` does. */
	certificates: Certificate[];
	allProjects: Project[];
	pageSize = 100;
	/** Whether a project's list says of what is active in the organization that it is active. */
	inherits = false;
	/** What lists show in place of what there is, by scope. */
	readonly shown = new Map<string, CertificateListing>();
	projectListing: Partial<ProjectListing> = {};
	/** Asked at each call how it ends. */
	fault: (call: string) => Fault | undefined = () => undefined;
	/** Awaited in each call before anything else happens. */
	gate: (call: string) => unknown = () => {};
	readonly #active = new Map<string, Set<string>>();

	constructor(certificates: Certificate[], projects: Project[] = []) {
		this.certificates = certificates;
		this.allProjects = projects;
	}

	/** The ids that are active in a scope itself. */
	activeIn(scope: Scope): Set<string> {
		const active = this.#active.get(scopeKey(scope)) ?? new Set();
		this.#active.set(scopeKey(scope), active);
		return active;
	}

	/** The calls that were to change something. */
	get writes(): readonly string[] {
		return this.calls.filter((call) => !/^(list|projects)/.test(call));
	}

	async list(signal?: AbortSignal): Promise<CertificateListing> {
		return this.#list(ORGANIZATION, signal);
	}

	async projectCertificates(projectId: string, signal?: AbortSignal): Promise<CertificateListing> {
		return this.#list(inProject(projectId), signal);
	}

	async projects(signal?: AbortSignal, onPage?: (projects: readonly Project[]) => void): Promise<ProjectListing> {
		for (let start = 0; start === 0 || start < this.allProjects.length; start += this.pageSize)
			await this.#call(`projects ${start / this.pageSize}`, signal, () =>
				onPage?.(this.allProjects.slice(start, start + this.pageSize)),
			);
		return { projects: this.allProjects, unreadable: 0, complete: true, ...this.projectListing };
	}

	async setActive(
		scope: Scope,
		ids: readonly string[],
		active: boolean,
		signal?: AbortSignal,
	): Promise<readonly Certificate[]> {
		assert.ok(ids.length > 0 && ids.length <= 10);
		const call = `${active ? "activate" : "deactivate"} ${scopeKey(scope)} ${ids.join()}`;
		return this.#call(call, signal, () => {
			for (const id of ids) active ? this.activeIn(scope).add(id) : this.activeIn(scope).delete(id);
			return ids.map((id) => ({ ...this.#get(id), active }));
		});
	}

	async rename(id: string, name: string, signal?: AbortSignal): Promise<Certificate> {
		return this.#call(`rename ${id} ${name}`, signal, () => {
			const renamed = { ...this.#get(id), name };
			this.certificates = this.certificates.map((each) => (each.id === id ? renamed : each));
			return { ...renamed, active: undefined };
		});
	}

	async remove(id: string, signal?: AbortSignal): Promise<void> {
		return this.#call(`remove ${id}`, signal, () => {
			this.#get(id);
			this.certificates = this.certificates.filter((each) => each.id !== id);
		});
	}

	async history(): Promise<readonly HistoryEvent[]> {
		assert.fail("Nobody expected a history call.");
	}

	async content(): Promise<string | null> {
		assert.fail("Nobody expected a content call.");
	}

	async upload(): Promise<Certificate> {
		assert.fail("Nobody expected an upload.");
	}

	async #list(scope: Scope, signal: AbortSignal | undefined): Promise<CertificateListing> {
		return this.#call(`list ${scopeKey(scope)}`, signal, () => {
			const inherited = this.inherits ? this.activeIn(ORGANIZATION) : new Set();
			const isActive = (id: string) => this.activeIn(scope).has(id) || inherited.has(id);
			const present = listing(...this.certificates.map((each) => ({ ...each, active: isActive(each.id) })));
			return this.shown.get(scopeKey(scope)) ?? present;
		});
	}

	#get(id: string): Certificate {
		const certificate = this.certificates.find((each) => each.id === id);
		if (!certificate) throw new ProblemError({ reason: "not-found" });
		return certificate;
	}

	async #call<T>(call: string, signal: AbortSignal | undefined, act: () => T): Promise<T> {
		this.calls.push(call);
		if (signal?.aborted) throw new CancelledError();
		await this.gate(call);
		const fault = this.fault(call);
		if (fault?.committed) act();
		if (fault) throw fault.thrown;
		if (signal?.aborted) throw new CancelledError();
		return act();
	}
}

/** The organization's list, as `Certificates` keeps it. */
export class FakeList implements OrganizationList {
	readonly #service: CertificatesApi;
	readonly #written = new OptimisticWrites(Date.now);
	listing: CertificateListing | null = null;
	generation = 0;

	constructor(service: CertificatesApi) {
		this.#service = service;
	}

	async load(signal?: AbortSignal, service: CertificatesApi = this.#service): Promise<CertificateListing> {
		const askedAt = Date.now();
		this.listing = this.#written.reconcile(await service.list(signal), askedAt);
		return this.listing;
	}

	recordWrite(write: Write, epoch: number): void {
		if (epoch !== this.generation) return;
		this.#written.take(write);
		if (this.listing) this.listing = this.#written.apply(this.listing);
	}
}

/** An organization whose connections all lead to the fake; `opened` tells which were. */
export function organizationOf(fake: FakeAdministration) {
	const opened: string[] = [];
	const certificates = new FakeList(fake);
	const projects = new ProjectStore(async () => fake);
	const organization: OrganizationContext = {
		open: async (organizationRef) => {
			opened.push(organizationRef);
			return fake;
		},
		certificates,
		projects,
	};
	return { ...organization, certificates, projects, opened };
}

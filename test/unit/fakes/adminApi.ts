// Fakes for the admin API and for the organization's list, with one organization in memory. A test can delay calls, or
// make them fail before or after their effect.
import assert from "node:assert/strict";
import type { AdminApi, CertificatesApi, HistoryEvent, ProjectListing } from "../../../src/domain/adminApi.ts";
import type { Certificate, CertificateListing } from "../../../src/domain/certificate.ts";
import { CancelledError, type Problem, ProblemError } from "../../../src/domain/problem.ts";
import { ORGANIZATION, type Project, type Scope, scopeKey } from "../../../src/domain/scope.ts";
import type { ScopeResult } from "../../../src/features/activation/activation.ts";
import { OptimisticWrites, type Write } from "../../../src/features/organization/optimisticWrites.ts";
import type { OrganizationContext, OrganizationList } from "../../../src/features/organization/organizationSession.ts";
import { ProjectStore } from "../../../src/features/organization/projectStore.ts";
import { listing } from "./certificatesApi.ts";

/** An error that a call throws. `committed`: true if the call has its effect first. */
export interface Fault {
	readonly thrown: unknown;
	readonly committed?: boolean;
}

/** Makes a call fail without an effect. */
export function failWith(problem: Problem): Fault {
	return { thrown: new ProblemError(problem) };
}

/** Makes a call fail after its effect. */
export function failAfterCommit(problem: Problem): Fault {
	return { ...failWith(problem), committed: true };
}

export function project(id: string, more: Partial<Project> = {}): Project {
	return { id, name: `Project ${id}`, createdAt: null, archived: false, ...more };
}

export function projectScope(id: string): Scope {
	return { kind: "project", id };
}

export class FakeAdminApi implements AdminApi {
	/** All calls, such as `list organization`, `activate project/p a,b` or `remove a`. */
	readonly calls: string[] = [];
	/** The stored certificates. `active` is ignored, in favour of `activeIn`. */
	certificates: Certificate[];
	allProjects: Project[];
	pageSize = 100;
	/** True if a project's list shows certificates as active that are active in the organization only. */
	projectListInherits = false;
	/** Lists to return in place of the stored certificates, by `scopeKey`. */
	readonly listOverrides = new Map<string, CertificateListing>();
	projectListing: Partial<ProjectListing> = {};
	/** Returns the fault of a call. */
	faultFor: (call: string) => Fault | undefined = () => undefined;
	/** Awaited at the start of each call. */
	beforeCall: (call: string) => unknown = () => {};
	readonly #active = new Map<string, Set<string>>();

	constructor(certificates: Certificate[], projects: Project[] = []) {
		this.certificates = certificates;
		this.allProjects = projects;
	}

	/** Returns the ids that are active in a scope itself. May be changed. */
	activeIn(scope: Scope): Set<string> {
		const active = this.#active.get(scopeKey(scope)) ?? new Set();
		this.#active.set(scopeKey(scope), active);
		return active;
	}

	/** The calls that change something. */
	get writes(): readonly string[] {
		return this.calls.filter((call) => !/^(list|projects)/.test(call));
	}

	async list(signal?: AbortSignal): Promise<CertificateListing> {
		return this.#list(ORGANIZATION, signal);
	}

	async projectCertificates(projectId: string, signal?: AbortSignal): Promise<CertificateListing> {
		return this.#list(projectScope(projectId), signal);
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
			const inherited = this.projectListInherits ? this.activeIn(ORGANIZATION) : new Set();
			const isActive = (id: string) => this.activeIn(scope).has(id) || inherited.has(id);
			const present = listing(...this.certificates.map((each) => ({ ...each, active: isActive(each.id) })));
			return this.listOverrides.get(scopeKey(scope)) ?? present;
		});
	}

	#get(id: string): Certificate {
		const certificate = this.certificates.find((each) => each.id === id);
		if (!certificate) throw new ProblemError({ reason: "not-found" });
		return certificate;
	}

	async #call<T>(call: string, signal: AbortSignal | undefined, effect: () => T): Promise<T> {
		this.calls.push(call);
		if (signal?.aborted) throw new CancelledError();
		await this.beforeCall(call);
		const fault = this.faultFor(call);
		if (fault?.committed) effect();
		if (fault) throw fault.thrown;
		if (signal?.aborted) throw new CancelledError();
		return effect();
	}
}

/** The organization's list with pending writes, as `CertificateStore` keeps it. */
export class FakeCertificateList implements OrganizationList {
	readonly #service: CertificatesApi;
	readonly #writes = new OptimisticWrites(Date.now);
	listing: CertificateListing | null = null;
	generation = 0;

	constructor(service: CertificatesApi) {
		this.#service = service;
	}

	async load(signal?: AbortSignal, service: CertificatesApi = this.#service): Promise<CertificateListing> {
		const askedAt = Date.now();
		this.listing = this.#writes.reconcile(await service.list(signal), askedAt);
		return this.listing;
	}

	recordWrite(write: Write, generation: number): void {
		if (generation !== this.generation) return;
		this.#writes.record(write);
		if (this.listing) this.listing = this.#writes.apply(this.listing);
	}
}

/** Makes an organization that uses the fake for every `organizationRef`. @returns also `opened`, all refs in order. */
export function fakeOrganization(fake: FakeAdminApi) {
	const opened: string[] = [];
	const certificates = new FakeCertificateList(fake);
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

/** Makes the result of an activation or deactivation in a scope: nothing happened, unless overridden. */
export function scopeResult(scope: Scope, overrides: Partial<ScopeResult> = {}): ScopeResult {
	return {
		...{ scope, changed: [], failed: [], unknown: [], notTried: [], problem: null, lockedOut: null },
		...overrides,
	};
}

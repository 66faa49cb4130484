import { ChangeEmitter } from "../../common/changeEmitter.ts";
import { limitConcurrency } from "../../common/concurrency.ts";
import type { AdministrationApi, ProjectListing } from "../../domain/adminApi.ts";
import type { CertificateListing } from "../../domain/certificate.ts";
import { CancelledError, problemOf } from "../../domain/problem.ts";
import type { Project } from "../../domain/scope.ts";
import { type ActiveScopes, findActiveScopes, type ProjectsReading, type ScopeReading } from "./activeScopes.ts";
import { OptimisticWrites, type Write } from "./optimisticWrites.ts";

/** State of an organization's projects. Old data stays while a later attempt runs or after that fails. */
export interface ProjectsState extends Omit<ProjectsReading, "scope"> {
	/** True while projects or their certificates are being read. */
	readonly loading: boolean;
	/** When the list of projects was read, Unix milliseconds. */
	readonly loadedAt: number | null;
	/** When the newest attempt to read the list began, Unix milliseconds. */
	readonly askedAt: number | null;
}

/** State of one project's certificates. */
export interface ScopeState extends ScopeReading {
	readonly loading: boolean;
	/** When `listing` was read, Unix milliseconds. */
	readonly loadedAt: number | null;
}

/** Maximum number of calls at once. The transport has as many connections. */
export const MAX_CONCURRENT_REQUESTS = 16;

const INITIAL_STATE: ProjectsState = {
	projects: null,
	unreadable: 0,
	complete: false,
	problem: null,
	loading: false,
	loadedAt: null,
	askedAt: null,
};

const INITIAL_SCOPE_STATE: ScopeState = { listing: null, problem: null, loading: false, loadedAt: null };

interface ScopeEntry {
	readonly id: string;
	state: ScopeState;
	readonly writes: OptimisticWrites;
	/** Number of attempts to read the project. An overtaken attempt's answer is dropped. */
	attempts: number;
}

/** Stores an organization's projects and their certificates. Emits one `change` per turn of the event loop. */
export class ProjectStore extends ChangeEmitter {
	readonly #administration: () => Promise<AdministrationApi>;
	readonly #now: () => number;
	#state = INITIAL_STATE;
	#entries = new Map<string, ScopeEntry>();
	#attempts = 0;
	#generation = 0;
	#changeCount = 0;
	#isChangeScheduled = false;

	/**
	 * @param administration Loaded on first use.
	 * @param now The clock, Unix milliseconds.
	 */
	constructor(administration: () => Promise<AdministrationApi>, now: () => number = Date.now) {
		super();
		this.#administration = administration;
		this.#now = now;
	}

	get state(): ProjectsState {
		return this.#state;
	}

	/** Returns the state of one project's certificates. */
	scope(projectId: string): ScopeState {
		return this.#entries.get(projectId)?.state ?? INITIAL_SCOPE_STATE;
	}

	/** Returns where a certificate is active, as last read. @param organization The organization's own list. */
	findActiveScopes(certificateId: string, organization: CertificateListing | null): ActiveScopes {
		return findActiveScopes(certificateId, organization, { ...this.#state, scope: (id) => this.scope(id) });
	}

	/** Reads everything again. Problems become part of the state and are not thrown. */
	async refresh(signal?: AbortSignal): Promise<void> {
		try {
			await this.load(signal);
		} catch (thrown) {
			if (!problemOf(thrown)) throw thrown;
		}
	}

	/**
	 * Reads the projects, and their certificates as each page of projects arrives. The state shows each result at once.
	 * If a project's certificates cannot be read, its own state has the problem, and other projects are still read.
	 * @param administration Where to read, if the caller requires a certain connection.
	 * @returns the results of this call, with pending writes applied.
	 * @throws ProblemError if the projects cannot be read; CancelledError
	 */
	async load(signal?: AbortSignal, administration?: AdministrationApi): Promise<ProjectsReading> {
		const attempt = ++this.#attempts;
		const update = (changes: Partial<ProjectsState>) => {
			if (attempt === this.#attempts) this.#update(changes);
		};
		const withLimit = limitConcurrency(MAX_CONCURRENT_REQUESTS);
		// Pages that arrive after `reset` must not get into the new state.
		const entries = this.#entries;
		const readings = new Map<string, Promise<ScopeReading>>();
		update({ askedAt: this.#now(), loading: true });
		try {
			const api = administration ?? (await this.#administration());
			const readPage = (projects: readonly Project[]) => {
				for (const { id } of projects) {
					if (readings.has(id)) continue;
					const reading = this.#readScope(this.#entry(id, entries), api, signal, withLimit);
					// Awaited below, after the last page.
					reading.catch(() => {});
					readings.set(id, reading);
				}
			};
			const listing = await api.projects(signal, (page) => {
				readPage(page);
				update({ projects: mergeProjects(this.#state.projects ?? [], page) });
			});
			if (attempt === this.#attempts) this.#applyListing(listing);
			const results = new Map<string, ScopeReading>();
			for (const [id, reading] of readings) results.set(id, await reading);
			return { ...listing, problem: null, scope: (id) => results.get(id) ?? INITIAL_SCOPE_STATE };
		} catch (thrown) {
			const problem = problemOf(thrown);
			// A cancelled load does not count as an attempt.
			update(problem ? { problem } : { askedAt: null });
			await Promise.allSettled(readings.values());
			throw thrown;
		} finally {
			update({ loading: false });
		}
	}

	/**
	 * Reads one project's certificates again. A problem becomes part of the state and is not thrown.
	 * @param administration As in `load`.
	 * @returns the result of this call, with pending writes applied.
	 * @throws CancelledError
	 */
	async loadProject(
		projectId: string,
		signal?: AbortSignal,
		administration?: AdministrationApi,
	): Promise<ScopeReading> {
		return this.#readScope(this.#entry(projectId), administration, signal, (task) => task());
	}

	/**
	 * Applies a call's effect. The service's lists may not show it at once.
	 * @param generation `generation` when the call began. After a reset, the write is dropped.
	 * @param projectId The changed project; by default every known project.
	 */
	recordWrite(write: Write, generation: number, projectId?: string): void {
		if (generation !== this.#generation) return;
		const entries = projectId === undefined ? this.#entries.values() : [this.#entry(projectId)];
		for (const entry of entries) {
			entry.writes.record(write);
			const { listing } = entry.state;
			if (listing) entry.state = { ...entry.state, listing: entry.writes.apply(listing) };
		}
		this.#scheduleChange();
	}

	/** Changes with each `reset`. */
	get generation(): number {
		return this.#generation;
	}

	/** Clears everything. Later data belongs to another connection, or to none. */
	reset(): void {
		this.#attempts++;
		this.#generation++;
		// Answers that are still expected update the old entries, which nothing reads any more.
		this.#entries = new Map();
		this.#state = INITIAL_STATE;
		this.#scheduleChange();
	}

	async #readScope(
		entry: ScopeEntry,
		administration: AdministrationApi | undefined,
		signal: AbortSignal | undefined,
		withLimit: <T>(task: () => Promise<T>) => Promise<T>,
	): Promise<ScopeReading> {
		const attempt = ++entry.attempts;
		const update = (changes: Partial<ScopeState>) => {
			if (attempt !== entry.attempts) return;
			entry.state = { ...entry.state, ...changes };
			this.#scheduleChange();
		};
		update({ loading: true });
		try {
			let askedAt = this.#now();
			const listing = await withLimit(async () => {
				if (signal?.aborted) throw new CancelledError();
				askedAt = this.#now();
				return (administration ?? (await this.#administration())).projectCertificates(entry.id, signal);
			});
			const merged = entry.writes.reconcile(listing, askedAt);
			update({ listing: merged, problem: null, loadedAt: this.#now() });
			return { listing: merged, problem: null, served: listing };
		} catch (thrown) {
			const problem = problemOf(thrown);
			if (!problem) throw thrown;
			update({ problem });
			return { listing: null, problem };
		} finally {
			update({ loading: false });
		}
	}

	#entry(id: string, entries = this.#entries): ScopeEntry {
		const known = entries.get(id);
		if (known) return known;
		const entry = { id, state: INITIAL_SCOPE_STATE, writes: new OptimisticWrites(this.#now), attempts: 0 };
		entries.set(id, entry);
		return entry;
	}

	#applyListing({ projects, unreadable, complete }: ProjectListing): void {
		this.#update({ projects, unreadable, complete, problem: null, loadedAt: this.#now() });
	}

	#update(changes: Partial<ProjectsState>): void {
		this.#state = { ...this.#state, ...changes };
		this.#scheduleChange();
	}

	/** Number of changes so far, including those not emitted yet. */
	get changeCount(): number {
		return this.#changeCount;
	}

	/** Emits once per turn: hundreds of answers must not cause hundreds of redraws. */
	#scheduleChange(): void {
		this.#changeCount++;
		if (this.#isChangeScheduled) return;
		this.#isChangeScheduled = true;
		setImmediate(() => {
			this.#isChangeScheduled = false;
			this.notify("change");
		});
	}
}

/** Merges two lists in the order of first appearance, with the newer state of each project. */
function mergeProjects(older: readonly Project[], newer: readonly Project[]): readonly Project[] {
	const projects = new Map([...older, ...newer].map((project) => [project.id, project]));
	return [...projects.values()];
}

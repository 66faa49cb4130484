import { ChangeEmitter } from "../../common/changeEmitter.ts";
import { limitConcurrency } from "../../common/concurrency.ts";
import type { AdministrationApi, ProjectListing } from "../../domain/administration.ts";
import type { CertificateListing } from "../../domain/certificate.ts";
import { CancelledError, problemOf } from "../../domain/problem.ts";
import type { Project } from "../../domain/scope.ts";
import { type ActiveScopes, findActiveScopes, type ProjectsReading, type ScopeReading } from "./activeScopes.ts";
import { OptimisticWrites, type Write } from "./optimisticWrites.ts";

/** What is known of an organization's projects. What was read before stays while or after a later attempt fails. */
export interface ProjectsState extends Omit<ProjectsReading, "scope"> {
	/** Whether projects or their certificates are being read. */
	readonly loading: boolean;
	/** When the list of projects was read, Unix milliseconds. */
	readonly loadedAt: number | null;
	/** When the newest attempt to read it began, Unix milliseconds. */
	readonly askedAt: number | null;
}

/** What is known of one project's certificates. */
export interface ScopeState extends ScopeReading {
	readonly loading: boolean;
	/** When `listing` was read, Unix milliseconds. */
	readonly loadedAt: number | null;
}

/** How many projects' lists are read at once. The transport has as many connections. */
export const MOST_AT_ONCE = 16;

const UNKNOWN: ProjectsState = {
	projects: null,
	unreadable: 0,
	complete: false,
	problem: null,
	loading: false,
	loadedAt: null,
	askedAt: null,
};

const UNKNOWN_SCOPE: ScopeState = { listing: null, problem: null, loading: false, loadedAt: null };

/** What is kept of one project. */
interface Scope {
	readonly id: string;
	state: ScopeState;
	readonly written: OptimisticWrites;
	/** Counts the attempts to read it, so that an answer that was overtaken is dropped. */
	attempts: number;
}

/** The projects of an organization and what is active in each. `change` comes once for all that happens in one turn. */
export class ProjectStore extends ChangeEmitter {
	readonly #administration: () => Promise<AdministrationApi>;
	readonly #now: () => number;
	#state = UNKNOWN;
	#scopes = new Map<string, Scope>();
	#version = 0;
	#epoch = 0;
	#changes = 0;
	#telling = false;

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

	/** What is known of one project's certificates. */
	scope(projectId: string): ScopeState {
		return this.#scopes.get(projectId)?.state ?? UNKNOWN_SCOPE;
	}

	/** Where a certificate is active, by what was read last. @param organization The organization's own list. */
	whereActive(certificateId: string, organization: CertificateListing | null): ActiveScopes {
		return findActiveScopes(certificateId, organization, { ...this.#state, scope: (id) => this.scope(id) });
	}

	/** Reads everything again. What fails becomes part of the state and is not thrown. */
	async refresh(signal?: AbortSignal): Promise<void> {
		try {
			await this.load(signal);
		} catch (thrown) {
			if (!problemOf(thrown)) throw thrown;
		}
	}

	/**
	 * Reads the projects, and as each page of them comes their certificates; all can be seen as it comes. A project whose
	 * certificates cannot be read has its problem and does not keep the others from theirs.
	 * @param administration Who is asked, where it must be the connection that somebody has in mind.
	 * @returns what this very call read, with what was written and does not show in it yet.
	 * @throws Failure where the projects cannot be read, Cancelled
	 */
	async load(signal?: AbortSignal, administration?: AdministrationApi): Promise<ProjectsReading> {
		const version = ++this.#version;
		const become = (changes: Partial<ProjectsState>) => {
			if (version === this.#version) this.#become(changes);
		};
		const inTurn = limitConcurrency(MOST_AT_ONCE);
		// Pages that come after `forget` must not get into what follows it.
		const scopes = this.#scopes;
		const readings = new Map<string, Promise<ScopeReading>>();
		become({ askedAt: this.#now(), loading: true });
		try {
			const asked = administration ?? (await this.#administration());
			const read = (projects: readonly Project[]) => {
				for (const { id } of projects) {
					if (readings.has(id)) continue;
					const reading = this.#read(this.#scope(id, scopes), asked, signal, inTurn);
					// It is awaited below, after the last page.
					reading.catch(() => {});
					readings.set(id, reading);
				}
			};
			const listing = await asked.projects(signal, (page) => {
				read(page);
				become({ projects: united(this.#state.projects ?? [], page) });
			});
			if (version === this.#version) this.#show(listing);
			const outcomes = new Map<string, ScopeReading>();
			for (const [id, reading] of readings) outcomes.set(id, await reading);
			return { ...listing, problem: null, scope: (id) => outcomes.get(id) ?? UNKNOWN_SCOPE };
		} catch (thrown) {
			const problem = problemOf(thrown);
			// What was cancelled was not asked for.
			become(problem ? { problem } : { askedAt: null });
			await Promise.allSettled(readings.values());
			throw thrown;
		} finally {
			become({ loading: false });
		}
	}

	/**
	 * Reads one project's certificates again. What fails becomes part of the state and is not thrown.
	 * @param administration As in `load`.
	 * @returns what this very call read, with what was written and does not show in it yet.
	 * @throws Cancelled
	 */
	async loadProject(
		projectId: string,
		signal?: AbortSignal,
		administration?: AdministrationApi,
	): Promise<ScopeReading> {
		return this.#read(this.#scope(projectId), administration, signal, (task) => task());
	}

	/**
	 * Takes in what a call did; the lists may not show it at once.
	 * @param epoch As it was when the call began: what belongs to another connection by now is dropped.
	 * @param projectId Where it was done; without it, in every project that is known.
	 */
	recordWrite(write: Write, epoch: number, projectId?: string): void {
		if (epoch !== this.#epoch) return;
		const scopes = projectId === undefined ? this.#scopes.values() : [this.#scope(projectId)];
		for (const scope of scopes) {
			scope.written.take(write);
			const { listing } = scope.state;
			if (listing) scope.state = { ...scope.state, listing: scope.written.apply(listing) };
		}
		this.#tell();
	}

	/** Changes whenever what is known is forgotten. */
	get generation(): number {
		return this.#epoch;
	}

	/** Forgets everything: what follows belongs to another connection, or to none. */
	reset(): void {
		this.#version++;
		this.#epoch++;
		// Answers that are still on their way are for scopes that nobody sees any more.
		this.#scopes = new Map();
		this.#state = UNKNOWN;
		this.#tell();
	}

	async #read(
		scope: Scope,
		administration: AdministrationApi | undefined,
		signal: AbortSignal | undefined,
		inTurn: <T>(task: () => Promise<T>) => Promise<T>,
	): Promise<ScopeReading> {
		const attempt = ++scope.attempts;
		const become = (changes: Partial<ScopeState>) => {
			if (attempt !== scope.attempts) return;
			scope.state = { ...scope.state, ...changes };
			this.#tell();
		};
		become({ loading: true });
		try {
			let askedAt = this.#now();
			const listing = await inTurn(async () => {
				if (signal?.aborted) throw new CancelledError();
				askedAt = this.#now();
				return (administration ?? (await this.#administration())).projectCertificates(scope.id, signal);
			});
			const merged = scope.written.reconcile(listing, askedAt);
			become({ listing: merged, problem: null, loadedAt: this.#now() });
			return { listing: merged, problem: null, served: listing };
		} catch (thrown) {
			const problem = problemOf(thrown);
			if (!problem) throw thrown;
			become({ problem });
			return { listing: null, problem };
		} finally {
			become({ loading: false });
		}
	}

	#scope(id: string, scopes = this.#scopes): Scope {
		const known = scopes.get(id);
		if (known) return known;
		const scope = { id, state: UNKNOWN_SCOPE, written: new OptimisticWrites(this.#now), attempts: 0 };
		scopes.set(id, scope);
		return scope;
	}

	#show({ projects, unreadable, complete }: ProjectListing): void {
		this.#become({ projects, unreadable, complete, problem: null, loadedAt: this.#now() });
	}

	#become(changes: Partial<ProjectsState>): void {
		this.#state = { ...this.#state, ...changes };
		this.#tell();
	}

	/** Counts what changed so far, also what `change` has not told yet. */
	get changes(): number {
		return this.#changes;
	}

	/** Hundreds of answers must not make hundreds of redraws. */
	#tell(): void {
		this.#changes++;
		if (this.#telling) return;
		this.#telling = true;
		setImmediate(() => {
			this.#telling = false;
			this.notify("change");
		});
	}
}

/** Both in the order in which they were first seen, the newer state of each. */
function united(older: readonly Project[], newer: readonly Project[]): readonly Project[] {
	const projects = new Map([...older, ...newer].map((project) => [project.id, project]));
	return [...projects.values()];
}

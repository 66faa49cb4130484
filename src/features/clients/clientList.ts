import { setTimeout as pause } from "node:timers/promises";
import { ChangeEmitter } from "../../common/changeEmitter.ts";
import type { CertificateReader } from "../../domain/certificateFile.ts";
import { type Problem, problemOf } from "../../domain/problem.ts";
import type { CertificateStore } from "../organization/certificateStore.ts";
import type { ContentCache } from "../organization/contentCache.ts";
import type { EnforcementIndex } from "../organization/enforcementIndex.ts";
import type { ProjectStore } from "../organization/projectStore.ts";
import { type ClientStatus, judgeInScopes, readScopeAnchors, type ScopeAnchors } from "./clientStatus.ts";
import type { ClientStore } from "./clientStore.ts";
import type { ClientJudge } from "./judgeClients.ts";
import type { KnownClient } from "./knownClient.ts";
import { readRenewedFiles } from "./renewedFiles.ts";
import type { FileSource } from "./scanFiles.ts";

export interface ClientListSources {
	readonly certificates: CertificateStore;
	readonly projects: ProjectStore;
	readonly enforcement: EnforcementIndex;
	readonly contents: ContentCache;
	readonly store: ClientStore;
	readonly judge: ClientJudge;
	readonly files: FileSource;
	readonly reader: CertificateReader;
}

/** The current organization's clients. */
export interface ClientListState {
	/** `null` if they were not read, or there is no organization. */
	readonly clients: readonly KnownClient[] | null;
	/** By the clients' SHA-256. A client without a status was not judged yet. */
	readonly statuses: ReadonlyMap<string, ClientStatus>;
	/** False if there might be more projects than those in the statuses. */
	readonly allScopes: boolean;
	/** Why the clients could not be read, else `null`. */
	readonly problem: Problem | null;
}

const EMPTY: ClientListState = { clients: null, statuses: new Map(), allScopes: false, problem: null };

/** Time between two judgements, in milliseconds. */
const PAUSE_MS = 200;

/** The known clients with their statuses, for display. Emits `change`. */
export class ClientList extends ChangeEmitter {
	readonly #sources: ClientListSources;
	#state = EMPTY;
	#isJudging = false;
	/** True if something changed since the running judgement began. */
	#isOutdated = false;

	constructor(sources: ClientListSources) {
		super();
		this.#sources = sources;
		sources.certificates.on("forget", () => this.#setState(EMPTY));
	}

	get state(): ClientListState {
		return this.#state;
	}

	/** Reads the clients again, then their files if these changed, and judges. A problem becomes part of the state. */
	async reload(): Promise<void> {
		const { certificates, store, files, reader } = this.#sources;
		const { organizationRef, generation } = certificates;
		if (!organizationRef) return this.#setState(EMPTY);
		const show = async (reading: Promise<readonly KnownClient[]>) => {
			const clients = await reading;
			if (generation !== certificates.generation) return;
			this.#setState({ ...this.#state, clients, problem: null });
			await this.judge();
		};
		try {
			await show(store.list(organizationRef));
			// Files on a network drive may take long.
			await show(readRenewedFiles(organizationRef, store, files, reader));
		} catch (thrown) {
			const problem = problemOf(thrown);
			if (!problem) throw thrown;
			if (generation === certificates.generation) this.#setState({ ...EMPTY, problem });
		}
	}

	/**
	 * Judges the clients by what is known of the organization now. A call during a judgement makes it run again, after a
	 * pause. Also reads the contents that were never read.
	 */
	async judge(): Promise<void> {
		this.#isOutdated = true;
		if (this.#isJudging) return;
		this.#isJudging = true;
		try {
			for (;;) {
				this.#isOutdated = false;
				await this.#judgeOnce();
				if (!this.#isOutdated) return;
				// Hundreds of projects arrive one by one.
				await pause(PAUSE_MS);
			}
		} finally {
			this.#isJudging = false;
		}
	}

	async #judgeOnce(): Promise<void> {
		const { certificates, contents, judge } = this.#sources;
		const { clients } = this.#state;
		if (!clients || clients.length === 0) return;
		const { generation } = certificates;
		const { scopes, allScopes } = readScopeAnchors(this.#sources);
		const contentOf = (id: string) => {
			const content = contents.get(id);
			return content?.state === "read" ? content.candidate.der : null;
		};
		const statuses = await judgeInScopes(clients, scopes, { judge, contentOf, now: Date.now() / 1000 });
		if (generation === certificates.generation) this.#setState({ ...this.#state, statuses, allScopes });
		await this.#loadContents(scopes, (id) => contents.get(id) === undefined);
	}

	/** Reads the contents again that could not be read before. Problems become part of the contents' state. */
	async retryContents(): Promise<void> {
		const { scopes } = readScopeAnchors(this.#sources);
		await this.#loadContents(scopes, () => true);
	}

	async #loadContents(scopes: readonly ScopeAnchors[], isWanted: (certificateId: string) => boolean): Promise<void> {
		const ids = new Set(scopes.flatMap(({ certificates }) => certificates.map(({ id }) => id)));
		await Promise.all([...ids].filter(isWanted).map((id) => this.#sources.contents.load(id)));
	}

	#setState(state: ClientListState): void {
		this.#state = state;
		this.notify("change");
	}
}

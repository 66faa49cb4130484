import { EventEmitter } from "node:events";
import type { Certificate, CertificateListing } from "../domain/certificate.ts";
import type { Candidate, CertificateReader } from "../domain/certificateFile.ts";
import { type Problem, problemOf } from "../domain/failure.ts";
import type { Service } from "../domain/service.ts";

/** What is known of an organization's certificates. */
export interface CertificatesState {
	/** The newest list that was read, also while or after a later one failed. */
	readonly listing: CertificateListing | null;
	/** When `listing` was read, Unix milliseconds. */
	readonly loadedAt: number | null;
	/** When the newest attempt to read it began, Unix milliseconds. */
	readonly askedAt: number | null;
	readonly loading: boolean;
	/** Why the newest attempt failed, else `null`. */
	readonly problem: Problem | null;
}

/** For how long a list may not show what was just written; the service does not say. */
const STALE_LIST_MS = 120_000;

const UNKNOWN: CertificatesState = { listing: null, loadedAt: null, askedAt: null, loading: false, problem: null };

/** The one copy of the list. Everything that shows or asks for certificates reads it here and follows `change`. */
export class Certificates extends EventEmitter<{ change: [] }> {
	readonly #service: () => Promise<Service>;
	readonly #reader: () => Promise<CertificateReader>;
	readonly #now: () => number;
	#state = UNKNOWN;
	#connectionId: string | null | undefined;
	/** Certificates that calls returned and that no list has shown yet, and until when they are shown all the same. */
	readonly #added = new Map<string, { readonly certificate: Certificate; readonly until: number }>();
	/** Counts what made the state newer, so that an answer that was overtaken is dropped. */
	#version = 0;
	#epoch = 0;

	/** What the service keeps under an id never changes, so that it is fetched once. */
	readonly #contents = new Map<string, Candidate>();

	/**
	 * @param service,reader Loaded on first use.
	 * @param now The clock, Unix milliseconds.
	 */
	constructor(service: () => Promise<Service>, reader: () => Promise<CertificateReader>, now: () => number = Date.now) {
		super();
		this.#service = service;
		this.#reader = reader;
		this.#now = now;
	}

	get state(): CertificatesState {
		return this.#state;
	}

	/** Reads the list again. What fails becomes part of the state and is not thrown; the list before stays. */
	async refresh(signal?: AbortSignal): Promise<void> {
		try {
			await this.load(signal);
		} catch (thrown) {
			if (!problemOf(thrown)) throw thrown;
		}
	}

	/** As `refresh`, for those who cannot go on without the list. @throws Failure, Cancelled */
	async load(signal?: AbortSignal): Promise<CertificateListing> {
		const version = ++this.#version;
		this.#become({ ...this.#state, askedAt: this.#now(), loading: true });
		try {
			const listing = await (await this.#service()).list(signal);
			if (version === this.#version) this.show(listing);
			return listing;
		} catch (thrown) {
			const problem = problemOf(thrown);
			// What was cancelled was not asked for.
			const askedAt = problem ? this.#state.askedAt : null;
			if (version === this.#version) this.#become({ ...this.#state, askedAt, loading: false, problem });
			throw thrown;
		}
	}

	/**
	 * The certificate that the service keeps under an id: the first one, as the service itself uses only that.
	 * @returns `null` where its content is absent or cannot be read.
	 * @throws Failure, Cancelled
	 */
	async contentOf(id: string, signal?: AbortSignal): Promise<Candidate | null> {
		const known = this.#contents.get(id);
		if (known !== undefined) return known;
		const epoch = this.#epoch;
		const pem = await (await this.#service()).content(id, signal);
		const file = await (await this.#reader()).read(new TextEncoder().encode(pem ?? ""), this.#now() / 1000, 0);
		const content = file.candidates[0] ?? null;
		if (content && epoch === this.#epoch) this.#contents.set(id, content);
		return content;
	}

	/** The ids under which a certificate is known to be uploaded, without asking the service. @param sha256 As in `Candidate`. */
	knownAs(sha256: string): readonly Certificate[] {
		const certificates = this.#state.listing?.certificates ?? [];
		return certificates.filter(({ id }) => this.#contents.get(id)?.sha256 === sha256);
	}

	/** Takes a list that was just read elsewhere. */
	show(listing: CertificateListing): void {
		this.#version++;
		const now = this.#now();
		for (const { id } of listing.certificates) this.#added.delete(id);
		for (const [id, { until }] of this.#added) if (until < now) this.#added.delete(id);
		const added = [...this.#added.values()].map(({ certificate }) => certificate);
		this.#become({
			listing: { ...listing, certificates: [...added, ...listing.certificates] },
			loadedAt: now,
			askedAt: now,
			loading: false,
			problem: null,
		});
	}

	/**
	 * Takes in a certificate as a call returned it; the service's own list may not show it at once.
	 * @param epoch As it was when the call began: what belongs to another connection by now is dropped.
	 */
	add(certificate: Certificate, epoch: number): void {
		if (epoch !== this.#epoch) return;
		this.#version++;
		this.#added.set(certificate.id, { certificate, until: this.#now() + STALE_LIST_MS });
		const { listing } = this.#state;
		const others = listing?.certificates.filter(({ id }) => id !== certificate.id) ?? [];
		const certificates = [certificate, ...others];
		this.#become({
			...this.#state,
			listing: { unreadable: 0, complete: false, servedAt: null, ...listing, certificates },
			loading: false,
		});
	}

	/** Changes whenever what is known is forgotten. */
	get epoch(): number {
		return this.#epoch;
	}

	/** The connection that `forget` named last; `undefined` before the first time. */
	get connectionId(): string | null | undefined {
		return this.#connectionId;
	}

	/** Forgets everything: what follows belongs to another connection, or to none (`null`). */
	forget(connectionId: string | null | undefined): void {
		this.#version++;
		this.#epoch++;
		this.#connectionId = connectionId;
		this.#added.clear();
		this.#contents.clear();
		this.#become(UNKNOWN);
	}

	#become(state: CertificatesState): void {
		this.#state = state;
		this.emit("change");
	}
}

import { ChangeEmitter } from "../../common/changeEmitter.ts";
import type { CertificatesApi } from "../../domain/adminApi.ts";
import type { Certificate, CertificateListing } from "../../domain/certificate.ts";
import type { CertificateReader, ParsedCertificate } from "../../domain/certificateFile.ts";
import { type Problem, ProblemError, problemOf } from "../../domain/problem.ts";
import { isComplete } from "./activeScopes.ts";
import { LIST_LAG_MS, OptimisticWrites, type Write } from "./optimisticWrites.ts";
import type { OrganizationList } from "./organizationSession.ts";

/** State of an organization's certificate list. */
export interface CertificatesState {
	/** The newest list that was read. It stays while a later read runs or after that fails. */
	readonly listing: CertificateListing | null;
	/** When `listing` was read, Unix milliseconds. */
	readonly loadedAt: number | null;
	/** When the newest attempt to read the list began, Unix milliseconds. */
	readonly askedAt: number | null;
	readonly loading: boolean;
	/** Why the newest attempt failed, else `null`. */
	readonly problem: Problem | null;
}

const EMPTY_LISTING: CertificateListing = {
	certificates: [],
	unreadable: 0,
	complete: false,
	servedAt: null,
	organization: null,
};

const INITIAL_STATE: CertificatesState = {
	listing: null,
	loadedAt: null,
	askedAt: null,
	loading: false,
	problem: null,
};

/**
 * Single source of truth for the list. Emits `change`, and `forget` when the connection changes, so that dependents
 * clear their caches.
 */
export class CertificateStore extends ChangeEmitter implements OrganizationList {
	readonly #service: () => Promise<CertificatesApi>;
	readonly #reader: () => Promise<CertificateReader>;
	readonly #now: () => number;
	#state = INITIAL_STATE;
	#organizationRef: string | null | undefined;
	readonly #writes: OptimisticWrites;
	/** The ids of all certificates that the list has ever contained. */
	readonly #seenIds = new Set<string>();
	/** When the current list was requested, Unix milliseconds. Its answer can arrive much later. */
	#listingAskedAt = Number.NEGATIVE_INFINITY;
	#readCount = 0;
	/** Running reads that no newer read has overtaken. Other reads' answers are dropped. */
	readonly #activeReads = new Set<number>();
	#generation = 0;

	/** Contents by id. Each is fetched once, because the service never changes the content under an id. */
	readonly #contents = new Map<string, ParsedCertificate>();
	/** SHA-256 of the certificates uploaded from this machine, by id. */
	readonly #uploadedSha256 = new Map<string, string>();

	/**
	 * @param service,reader Loaded on first use.
	 * @param now The clock, Unix milliseconds.
	 */
	constructor(
		service: () => Promise<CertificatesApi>,
		reader: () => Promise<CertificateReader>,
		now: () => number = Date.now,
	) {
		super();
		this.#service = service;
		this.#reader = reader;
		this.#now = now;
		this.#writes = new OptimisticWrites(now);
	}

	get state(): CertificatesState {
		return this.#state;
	}

	/** Reads the list again. A problem becomes part of the state and is not thrown; the old list stays. */
	async refresh(signal?: AbortSignal): Promise<void> {
		try {
			await this.load(signal);
		} catch (thrown) {
			if (!problemOf(thrown)) throw thrown;
		}
	}

	/**
	 * Like `refresh`, for callers that need the list.
	 * @param service Where to read, if the caller requires a certain organization.
	 * @returns the list with pending writes applied.
	 * @throws ProblemError, CancelledError
	 */
	async load(signal?: AbortSignal, service?: Pick<CertificatesApi, "list">): Promise<CertificateListing> {
		const read = ++this.#readCount;
		const generation = this.#generation;
		const askedAt = this.#now();
		this.#activeReads.add(read);
		this.#setState({ ...this.#state, askedAt, loading: true });
		try {
			const listing = await (service ?? (await this.#service())).list(signal);
			if (this.#endRead(read)) this.#applyListing(listing, askedAt);
			return generation === this.#generation ? this.#writes.apply(listing, askedAt) : listing;
		} catch (thrown) {
			const problem = problemOf(thrown);
			if (problem && this.#endRead(read)) this.#setState({ ...this.#state, loading: this.#isReading, problem });
			if (!problem && this.#activeReads.delete(read)) {
				// A cancelled read counts neither as an attempt nor as a problem.
				const askedAt = this.#isReading ? this.#state.askedAt : null;
				this.#setState({ ...this.#state, askedAt, loading: this.#isReading });
			}
			throw thrown;
		}
	}

	get #isReading(): boolean {
		return this.#activeReads.size > 0;
	}

	/** Ends a read and all earlier ones. @returns false if a newer read has overtaken it. */
	#endRead(read: number): boolean {
		if (!this.#activeReads.has(read)) return false;
		for (const each of this.#activeReads) if (each <= read) this.#activeReads.delete(each);
		return true;
	}

	/**
	 * Returns the known list if it is complete and was requested less than `maxAge` ago; else reads it.
	 * @param maxAge Milliseconds.
	 * @param service As in `load`.
	 * @throws ProblemError, CancelledError
	 */
	async loadIfStale(maxAge: number, signal?: AbortSignal, service?: CertificatesApi): Promise<CertificateListing> {
		const { listing } = this.#state;
		const age = this.#now() - this.#listingAskedAt;
		return listing && isComplete(listing) && age >= 0 && age < maxAge ? listing : this.load(signal, service);
	}

	/**
	 * Returns the first certificate in the content under an id; the service itself uses only the first.
	 * @param service As in `load`.
	 * @returns `null` if the content is absent or unreadable.
	 * @throws ProblemError, CancelledError
	 */
	async getContent(id: string, signal?: AbortSignal, service?: CertificatesApi): Promise<ParsedCertificate | null> {
		const known = this.#contents.get(id);
		if (known !== undefined) return known;
		const generation = this.#generation;
		const pem = await (service ?? (await this.#service())).content(id, signal);
		const file = await (await this.#reader()).read(new TextEncoder().encode(pem ?? ""), this.#now() / 1000, 0);
		const content = file.candidates[0] ?? null;
		if (content && generation === this.#generation) this.#contents.set(id, content);
		return content;
	}

	/** Returns the listed certificates known to have this fingerprint, without a call. @param sha256 Lower-case hex. */
	findByFingerprint(sha256: string): readonly Certificate[] {
		const certificates = this.#state.listing?.certificates ?? [];
		return certificates.filter(({ id }) => (this.#contents.get(id)?.sha256 ?? this.#uploadedSha256.get(id)) === sha256);
	}

	/** Replaces the list by a list that the caller has just read. */
	replaceListing(listing: CertificateListing): void {
		this.#activeReads.clear();
		this.#applyListing(listing, this.#now());
	}

	/** @param askedAt When the list was requested, Unix milliseconds. */
	#applyListing(listing: CertificateListing, askedAt: number): void {
		const now = this.#now();
		this.#listingAskedAt = askedAt;
		for (const { id } of listing.certificates) this.#seenIds.add(id);
		this.#setState({
			listing: this.#writes.reconcile(listing, askedAt),
			loadedAt: now,
			askedAt: now,
			loading: this.#isReading,
			problem: null,
		});
	}

	/**
	 * Adds a certificate that a call returned. The service's list may not show it at once.
	 * @param generation `generation` when the call began. After a reset, the certificate is dropped.
	 * @param sha256 Its fingerprint, as in `ParsedCertificate`.
	 */
	add(certificate: Certificate, generation: number, sha256: string): void {
		if (generation !== this.#generation) return;
		this.#activeReads.clear();
		this.#uploadedSha256.set(certificate.id, sha256);
		this.#recordAdded(certificate, this.#now());
		const listing = this.#state.listing ?? EMPTY_LISTING;
		this.#setState({ ...this.#state, listing: prepend(certificate, listing), loading: false });
	}

	/**
	 * Adds a certificate that another window uploaded, unless the list has ever contained it: then only the list counts.
	 * @param sha256 Its fingerprint, as in `ParsedCertificate`.
	 * @param at When the certificate was uploaded, Unix milliseconds.
	 */
	addFromOtherWindow(certificate: Certificate, sha256: string, at: number): void {
		this.#uploadedSha256.set(certificate.id, sha256);
		if (this.#seenIds.has(certificate.id) || at + LIST_LAG_MS < this.#now()) return;
		this.#recordAdded(certificate, at);
		const { listing } = this.#state;
		if (listing) this.#setState({ ...this.#state, listing: prepend(certificate, listing) });
	}

	#recordAdded(certificate: Certificate, at: number): void {
		this.#seenIds.add(certificate.id);
		this.#writes.record({ kind: "added", certificate }, at);
	}

	recordWrite(write: Write, generation: number): void {
		if (generation !== this.#generation) return;
		this.#writes.record(write);
		const { listing } = this.#state;
		if (listing) this.#setState({ ...this.#state, listing: this.#writes.apply(listing) });
	}

	/** Changes with each `reset`. */
	get generation(): number {
		return this.#generation;
	}

	/** The organization set by `reset` or `bindConnection`; `null` if there is none, `undefined` if none was set yet. */
	get organizationRef(): string | null | undefined {
		return this.#organizationRef;
	}

	/**
	 * Sets the organization, or `null` for none, unless an organization is set already. Clears nothing.
	 * @throws ProblemError `connection-changed` if another organization is set; only `reset` replaces it
	 */
	bindConnection(organizationRef: string | null): void {
		if (organizationRef === this.#organizationRef) return;
		if (typeof this.#organizationRef === "string") {
			if (organizationRef === null) return;
			throw new ProblemError({ reason: "connection-changed" });
		}
		this.#organizationRef = organizationRef;
		this.notify("change");
	}

	/** Clears everything. Later data is of another organization, of another connection to it, or of none (`null`). */
	reset(organizationRef: string | null | undefined): void {
		this.#activeReads.clear();
		this.#generation++;
		this.#organizationRef = organizationRef;
		this.#writes.clear();
		this.#seenIds.clear();
		this.#contents.clear();
		this.#uploadedSha256.clear();
		this.#setState(INITIAL_STATE);
		this.notify("forget");
	}

	#setState(state: CertificatesState): void {
		this.#state = state;
		this.notify("change");
	}
}

function prepend(certificate: Certificate, listing: CertificateListing): CertificateListing {
	const others = listing.certificates.filter(({ id }) => id !== certificate.id);
	return { ...listing, certificates: [certificate, ...others] };
}

/**
 * Returns the content under an id, or `null` after a problem. A deleted certificate must not abort another's upload.
 * @throws CancelledError
 */
export async function tryGetContent(
	id: string,
	certificates: CertificateStore,
	signal?: AbortSignal,
	service?: CertificatesApi,
): Promise<ParsedCertificate | null> {
	try {
		return await certificates.getContent(id, signal, service);
	} catch (thrown) {
		if (problemOf(thrown)) return null;
		throw thrown;
	}
}

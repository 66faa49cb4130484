import { ChangeEmitter } from "../../common/changeEmitter.ts";
import type { CertificatesApi } from "../../domain/adminApi.ts";
import type { Certificate, CertificateListing } from "../../domain/certificate.ts";
import type { CertificateReader, ParsedCertificate } from "../../domain/certificateFile.ts";
import { type Problem, ProblemError, problemOf } from "../../domain/problem.ts";
import { isComplete } from "./activeScopes.ts";
import { OptimisticWrites, STALE_LIST_MS, type Write } from "./optimisticWrites.ts";
import type { OrganizationList } from "./organizationSession.ts";

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

const NOTHING_READ: CertificateListing = {
	certificates: [],
	unreadable: 0,
	complete: false,
	servedAt: null,
	organization: null,
};

const UNKNOWN: CertificatesState = { listing: null, loadedAt: null, askedAt: null, loading: false, problem: null };

/**
 * The one copy of the list. Everything that shows or asks for certificates reads it here and follows `change`; `forget`
 * tells those who remember more of the same organization.
 */
export class CertificateStore extends ChangeEmitter implements OrganizationList {
	readonly #service: () => Promise<CertificatesApi>;
	readonly #reader: () => Promise<CertificateReader>;
	readonly #now: () => number;
	#state = UNKNOWN;
	#organizationRef: string | null | undefined;
	readonly #written: OptimisticWrites;
	/** The ids of all that was in the list at some time. */
	readonly #seen = new Set<string>();
	/** When the list was asked for that is shown, Unix milliseconds; an answer may be long on its way. */
	#asOf = Number.NEGATIVE_INFINITY;
	/** Counts the reads. */
	#begun = 0;
	/** Those that go on and that nothing newer has overtaken; the answers to others are dropped. */
	readonly #reads = new Set<number>();
	#epoch = 0;

	/** What the service keeps under an id never changes, so that it is fetched once. */
	readonly #contents = new Map<string, ParsedCertificate>();
	/** The fingerprints of what was uploaded from this machine, by id. */
	readonly #uploaded = new Map<string, string>();

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
		this.#written = new OptimisticWrites(now);
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

	/**
	 * As `refresh`, for those who cannot go on without the list.
	 * @param service Who is asked, where it must be the organization that somebody has in mind.
	 * @returns the list with what was written and does not show in it yet.
	 * @throws Failure, Cancelled
	 */
	async load(signal?: AbortSignal, service?: Pick<CertificatesApi, "list">): Promise<CertificateListing> {
		const read = ++this.#begun;
		const epoch = this.#epoch;
		const askedAt = this.#now();
		this.#reads.add(read);
		this.#become({ ...this.#state, askedAt, loading: true });
		try {
			const listing = await (service ?? (await this.#service())).list(signal);
			if (this.#ends(read)) this.#take(listing, askedAt);
			return epoch === this.#epoch ? this.#written.apply(listing, askedAt) : listing;
		} catch (thrown) {
			const problem = problemOf(thrown);
			if (problem && this.#ends(read)) this.#become({ ...this.#state, loading: this.#isReading, problem });
			if (!problem && this.#reads.delete(read)) {
				// What was cancelled was not asked for, and says nothing.
				const askedAt = this.#isReading ? this.#state.askedAt : null;
				this.#become({ ...this.#state, askedAt, loading: this.#isReading });
			}
			throw thrown;
		}
	}

	get #isReading(): boolean {
		return this.#reads.size > 0;
	}

	/** Ends a read, and those that began before it. @returns false where it was overtaken. */
	#ends(read: number): boolean {
		if (!this.#reads.has(read)) return false;
		for (const each of this.#reads) if (each <= read) this.#reads.delete(each);
		return true;
	}

	/**
	 * The list that is known, where it is whole and was asked for no longer ago than this; else it is read.
	 * @param maxAge Milliseconds.
	 * @param service As in `load`.
	 * @throws Failure, Cancelled
	 */
	async recent(maxAge: number, signal?: AbortSignal, service?: CertificatesApi): Promise<CertificateListing> {
		const { listing } = this.#state;
		const age = this.#now() - this.#asOf;
		return listing && isComplete(listing) && age >= 0 && age < maxAge ? listing : this.load(signal, service);
	}

	/**
	 * The certificate that the service keeps under an id: the first one, as the service itself uses only that.
	 * @param service As in `load`.
	 * @returns `null` where its content is absent or cannot be read.
	 * @throws Failure, Cancelled
	 */
	async contentOf(id: string, signal?: AbortSignal, service?: CertificatesApi): Promise<ParsedCertificate | null> {
		const known = this.#contents.get(id);
		if (known !== undefined) return known;
		const epoch = this.#epoch;
		const pem = await (service ?? (await this.#service())).content(id, signal);
		const file = await (await this.#reader()).read(new TextEncoder().encode(pem ?? ""), this.#now() / 1000, 0);
		const content = file.candidates[0] ?? null;
		if (content && epoch === this.#epoch) this.#contents.set(id, content);
		return content;
	}

	/** The ids under which a certificate is known to be uploaded, without asking the service. @param sha256 As in `Candidate`. */
	knownAs(sha256: string): readonly Certificate[] {
		const certificates = this.#state.listing?.certificates ?? [];
		return certificates.filter(({ id }) => (this.#contents.get(id)?.sha256 ?? this.#uploaded.get(id)) === sha256);
	}

	/** Takes a list that was just read elsewhere. */
	replaceListing(listing: CertificateListing): void {
		this.#reads.clear();
		this.#take(listing, this.#now());
	}

	/** @param asOf When it was asked for, Unix milliseconds. */
	#take(listing: CertificateListing, asOf: number): void {
		const now = this.#now();
		this.#asOf = asOf;
		for (const { id } of listing.certificates) this.#seen.add(id);
		this.#become({
			listing: this.#written.reconcile(listing, asOf),
			loadedAt: now,
			askedAt: now,
			loading: this.#isReading,
			problem: null,
		});
	}

	/**
	 * Takes in a certificate as a call returned it; the service's own list may not show it at once.
	 * @param epoch As it was when the call began: what belongs to another organization by now is dropped.
	 * @param sha256 Its fingerprint, as in `Candidate`.
	 */
	add(certificate: Certificate, epoch: number, sha256: string): void {
		if (epoch !== this.#epoch) return;
		this.#reads.clear();
		this.#uploaded.set(certificate.id, sha256);
		this.#keep(certificate, this.#now());
		const listing = this.#state.listing ?? NOTHING_READ;
		this.#become({ ...this.#state, listing: inFront(certificate, listing), loading: false });
	}

	/**
	 * Takes in a certificate that another window uploaded, unless the list told of it before: then only the list counts.
	 * @param sha256 Its fingerprint, as in `Candidate`.
	 * @param at When it was uploaded, Unix milliseconds.
	 */
	addFromOtherWindow(certificate: Certificate, sha256: string, at: number): void {
		this.#uploaded.set(certificate.id, sha256);
		if (this.#seen.has(certificate.id) || at + STALE_LIST_MS < this.#now()) return;
		this.#keep(certificate, at);
		const { listing } = this.#state;
		if (listing) this.#become({ ...this.#state, listing: inFront(certificate, listing) });
	}

	#keep(certificate: Certificate, at: number): void {
		this.#seen.add(certificate.id);
		this.#written.take({ kind: "added", certificate }, at);
	}

	recordWrite(write: Write, epoch: number): void {
		if (epoch !== this.#epoch) return;
		this.#written.take(write);
		const { listing } = this.#state;
		if (listing) this.#become({ ...this.#state, listing: this.#written.apply(listing) });
	}

	/** Changes whenever what is known is forgotten. */
	get generation(): number {
		return this.#epoch;
	}

	/** The organization that `forget` or `identify` named, `null` where there is none; `undefined` before the first time. */
	get organizationRef(): string | null | undefined {
		return this.#organizationRef;
	}

	/**
	 * Names the organization that all this is of, or that there is none, unless it is known; nothing is forgotten.
	 * @throws Failure `connection-changed` where it is known to be another one's, up to `forget`.
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

	/** Forgets everything: what follows belongs to another organization, or to another way to it, or to none (`null`). */
	reset(organizationRef: string | null | undefined): void {
		this.#reads.clear();
		this.#epoch++;
		this.#organizationRef = organizationRef;
		this.#written.clear();
		this.#seen.clear();
		this.#contents.clear();
		this.#uploaded.clear();
		this.#become(UNKNOWN);
		this.notify("forget");
	}

	#become(state: CertificatesState): void {
		this.#state = state;
		this.notify("change");
	}
}

function inFront(certificate: Certificate, listing: CertificateListing): CertificateListing {
	const others = listing.certificates.filter(({ id }) => id !== certificate.id);
	return { ...listing, certificates: [certificate, ...others] };
}

/**
 * What is under an id, or `null` where it cannot be told: a certificate that is gone must not end another one's upload.
 * @throws Cancelled
 */
export async function tryGetContent(
	id: string,
	certificates: CertificateStore,
	signal?: AbortSignal,
	service?: CertificatesApi,
): Promise<ParsedCertificate | null> {
	try {
		return await certificates.contentOf(id, signal, service);
	} catch (thrown) {
		if (problemOf(thrown)) return null;
		throw thrown;
	}
}

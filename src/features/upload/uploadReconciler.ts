import { setTimeout as pause } from "node:timers/promises";
import type { CertificatesApi } from "../../domain/adminApi.ts";
import type { Certificate, CertificateListing } from "../../domain/certificate.ts";
import { isCancelled, type LookupOutcome, ProblemError, problemOf, type UploadEnding } from "../../domain/problem.ts";
import { type CertificateStore, tryGetContent } from "../organization/certificateStore.ts";
import { findMatches, type MatchResult, toLookupOutcome } from "./fingerprintMatch.ts";
import type { JournalStoreApi } from "./journalStore.ts";
import type { UploadAttempt } from "./uploadAttempt.ts";
import type { UploadHistory } from "./uploadHistory.ts";

/** The organization to search. */
export interface UploadTarget {
	readonly organizationRef: string;
	/** Must be bound to the organization. */
	readonly service: CertificatesApi;
	/** The generation of `CertificateStore` when the operation started. */
	readonly generation: number;
}

/** The attempts of one upload with unknown outcome, oldest first. */
export type OpenAttempts = readonly [...UploadAttempt[], UploadAttempt];

/** The certificates that an upload created. */
export interface FoundUpload {
	readonly certificate: Certificate;
	/** Identical certificates that did not exist before the upload, or may not have. */
	readonly duplicates: readonly Certificate[];
}

/** The searched organization may not be the one that the upload was sent to. */
export const UNPLACED: LookupOutcome = { outcome: "unplaced" };

const RETRY_DELAYS_MS: readonly number[] = [2000];

/** Searches an organization's certificates for unconfirmed uploads. Reads a new list for each lookup. */
export class UploadReconciler {
	readonly #certificates: CertificateStore;
	readonly #store: Pick<JournalStoreApi, "read">;
	readonly #now: () => number;
	readonly #retryDelaysMs: readonly number[];

	/** @param retryDelaysMs The pauses between the lookups of `reconcileWithRetries`, in milliseconds. */
	constructor(
		certificates: CertificateStore,
		store: Pick<JournalStoreApi, "read">,
		now: () => number,
		retryDelaysMs: readonly number[] = RETRY_DELAYS_MS,
	) {
		this.#certificates = certificates;
		this.#store = store;
		this.#now = now;
		this.#retryDelaysMs = retryDelaysMs;
	}

	/**
	 * Searches once. Accepts another window's confirmation too.
	 * @throws ProblemError `unconfirmed` if not found, or the problem that prevented the lookup; CancelledError
	 */
	async reconcile(attempts: OpenAttempts, target: UploadTarget, signal: AbortSignal): Promise<FoundUpload> {
		const known = foundInHistory(await this.#store.read(), attempts);
		if (known) return known;
		const { match, history, listing } = await this.#search(attempts, target, signal);
		if (!wasSentTo(attempts, target, listing)) throwUnconfirmed(attempts, UNPLACED);
		return (
			foundByMatch(match) ??
			foundInHistory(history, attempts) ??
			throwUnconfirmed(attempts, toLookupOutcome(match, this.#now()))
		);
	}

	/**
	 * Searches a list that was just read, comparing the contents of new certificates. Sends nothing.
	 * @returns `null` if the upload was not found, or not for certain.
	 * @throws ProblemError, CancelledError
	 */
	async findInListing(
		listing: CertificateListing,
		attempts: OpenAttempts,
		target: UploadTarget,
		signal: AbortSignal,
	): Promise<FoundUpload | null> {
		if (!wasSentTo(attempts, target, listing)) return null;
		return foundByMatch((await this.#searchIn(listing, attempts, target, signal)).match);
	}

	/**
	 * Searches repeatedly, with pauses.
	 * @param ending How the request of the newest attempt ended.
	 * @throws ProblemError `unconfirmed` with the last lookup's outcome.
	 */
	async reconcileWithRetries(
		attempts: OpenAttempts,
		ending: UploadEnding | null,
		target: UploadTarget,
		signal: AbortSignal,
	): Promise<FoundUpload> {
		let lookup: LookupOutcome = { outcome: "failed" };
		for (const delay of [0, ...this.#retryDelaysMs])
			try {
				if (delay > 0) await pause(delay, undefined, { signal });
				return await this.reconcile(attempts, target, signal);
			} catch (thrown) {
				if (signal.aborted) break;
				const problem = problemOf(thrown);
				if (!problem) throw thrown;
				lookup = problem.reason === "unconfirmed" ? problem.lookup : { outcome: "failed" };
			}
		return throwUnconfirmed(attempts, lookup, ending);
	}

	/** Returns the other new certificates identical to a confirmed upload; empty if the lookup fails. */
	async findDuplicates(attempts: OpenAttempts, { id }: Certificate, target: UploadTarget, signal: AbortSignal) {
		try {
			const { matches, ambiguous } = (await this.#search(attempts, target, signal, id)).match;
			return [...matches, ...ambiguous];
		} catch (thrown) {
			// The upload itself succeeded.
			if (problemOf(thrown) || isCancelled(thrown)) return [];
			throw thrown;
		}
	}

	/** @param knownId The id of a certificate that the upload is known to have created. */
	async #search(attempts: OpenAttempts, target: UploadTarget, signal: AbortSignal, knownId?: string) {
		if (target.generation !== this.#certificates.generation) throw new ProblemError({ reason: "connection-changed" });
		const listing = await this.#certificates.load(signal, target.service);
		return this.#searchIn(listing, attempts, target, signal, knownId);
	}

	async #searchIn(
		listing: CertificateListing,
		attempts: OpenAttempts,
		{ organizationRef, service }: UploadTarget,
		signal: AbortSignal,
		knownId?: string,
	) {
		const history = await this.#store.read();
		const ownIds = history.confirmationSince(attempts[0])?.certificates.map(({ id }) => id) ?? [];
		const uploadedIds = history.uploadedTo(organizationRef).map(({ certificate }) => certificate.id);
		const otherIds = new Set([...uploadedIds.filter((id) => !ownIds.includes(id)), ...(knownId ? [knownId] : [])]);
		const contentOf = (id: string) => tryGetContent(id, this.#certificates, signal, service);
		return { match: await findMatches(attempts, otherIds, listing, contentOf), history, listing };
	}
}

/** True if a list's organization received an attempt: it has the same name, or a certificate listed before sending. */
function wasSentTo(
	attempts: OpenAttempts,
	{ organizationRef }: UploadTarget,
	{ certificates }: CertificateListing,
): boolean {
	return attempts.some(
		({ idsBefore, ...attempt }) =>
			attempt.organizationRef === organizationRef || certificates.some(({ id }) => idsBefore?.includes(id)),
	);
}

function throwUnconfirmed(attempts: OpenAttempts, lookup: LookupOutcome, ending: UploadEnding | null = null): never {
	throw new ProblemError({ reason: "unconfirmed", name: newestAttempt(attempts).name, lookup, ending });
}

function foundByMatch({ matches, ambiguous }: MatchResult): FoundUpload | null {
	const [certificate, ...others] = matches;
	return certificate ? { certificate, duplicates: [...others, ...ambiguous] } : null;
}

function foundInHistory(history: UploadHistory, attempts: OpenAttempts): FoundUpload | null {
	const [certificate, ...duplicates] = history.confirmationSince(newestAttempt(attempts))?.certificates ?? [];
	return certificate ? { certificate, duplicates } : null;
}

/** Returns the attempt that was sent last. */
export function newestAttempt(attempts: OpenAttempts): UploadAttempt {
	// `OpenAttempts` is never empty, but `at` may return undefined by its type.
	return attempts.at(-1) as UploadAttempt;
}

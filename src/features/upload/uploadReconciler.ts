import { setTimeout as pause } from "node:timers/promises";
import type { CertificatesApi } from "../../domain/adminApi.ts";
import type { Certificate, CertificateListing } from "../../domain/certificate.ts";
import { isCancelled, type LookupOutcome, ProblemError, problemOf, type UploadEnding } from "../../domain/problem.ts";
import { type CertificateStore, tryGetContent } from "../organization/certificateStore.ts";
import { findMatches, type MatchResult, toLookupOutcome } from "./fingerprintMatch.ts";
import type { UploadStore } from "./journalStore.ts";
import type { UploadAttempt } from "./uploadAttempt.ts";
import type { UploadHistory } from "./uploadHistory.ts";

/** The organization that is looked at. */
export interface Target {
	readonly organizationRef: string;
	/** Bound to it. */
	readonly service: CertificatesApi;
	/** As it was in `Certificates` when the work began. */
	readonly epoch: number;
}

/** The attempts of one upload of which it is not known whether they arrived, oldest first. */
export type Attempts = readonly [...UploadAttempt[], UploadAttempt];

/** What an upload became. */
export interface Found {
	readonly certificate: Certificate;
	/** Others with the same fingerprint that were not there before, or of which that cannot be told. */
	readonly duplicates: readonly Certificate[];
}

/** Nothing tells whether it was sent to the organization that was looked at. */
export const UNPLACED: LookupOutcome = { outcome: "unplaced" };

const LOOK_AGAIN_MS: readonly number[] = [2000];

/** Looks for uploads among an organization's certificates, each time in a list that it reads for that. */
export class UploadReconciler {
	readonly #certificates: CertificateStore;
	readonly #pending: Pick<UploadStore, "read">;
	readonly #now: () => number;
	readonly #againMs: readonly number[];

	/** @param againMs The pauses after which `insist` looks again, in milliseconds. */
	constructor(
		certificates: CertificateStore,
		pending: Pick<UploadStore, "read">,
		now: () => number,
		againMs: readonly number[] = LOOK_AGAIN_MS,
	) {
		this.#certificates = certificates;
		this.#pending = pending;
		this.#now = now;
		this.#againMs = againMs;
	}

	/**
	 * Looks once. What another window found out counts as well.
	 * @throws Failure `unconfirmed` where it was not seen, or whatever kept from looking; Cancelled
	 */
	async reconcile(attempts: Attempts, target: Target, signal: AbortSignal): Promise<Found> {
		const known = arrivedIn(await this.#pending.read(), attempts);
		if (known) return known;
		const { sighting, records, listing } = await this.#sight(attempts, target, signal);
		if (!isPlaced(attempts, target, listing)) refuse(attempts, UNPLACED);
		return (
			foundIn(sighting) ?? arrivedIn(records, attempts) ?? refuse(attempts, toLookupOutcome(sighting, this.#now()))
		);
	}

	/**
	 * What a list that was just read shows of attempts, by the contents of what was not there before; nothing is sent.
	 * @returns `null` where it is not seen, or not for certain.
	 * @throws Failure, Cancelled
	 */
	async within(
		listing: CertificateListing,
		attempts: Attempts,
		target: Target,
		signal: AbortSignal,
	): Promise<Found | null> {
		if (!isPlaced(attempts, target, listing)) return null;
		return foundIn((await this.#sightIn(listing, attempts, target, signal)).sighting);
	}

	/**
	 * Looks some times, with pauses.
	 * @param ending How the request of the newest attempt ended.
	 * @throws Failure `unconfirmed` with what the last look said.
	 */
	async reconcileWithRetries(
		attempts: Attempts,
		ending: UploadEnding | null,
		target: Target,
		signal: AbortSignal,
	): Promise<Found> {
		let look: LookupOutcome = { outcome: "failed" };
		for (const wait of [0, ...this.#againMs])
			try {
				if (wait > 0) await pause(wait, undefined, { signal });
				return await this.reconcile(attempts, target, signal);
			} catch (thrown) {
				if (signal.aborted) break;
				const problem = problemOf(thrown);
				if (!problem) throw thrown;
				look = problem.reason === "unconfirmed" ? problem.look : { outcome: "failed" };
			}
		return refuse(attempts, look, ending);
	}

	/** What else is there with the fingerprint of an upload that was answered, and was not before; none where it cannot be told. */
	async duplicates(attempts: Attempts, { id }: Certificate, target: Target, signal: AbortSignal) {
		try {
			const { ours, unclear } = (await this.#sight(attempts, target, signal, id)).sighting;
			return [...ours, ...unclear];
		} catch (thrown) {
			// It is uploaded all the same.
			if (problemOf(thrown) || isCancelled(thrown)) return [];
			throw thrown;
		}
	}

	/** @param known The id of what is known to be ours. */
	async #sight(attempts: Attempts, target: Target, signal: AbortSignal, known?: string) {
		if (target.epoch !== this.#certificates.generation) throw new ProblemError({ reason: "connection-changed" });
		const listing = await this.#certificates.load(signal, target.service);
		return this.#sightIn(listing, attempts, target, signal, known);
	}

	async #sightIn(
		listing: CertificateListing,
		attempts: Attempts,
		{ organizationRef, service }: Target,
		signal: AbortSignal,
		known?: string,
	) {
		const records = await this.#pending.read();
		const own = records.arrivalSince(attempts[0])?.certificates.map(({ id }) => id) ?? [];
		const uploaded = records.uploaded(organizationRef).map(({ certificate }) => certificate.id);
		const others = new Set([...uploaded.filter((id) => !own.includes(id)), ...(known ? [known] : [])]);
		const content = (id: string) => tryGetContent(id, this.#certificates, signal, service);
		return { sighting: await findMatches(attempts, others, listing, content), records, listing };
	}
}

/** Whether attempts were sent to the organization of a list: by its name, or by a certificate that was there before. */
function isPlaced(attempts: Attempts, { organizationRef }: Target, { certificates }: CertificateListing): boolean {
	return attempts.some(
		({ idsBefore, ...attempt }) =>
			attempt.organizationRef === organizationRef || certificates.some(({ id }) => idsBefore?.includes(id)),
	);
}

/** @throws Failure `unconfirmed` */
function refuse(attempts: Attempts, look: LookupOutcome, ending: UploadEnding | null = null): never {
	throw new ProblemError({ reason: "unconfirmed", name: newestOf(attempts).name, look, ending });
}

function foundIn({ ours, unclear }: MatchResult): Found | null {
	const [certificate, ...others] = ours;
	return certificate ? { certificate, duplicates: [...others, ...unclear] } : null;
}

function arrivedIn(records: UploadHistory, attempts: Attempts): Found | null {
	const [certificate, ...duplicates] = records.arrivalSince(newestOf(attempts))?.certificates ?? [];
	return certificate ? { certificate, duplicates } : null;
}

/** The one that was sent last. */
export function newestOf(attempts: Attempts): UploadAttempt {
	// `at` does not see that there always is one.
	return attempts.at(-1) as UploadAttempt;
}

import { randomUUID } from "node:crypto";
import type { Certificate, CertificateListing } from "../../domain/certificate.ts";
import { isCancelled, type LookupOutcome, problemOf } from "../../domain/problem.ts";
import type { CertificateStore } from "../organization/certificateStore.ts";
import type { JournalStoreApi, LockedUpload } from "./journalStore.ts";
import type { UploadAttempt } from "./uploadAttempt.ts";
import type { UploadKey } from "./uploadHistory.ts";
import {
	type FoundUpload,
	newestAttempt,
	type OpenAttempts,
	type UploadReconciler,
	type UploadTarget,
} from "./uploadReconciler.ts";

/** A certificate that exists in the organization. */
export interface UploadResult {
	readonly certificate: Certificate;
	/** Identical certificates that did not exist before. */
	readonly duplicates: readonly Certificate[];
	/**
	 * `answered`: the service confirmed the upload. `found`: a lookup found the certificate after a missing answer.
	 * `already-present`: the organization already had an identical certificate, so nothing was sent.
	 */
	readonly how: "answered" | "found" | "already-present";
}

/** Controls a running upload. */
export interface SendControl {
	/** Cancels the upload. */
	readonly signal: AbortSignal;
	/** Announces that the lookup for an unanswered upload starts. @returns the signal that cancels the lookup. */
	startLookup(): AbortSignal;
}

/** The options of `UploadSender.send`. */
export interface SendOptions {
	/** Earlier open attempts, oldest first. */
	readonly earlierAttempts: readonly UploadAttempt[];
	/** The certificates before sending. */
	readonly listing: CertificateListing;
	readonly locked: LockedUpload;
	readonly target: UploadTarget;
	readonly control: SendControl;
}

/** Sends uploads, recording each attempt before sending and each outcome. */
export class UploadSender {
	readonly #certificates: CertificateStore;
	readonly #store: JournalStoreApi;
	readonly #reconciler: UploadReconciler;
	readonly #now: () => number;
	readonly #lookups = new Map<string, LookupOutcome>();

	constructor({
		certificates,
		store,
		reconciler,
		now,
	}: {
		readonly certificates: CertificateStore;
		readonly store: JournalStoreApi;
		readonly reconciler: UploadReconciler;
		readonly now: () => number;
	}) {
		this.#certificates = certificates;
		this.#store = store;
		this.#reconciler = reconciler;
		this.#now = now;
	}

	/** Returns the outcome of the last lookup for an attempt; `null` if there was none. */
	lastLookup({ id }: UploadAttempt): LookupOutcome | null {
		return this.#lookups.get(id) ?? null;
	}

	/** Discards an attempt's lookup outcome. */
	forgetLookup({ id }: UploadAttempt): void {
		this.#lookups.delete(id);
	}

	/** Records one more attempt and sends it. @throws as `UploadService.upload` */
	async send(
		{ organizationRef, sha256, name, pem }: UploadKey & Pick<UploadAttempt, "name" | "pem">,
		{ earlierAttempts, listing, locked, target, control }: SendOptions,
	): Promise<UploadResult> {
		const attempt: UploadAttempt = {
			...{ id: randomUUID(), organizationRef, sha256, name, pem },
			startedAt: this.#now(),
			idsBefore: await this.#idsBefore(listing, organizationRef),
			servedBefore: listing.servedAt,
			owner: this.#store.owner,
		};
		await locked.add(attempt);
		const attempts: OpenAttempts = [...earlierAttempts, attempt];
		let certificate: Certificate;
		try {
			await locked.check();
			certificate = await target.service.upload({ pem, name }, control.signal);
		} catch (thrown) {
			const problem = problemOf(thrown);
			if (problem?.reason === "unconfirmed")
				return this.confirmFound(
					attempts,
					this.#reconciler.reconcileWithRetries(attempts, problem.ending, target, control.startLookup()),
					locked,
				);
			// Any other problem means that the service stored nothing.
			if (problem || isCancelled(thrown)) await this.#write(attempt, (locked) => locked.remove([attempt.id]), locked);
			throw thrown;
		}
		await this.confirm(attempt, { certificate, duplicates: [] }, locked);
		this.#certificates.add(certificate, target.generation, sha256);
		const duplicates = await this.#reconciler.findDuplicates(attempts, certificate, target, control.signal);
		return { certificate, duplicates, how: "answered" };
	}

	/** Returns the ids of all certificates known before sending; `null` if some certificates could not be read. */
	async #idsBefore({ certificates, complete, unreadable }: CertificateListing, organizationRef: string) {
		const uploaded = (await this.#store.read()).uploadedTo(organizationRef).map(({ certificate }) => certificate);
		return complete && unreadable === 0 ? [...new Set([...certificates, ...uploaded].map(({ id }) => id))] : null;
	}

	/** Confirms an upload that a lookup finds, else remembers the lookup's outcome. @throws the lookup's error */
	async confirmFound(
		attempts: OpenAttempts,
		lookup: Promise<FoundUpload>,
		locked?: LockedUpload,
	): Promise<UploadResult> {
		const attempt = newestAttempt(attempts);
		try {
			const found = await lookup;
			await this.confirm(attempt, found, locked);
			return { ...found, how: "found" };
		} catch (thrown) {
			const problem = problemOf(thrown);
			if (problem) this.#lookups.set(attempt.id, problem.reason === "unconfirmed" ? problem.lookup : LOOKUP_FAILED);
			throw thrown;
		}
	}

	/** Records the certificates that an attempt created. Skips an attempt that another window is sending. */
	async confirm(
		attempt: UploadAttempt,
		{ certificate, duplicates }: FoundUpload,
		locked?: LockedUpload,
	): Promise<void> {
		await this.#write(attempt, (locked) => locked.confirm(attempt, [certificate, ...duplicates]), locked);
	}

	/** Changes an attempt's file. Ignores problems: a later lookup finds the certificate. @param locked May have lost its lock. */
	async #write(
		attempt: UploadAttempt,
		work: (locked: LockedUpload) => Promise<void>,
		locked?: LockedUpload,
	): Promise<void> {
		try {
			await (locked ? work(locked) : this.#store.withLock(attempt, work, { refuse: true, brief: true })).catch(
				(thrown) => {
					if (locked && problemOf(thrown)?.reason === "lock-lost") return this.#store.withLock(attempt, work);
					throw thrown;
				},
			);
		} catch (thrown) {
			if (!problemOf(thrown)) throw thrown;
		}
	}
}

const LOOKUP_FAILED: LookupOutcome = { outcome: "failed" };

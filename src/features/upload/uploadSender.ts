import { randomUUID } from "node:crypto";
import type { Certificate, CertificateListing } from "../../domain/certificate.ts";
import { isCancelled, type LookupOutcome, problemOf } from "../../domain/problem.ts";
import type { CertificateStore } from "../organization/certificateStore.ts";
import type { LockedUpload, UploadStore } from "./journalStore.ts";
import type { UploadAttempt } from "./uploadAttempt.ts";
import type { UploadKey } from "./uploadHistory.ts";
import { type Attempts, type Found, newestOf, type Target, type UploadReconciler } from "./uploadReconciler.ts";

/** A certificate that is there. */
export interface UploadResult {
	readonly certificate: Certificate;
	/** Others with the same fingerprint that were not there before. */
	readonly duplicates: readonly Certificate[];
	/**
	 * How it is known: the service answered so; the list showed it where no answer came; or somebody else had uploaded the
	 * same one since the person was asked, so that nothing was sent.
	 */
	readonly how: "answered" | "found" | "there-before";
}

/** How a window sees to an upload that is being sent. */
export interface Sending {
	/** Ends it. */
	readonly signal: AbortSignal;
	/** Says that it is looked for, since no answer came. @returns what ends that. */
	check(): AbortSignal;
}

/** What an upload is sent with. */
export interface SendOptions {
	/** The attempts that are open, oldest first. */
	readonly earlier: readonly UploadAttempt[];
	/** What was there before. */
	readonly listing: CertificateListing;
	readonly held: LockedUpload;
	readonly target: Target;
	readonly sending: Sending;
}

/** Sends uploads that are written down, and writes down what became of each. */
export class UploadSender {
	readonly #certificates: CertificateStore;
	readonly #pending: UploadStore;
	readonly #lookUp: UploadReconciler;
	readonly #now: () => number;
	readonly #looks = new Map<string, LookupOutcome>();

	constructor({
		certificates,
		pending,
		lookUp,
		now,
	}: {
		readonly certificates: CertificateStore;
		readonly pending: UploadStore;
		readonly lookUp: UploadReconciler;
		readonly now: () => number;
	}) {
		this.#certificates = certificates;
		this.#pending = pending;
		this.#lookUp = lookUp;
		this.#now = now;
	}

	/** What the newest look for an attempt said; `null` where there was none. */
	lookAt({ id }: UploadAttempt): LookupOutcome | null {
		return this.#looks.get(id) ?? null;
	}

	/** Forgets what was said of an attempt. */
	forget({ id }: UploadAttempt): void {
		this.#looks.delete(id);
	}

	/** Writes one more attempt down, and sends it. @throws as `Uploads.upload` */
	async send(
		{ organizationRef, sha256, name, pem }: UploadKey & Pick<UploadAttempt, "name" | "pem">,
		{ earlier, listing, held, target, sending }: SendOptions,
	): Promise<UploadResult> {
		const attempt: UploadAttempt = {
			...{ id: randomUUID(), organizationRef, sha256, name, pem },
			startedAt: this.#now(),
			idsBefore: await this.#idsIn(listing, organizationRef),
			servedBefore: listing.servedAt,
			owner: this.#pending.owner,
		};
		await held.add(attempt);
		const attempts: Attempts = [...earlier, attempt];
		let certificate: Certificate;
		try {
			await held.check();
			certificate = await target.service.upload({ pem, name }, sending.signal);
		} catch (thrown) {
			const problem = problemOf(thrown);
			if (problem?.reason === "unconfirmed")
				return this.found(
					attempts,
					this.#lookUp.reconcileWithRetries(attempts, problem.ending, target, sending.check()),
					held,
				);
			// All else that a service throws means that nothing was stored.
			if (problem || isCancelled(thrown)) await this.#write(attempt, (held) => held.remove([attempt.id]), held);
			throw thrown;
		}
		await this.settle(attempt, { certificate, duplicates: [] }, held);
		this.#certificates.add(certificate, target.epoch, sha256);
		const duplicates = await this.#lookUp.duplicates(attempts, certificate, target, sending.signal);
		return { certificate, duplicates, how: "answered" };
	}

	/** All that is known to be there before an upload; `null` where not all of it could be read. */
	async #idsIn({ certificates, complete, unreadable }: CertificateListing, organizationRef: string) {
		const uploaded = (await this.#pending.read()).uploaded(organizationRef).map(({ certificate }) => certificate);
		return complete && unreadable === 0 ? [...new Set([...certificates, ...uploaded].map(({ id }) => id))] : null;
	}

	/** Settles what was found, and remembers what was seen instead. @throws what `looking` ends with */
	async found(attempts: Attempts, looking: Promise<Found>, held?: LockedUpload): Promise<UploadResult> {
		const attempt = newestOf(attempts);
		try {
			const found = await looking;
			await this.settle(attempt, found, held);
			return { ...found, how: "found" };
		} catch (thrown) {
			const problem = problemOf(thrown);
			if (problem) this.#looks.set(attempt.id, problem.reason === "unconfirmed" ? problem.look : LOOK_FAILED);
			throw thrown;
		}
	}

	/** Writes down what an attempt arrived as. What another window is sending is settled by that one. */
	async settle(attempt: UploadAttempt, { certificate, duplicates }: Found, held?: LockedUpload): Promise<void> {
		await this.#write(attempt, (held) => held.settle(attempt, [certificate, ...duplicates]), held);
	}

	/** Writes something down of an attempt. What cannot be written is found by the next look. @param held Its lock, which may be lost by now. */
	async #write(
		attempt: UploadAttempt,
		work: (held: LockedUpload) => Promise<void>,
		held?: LockedUpload,
	): Promise<void> {
		try {
			await (held ? work(held) : this.#pending.withLock(attempt, work, { refuse: true })).catch((thrown) => {
				if (held && problemOf(thrown)?.reason === "lock-lost") return this.#pending.withLock(attempt, work);
				throw thrown;
			});
		} catch (thrown) {
			if (!problemOf(thrown)) throw thrown;
		}
	}
}

const LOOK_FAILED: LookupOutcome = { outcome: "failed" };

import { EventEmitter } from "node:events";
import type { Certificate, CertificateListing } from "../domain/certificate.ts";
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

const UNKNOWN: CertificatesState = { listing: null, loadedAt: null, askedAt: null, loading: false, problem: null };

/** The one copy of the list. Everything that shows or asks for certificates reads it here and follows `change`. */
export class Certificates extends EventEmitter<{ change: [] }> {
	readonly #service: () => Promise<Service>;
	readonly #now: () => number;
	#state = UNKNOWN;
	#connectionId: string | null | undefined;
	/** Counts what made the state newer, so that an answer that was overtaken is dropped. */
	#version = 0;

	/**
	 * @param service Loaded on first use.
	 * @param now The clock, Unix milliseconds.
	 */
	constructor(service: () => Promise<Service>, now: () => number = Date.now) {
		super();
		this.#service = service;
		this.#now = now;
	}

	get state(): CertificatesState {
		return this.#state;
	}

	/** Reads the list again. What fails becomes part of the state and is not thrown; the list before stays. */
	async refresh(signal?: AbortSignal): Promise<void> {
		const version = ++this.#version;
		this.#become({ ...this.#state, askedAt: this.#now(), loading: true });
		try {
			const listing = await (await this.#service()).list(signal);
			if (version === this.#version) this.show(listing);
		} catch (thrown) {
			if (version !== this.#version) return;
			this.#become({ ...this.#state, loading: false, problem: problemOf(thrown) });
			if (!this.#state.problem) throw thrown;
		}
	}

	/** Takes a list that was just read elsewhere. */
	show(listing: CertificateListing): void {
		this.#version++;
		const now = this.#now();
		this.#become({ listing, loadedAt: now, askedAt: now, loading: false, problem: null });
	}

	/** Takes in a certificate as a call returned it; the service's own list may not show it at once. */
	add(certificate: Certificate): void {
		this.#version++;
		const { listing } = this.#state;
		const others = listing?.certificates.filter(({ id }) => id !== certificate.id) ?? [];
		const certificates = [certificate, ...others];
		this.#become({
			...this.#state,
			listing: { unreadable: 0, complete: listing !== null, ...listing, certificates },
			loading: false,
		});
	}

	/** The connection that `forget` named last; `undefined` before the first time. */
	get connectionId(): string | null | undefined {
		return this.#connectionId;
	}

	/** Forgets everything: what follows belongs to another connection, or to none (`null`). */
	forget(connectionId: string | null | undefined): void {
		this.#version++;
		this.#connectionId = connectionId;
		this.#become(UNKNOWN);
	}

	#become(state: CertificatesState): void {
		this.#state = state;
		this.emit("change");
	}
}

import { ChangeEmitter } from "../../common/changeEmitter.ts";
import { mayBelongTo } from "../../common/organizationRef.ts";
import { HEARTBEAT_MS } from "../../common/storage/heldLock.ts";
import type { CertificatesApi } from "../../domain/adminApi.ts";
import type { CertificateListing } from "../../domain/certificate.ts";
import type { ParsedCertificate } from "../../domain/certificateFile.ts";
import { type LookupOutcome, ProblemError, problemOf } from "../../domain/problem.ts";
import type { CertificateStore } from "../organization/certificateStore.ts";
import { duplicateFindings } from "./duplicateCheck.ts";
import type { JournalStoreApi, LockedUpload } from "./journalStore.ts";
import type { UploadAttempt } from "./uploadAttempt.ts";
import { isSameUpload, type UploadHistory, type UploadKey } from "./uploadHistory.ts";
import { UploadJournal } from "./uploadJournal.ts";
import {
	type FoundUpload,
	newestAttempt,
	type OpenAttempts,
	UNPLACED,
	UploadReconciler,
	type UploadTarget,
} from "./uploadReconciler.ts";
import { type SendControl, type UploadResult, UploadSender } from "./uploadSender.ts";

/** Maximum age of the list before an upload, in milliseconds; an older list is read again. */
const RECENT_MS = 60_000;

export interface UploadServiceOptions {
	/** Returns the API of one connection. Calls fail with `connection-changed` once another connection is in use. */
	service(organizationRef: string): Promise<CertificatesApi>;
	readonly certificates: CertificateStore;
	readonly store: JournalStoreApi;
	/** The clock, Unix milliseconds. */
	readonly now?: () => number;
	/** Pauses before each further lookup for an unanswered upload, in milliseconds. */
	readonly retryDelaysMs?: readonly number[];
	/** How often to check whether another window is still sending, in milliseconds. */
	readonly pollIntervalMs?: number;
}

export interface UploadRequest {
	readonly candidate: Pick<ParsedCertificate, "sha256" | "pem" | "notBefore" | "notAfter">;
	readonly name: string;
	readonly organizationRef: string;
	/**
	 * Ids of identical certificates that the person knows of. An unknown duplicate prevents the upload. If omitted,
	 * duplicates never prevent the upload.
	 */
	readonly knownDuplicateIds?: readonly string[];
}

/** An upload that is being sent or looked up. */
export interface RunningUpload {
	/** Unique in this window. */
	readonly id: string;
	readonly name: string;
	/** True if the request got no usable response, and the organization's list is being searched. */
	readonly checking: boolean;
	cancel(): void;
}

/** A recorded upload with unknown outcome. */
export interface UnconfirmedUpload {
	/** The newest attempt. */
	readonly pending: UploadAttempt;
	/** True if another window is known to be sending the upload. */
	readonly inOtherWindow: boolean;
	/** Outcome of this window's last lookup. */
	readonly lookup: LookupOutcome | null;
	/** True if the service named no organization at the upload, so that it may be the current organization. */
	readonly unplaced: boolean;
}

interface TrackedUpload extends UploadKey {
	upload: RunningUpload;
	/** Aborted by `cancel`. */
	controller: AbortController;
}

/** Uploads certificates at most once per request and tracks uploads with unknown outcome. */
export class UploadService extends ChangeEmitter {
	readonly #service: UploadServiceOptions["service"];
	readonly #certificates: CertificateStore;
	readonly #store: JournalStoreApi;
	readonly #pollIntervalMs: number;
	readonly #journal: UploadJournal;
	readonly #reconciler: UploadReconciler;
	readonly #running = new Map<string, TrackedUpload>();
	readonly #sender: UploadSender;
	#started = 0;
	#timer: NodeJS.Timeout | undefined;
	#isDisposed = false;
	/** The last list that was searched for unconfirmed uploads. */
	#searchedListing: CertificateListing | null = null;

	constructor(options: UploadServiceOptions) {
		super();
		const { certificates, store, now = Date.now, retryDelaysMs, pollIntervalMs = HEARTBEAT_MS } = options;
		this.#service = (organizationRef) => options.service(organizationRef);
		this.#certificates = certificates;
		this.#store = store;
		this.#pollIntervalMs = pollIntervalMs;
		this.#journal = new UploadJournal(store, certificates);
		this.#reconciler = new UploadReconciler(certificates, store, now, retryDelaysMs);
		this.#sender = new UploadSender({ certificates, store, reconciler: this.#reconciler, now });
	}

	get running(): readonly RunningUpload[] {
		return [...this.#running.values()].map(({ upload }) => upload);
	}

	/**
	 * Unconfirmed uploads of the current organization and of unnamed organizations (of all organizations if there is no
	 * key), excluding those running in this window. As last read.
	 */
	get unconfirmed(): readonly UnconfirmedUpload[] {
		const { organizationRef } = this.#certificates;
		return this.#journal.history.unconfirmed
			.filter((pending) => organizationRef === null || (organizationRef && mayBelongTo(pending, organizationRef)))
			.filter((pending) => !this.#runningHere(pending))
			.map((pending) => ({
				pending,
				inOtherWindow: this.#journal.runsInOtherWindow(pending),
				lookup: this.#sender.lastLookup(pending),
				unplaced: organizationRef !== null && pending.organizationRef !== organizationRef,
			}));
	}

	/** Returns the number of an organization's unconfirmed uploads, as last read. */
	unconfirmedIn(organizationRef: string): number {
		return this.#journal.history.unconfirmed.filter((pending) => pending.organizationRef === organizationRef).length;
	}

	/** Reads all windows' uploads again; keeps the previous state if reading fails. */
	async reload(): Promise<void> {
		await this.#read().catch((thrown) => {
			if (!problemOf(thrown)) throw thrown;
		});
	}

	/**
	 * Uploads one certificate and adds it to the list. Records the attempt first and sends it once. Without an answer,
	 * searches the organization's certificates.
	 * @param signal Like `cancel` of the running upload.
	 * @throws ProblemError `unconfirmed` if not found; `upload-pending` if an earlier upload of the certificate is open;
	 * `locked`, `not-recorded`. CancelledError if cancelled before sending.
	 */
	upload(request: UploadRequest, signal?: AbortSignal): Promise<UploadResult> {
		const { candidate, name, organizationRef } = request;
		const { sha256, pem } = candidate;
		const key = { organizationRef, sha256 };
		return this.#track(
			key,
			name,
			async (running, target) => {
				const { signal } = running.controller;
				// Waiting for another window's upload could be long, so refuse first.
				this.#journal.assertNoneOpen(key, await this.#read());
				return this.#withLock(key, { signal }, async (locked) => {
					this.#journal.assertNoneOpen(key, await this.#read());
					const listing = await this.#certificates.loadIfStale(RECENT_MS, signal, target.service);
					const unknownDuplicate = await this.#findUnknownDuplicate(request, target, signal);
					if (unknownDuplicate) return { ...unknownDuplicate, how: "already-present" };
					return this.#sender.send(
						{ ...key, name, pem },
						{ earlierAttempts: [], listing, locked, target, control: this.#controlOf(running) },
					);
				});
			},
			signal,
		);
	}

	/**
	 * Checks whether an upload has arrived. Sends nothing.
	 * @throws ProblemError `unconfirmed` if not found, or the problem that prevented the lookup; CancelledError
	 */
	async check(
		{ pending, unplaced }: UnconfirmedUpload,
		signal: AbortSignal = new AbortController().signal,
	): Promise<UploadResult> {
		const { organizationRef } = this.#certificates;
		const target = await this.#openTarget(unplaced && organizationRef ? organizationRef : pending.organizationRef);
		const attempts = openAttemptsOf(await this.#read(), pending);
		try {
			return await this.#sender.confirmFound(attempts, this.#reconciler.reconcile(attempts, target, signal));
		} finally {
			await this.reload();
			this.notify("change");
		}
	}

	/**
	 * Confirms the uploads that a list shows, without a notification, because each has a row. `check` reports problems.
	 * @param listing Must have just been read.
	 */
	async confirmListed(listing: CertificateListing): Promise<void> {
		const { organizationRef } = this.#certificates;
		if (!organizationRef || listing === this.#searchedListing) return;
		this.#searchedListing = listing;
		for (const { pending, inOtherWindow } of this.unconfirmed) {
			if (inOtherWindow) continue;
			try {
				const target = await this.#openTarget(organizationRef);
				const attempts = openAttemptsOf(this.#journal.history, pending);
				const found = await this.#reconciler.findInListing(listing, attempts, target, new AbortController().signal);
				if (found) await this.#sender.confirm(newestAttempt(attempts), found);
			} catch (thrown) {
				if (!problemOf(thrown)) throw thrown;
			}
		}
		await this.reload();
	}

	/**
	 * Sends an unconfirmed upload again, as a new attempt. Searches first, and sends only if the outcome is `not-seen`.
	 * Never resends an upload to an unnamed organization.
	 * @throws as `upload` and `check`.
	 */
	async retry({ pending, unplaced }: UnconfirmedUpload): Promise<UploadResult> {
		if (unplaced) throw new ProblemError({ reason: "unconfirmed", name: pending.name, lookup: UNPLACED, ending: null });
		return this.#track(pending, pending.name, (running, target) =>
			this.#withLock(pending, { refuse: true, signal: running.controller.signal }, async (locked) => {
				const { signal } = running.controller;
				const history = await this.#read();
				const attempts = openAttemptsOf(history, pending);
				this.#journal.assertUsable(pending, history);
				try {
					return await this.#sender.confirmFound(
						attempts,
						this.#reconciler.reconcile(attempts, target, signal),
						locked,
					);
				} catch (thrown) {
					const problem = problemOf(thrown);
					if (problem?.reason !== "unconfirmed" || problem.lookup.outcome !== "not-seen") throw thrown;
				}
				// A newer attempt in place of this one must be confirmed first.
				if (!history.isOpen(pending)) this.#journal.assertNoneOpen(pending, history);
				const listing = await this.#certificates.loadIfStale(RECENT_MS, signal, target.service);
				return this.#sender.send(pending, {
					earlierAttempts: attempts,
					listing,
					locked,
					target,
					control: this.#controlOf(running),
				});
			}),
		);
	}

	/**
	 * Removes an upload from the unconfirmed uploads, whatever its outcome.
	 * @param signal Ends waiting for another window that may still be sending the upload.
	 * @throws ProblemError `upload-pending`, `locked`, `not-recorded`; CancelledError
	 */
	async discard({ pending }: UnconfirmedUpload, signal?: AbortSignal): Promise<void> {
		await this.#withLock(pending, { refuse: true, ...(signal && { signal }) }, async (locked) => {
			const ids = (await this.#read()).openAttempts(pending).map(({ id }) => id);
			await locked.remove(ids.slice(0, ids.indexOf(pending.id) + 1));
		});
		this.#sender.forgetLookup(pending);
		await this.reload();
	}

	/** True if the upload's record is corrupt, as last read. */
	isCorrupt(key: UploadKey): boolean {
		return this.#journal.history.unusableState(key) === "unreadable";
	}

	/** Deletes the upload's corrupt record, after a person's consent. @throws ProblemError `locked`, `not-recorded` */
	async discardCorrupt(key: UploadKey): Promise<void> {
		await this.#store.withLock(key, (locked) => locked.removeCorrupt());
		await this.reload();
	}

	/** @throws ProblemError `upload-pending` if another window is sending the upload; as `JournalStore.withLock` */
	async #withLock<T>(
		key: UploadKey,
		options: { readonly refuse?: boolean; readonly signal?: AbortSignal },
		work: (locked: LockedUpload) => Promise<T>,
	): Promise<T> {
		try {
			return await this.#store.withLock(key, work, options);
		} catch (thrown) {
			if (problemOf(thrown)?.reason !== "locked") throw thrown;
			const open = (await this.#read()).openAttempts(key).at(-1);
			if (!open || !this.#journal.runsInOtherWindow(open)) throw thrown;
			throw new ProblemError({ reason: "upload-pending", name: open.name, running: true });
		}
	}

	/** Lists an upload as running during `work`. */
	async #track(
		{ organizationRef, sha256 }: UploadKey,
		name: string,
		work: (running: TrackedUpload, target: UploadTarget) => Promise<UploadResult>,
		signal?: AbortSignal,
	): Promise<UploadResult> {
		const key = { organizationRef, sha256 };
		const other = this.#runningHere(key);
		if (other) throw new ProblemError({ reason: "upload-pending", name: other.upload.name, running: true });
		const id = String(++this.#started);
		const upload = { id, name, checking: false, cancel: () => running.controller.abort() };
		const running: TrackedUpload = { ...key, upload, controller: new AbortController() };
		this.#running.set(id, running);
		signal?.addEventListener("abort", upload.cancel);
		this.notify("change");
		try {
			return await work(running, await this.#openTarget(organizationRef));
		} finally {
			await this.reload();
			this.#running.delete(id);
			this.notify("change");
		}
	}

	/** @throws ProblemError `connection-changed` if the certificates belong to another connection; `no-key`. */
	async #openTarget(organizationRef: string): Promise<UploadTarget> {
		const { generation, organizationRef: current } = this.#certificates;
		if (current === null) throw new ProblemError({ reason: "no-key" });
		if (current !== undefined && current !== organizationRef) throw new ProblemError({ reason: "connection-changed" });
		return { organizationRef, service: await this.#service(organizationRef), generation };
	}

	/** Returns identical certificates that the person does not know of. */
	async #findUnknownDuplicate(
		{ candidate, knownDuplicateIds }: UploadRequest,
		{ service }: UploadTarget,
		signal: AbortSignal,
	): Promise<FoundUpload | null> {
		const { listing } = this.#certificates.state;
		if (!knownDuplicateIds || !listing) return null;
		const findings = await duplicateFindings(candidate, listing, this.#certificates, signal, service);
		const ids = findings.flatMap((finding) => (finding.code === "already-uploaded" ? [finding.id] : []));
		const [certificate, ...duplicates] = listing.certificates.filter(
			({ id }) => ids.includes(id) && !knownDuplicateIds.includes(id),
		);
		return certificate ? { certificate, duplicates } : null;
	}

	#controlOf(running: TrackedUpload): SendControl {
		return {
			signal: running.controller.signal,
			startLookup: () => {
				// Cancelling ended only the request; the lookup shows whether the upload arrived.
				running.controller = new AbortController();
				running.upload = { ...running.upload, checking: true };
				this.notify("change");
				return running.controller.signal;
			},
		};
	}

	async #read(): Promise<UploadHistory> {
		const before = this.#digest();
		try {
			const history = await this.#journal.read();
			if (this.#digest() !== before) this.notify("change");
			return history;
		} finally {
			this.#schedulePoll();
		}
	}

	/** Stops polling other windows' uploads. */
	dispose(): void {
		this.#isDisposed = true;
		clearTimeout(this.#timer);
	}

	/** Polls while another window is sending, because nothing else reports the end of its upload. */
	#schedulePoll(): void {
		if (this.#isDisposed || this.#timer || !this.#journal.needsPolling) return;
		const poll = () => {
			this.#timer = undefined;
			void this.reload();
		};
		this.#timer = setTimeout(poll, this.#pollIntervalMs).unref();
	}

	#runningHere(key: UploadKey): TrackedUpload | undefined {
		return [...this.#running.values()].find((running) => isSameUpload(running, key));
	}

	#digest(): string {
		return this.unconfirmed
			.map(({ pending, inOtherWindow, lookup }) => `${pending.id} ${inOtherWindow} ${JSON.stringify(lookup)}`)
			.join();
	}
}

/** Returns all open attempts of an upload, or only `pending` if it is no longer open. */
function openAttemptsOf(history: UploadHistory, pending: UploadAttempt): OpenAttempts {
	const open = history.isOpen(pending) ? history.openAttempts(pending) : [];
	return [...open.slice(0, -1), open.at(-1) ?? pending];
}

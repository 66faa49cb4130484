import { ChangeEmitter } from "../../common/changeEmitter.ts";
import { mayBeOf } from "../../common/organizationRef.ts";
import { HEARTBEAT_MS } from "../../common/storage/heldLock.ts";
import type { CertificatesApi } from "../../domain/adminApi.ts";
import type { CertificateListing } from "../../domain/certificate.ts";
import type { ParsedCertificate } from "../../domain/certificateFile.ts";
import { type LookupOutcome, ProblemError, problemOf } from "../../domain/problem.ts";
import type { CertificateStore } from "../organization/certificateStore.ts";
import { duplicateFindings } from "./duplicateCheck.ts";
import type { LockedUpload, UploadStore } from "./journalStore.ts";
import type { UploadAttempt } from "./uploadAttempt.ts";
import { isSameUpload, type UploadHistory, type UploadKey } from "./uploadHistory.ts";
import { UploadJournal } from "./uploadJournal.ts";
import { type Attempts, type Found, newestOf, type Target, UNPLACED, UploadReconciler } from "./uploadReconciler.ts";
import { type Sending, type UploadResult, UploadSender } from "./uploadSender.ts";

/** A list older than this is read again before an upload, in milliseconds. */
const RECENT_MS = 60_000;

export interface UploadsOptions {
	/** The service of one connection: each call fails with `connection-changed` where it is another one by then. */
	service(organizationRef: string): Promise<CertificatesApi>;
	readonly certificates: CertificateStore;
	readonly pending: UploadStore;
	/** The clock, Unix milliseconds. */
	readonly now?: () => number;
	/** After an upload without an answer it is looked at once, and again after each of these pauses, in milliseconds. */
	readonly lookAgainMs?: readonly number[];
	/** How often it is looked whether another window is still sending, in milliseconds. */
	readonly readAgainMs?: number;
}

export interface UploadRequest {
	readonly candidate: Pick<ParsedCertificate, "sha256" | "pem" | "notBefore" | "notAfter">;
	readonly name: string;
	readonly organizationRef: string;
	/**
	 * The ids under which, as the person was told, the same certificate is there already. Where it is there under another
	 * one, nothing is sent. Left out: whatever is there, it is sent.
	 */
	readonly knownDuplicateIds?: readonly string[];
}

/** An upload on its way. */
export interface RunningUpload {
	/** Unique in this window. */
	readonly id: string;
	readonly name: string;
	/** Whether it was sent without a usable response, and is being looked for in the organization's list. */
	readonly checking: boolean;
	cancel(): void;
}

/** An upload that was written down and of which it is not known whether it arrived. */
export interface UnconfirmedUpload {
	/** Its newest attempt. */
	readonly pending: UploadAttempt;
	/** Whether another window is believed to be sending it. */
	readonly elsewhere: boolean;
	/** What the newest look of this window said. */
	readonly look: LookupOutcome | null;
	/** Whether the service named no organization at the time of the upload, so that it may be the one in use. */
	readonly unplaced: boolean;
}

interface Running extends UploadKey {
	upload: RunningUpload;
	/** What `cancel` ends. */
	stop: AbortController;
}

/** Uploads certificates, one for each intent whatever becomes of the answer, and knows those of which that is not known. */
export class UploadService extends ChangeEmitter {
	readonly #service: UploadsOptions["service"];
	readonly #certificates: CertificateStore;
	readonly #pending: UploadStore;
	readonly #readAgainMs: number;
	readonly #journal: UploadJournal;
	readonly #lookUp: UploadReconciler;
	readonly #running = new Map<string, Running>();
	readonly #sender: UploadSender;
	#started = 0;
	#timer: NodeJS.Timeout | undefined;
	#isOver = false;
	/** The list that was last looked through for what is not confirmed. */
	#seen: CertificateListing | null = null;

	constructor(options: UploadsOptions) {
		super();
		const { certificates, pending, now = Date.now, lookAgainMs, readAgainMs = HEARTBEAT_MS } = options;
		this.#service = (organizationRef) => options.service(organizationRef);
		this.#certificates = certificates;
		this.#pending = pending;
		this.#readAgainMs = readAgainMs;
		this.#journal = new UploadJournal(pending, certificates);
		this.#lookUp = new UploadReconciler(certificates, pending, now, lookAgainMs);
		this.#sender = new UploadSender({ certificates, pending, lookUp: this.#lookUp, now });
	}

	get running(): readonly RunningUpload[] {
		return [...this.#running.values()].map(({ upload }) => upload);
	}

	/**
	 * Those of the organization in use and of any that was not named, of all where there is no key, as last read; not those
	 * that run here.
	 */
	get unconfirmed(): readonly UnconfirmedUpload[] {
		const { organizationRef } = this.#certificates;
		return this.#journal.records.unconfirmed
			.filter((pending) => organizationRef === null || (organizationRef && mayBeOf(pending, organizationRef)))
			.filter((pending) => !this.#runsHere(pending))
			.map((pending) => ({
				pending,
				elsewhere: this.#journal.runsElsewhere(pending),
				look: this.#sender.lookAt(pending),
				unplaced: organizationRef !== null && pending.organizationRef !== organizationRef,
			}));
	}

	/** How many are not confirmed in one organization, as last read. */
	unconfirmedIn(organizationRef: string): number {
		return this.#journal.records.unconfirmed.filter((pending) => pending.organizationRef === organizationRef).length;
	}

	/** Reads again what all windows wrote down; where it cannot be read it stays as it was known. */
	async reload(): Promise<void> {
		await this.#read().catch((thrown) => {
			if (!problemOf(thrown)) throw thrown;
		});
	}

	/**
	 * Uploads one certificate and takes it into the list. It is written down before it is sent, and sent once. Where no
	 * answer tells what became of it, it is looked for.
	 * @param signal As `cancel` of the running upload.
	 * @throws Failure: `unconfirmed` where it was not found; `upload-pending` where an upload of the same is not settled;
	 * `locked`, `not-recorded`. `Cancelled` where it was cancelled before anything was sent.
	 */
	upload(request: UploadRequest, signal?: AbortSignal): Promise<UploadResult> {
		const { candidate, name, organizationRef } = request;
		const { sha256, pem } = candidate;
		const key = { organizationRef, sha256 };
		return this.#run(
			key,
			name,
			async (running, target) => {
				const { signal } = running.stop;
				// Another window that sends it may take long.
				this.#journal.refuseOpen(key, await this.#read());
				return this.#alone(key, { signal }, async (held) => {
					this.#journal.refuseOpen(key, await this.#read());
					const listing = await this.#certificates.recent(RECENT_MS, signal, target.service);
					const untold = await this.#untold(request, target, signal);
					if (untold) return { ...untold, how: "there-before" };
					return this.#sender.send(
						{ ...key, name, pem },
						{ earlier: [], listing, held, target, sending: this.#sending(running) },
					);
				});
			},
			signal,
		);
	}

	/**
	 * Looks whether an upload has arrived; it sends nothing.
	 * @throws Failure `unconfirmed` where it was not seen, or whatever kept from looking; Cancelled
	 */
	async check(
		{ pending, unplaced }: UnconfirmedUpload,
		signal: AbortSignal = new AbortController().signal,
	): Promise<UploadResult> {
		const { organizationRef } = this.#certificates;
		const target = await this.#open(unplaced && organizationRef ? organizationRef : pending.organizationRef);
		const attempts = attemptsOf(await this.#read(), pending);
		try {
			return await this.#sender.found(attempts, this.#lookUp.reconcile(attempts, target, signal));
		} finally {
			await this.reload();
			this.notify("change");
		}
	}

	/**
	 * Settles what a list shows to have arrived, without a word: its row is there. What fails is left for `check`.
	 * @param listing As it was just read.
	 */
	async settleSeen(listing: CertificateListing): Promise<void> {
		const { organizationRef } = this.#certificates;
		if (!organizationRef || listing === this.#seen) return;
		this.#seen = listing;
		for (const { pending, elsewhere } of this.unconfirmed) {
			if (elsewhere) continue;
			try {
				const target = await this.#open(organizationRef);
				const attempts = attemptsOf(this.#journal.records, pending);
				const found = await this.#lookUp.within(listing, attempts, target, new AbortController().signal);
				if (found) await this.#sender.settle(newestOf(attempts), found);
			} catch (thrown) {
				if (!problemOf(thrown)) throw thrown;
			}
		}
		await this.reload();
	}

	/**
	 * Uploads once more what was not confirmed, as one more attempt. It looks first, and sends nothing unless that says
	 * `not-seen`. What is of an organization that was not named is not sent again.
	 * @throws as `upload` and `check`.
	 */
	async retry({ pending, unplaced }: UnconfirmedUpload): Promise<UploadResult> {
		if (unplaced) throw new ProblemError({ reason: "unconfirmed", name: pending.name, look: UNPLACED, ending: null });
		return this.#run(pending, pending.name, (running, target) =>
			this.#alone(pending, { refuse: true, signal: running.stop.signal }, async (held) => {
				const { signal } = running.stop;
				const records = await this.#read();
				const attempts = attemptsOf(records, pending);
				this.#journal.refuseSpoilt(pending, records);
				try {
					return await this.#sender.found(attempts, this.#lookUp.reconcile(attempts, target, signal), held);
				} catch (thrown) {
					const problem = problemOf(thrown);
					if (problem?.reason !== "unconfirmed" || problem.look.outcome !== "not-seen") throw thrown;
				}
				// Where another one took its place, that is to be settled first.
				if (!records.isOpen(pending)) this.#journal.refuseOpen(pending, records);
				const listing = await this.#certificates.recent(RECENT_MS, signal, target.service);
				return this.#sender.send(pending, {
					earlier: attempts,
					listing,
					held,
					target,
					sending: this.#sending(running),
				});
			}),
		);
	}

	/**
	 * Takes an upload out of those that are not confirmed, whatever became of it.
	 * @param signal Ends waiting for a window that may still be sending it.
	 * @throws Failure `upload-pending`, `locked`, `not-recorded`; Cancelled
	 */
	async discard({ pending }: UnconfirmedUpload, signal?: AbortSignal): Promise<void> {
		await this.#alone(pending, { refuse: true, ...(signal && { signal }) }, async (held) => {
			const ids = (await this.#read()).openAttempts(pending).map(({ id }) => id);
			await held.remove(ids.slice(0, ids.indexOf(pending.id) + 1));
		});
		this.#sender.forget(pending);
		await this.reload();
	}

	/** Whether there is a record of an upload of the same that is not whole, as last read. */
	isSpoilt(key: UploadKey): boolean {
		return this.#journal.records.spoilt(key) === "unreadable";
	}

	/** Removes the record of an upload that is not whole, for a person who does without. @throws Failure `locked`, `not-recorded` */
	async discardSpoilt(key: UploadKey): Promise<void> {
		await this.#pending.withLock(key, (held) => held.discard());
		await this.reload();
	}

	/** Does something to an upload. @throws Failure `upload-pending` where another window is sending it; as `UploadStore.alone` */
	async #alone<T>(
		key: UploadKey,
		options: { readonly refuse?: boolean; readonly signal?: AbortSignal },
		work: (held: LockedUpload) => Promise<T>,
	): Promise<T> {
		try {
			return await this.#pending.withLock(key, work, options);
		} catch (thrown) {
			if (problemOf(thrown)?.reason !== "locked") throw thrown;
			const open = (await this.#read()).openAttempts(key).at(-1);
			if (!open || !this.#journal.runsElsewhere(open)) throw thrown;
			throw new ProblemError({ reason: "upload-pending", name: open.name, running: true });
		}
	}

	/** Shows something as on its way while it is worked on. */
	async #run(
		{ organizationRef, sha256 }: UploadKey,
		name: string,
		work: (running: Running, target: Target) => Promise<UploadResult>,
		signal?: AbortSignal,
	): Promise<UploadResult> {
		const key = { organizationRef, sha256 };
		const other = this.#runsHere(key);
		if (other) throw new ProblemError({ reason: "upload-pending", name: other.upload.name, running: true });
		const id = String(++this.#started);
		const upload = { id, name, checking: false, cancel: () => running.stop.abort() };
		const running: Running = { ...key, upload, stop: new AbortController() };
		this.#running.set(id, running);
		signal?.addEventListener("abort", upload.cancel);
		this.notify("change");
		try {
			return await work(running, await this.#open(organizationRef));
		} finally {
			await this.reload();
			this.#running.delete(id);
			this.notify("change");
		}
	}

	/** @throws Failure `connection-changed` where the certificates are those of another connection; `no-key` where there is none. */
	async #open(organizationRef: string): Promise<Target> {
		const { generation: epoch, organizationRef: known } = this.#certificates;
		if (known === null) throw new ProblemError({ reason: "no-key" });
		if (known !== undefined && known !== organizationRef) throw new ProblemError({ reason: "connection-changed" });
		return { organizationRef, service: await this.#service(organizationRef), epoch };
	}

	/** The same certificate, where it is there and the person was not told. */
	async #untold(
		{ candidate, knownDuplicateIds: told }: UploadRequest,
		{ service }: Target,
		signal: AbortSignal,
	): Promise<Found | null> {
		const { listing } = this.#certificates.state;
		if (!told || !listing) return null;
		const findings = await duplicateFindings(candidate, listing, this.#certificates, signal, service);
		const ids = findings.flatMap((finding) => (finding.code === "already-uploaded" ? [finding.id] : []));
		const untold = listing.certificates.filter(({ id }) => ids.includes(id) && !told.includes(id));
		const [certificate, ...duplicates] = untold;
		return certificate ? { certificate, duplicates } : null;
	}

	/** An upload on its way, as it is sent. */
	#sending(running: Running): Sending {
		return {
			signal: running.stop.signal,
			check: () => {
				// What was cancelled is the sending: whether it came too late is still to be seen.
				running.stop = new AbortController();
				running.upload = { ...running.upload, checking: true };
				this.notify("change");
				return running.stop.signal;
			},
		};
	}

	async #read(): Promise<UploadHistory> {
		const before = this.#digest();
		try {
			const records = await this.#journal.read();
			if (this.#digest() !== before) this.notify("change");
			return records;
		} finally {
			this.#lookAgain();
		}
	}

	/** Ends looking at what other windows do. */
	dispose(): void {
		this.#isOver = true;
		clearTimeout(this.#timer);
	}

	/** Reads again as long as another window is sending: nothing else tells when that is over. */
	#lookAgain(): void {
		if (this.#isOver || this.#timer || !this.#journal.isToBeRead) return;
		const look = () => {
			this.#timer = undefined;
			void this.reload();
		};
		this.#timer = setTimeout(look, this.#readAgainMs).unref();
	}

	#runsHere(key: UploadKey): Running | undefined {
		return [...this.#running.values()].find((running) => isSameUpload(running, key));
	}

	#digest(): string {
		return this.unconfirmed
			.map(({ pending, elsewhere, look }) => `${pending.id} ${elsewhere} ${JSON.stringify(look)}`)
			.join();
	}
}

/** All attempts that are open, or the one that is meant where it is not among them any more. */
function attemptsOf(records: UploadHistory, pending: UploadAttempt): Attempts {
	const open = records.isOpen(pending) ? records.openAttempts(pending) : [];
	return [...open.slice(0, -1), open.at(-1) ?? pending];
}

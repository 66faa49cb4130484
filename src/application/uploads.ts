import type { Certificate, CertificateListing } from "../domain/certificate.ts";
import type { Candidate } from "../domain/certificateFile.ts";
import { Failure, isCancelled, type Look, problemOf } from "../domain/failure.ts";
import type { PendingUpload } from "../domain/pendingUpload.ts";
import type { Service } from "../domain/service.ts";
import type { Certificates } from "./certificates.ts";
import { duplicateFindings } from "./comparison.ts";
import { Events } from "./events.ts";
import { type Attempts, type Found, LookUp, newestOf, type Target, UNPLACED } from "./lookUp.ts";
import { mayBeOf } from "./organizationRef.ts";
import type { UploadStore } from "./pendingUploads.ts";
import { type ThisWindow, UploadJournal } from "./uploadJournal.ts";
import { isSameUpload, type UploadKey, type UploadRecords } from "./uploadRecords.ts";

/** A list older than this is read again before an upload, in milliseconds. */
const RECENT_MS = 60_000;

export interface UploadsOptions extends ThisWindow {
	/** The service of one connection: each call fails with `connection-changed` where it is another one by then. */
	service(organizationRef: string): Promise<Service>;
	readonly certificates: Certificates;
	readonly pending: UploadStore;
	/** The clock, Unix milliseconds. */
	readonly now?: () => number;
	/** After an upload without an answer it is looked at once, and again after each of these pauses, in milliseconds. */
	readonly lookAgainMs?: readonly number[];
}

export interface UploadRequest {
	readonly candidate: Pick<Candidate, "sha256" | "pem" | "notBefore" | "notAfter">;
	readonly name: string;
	readonly organizationRef: string;
	/**
	 * The ids under which, as the person was told, the same certificate is there already. Where it is there under another
	 * one, nothing is sent. Left out: whatever is there, it is sent.
	 */
	readonly told?: readonly string[];
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

/** A certificate that is there. */
export interface Uploaded {
	readonly certificate: Certificate;
	/** Others with the same fingerprint that were not there before. */
	readonly twins: readonly Certificate[];
	/**
	 * How it is known: the service answered so; the list showed it where no answer came; or somebody else had uploaded the
	 * same one since the person was asked, so that nothing was sent.
	 */
	readonly how: "answered" | "found" | "there-before";
}

/** An upload that was written down and of which it is not known whether it arrived. */
export interface UnconfirmedUpload {
	/** Unique among them, and the same in each window. */
	readonly id: string;
	/** Its newest attempt. */
	readonly pending: PendingUpload;
	/** Whether another window is believed to be sending it. */
	readonly elsewhere: boolean;
	/** What the newest look of this window said. */
	readonly look: Look | null;
	/** Whether the service named no organization at the time of the upload, so that it may be the one in use. */
	readonly unplaced: boolean;
}

interface Running extends UploadKey {
	upload: RunningUpload;
	/** What `cancel` ends. */
	stop: AbortController;
}

/** Uploads certificates, one for each intent whatever becomes of the answer, and knows those of which that is not known. */
export class Uploads extends Events {
	readonly #service: UploadsOptions["service"];
	readonly #certificates: Certificates;
	readonly #journal: UploadJournal;
	readonly #lookUp: LookUp;
	readonly #running = new Map<string, Running>();
	readonly #looks = new Map<string, Look>();
	#started = 0;
	/** The list that was last looked through for what is not confirmed. */
	#seen: CertificateListing | null = null;

	constructor(options: UploadsOptions) {
		super();
		const { certificates, pending, now = Date.now, lookAgainMs } = options;
		this.#service = (organizationRef) => options.service(organizationRef);
		this.#certificates = certificates;
		this.#journal = new UploadJournal(pending, certificates, options, now);
		this.#lookUp = new LookUp(certificates, pending, now, lookAgainMs);
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
				id: idOf(pending),
				pending,
				elsewhere: this.#journal.runsElsewhere(pending),
				look: this.#looks.get(idOf(pending)) ?? null,
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
	 * `not-recorded`. `Cancelled` where it was cancelled before anything was sent.
	 */
	upload(request: UploadRequest, signal?: AbortSignal): Promise<Uploaded> {
		const { candidate, name, organizationRef } = request;
		const { sha256, pem } = candidate;
		return this.#run(
			{ organizationRef, sha256 },
			name,
			async (running, target) => {
				const { stop } = running;
				const records = await this.#read();
				this.#journal.refuseOpen(running, records);
				const listing = await this.#certificates.recent(RECENT_MS, stop.signal, target.service);
				const untold = await this.#untold(request, target, stop.signal);
				if (untold) return { ...untold, how: "there-before" };
				const attempt = await this.#journal.write({ organizationRef, sha256, name, pem }, listing, records);
				return this.#send([attempt], running, target);
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
	): Promise<Uploaded> {
		const { organizationRef } = this.#certificates;
		const target = await this.#open(unplaced && organizationRef ? organizationRef : pending.organizationRef);
		const attempts = attemptsOf(await this.#read(), pending);
		try {
			return await this.#found(attempts, this.#lookUp.once(attempts, target, signal));
		} finally {
			await this.reload();
			this.tell("change");
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
				if (found) await this.#journal.settle(newestOf(attempts), [found.certificate, ...found.twins]);
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
	async again({ pending, unplaced }: UnconfirmedUpload): Promise<Uploaded> {
		if (unplaced) throw new Failure({ reason: "unconfirmed", name: pending.name, look: UNPLACED, ending: null });
		return this.#run(pending, pending.name, async (running, target) => {
			const { signal } = running.stop;
			const records = await this.#read();
			const attempts = attemptsOf(records, pending);
			this.#journal.refuseRunning(records.openAttempts(pending));
			this.#journal.refuseSpoilt(pending, records);
			try {
				return await this.#found(attempts, this.#lookUp.once(attempts, target, signal));
			} catch (thrown) {
				const problem = problemOf(thrown);
				if (problem?.reason !== "unconfirmed" || problem.look.outcome !== "not-seen") throw thrown;
			}
			// Where another one took its place, that is to be settled first.
			if (!records.isOpen(pending)) this.#journal.refuseOpen(pending, records);
			const listing = await this.#certificates.recent(RECENT_MS, signal, target.service);
			const attempt = await this.#journal.write(pending, listing, records);
			return this.#send([...attempts, attempt], running, target);
		});
	}

	/** Takes an upload out of those that are not confirmed, whatever became of it. @throws Failure `upload-pending`; `not-recorded` */
	async forget({ pending }: UnconfirmedUpload): Promise<void> {
		const records = await this.#read();
		const open = records.openAttempts(pending);
		this.#journal.refuseRunning(open);
		const meant = records.isOpen(pending) ? open.filter(({ attempt }) => attempt <= pending.attempt) : [];
		// The oldest one tells best what is new, so that it is what is left where this ends half-way.
		for (const each of meant.toReversed())
			if (!(await this.#journal.remove(each))) throw new Failure({ reason: "not-recorded", code: null });
		this.#looks.delete(idOf(pending));
		await this.reload();
	}

	/** Whether there is a record of an upload of the same that is not whole, as last read. */
	isSpoilt(key: UploadKey): boolean {
		return this.#journal.records.spoilt(key).some(({ state }) => state === "unreadable");
	}

	/** Removes the records of uploads of the same that are not whole, for a person who does without. @throws Failure `not-recorded` */
	async discardSpoilt(key: UploadKey): Promise<void> {
		for (const each of (await this.#read()).spoilt(key))
			if (each.state === "unreadable" && !(await this.#journal.remove(each)))
				throw new Failure({ reason: "not-recorded", code: null });
		await this.reload();
	}

	/** Shows something as on its way while it is worked on. */
	async #run(
		{ organizationRef, sha256 }: UploadKey,
		name: string,
		work: (running: Running, target: Target) => Promise<Uploaded>,
		signal?: AbortSignal,
	): Promise<Uploaded> {
		const key = { organizationRef, sha256 };
		const other = this.#runsHere(key);
		if (other) throw new Failure({ reason: "upload-pending", name: other.upload.name, running: true });
		const id = String(++this.#started);
		const upload = { id, name, checking: false, cancel: () => running.stop.abort() };
		const running: Running = { ...key, upload, stop: new AbortController() };
		this.#running.set(id, running);
		signal?.addEventListener("abort", upload.cancel);
		this.tell("change");
		try {
			return await work(running, await this.#open(organizationRef));
		} finally {
			await this.reload();
			this.#running.delete(id);
			this.tell("change");
		}
	}

	/** @throws Failure `connection-changed` where the certificates are those of another connection; `no-key` where there is none. */
	async #open(organizationRef: string): Promise<Target> {
		const { epoch, organizationRef: known } = this.#certificates;
		if (known === null) throw new Failure({ reason: "no-key" });
		if (known !== undefined && known !== organizationRef) throw new Failure({ reason: "connection-changed" });
		return { organizationRef, service: await this.#service(organizationRef), epoch };
	}

	/** The same certificate, where it is there and the person was not told. */
	async #untold({ candidate, told }: UploadRequest, { service }: Target, signal: AbortSignal): Promise<Found | null> {
		const { listing } = this.#certificates.state;
		if (!told || !listing) return null;
		const findings = await duplicateFindings(candidate, listing, this.#certificates, signal, service);
		const ids = findings.flatMap((finding) => (finding.code === "already-uploaded" ? [finding.id] : []));
		const untold = listing.certificates.filter(({ id }) => ids.includes(id) && !told.includes(id));
		const [certificate, ...twins] = untold;
		return certificate ? { certificate, twins } : null;
	}

	/** Sends the newest of these attempts. */
	async #send(attempts: Attempts, running: Running, target: Target): Promise<Uploaded> {
		const attempt = newestOf(attempts);
		const { pem, name } = attempt;
		let certificate: Certificate;
		try {
			certificate = await target.service.upload({ pem, name }, running.stop.signal);
		} catch (thrown) {
			const problem = problemOf(thrown);
			if (problem?.reason === "unconfirmed") {
				// What was cancelled is the sending: whether it came too late is still to be seen.
				running.stop = new AbortController();
				running.upload = { ...running.upload, checking: true };
				this.tell("change");
				return this.#found(attempts, this.#lookUp.insist(attempts, problem.ending, target, running.stop.signal));
			}
			// All else that a service throws means that nothing was stored.
			if (problemOf(thrown) || isCancelled(thrown)) await this.#journal.remove(attempt);
			throw thrown;
		}
		await this.#journal.settle(attempt, [certificate]);
		this.#certificates.add(certificate, target.epoch, attempt.sha256);
		const twins = await this.#lookUp.twins(attempts, certificate, target, running.stop.signal);
		return { certificate, twins, how: "answered" };
	}

	/** Settles what was found, and remembers what was seen instead. */
	async #found(attempts: Attempts, looking: Promise<Found>): Promise<Uploaded> {
		const attempt = newestOf(attempts);
		try {
			const { certificate, twins } = await looking;
			// What another window is sending is settled by that one.
			if (!this.#journal.runsElsewhere(attempt)) await this.#journal.settle(attempt, [certificate, ...twins]);
			return { certificate, twins, how: "found" };
		} catch (thrown) {
			const problem = problemOf(thrown);
			if (problem) this.#looks.set(idOf(attempt), problem.reason === "unconfirmed" ? problem.look : LOOK_FAILED);
			throw thrown;
		}
	}

	async #read(): Promise<UploadRecords> {
		const before = this.#digest();
		const records = await this.#journal.read();
		if (this.#digest() !== before) this.tell("change");
		return records;
	}

	#runsHere(key: UploadKey): Running | undefined {
		return [...this.#running.values()].find((running) => isSameUpload(running, key));
	}

	#digest(): string {
		return this.unconfirmed.map(({ id, elsewhere, look }) => `${id} ${elsewhere} ${JSON.stringify(look)}`).join();
	}
}

const LOOK_FAILED: Look = { outcome: "failed" };

function idOf({ organizationRef, sha256, attempt }: PendingUpload): string {
	return `${organizationRef}.${sha256}.${attempt}`;
}

/** All attempts that are open, or the one that is meant where it is not among them any more. */
function attemptsOf(records: UploadRecords, pending: PendingUpload): Attempts {
	const open = records.isOpen(pending) ? records.openAttempts(pending) : [];
	return [...open.slice(0, -1), open.at(-1) ?? pending];
}

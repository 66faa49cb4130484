import type { Certificate, CertificateListing } from "../domain/certificate.ts";
import { Failure } from "../domain/failure.ts";
import type { PendingUpload } from "../domain/pendingUpload.ts";
import type { Certificates } from "./certificates.ts";
import type { UploadStore } from "./pendingUploads.ts";
import type { AttemptKey } from "./uploadFiles.ts";
import { type UploadKey, UploadRecords } from "./uploadRecords.ts";

/**
 * For how long a window that runs is believed to be sending what it wrote down, in milliseconds: longer than that takes,
 * unless the computer sleeps meanwhile.
 */
const SENDING_MS = 180_000;

/** This window among those that run on this machine. */
export interface ThisWindow {
	/** Names it. */
	readonly owner: string;
	/** Whether the window of that name still runs. */
	isAlive(owner: string): boolean;
}

/** What all windows wrote down of uploads, as this one reads it and adds to it. */
export class UploadJournal {
	readonly #files: UploadStore;
	readonly #certificates: Certificates;
	readonly #window: ThisWindow;
	readonly #now: () => number;
	#records = new UploadRecords([], []);
	#reads = 0;
	#newest = 0;

	constructor(files: UploadStore, certificates: Certificates, window: ThisWindow, now: () => number) {
		this.#files = files;
		this.#certificates = certificates;
		this.#window = window;
		this.#now = now;
	}

	/** As it was last read. */
	get records(): UploadRecords {
		return this.#records;
	}

	/** Reads it anew, and has the list show what other windows uploaded. @throws Failure `not-recorded` */
	async read(): Promise<UploadRecords> {
		const read = ++this.#reads;
		const records = await this.#files.read();
		if (read < this.#newest) return records;
		this.#newest = read;
		this.#records = records;
		for (const { certificate, sha256, at } of records.uploaded(this.#certificates.organizationRef ?? ""))
			this.#certificates.learn(certificate, sha256, at);
		return records;
	}

	/**
	 * Writes down one more attempt, before it is sent.
	 * @param listing What was there before.
	 * @param records As they were when it was decided: what was written since was written by another window.
	 * @throws Failure `upload-pending` where another one is open meanwhile; `changed-meanwhile` where one came and went; `not-recorded`
	 */
	async write(
		{ organizationRef, sha256, name, pem }: UploadKey & Pick<PendingUpload, "name" | "pem">,
		{ certificates, complete, unreadable, servedAt }: CertificateListing,
		records: UploadRecords,
	): Promise<PendingUpload> {
		const uploaded = records.uploaded(organizationRef).map(({ certificate }) => certificate);
		const ids = new Set([...certificates, ...uploaded].map(({ id }) => id));
		const attempt: PendingUpload = {
			organizationRef,
			sha256,
			attempt: records.nextNumber({ organizationRef, sha256 }),
			name,
			pem,
			startedAt: this.#now(),
			idsBefore: complete && unreadable === 0 ? [...ids] : null,
			servedBefore: servedAt,
			owner: this.#window.owner,
		};
		const isWritten = await this.#files.write(attempt);
		// The name of an attempt is free again once it is closed, so that having it does not tell who was first.
		const stands = isWritten && (await this.#addsOnly(attempt, records));
		if (stands) return attempt;
		if (isWritten) await this.remove(attempt);
		this.refuseOpen(attempt, await this.read());
		throw new Failure({ reason: "changed-meanwhile" });
	}

	/** As in `UploadRecords`, by what is there now; not where that cannot be read. */
	async #addsOnly(attempt: PendingUpload, before: UploadRecords): Promise<boolean> {
		return this.read().then(
			(records) => records.addsOnly(attempt, before),
			() => false,
		);
	}

	/** Writes down what an attempt arrived as. */
	async settle(attempt: PendingUpload, certificates: readonly Certificate[]): Promise<void> {
		// What cannot be written down is found by the next look.
		await this.#files.settle(attempt, certificates).catch(() => {});
	}

	/** Takes out an attempt that was not stored, or is to be forgotten. @returns whether it is out. */
	remove(attempt: AttemptKey): Promise<boolean> {
		return this.#files.remove(attempt);
	}

	/** Whether another window is believed to be sending it. */
	runsElsewhere({ owner, startedAt }: PendingUpload): boolean {
		const isYoung = Math.abs(this.#now() - startedAt) < SENDING_MS;
		return isYoung && owner !== this.#window.owner && this.#window.isAlive(owner);
	}

	/** @throws Failure `upload-pending`, `record-newer`, `record-unreadable` where it is not known what became of an upload of the same. */
	refuseOpen(key: UploadKey, records: UploadRecords): void {
		this.refuseSpoilt(key, records);
		const open = records.openAttempts(key).at(-1);
		if (open) throw new Failure({ reason: "upload-pending", name: open.name, running: this.runsElsewhere(open) });
	}

	/** @throws Failure `record-newer`, `record-unreadable` where an attempt of the same cannot be understood. */
	refuseSpoilt(key: UploadKey, records: UploadRecords): void {
		const [spoilt] = records.spoilt(key);
		if (spoilt) throw new Failure({ reason: spoilt.state === "newer" ? "record-newer" : "record-unreadable" });
	}

	/** @throws Failure `upload-pending` where another window is sending one of these. */
	refuseRunning(attempts: readonly PendingUpload[]): void {
		const running = attempts.find((attempt) => this.runsElsewhere(attempt));
		if (running) throw new Failure({ reason: "upload-pending", name: running.name, running: true });
	}
}

import { ProblemError } from "../../domain/problem.ts";
import type { CertificateStore } from "../organization/certificateStore.ts";
import type { UploadStore } from "./journalStore.ts";
import type { UploadAttempt } from "./uploadAttempt.ts";
import { spoiltFailure, UploadHistory, type UploadKey } from "./uploadHistory.ts";

/** What all windows wrote down of uploads, as this one read it last. */
export class UploadJournal {
	readonly #files: UploadStore;
	readonly #certificates: CertificateStore;
	#records = new UploadHistory([]);
	/** The attempts of windows that hold their lock, and whether each was seen to be alive. */
	#heldElsewhere: ReadonlyMap<string, boolean> = new Map();
	#reads = 0;
	#newest = 0;

	constructor(files: UploadStore, certificates: CertificateStore) {
		this.#files = files;
		this.#certificates = certificates;
	}

	/** As it was last read. */
	get records(): UploadHistory {
		return this.#records;
	}

	/** Reads it anew, and has the list show what other windows uploaded. @throws Failure `not-recorded` */
	async read(): Promise<UploadHistory> {
		const read = ++this.#reads;
		const records = await this.#files.read();
		const elsewhere = new Map<string, boolean>();
		for (const { id, owner, ...key } of records.unconfirmed) {
			const holder = owner === this.#files.owner ? null : await this.#files.holderOf(key);
			if (holder?.id === owner) elsewhere.set(id, holder.isSeenAlive);
		}
		if (read < this.#newest) return records;
		this.#newest = read;
		this.#records = records;
		this.#heldElsewhere = elsewhere;
		for (const { certificate, sha256, at } of records.uploaded(this.#certificates.organizationRef ?? ""))
			this.#certificates.addFromOtherWindow(certificate, sha256, at);
		return records;
	}

	/** Whether another window was seen to be sending it. */
	runsElsewhere({ id }: UploadAttempt): boolean {
		return this.#heldElsewhere.get(id) ?? false;
	}

	/** Whether only another look can tell what became of a window that was sending. */
	get isToBeRead(): boolean {
		return this.#heldElsewhere.size > 0;
	}

	/** @throws Failure `upload-pending`, `record-newer`, `record-unreadable` where it is not known what became of an upload of the same. */
	refuseOpen(key: UploadKey, records: UploadHistory): void {
		this.refuseSpoilt(key, records);
		const open = records.openAttempts(key).at(-1);
		if (open) throw new ProblemError({ reason: "upload-pending", name: open.name, running: this.runsElsewhere(open) });
	}

	/** @throws Failure `record-newer`, `record-unreadable` where what was written down of the same cannot be understood. */
	refuseSpoilt(key: UploadKey, records: UploadHistory): void {
		const state = records.spoilt(key);
		if (state) throw spoiltFailure(state);
	}
}

import { ProblemError } from "../../domain/problem.ts";
import type { CertificateStore } from "../organization/certificateStore.ts";
import type { JournalStoreApi } from "./journalStore.ts";
import type { UploadAttempt } from "./uploadAttempt.ts";
import { UploadHistory, type UploadKey, unusableUploadProblem } from "./uploadHistory.ts";

/** The uploads that all windows have recorded, as last read by this window. */
export class UploadJournal {
	readonly #store: JournalStoreApi;
	readonly #certificates: CertificateStore;
	#history = new UploadHistory([]);
	/** Ids of attempts that another window has locked, and whether that window's heartbeat was observed. */
	#lockedByOthers: ReadonlyMap<string, boolean> = new Map();
	#reads = 0;
	#newest = 0;

	constructor(store: JournalStoreApi, certificates: CertificateStore) {
		this.#store = store;
		this.#certificates = certificates;
	}

	/** The uploads as last read. */
	get history(): UploadHistory {
		return this.#history;
	}

	/** Reads the uploads, and adds other windows' uploads to the list. @throws ProblemError `not-recorded` */
	async read(): Promise<UploadHistory> {
		const read = ++this.#reads;
		const history = await this.#store.read();
		const lockedByOthers = new Map<string, boolean>();
		for (const { id, owner, ...key } of history.unconfirmed) {
			const holder = owner === this.#store.owner ? null : await this.#store.holderOf(key);
			if (holder?.id === owner) lockedByOthers.set(id, holder.isSeenAlive);
		}
		if (read < this.#newest) return history;
		this.#newest = read;
		this.#history = history;
		this.#lockedByOthers = lockedByOthers;
		for (const { certificate, sha256, at } of history.uploadedTo(this.#certificates.organizationRef ?? ""))
			this.#certificates.addFromOtherWindow(certificate, sha256, at);
		return history;
	}

	/** True if another window is known to be sending the attempt. */
	runsInOtherWindow({ id }: UploadAttempt): boolean {
		return this.#lockedByOthers.get(id) ?? false;
	}

	/** True if other windows have locked attempts, so that only another read shows when their uploads end. */
	get needsPolling(): boolean {
		return this.#lockedByOthers.size > 0;
	}

	/** @throws ProblemError `upload-pending` if the upload has an open attempt; as `assertUsable` */
	assertNoneOpen(key: UploadKey, history: UploadHistory): void {
		this.assertUsable(key, history);
		const open = history.openAttempts(key).at(-1);
		if (open)
			throw new ProblemError({ reason: "upload-pending", name: open.name, running: this.runsInOtherWindow(open) });
	}

	/** @throws ProblemError `record-newer`, `record-unreadable` if the upload's file is unusable. */
	assertUsable(key: UploadKey, history: UploadHistory): void {
		const state = history.unusableState(key);
		if (state) throw unusableUploadProblem(state);
	}
}

// Records the uploads that an organization received and stored.
import assert from "node:assert/strict";
import type { Emulator } from "../emulator/emulator.ts";
import type { ArmedFault } from "../emulator/faults.ts";
import type { Exchange } from "../emulator/record.ts";
import type { Operation } from "../emulator/routes.ts";
import { uniqueOrganizationRef } from "../unit/fakes/certificatesApi.ts";
import type { UploadDisruption } from "./faults.ts";

/** An uploaded certificate, stored or not. */
export interface HistoryEntry {
	readonly id: string;
	readonly name: string | null;
	readonly sha256: string;
	/** True if a window uploaded the certificate, not another administrator. */
	readonly fromWindow: boolean;
	/** Unix seconds. */
	readonly createdAt: number;
	committed: boolean;
	/** Unix milliseconds, `null` if not deleted. */
	deletedAt: number | null;
}

/** An upload request of a window. */
export interface Post {
	readonly entry: HistoryEntry;
	/** The disruption of the request, or `null`. */
	readonly disruption: UploadDisruption | null;
	/** The sending window. */
	readonly owner: string;
}

/** An organization and the history of its certificates. */
export class ServerHistory {
	readonly emulator: Emulator;
	/** Of the connection with the organization's key. */
	readonly organizationRef = uniqueOrganizationRef();
	readonly entries: HistoryEntry[] = [];
	readonly disruptedExchanges = new WeakSet<Exchange>();
	readonly #attributed = new WeakSet<Exchange>();
	/** The disruption of the upload request in progress. */
	#nextDisruption: UploadDisruption | null = null;

	/** @param onPost Called before the response to each upload request of a window. */
	constructor(emulator: Emulator, now: () => number, onPost: (post: Post) => void) {
		this.emulator = emulator;
		const { state } = emulator;
		const upload = state.upload.bind(state);
		state.upload = (sent, actor) => {
			const change = upload(sent, actor);
			const { id, name, sha256, createdAt } = change.result;
			const fromWindow = actor !== undefined && actor !== "dashboard";
			const entry: HistoryEntry = { id, name, sha256, fromWindow, createdAt, committed: false, deletedAt: null };
			this.entries.push(entry);
			const disruption = this.#nextDisruption;
			this.#nextDisruption = null;
			if (fromWindow) onPost({ entry, disruption, owner: this.#ownerOf(name ?? "") });
			return {
				...change,
				commit: () => {
					entry.committed = true;
					return change.commit();
				},
			};
		};
		const remove = state.remove.bind(state);
		state.remove = (id, actor) => {
			const change = remove(id, actor);
			return {
				...change,
				commit: () => {
					this.find(id).deletedAt = now();
					return change.commit();
				},
			};
		};
	}

	find(id: string): HistoryEntry {
		return this.entries.find((entry) => entry.id === id) ?? assert.fail(`nobody stored ${id}`);
	}

	/** Returns the sender of the newest unattributed upload request with this name. */
	#ownerOf(name: string): string {
		const exchange = this.emulator.exchanges.findLast(
			(each) =>
				each.operation === "upload" && !this.#attributed.has(each) && each.requestBody.includes(JSON.stringify(name)),
		);
		if (!exchange) return assert.fail(`nobody sent ${name}`);
		this.#attributed.add(exchange);
		return exchange.requestHeaders["user-agent"] ?? "";
	}

	/** Returns the certificates that exist now. */
	get stored(): readonly HistoryEntry[] {
		return this.entries.filter(({ committed, deletedAt }) => committed && deletedAt === null);
	}

	/** Disrupts an operation. @param onFirstDisruption Called at the first affected request. */
	arm(operation: Operation, disruption: UploadDisruption, onFirstDisruption: () => void): ArmedFault {
		const { fault, when, times } = disruption;
		let { skipCount: remainingSkips } = disruption;
		let hasHappened = false;
		return this.emulator.faults.arm({
			...fault,
			operation,
			when,
			times,
			match: (exchange) => {
				if (remainingSkips-- > 0) return false;
				if (fault.kind !== "none") this.disruptedExchanges.add(exchange);
				if (operation === "upload") this.#nextDisruption = disruption;
				return true;
			},
			beforeSending: () => {
				if (!hasHappened) onFirstDisruption();
				hasHappened = true;
			},
		});
	}
}

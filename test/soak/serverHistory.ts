// What is true: what one organization was sent and what it stored, whatever anybody was told of it.
import assert from "node:assert/strict";
import type { Emulator } from "../emulator/emulator.ts";
import type { ArmedFault } from "../emulator/faults.ts";
import type { Exchange } from "../emulator/record.ts";
import type { Operation } from "../emulator/routes.ts";
import { namedOrganization } from "../unit/fakes/certificatesApi.ts";
import type { Strike } from "./faults.ts";

/** A certificate that was stored, or may be. */
export interface Entry {
	readonly id: string;
	readonly name: string | null;
	readonly sha256: string;
	/** Whether it came by the key of the windows, not from another administrator. */
	readonly byUs: boolean;
	/** Unix seconds. */
	readonly createdAt: number;
	committed: boolean;
	/** Unix milliseconds, or `null` while it is there. */
	deletedAt: number | null;
}

/** One POST of ours. */
export interface Post {
	readonly entry: Entry;
	/** What it met, or `null`. */
	readonly strike: Strike | null;
	/** The window that sent it. */
	readonly owner: string;
}

/** An organization, and what happened in it. */
export class Ledger {
	readonly emulator: Emulator;
	/** The connection of whoever has its key. */
	readonly organizationRef = namedOrganization();
	readonly entries: Entry[] = [];
	/** The exchanges that went wrong. */
	readonly struck = new WeakSet<Exchange>();
	readonly #posts = new WeakSet<Exchange>();
	/** What the POST meets that is being looked at. */
	#struck: Strike | null = null;

	/** @param onPost Told of each POST of ours, before it is answered. */
	constructor(emulator: Emulator, now: () => number, onPost: (post: Post) => void) {
		this.emulator = emulator;
		const { state } = emulator;
		const upload = state.upload.bind(state);
		state.upload = (sent, actor) => {
			const change = upload(sent, actor);
			const { id, name, sha256, createdAt } = change.result;
			const byUs = actor !== undefined && actor !== "dashboard";
			const entry: Entry = { id, name, sha256, byUs, createdAt, committed: false, deletedAt: null };
			this.entries.push(entry);
			const strike = this.#struck;
			this.#struck = null;
			if (byUs) onPost({ entry, strike, owner: this.#ownerOf(name ?? "") });
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

	find(id: string): Entry {
		return this.entries.find((entry) => entry.id === id) ?? assert.fail(`nobody stored ${id}`);
	}

	/** The window whose POST it is that is being looked at. */
	#ownerOf(name: string): string {
		const exchange = this.emulator.exchanges.findLast(
			(each) =>
				each.operation === "upload" && !this.#posts.has(each) && each.requestBody.includes(JSON.stringify(name)),
		);
		if (!exchange) return assert.fail(`nobody sent ${name}`);
		this.#posts.add(exchange);
		return exchange.requestHeaders["user-agent"] ?? "";
	}

	/** What is there. */
	get stored(): readonly Entry[] {
		return this.entries.filter(({ committed, deletedAt }) => committed && deletedAt === null);
	}

	/** Has an operation go wrong. @param onStrike Told once it does. */
	arm(operation: Operation, strike: Strike, onStrike: () => void): ArmedFault {
		const { fault, when, times } = strike;
		let { skip } = strike;
		let told = false;
		return this.emulator.faults.next({
			...fault,
			operation,
			when,
			times,
			match: (exchange) => {
				if (skip-- > 0) return false;
				if (fault.kind !== "none") this.struck.add(exchange);
				if (operation === "upload") this.#struck = strike;
				return true;
			},
			meanwhile: () => {
				if (!told) onStrike();
				told = true;
			},
		});
	}
}

import { timeSlices } from "../../common/concurrency.ts";
import type { ChainChecks, ClientCertificateIssue, Verdict } from "../../domain/clientCertificateCheck.ts";
import { fingerprint } from "./clientRecord.ts";
import type { KnownClient } from "./knownClient.ts";

/** An active trust anchor with its content. */
export interface Anchor {
	/** The certificate's id at the service. */
	readonly id: string;
	readonly der: Uint8Array;
}

/** What OpenAI would do with a client certificate where certain trust anchors are active, as the check predicts. */
export interface ClientVerdict {
	readonly verdict: Verdict;
	/** The id of the trust anchor that the client chains to; `null` if to none. */
	readonly anchorId: string | null;
	readonly issues: readonly ClientCertificateIssue[];
}

interface CachedVerdict extends ClientVerdict {
	/** From and until when the verdict is valid, Unix seconds. */
	readonly from: number;
	readonly until: number;
}

/** Longest age of a verdict in seconds, because its issues contain the time since an expiry. */
const MAX_AGE = 3600;

/** Maximum number of sets of trust anchors whose verdicts are kept. */
const MAX_SETS = 500;

/** Judges known clients against sets of trust anchors, and keeps the verdicts while no date of a certificate passes. */
export class ClientJudge {
	readonly #openChecks: (anchors: readonly Uint8Array[]) => Promise<ChainChecks | null>;
	/** By the anchors' ids, then by the client's SHA-256. The content of an id never changes. */
	readonly #sets = new Map<string, Map<string, CachedVerdict>>();

	/** @param openChecks Prepares the check against trust anchors; `null` if one is malformed. */
	constructor(openChecks: (anchors: readonly Uint8Array[]) => Promise<ChainChecks | null>) {
		this.#openChecks = openChecks;
	}

	/**
	 * Judges each client against the trust anchors of one scope together, without blocking the event loop for long.
	 * @param anchors All that are active there, at least one: where none is active, OpenAI requires no client certificate.
	 * @param now Unix seconds.
	 * @returns the verdicts by the clients' SHA-256.
	 * @throws CancelledError
	 */
	async judge(
		clients: readonly KnownClient[],
		anchors: readonly Anchor[],
		now: number,
		signal?: AbortSignal,
	): Promise<ReadonlyMap<string, ClientVerdict>> {
		const sorted = anchors.toSorted((one, other) => (one.id < other.id ? -1 : 1));
		const cached = this.#verdictsOf(sorted);
		const outdated = clients.filter(({ sha256 }) => !isValidAt(cached.get(sha256), now));
		const pause = timeSlices();
		const checks = outdated.length > 0 ? await this.#openChecks(sorted.map(({ der }) => der)) : null;
		const idBySha256 = new Map(sorted.map(({ id, der }) => [fingerprint(der), id]));
		for (const client of outdated) {
			await pause(signal);
			const checked = checks?.(client.chain, now);
			const end = checked?.complete ? checked.chain.at(-1) : undefined;
			cached.set(client.sha256, {
				verdict: checked?.verdict ?? "unknown",
				anchorId: (end && idBySha256.get(end.sha256)) ?? null,
				issues: checked?.issues ?? [],
				from: now,
				until: Math.min(checked?.changesAt ?? Number.POSITIVE_INFINITY, now + MAX_AGE),
			});
		}
		return new Map(
			clients.flatMap(({ sha256 }) => {
				const verdict = cached.get(sha256);
				return verdict ? [[sha256, verdict] as const] : [];
			}),
		);
	}

	/** Returns the kept verdicts of a set of trust anchors. Forgets the oldest set if there are too many. */
	#verdictsOf(anchors: readonly Anchor[]): Map<string, CachedVerdict> {
		const key = anchors.map(({ id }) => id).join();
		const verdicts = this.#sets.get(key) ?? new Map<string, CachedVerdict>();
		this.#sets.delete(key);
		this.#sets.set(key, verdicts);
		for (const oldest of this.#sets.keys()) {
			if (this.#sets.size <= MAX_SETS) break;
			this.#sets.delete(oldest);
		}
		return verdicts;
	}
}

function isValidAt(verdict: CachedVerdict | undefined, now: number): boolean {
	return verdict !== undefined && verdict.from <= now && now < verdict.until;
}

import { timeSlices } from "../../common/concurrency.ts";
import type { ChainChecks, ClientCertificateIssue, Verdict } from "../../domain/clientCertificateCheck.ts";
import { fingerprint } from "./clientRecord.ts";
import { type KnownClient, MAX_CLIENTS } from "./knownClient.ts";

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

/** A client's chain with its verdicts. */
interface JudgedChain {
	/** Subjects and issuers. Only trust anchors with one of these names can change a verdict. */
	readonly names: ReadonlySet<string>;
	/** By the ids of those trust anchors. */
	readonly verdicts: Map<string, CachedVerdict>;
}

/** Trust anchors by their subjects. */
type AnchorsBySubject = ReadonlyMap<string, readonly Anchor[]>;

/** Longest age of a verdict in seconds, because its issues contain the time since an expiry. */
const MAX_AGE = 3600;

const UNKNOWN: ClientVerdict = { verdict: "unknown", anchorId: null, issues: [] };

/** Judges known clients against sets of trust anchors, and keeps the verdicts while no date of a certificate passes. */
export class ClientJudge {
	readonly #openChecks: () => Promise<ChainChecks>;
	/** By the SHA-256 of the chain's certificates. */
	readonly #chains = new Map<string, JudgedChain>();
	/** By id; `null` if malformed. The content of an id never changes. */
	readonly #subjects = new Map<string, string | null>();

	constructor(openChecks: () => Promise<ChainChecks>) {
		this.#openChecks = openChecks;
	}

	/**
	 * Judges each client against the trust anchors of each set together, without blocking the event loop for long.
	 * @param sets The trust anchors that are active in a scope. If one is malformed, or there is none, all is unknown.
	 * @param now Unix seconds.
	 * @returns by the clients' SHA-256, a verdict for each set.
	 * @throws CancelledError
	 */
	async judge(
		clients: readonly KnownClient[],
		sets: readonly (readonly Anchor[])[],
		now: number,
		signal?: AbortSignal,
	): Promise<ReadonlyMap<string, readonly ClientVerdict[]>> {
		const pause = timeSlices();
		const checks = await this.#openChecks();
		const indexes: (AnchorsBySubject | null)[] = [];
		for (const set of sets) {
			await pause(signal);
			indexes.push(this.#groupBySubject(set, checks));
		}
		const verdicts = new Map<string, readonly ClientVerdict[]>();
		for (const client of clients) {
			const judged = this.#chainOf(client, checks);
			const ofClient: ClientVerdict[] = [];
			for (const index of indexes) {
				await pause(signal);
				ofClient.push(index ? judgeChain(client.chain, judged, index, checks, now) : UNKNOWN);
			}
			verdicts.set(client.sha256, ofClient);
		}
		return verdicts;
	}

	/** @returns `null` if there is none, or one is malformed */
	#groupBySubject(anchors: readonly Anchor[], checks: ChainChecks): AnchorsBySubject | null {
		for (const { id, der } of anchors)
			if (!this.#subjects.has(id)) this.#subjects.set(id, checks.namesOf(der)?.subject ?? null);
		const isMalformed = anchors.some(({ id }) => this.#subjects.get(id) === null);
		if (anchors.length === 0 || isMalformed) return null;
		const sorted = anchors.toSorted((one, other) => (one.id < other.id ? -1 : 1));
		return Map.groupBy(sorted, ({ id }) => this.#subjects.get(id) ?? "");
	}

	/** Returns the kept verdicts of a client's chain. Forgets the oldest chain if there are too many. */
	#chainOf({ sha256, chain }: KnownClient, checks: ChainChecks): JudgedChain {
		const key = [sha256, ...chain.slice(1).map(fingerprint)].join();
		const known = this.#chains.get(key);
		if (known) return known;
		const names = new Set(chain.flatMap((der) => Object.values(checks.namesOf(der) ?? {})));
		const judged: JudgedChain = { names, verdicts: new Map() };
		this.#chains.set(key, judged);
		for (const oldest of this.#chains.keys()) {
			if (this.#chains.size <= MAX_CLIENTS) break;
			this.#chains.delete(oldest);
		}
		return judged;
	}
}

/** Returns the kept verdict on a chain, or checks it again. */
function judgeChain(
	chain: readonly Uint8Array[],
	{ names, verdicts }: JudgedChain,
	bySubject: AnchorsBySubject,
	checks: ChainChecks,
	now: number,
): ClientVerdict {
	const anchors = [...names].flatMap((name) => bySubject.get(name) ?? []);
	const key = anchors.map(({ id }) => id).join();
	const known = verdicts.get(key);
	if (known && known.from <= now && now < known.until) return known;
	const checked = checks.check(
		chain,
		anchors.map(({ der }) => der),
		now,
	);
	const end = checked?.complete ? checked.chain.at(-1) : undefined;
	const verdict: CachedVerdict = {
		verdict: checked?.verdict ?? "unknown",
		anchorId: anchors.findLast(({ der }) => end?.sha256 === fingerprint(der))?.id ?? null,
		issues: checked?.issues ?? [],
		from: now,
		until: Math.min(checked?.changesAt ?? Number.POSITIVE_INFINITY, now + MAX_AGE),
	};
	verdicts.set(key, verdict);
	return verdict;
}

// What a person wants, and what was done about it.
import type { ParsedCertificate } from "../../src/domain/certificateFile.ts";
import type { Ledger, Post } from "./serverHistory.ts";
import type { Slot } from "./world.ts";

/** What a person wanted: one certificate in one organization, by a name of its own. */
export interface Intent {
	readonly name: string;
	readonly ledger: Ledger;
	readonly candidate: ParsedCertificate;
	/** The ids of the same certificate that the person was told of before. */
	readonly told: readonly string[];
	readonly posts: Post[];
	/** How often the person said Upload Again. */
	agains: number;
	/** `unknown` as long as nobody was told what became of it. */
	status: "running" | "arrived" | "refused" | "unknown";
	forgotten: boolean;
	/** The ids that somebody was told it became. */
	readonly ids: Set<string>;
	/** What people were told to have arrived before its first POST. */
	knownBefore: ReadonlySet<string>;
	/** The service's clock before it was written down, Unix seconds. */
	servedBefore: number | null;
}

/** One call of a window. */
export interface Call {
	readonly verb: "upload" | "check" | "again" | "forget";
	readonly slot: Slot;
	readonly owner: string;
	readonly intent: Intent;
	/** When the attempt was written down that the row showed at which it was given, Unix milliseconds; `null` for an upload. */
	readonly startedAt: number | null;
	/** How many exchanges and POSTs there were before, and when. */
	readonly exchanges: number;
	readonly posts: number;
	readonly at: number;
	/** Whether another call was about the same certificate at the same time. */
	overlapped: boolean;
}

/** Whether any of these POSTs was stored, or still may be, as far as those can tell who sent them. */
export function mayBeStored(posts: readonly Post[]): boolean {
	return posts.some(({ strike }) => !(strike && isRefusal(strike.fault)));
}

function isRefusal(fault: NonNullable<Post["strike"]>["fault"]): boolean {
	return fault.kind === "status" && fault.status < 500 && fault.status !== 408 && fault.status !== 409;
}

export function isSame(one: Intent, other: Intent): boolean {
	return one.ledger === other.ledger && one.candidate === other.candidate;
}

export function isTheSameAs({ candidate }: Intent): (entry: { readonly sha256: string }) => boolean {
	return ({ sha256 }) => sha256 === candidate.sha256;
}

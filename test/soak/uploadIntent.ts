// Describes requested uploads, and the calls made for them.
import type { ParsedCertificate } from "../../src/domain/certificateFile.ts";
import type { Ledger, Post } from "./serverHistory.ts";
import type { Slot } from "./world.ts";

/** An upload that the user requested, with a unique name. */
export interface Intent {
	readonly name: string;
	readonly ledger: Ledger;
	readonly candidate: ParsedCertificate;
	/** The duplicates that the user was shown before. */
	readonly told: readonly string[];
	readonly posts: Post[];
	/** Number of retries by Upload Again. */
	agains: number;
	/** `unknown` until the outcome is reported to the user. */
	status: "running" | "arrived" | "refused" | "unknown";
	forgotten: boolean;
	/** The ids reported as the uploaded certificate. */
	readonly ids: Set<string>;
	/** The ids of all uploads reported as arrived before the first request. */
	knownBefore: ReadonlySet<string>;
	/** The service's time before the upload was recorded, Unix seconds. */
	servedBefore: number | null;
}

export interface Call {
	readonly verb: "upload" | "check" | "again" | "forget";
	readonly slot: Slot;
	readonly owner: string;
	readonly intent: Intent;
	/** When the selected row's attempt was recorded, Unix milliseconds; `null` for an upload. */
	readonly startedAt: number | null;
	/** Number of exchanges before. */
	readonly exchanges: number;
	/** Number of the intent's upload requests before. */
	readonly posts: number;
	/** When the call began, Unix milliseconds. */
	readonly at: number;
	/** True if another call concerned the same certificate at the same time. */
	overlapped: boolean;
}

/** True if, to the sender's knowledge, a request was stored or may still be stored. */
export function mayBeStored(posts: readonly Post[]): boolean {
	return posts.some(({ strike: disruption }) => !(disruption && isRefusal(disruption.fault)));
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

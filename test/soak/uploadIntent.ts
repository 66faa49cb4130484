// Describes requested uploads, and the calls made for them.
import type { ParsedCertificate } from "../../src/domain/certificateFile.ts";
import type { Post, ServerHistory } from "./serverHistory.ts";
import type { UploadSlot } from "./world.ts";

/** An upload that the user requested, with a unique name. */
export interface UploadIntent {
	readonly name: string;
	readonly server: ServerHistory;
	readonly candidate: ParsedCertificate;
	/** The duplicates that the user was shown before. */
	readonly knownDuplicateIds: readonly string[];
	readonly posts: Post[];
	/** Number of retries by Upload Again. */
	retryCount: number;
	/** `unknown` until the outcome is reported to the user. */
	status: "running" | "arrived" | "refused" | "unknown";
	forgotten: boolean;
	/** The ids reported as the uploaded certificate. */
	readonly reportedIds: Set<string>;
	/** The ids of all uploads reported as arrived before the first request. */
	reportedBefore: ReadonlySet<string>;
	/** The service's time before the upload was recorded, Unix seconds. */
	servedBefore: number | null;
}

export interface UploadCall {
	readonly verb: "upload" | "check" | "again" | "forget";
	readonly slot: UploadSlot;
	readonly owner: string;
	readonly intent: UploadIntent;
	/** When the selected row's attempt was recorded, Unix milliseconds; `null` for an upload. */
	readonly startedAt: number | null;
	/** Number of exchanges before. */
	readonly exchangeCount: number;
	/** Number of the intent's upload requests before. */
	readonly postCount: number;
	/** When the call began, Unix milliseconds. */
	readonly calledAt: number;
	/** True if another call concerned the same certificate at the same time. */
	overlapped: boolean;
}

/** True if, to the sender's knowledge, a request was stored or may still be stored. */
export function mayBeStored(posts: readonly Post[]): boolean {
	return posts.some(({ disruption }) => !(disruption && isRefusal(disruption.fault)));
}

function isRefusal(fault: NonNullable<Post["disruption"]>["fault"]): boolean {
	return fault.kind === "status" && fault.status < 500 && fault.status !== 408 && fault.status !== 409;
}

export function targetsSameCertificate(one: UploadIntent, other: UploadIntent): boolean {
	return one.server === other.server && one.candidate === other.candidate;
}

export function matchesFingerprintOf({ candidate }: UploadIntent): (entry: { readonly sha256: string }) => boolean {
	return ({ sha256 }) => sha256 === candidate.sha256;
}

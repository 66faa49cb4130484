import type { BlockKind, RefusalReason, SkippedBlock } from "../domain/certificateFile.ts";

/** What is wrong with a block that should have held a certificate. */
const FAULTS: readonly RefusalReason[] = ["bad-base64", "cut-off", "no-end", "no-begin", "unreadable"];

/** From what says most about a file without a candidate to what says least. */
const GRAVITY: readonly RefusalReason[] = [
	...FAULTS,
	"private-key",
	"pkcs12",
	"no-certificates",
	"certificate-request",
	"crl",
	"public-key",
	"ssh-public-key",
	"parameters",
	"unknown",
];

/** Whether a block was meant to hold a certificate, and cannot be read. */
export function isFault(reason: RefusalReason): boolean {
	return FAULTS.includes(reason);
}

/** The reason that stands for a whole file; `undefined` where it has no block. */
export function gravest(skipped: readonly SkippedBlock[]): RefusalReason | undefined {
	return GRAVITY.find((reason) => skipped.some((block) => block.reason === reason));
}

/** Why a block of a kind is no candidate, where nothing more is known. */
export function reasonFor(kind: BlockKind): RefusalReason {
	return kind === "certificate" || kind === "pkcs7" ? "unreadable" : kind;
}

import { type BlockKind, isFault, type RefusalReason, type SkippedBlock } from "../domain/certificateFile.ts";

/** What a file without a candidate may hold instead, from what says most about it to what says least. */
const GRAVITY: readonly RefusalReason[] = [
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

/** The reason that stands for a whole file; `undefined` where it has no block. */
export function mainReason(skipped: readonly SkippedBlock[]): RefusalReason | undefined {
	const reasons = skipped.map(({ reason }) => reason);
	return reasons.find(isFault) ?? GRAVITY.find((reason) => reasons.includes(reason));
}

/** Why a block of a kind is no candidate, where nothing more is known. */
export function reasonFor(kind: BlockKind): RefusalReason {
	return kind === "certificate" || kind === "pkcs7" ? "unreadable" : kind;
}

import { type BlockKind, isFault, type RefusalReason, type SkippedBlock } from "../domain/certificateFile.ts";

/** Reasons for a file without a certificate, the most informative first. */
const PRIORITY: readonly RefusalReason[] = [
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

/** Returns the reason to report for a file; `undefined` if no block was skipped. */
export function mainReason(skipped: readonly SkippedBlock[]): RefusalReason | undefined {
	const reasons = skipped.map(({ reason }) => reason);
	return reasons.find(isFault) ?? PRIORITY.find((reason) => reasons.includes(reason));
}

/** Returns the default reason why a block of a kind provides no certificate. */
export function defaultReason(kind: BlockKind): RefusalReason {
	return kind === "certificate" || kind === "pkcs7" ? "unreadable" : kind;
}

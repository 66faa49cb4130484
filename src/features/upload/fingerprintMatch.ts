import type { Certificate, CertificateListing } from "../../domain/certificate.ts";
import type { ParsedCertificate } from "../../domain/certificateFile.ts";
import type { LookupOutcome } from "../../domain/problem.ts";
import type { UploadAttempt } from "./uploadAttempt.ts";

/** By how much two clocks of the one service may differ, in seconds. */
const CLOCK_TOLERANCE = 5;

/** What a list shows of an upload. */
export interface MatchResult {
	/**
	 * What it became: more than one where it was sent more than once, or by others too. Those of the name that was sent are
	 * first, and of these the earliest.
	 */
	readonly ours: readonly Certificate[];
	/** The same certificate, of which it cannot be told whether it was there before. */
	readonly unclear: readonly Certificate[];
	/** Whether all could be read that might have been it. */
	readonly whole: boolean;
}

/**
 * Looks for an upload in a list that was read after it: it is a certificate that was not there before and has the same
 * fingerprint. Names and dates do not decide: names can be changed, and dates may be missing.
 * @param attempts All that were sent and of which it is not known whether they arrived, at least one.
 * @param others Ids that are known to be of other uploads.
 * @param contentOf What is under an id; `null` where it cannot be told.
 * @throws whatever `contentOf` throws.
 */
export async function findMatches(
	attempts: readonly UploadAttempt[],
	others: ReadonlySet<string>,
	listing: CertificateListing,
	contentOf: (id: string) => Promise<ParsedCertificate | null>,
): Promise<MatchResult> {
	const candidates = listing.certificates.flatMap((certificate) => {
		const verdicts = others.has(certificate.id) ? [] : attempts.map((attempt) => verdictOn(certificate, attempt));
		const verdict = (["new", "unclear"] as const).find((each) => verdicts.includes(each));
		return verdict ? [{ certificate, verdict }] : [];
	});
	const contents = await Promise.all(candidates.map(({ certificate }) => contentOf(certificate.id)));
	const same = candidates.filter((_, index) => contents[index]?.sha256 === attempts[0]?.sha256);
	const judged = (wanted: "new" | "unclear") =>
		same.filter(({ verdict }) => verdict === wanted).map(({ certificate }) => certificate);
	const isNamed = ({ name }: Certificate) => attempts.some((attempt) => attempt.name === name);
	return {
		ours: judged("new").sort(
			(one, other) =>
				Number(isNamed(other)) - Number(isNamed(one)) || (one.createdAt ?? Infinity) - (other.createdAt ?? Infinity),
		),
		unclear: judged("unclear"),
		whole: listing.complete && listing.unreadable === 0 && !contents.includes(null),
	};
}

/** What to say of an upload that is not among what was seen. @param at When it was looked, Unix milliseconds. */
export function toLookupOutcome({ unclear, whole }: MatchResult, at: number): LookupOutcome {
	if (unclear.length > 0) return { outcome: "ambiguous" };
	return whole ? { outcome: "not-seen", at } : { outcome: "partial" };
}

/**
 * Whether a certificate was there before an attempt. The list before it may have been stale, so that its time counts too,
 * on the same service's clock.
 */
function verdictOn({ id, createdAt }: Certificate, attempt: UploadAttempt): "before" | "unclear" | "new" {
	const { idsBefore, servedBefore } = attempt;
	if (idsBefore?.includes(id)) return "before";
	if (createdAt !== null && servedBefore !== null && createdAt < servedBefore)
		return createdAt < servedBefore - CLOCK_TOLERANCE ? "before" : "unclear";
	return idsBefore === null ? "unclear" : "new";
}

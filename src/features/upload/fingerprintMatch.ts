import type { Certificate, CertificateListing } from "../../domain/certificate.ts";
import type { ParsedCertificate } from "../../domain/certificateFile.ts";
import type { LookupOutcome } from "../../domain/problem.ts";
import type { UploadAttempt } from "./uploadAttempt.ts";

/** Maximum difference between two clocks of the service, in seconds. */
const CLOCK_TOLERANCE = 5;

/** The certificates of a list that match an upload. */
export interface MatchResult {
	/**
	 * Certificates created by the upload; several after repeated sending or uploads by others. Certificates with the
	 * uploaded name come first, then the earliest.
	 */
	readonly matches: readonly Certificate[];
	/** Identical certificates that may have existed before the upload. */
	readonly ambiguous: readonly Certificate[];
	/** False if a possible match could not be read. */
	readonly complete: boolean;
}

/**
 * Finds an upload in a list that was read after sending. A match has the same fingerprint, was not listed before, and was
 * not created before. Names don't decide, because they can be changed.
 * @param attempts Unconfirmed attempts to upload one certificate, at least one.
 * @param otherIds Ids known to belong to other uploads.
 * @param contentOf Returns an id's content; `null` if unknown.
 * @throws whatever `contentOf` throws.
 */
export async function findMatches(
	attempts: readonly UploadAttempt[],
	otherIds: ReadonlySet<string>,
	listing: CertificateListing,
	contentOf: (id: string) => Promise<ParsedCertificate | null>,
): Promise<MatchResult> {
	const possible = listing.certificates.flatMap((certificate) => {
		const ages = otherIds.has(certificate.id) ? [] : attempts.map((attempt) => compareAge(certificate, attempt));
		const age = (["new", "unclear"] as const).find((each) => ages.includes(each));
		return age ? [{ certificate, age }] : [];
	});
	const contents = await Promise.all(possible.map(({ certificate }) => contentOf(certificate.id)));
	const identical = possible.filter((_, index) => contents[index]?.sha256 === attempts[0]?.sha256);
	const ofAge = (wanted: "new" | "unclear") =>
		identical.filter(({ age }) => age === wanted).map(({ certificate }) => certificate);
	const hasUploadedName = ({ name }: Certificate) => attempts.some((attempt) => attempt.name === name);
	return {
		matches: ofAge("new").sort(
			(one, other) =>
				Number(hasUploadedName(other)) - Number(hasUploadedName(one)) ||
				(one.createdAt ?? Infinity) - (other.createdAt ?? Infinity),
		),
		ambiguous: ofAge("unclear"),
		complete: listing.complete && listing.unreadable === 0 && !contents.includes(null),
	};
}

/** Returns the outcome for an upload without a match. @param at When the list was read, Unix milliseconds. */
export function toLookupOutcome({ ambiguous, complete }: MatchResult, at: number): LookupOutcome {
	if (ambiguous.length > 0) return { outcome: "ambiguous" };
	return complete ? { outcome: "not-seen", at } : { outcome: "partial" };
}

/**
 * Compares a certificate's age with an attempt. The list read before sending may have been stale, so its server time
 * counts too.
 */
function compareAge({ id, createdAt }: Certificate, attempt: UploadAttempt): "before" | "unclear" | "new" {
	const { idsBefore, servedBefore } = attempt;
	if (idsBefore?.includes(id)) return "before";
	if (createdAt !== null && servedBefore !== null && createdAt < servedBefore)
		return createdAt < servedBefore - CLOCK_TOLERANCE ? "before" : "unclear";
	return idsBefore === null ? "unclear" : "new";
}

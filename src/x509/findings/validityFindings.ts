import type { Finding } from "../../domain/certificateFile.ts";
import { isNoExpiry, isTimeWellEncoded, readTime } from "../asn1/asn1Time.ts";
import type { RawCertificate } from "../rawCertificate.ts";

const DAY = 86_400;

/**
 * Yields findings about a certificate's dates.
 * @param at Unix seconds.
 */
export function* validityFindings(
	{ notBefore, notAfter }: RawCertificate,
	at: number,
	reminderDays: number,
): Generator<Finding> {
	const begins = readTime(notBefore);
	const ends = readTime(notAfter);
	if (begins === null || ends === null) yield { code: "unreadable-date", level: "strong" };
	else if (!isTimeWellEncoded(notBefore) || !isTimeWellEncoded(notAfter))
		yield { code: "date-encoding", level: "warn" };

	if (begins !== null && ends !== null && ends < begins) yield { code: "dates-reversed", level: "block" };
	if (begins !== null && begins > at) yield { code: "not-yet-valid", level: "warn", seconds: begins - at };
	if (ends === null) return;
	const seconds = ends - at;
	if (isNoExpiry(notAfter)) yield { code: "no-expiry", level: "info" };
	else if (seconds <= 0) yield { code: "expired", level: "block", seconds: at - ends };
	else if (seconds <= DAY) yield { code: "expires-within-a-day", level: "block", seconds };
	else if (seconds <= reminderDays * DAY) yield { code: "expires-soon", level: "warn", seconds };
}

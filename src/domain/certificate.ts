/** One certificate as the service stores it. Times are Unix seconds; `null` where the service did not say. */
export interface Certificate {
	readonly id: string;
	readonly name: string | null;
	readonly createdAt: number | null;
	readonly validAt: number | null;
	readonly expiresAt: number | null;
	/** Active in the organization; `undefined` where the answer did not say, which is not the same as inactive. */
	readonly active: boolean | undefined;
}

/** All certificates of an organization, as far as they could be read. */
export interface CertificateListing {
	readonly certificates: readonly Certificate[];
	/** Entries that the service sent and that could not be read. They never hide the others. */
	readonly unreadable: number;
	/** False when there may be more than was read: too many pages, or a cursor that came twice. */
	readonly complete: boolean;
	/** The service's clock when it answered, Unix seconds; `null` where it did not tell. */
	readonly servedAt: number | null;
	/** The organization that the key belongs to, by the `openai-organization` header; `null` where it did not tell. */
	readonly organization: string | null;
}

/** 9999-12-31T23:59:59Z, the last second that a certificate can name (RFC 5280, 4.1.2.5). Milliseconds lie beyond it. */
export const NO_EXPIRY = 253_402_300_799;

/** From how many days before its expiry on a certificate counts as expiring, where nobody says otherwise. */
export const DEFAULT_REMINDER_DAYS = 30;

/** The most certificates an organization can hold (API guide, "Mutual TLS"). */
export const CERTIFICATE_LIMIT = 50;

/** An id that may become part of a path: `encodeURIComponent("..")` would still climb. */
export function isCertificateId(value: unknown): value is string {
	return typeof value === "string" && /^[A-Za-z0-9_-]{1,128}$/.test(value);
}

export type ExpiryState = "valid" | "expiring" | "expired" | "unknown";

/**
 * Tells how a certificate stands at a time.
 * @param expiresAt Unix seconds, or `null` where it is not known.
 * @param now Unix seconds.
 * @param reminderDays Days before the expiry from which on it counts as expiring.
 */
export function expiryState(expiresAt: number | null, now: number, reminderDays: number): ExpiryState {
	if (expiresAt === null) return "unknown";
	if (expiresAt <= now) return "expired";
	return expiresAt - now <= reminderDays * 86_400 ? "expiring" : "valid";
}

/** A certificate as the service stores it. Times are Unix seconds; `null` if the response did not include the value. */
export interface Certificate {
	readonly id: string;
	readonly name: string | null;
	readonly createdAt: number | null;
	readonly validAt: number | null;
	readonly expiresAt: number | null;
	/** True if active in the organization or project of the request; `undefined` if the response has no such field. */
	readonly active: boolean | undefined;
}

/** The certificates of an organization or project that could be read. */
export interface CertificateListing {
	readonly certificates: readonly Certificate[];
	/** Number of received entries that could not be read. */
	readonly unreadable: number;
	/** False if more certificates may exist: too many pages, or a repeated cursor. */
	readonly complete: boolean;
	/** The service's time of the response, Unix seconds; `null` if not given. */
	readonly servedAt: number | null;
	/** The key's organization, from the `openai-organization` header; `null` if not given. */
	readonly organization: string | null;
}

/** 9999-12-31T23:59:59Z in Unix seconds: no expiry (RFC 5280, 4.1.2.5). Times in milliseconds are larger. */
export const NO_EXPIRY = 253_402_300_799;

/** Default number of days before its expiry from which a certificate counts as expiring. */
export const DEFAULT_REMINDER_DAYS = 30;

/** True if an id is safe as part of a path. `encodeURIComponent` is not enough, because it keeps `..`. */
export function isCertificateId(value: unknown): value is string {
	return typeof value === "string" && /^[A-Za-z0-9_-]{1,128}$/.test(value);
}

export type ExpiryState = "valid" | "expiring" | "expired" | "unknown";

/**
 * Returns the expiry state of a certificate at a time.
 * @param expiresAt Unix seconds, or `null` if unknown.
 * @param now Unix seconds.
 * @param reminderDays Days before the expiry from which the certificate counts as expiring.
 */
export function expiryState(expiresAt: number | null, now: number, reminderDays: number): ExpiryState {
	if (expiresAt === null) return "unknown";
	if (expiresAt <= now) return "expired";
	return expiresAt - now <= reminderDays * 86_400 ? "expiring" : "valid";
}

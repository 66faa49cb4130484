import type { Certificate } from "../../domain/certificate.ts";

/** What certificates can be ordered by. */
export const ORDERS = ["created", "expiry", "name"] as const;

export type Order = (typeof ORDERS)[number];

/**
 * Certificates in an order: the newest first, the one that expires first, or by name. What lacks it comes last, and equal
 * ones stay as they were.
 */
export function sortCertificates(certificates: readonly Certificate[], order: Order): readonly Certificate[] {
	return certificates.toSorted(COMPARISONS[order]);
}

/** The difference of two of these is no number, which sorting takes for equal. */
const LAST = Number.POSITIVE_INFINITY;

const names = new Intl.Collator(undefined, { numeric: true });

const COMPARISONS: Readonly<Record<Order, (one: Certificate, other: Certificate) => number>> = {
	created: (one, other) => (other.createdAt ?? -LAST) - (one.createdAt ?? -LAST),
	expiry: (one, other) => (one.expiresAt ?? LAST) - (other.expiresAt ?? LAST),
	name: (one, other) => (one.name ? 0 : 1) - (other.name ? 0 : 1) || names.compare(one.name ?? "", other.name ?? ""),
};

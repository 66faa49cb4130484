import type { Certificate } from "./certificate.ts";

/** What certificates can be ordered by. */
export const ORDERS = ["created", "expiry", "name"] as const;

export type Order = (typeof ORDERS)[number];

/**
 * Certificates in an order: the newest first, the one that expires first, or by name. What lacks it comes last, and equal
 * ones stay as they were.
 */
export function inOrder(certificates: readonly Certificate[], order: Order): readonly Certificate[] {
	return certificates.toSorted(COMPARISONS[order]);
}

const LAST = Number.POSITIVE_INFINITY;

const names = new Intl.Collator(undefined, { numeric: true });

const COMPARISONS: Readonly<Record<Order, (one: Certificate, other: Certificate) => number>> = {
	created: (one, other) => difference(other.createdAt ?? -LAST, one.createdAt ?? -LAST),
	expiry: (one, other) => difference(one.expiresAt ?? LAST, other.expiresAt ?? LAST),
	name: (one, other) =>
		difference(one.name ? 0 : 1, other.name ? 0 : 1) || names.compare(one.name ?? "", other.name ?? ""),
};

/** Two infinities are equal, which their difference is not. */
function difference(one: number, other: number): number {
	return one === other ? 0 : one - other;
}

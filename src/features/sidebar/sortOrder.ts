import type { Certificate } from "../../domain/certificate.ts";

export const SORT_ORDERS = ["created", "expiry", "name"] as const;

export type SortOrder = (typeof SORT_ORDERS)[number];

/**
 * Sorts certificates: newest first, earliest expiry first, or by name. Certificates without the value come last. The
 * order of equal certificates stays.
 */
export function sortCertificates(certificates: readonly Certificate[], order: SortOrder): readonly Certificate[] {
	return certificates.toSorted(COMPARISONS[order]);
}

/** The difference of two of these is `NaN`, which counts as equal when sorting. */
const LAST = Number.POSITIVE_INFINITY;

const collator = new Intl.Collator(undefined, { numeric: true });

const COMPARISONS: Readonly<Record<SortOrder, (one: Certificate, other: Certificate) => number>> = {
	created: (one, other) => (other.createdAt ?? -LAST) - (one.createdAt ?? -LAST),
	expiry: (one, other) => (one.expiresAt ?? LAST) - (other.expiresAt ?? LAST),
	name: (one, other) => (one.name ? 0 : 1) - (other.name ? 0 : 1) || collator.compare(one.name ?? "", other.name ?? ""),
};

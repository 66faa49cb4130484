import type { CredentialsProvider } from "../domain/adminApi.ts";
import type { Certificate, CertificateListing } from "../domain/certificate.ts";
import { problemOf } from "../domain/problem.ts";
import type { ApiResponse, HttpTransport } from "./httpTransport.ts";
import { type Page, parsePage } from "./schemas.ts";

const PAGE_SIZE = 100;
const MOST_PAGES = 20;

/** The most certificates that are read: an organization holds 50 (`CERTIFICATE_LIMIT`). */
export const MAX_CERTIFICATES = 1000;

/** A list as far as it could be read. */
export interface Pages<T> {
	/** Each id once, in the service's order. */
	readonly entries: readonly T[];
	readonly unreadable: number;
	/** False where there may be more: too many pages or entries, or a cursor that came twice or is gone. */
	readonly complete: boolean;
	readonly servedAt: number | null;
	readonly organization: string | null;
}

/** A list of certificates in the domain's words. */
export function toListing({ entries, ...rest }: Pages<Certificate>): CertificateListing {
	return { certificates: entries, ...rest };
}

/** Which list is read, and how. */
export interface ListRequest<T> {
	/** Its route below the base URL. */
	readonly route: string;
	readonly query?: Readonly<Record<string, string | string[]>>;
	/** The most entries that are read: whoever sends more will not stop. */
	readonly most: number;
	/** Reads one entry; `null` where it cannot be read. */
	readonly parse: (json: unknown) => T | null;
	/** Told of each page's entries as they come; of some twice, where it had to start over. */
	readonly onPage?: ((entries: readonly T[]) => void) | undefined;
}

/**
 * Reads every page of a list. Where a cursor was deleted meanwhile it starts over once.
 * @throws Failure, Cancelled
 */
export async function readPages<T extends { readonly id: string }>(
	transport: HttpTransport,
	access: CredentialsProvider,
	request: ListRequest<T>,
	signal: AbortSignal | undefined,
	mayStartOver = true,
): Promise<Pages<T>> {
	const found = new Map<string, T>();
	const cursors = new Set<string>();
	let seen = 0;
	let unreadable = 0;
	let told: Pick<Pages<T>, "servedAt" | "organization"> = { servedAt: null, organization: null };
	const pages = (complete: boolean): Pages<T> => ({ entries: [...found.values()], unreadable, complete, ...told });
	for (let page = 0; page < MOST_PAGES; page++) {
		const answer = await readPage(transport, access, request, [...cursors].at(-1), signal);
		if (answer === null && mayStartOver) return readPages(transport, access, request, signal, false);
		if (answer === null) break;
		const { value, servedAt, organization } = answer;
		const { entries, hasMore, lastId } = value;
		told = { servedAt, organization };
		const read = entries.slice(0, request.most - seen).flatMap((entry) => request.parse(entry) ?? []);
		unreadable += Math.min(entries.length, request.most - seen) - read.length;
		for (const entry of read) found.set(entry.id, entry);
		request.onPage?.(read);
		seen += entries.length;
		if (!hasMore && seen <= request.most) return pages(true);
		if (seen >= request.most || lastId === null || cursors.has(lastId)) break;
		cursors.add(lastId);
	}
	return pages(false);
}

/**
 * Reads one page.
 * @param after The id that it begins behind.
 * @returns `null` where that id is gone by now: it is refused, or nothing comes of what was promised.
 */
async function readPage(
	transport: HttpTransport,
	access: CredentialsProvider,
	list: Pick<ListRequest<unknown>, "route" | "query">,
	after: string | undefined,
	signal: AbortSignal | undefined,
): Promise<ApiResponse<Page> | null> {
	const query = { ...list.query, limit: String(PAGE_SIZE), ...(after && { after }) };
	try {
		const request = { method: "GET", route: list.route, query, parse: parsePage } as const;
		const answer = await transport.send(access, request, signal);
		const { entries, hasMore } = answer.value;
		return after && entries.length === 0 && !hasMore ? null : answer;
	} catch (thrown) {
		if (after && isCursorRefused(thrown)) return null;
		throw thrown;
	}
}

/** The same request without a cursor was answered before. */
function isCursorRefused(thrown: unknown): boolean {
	const problem = problemOf(thrown);
	return problem?.reason === "not-found" || (problem?.reason === "rejected" && problem.status === 400);
}

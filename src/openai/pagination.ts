import type { CredentialsProvider } from "../domain/adminApi.ts";
import type { Certificate, CertificateListing } from "../domain/certificate.ts";
import { problemOf } from "../domain/problem.ts";
import type { ApiResponse, HttpTransport } from "./httpTransport.ts";
import { type Page, parsePage } from "./schemas.ts";

const PAGE_SIZE = 100;
const MAX_PAGES = 20;

/** Maximum number of certificates to read. An organization has at most 50 (`CERTIFICATE_LIMIT`). */
export const MAX_CERTIFICATES = 1000;

/** The entries of a list that could be read. */
export interface ListResult<T> {
	/** Without duplicate ids, in the service's order. */
	readonly entries: readonly T[];
	readonly unreadable: number;
	/** False if more entries may exist: too many pages or entries, or a repeated or deleted cursor. */
	readonly complete: boolean;
	readonly servedAt: number | null;
	readonly organization: string | null;
}

export function toListing({ entries, ...rest }: ListResult<Certificate>): CertificateListing {
	return { certificates: entries, ...rest };
}

/** A list to read. */
export interface ListRequest<T> {
	/** Relative to the base URL. */
	readonly route: string;
	readonly query?: Readonly<Record<string, string | string[]>>;
	/** Maximum number of entries to read, in case the server never ends the list. */
	readonly maxEntries: number;
	/** Parses one entry; `null` if unreadable. */
	readonly parse: (json: unknown) => T | null;
	/** Called with each page's entries on arrival; again from the first page if reading had to restart. */
	readonly onPage?: ((entries: readonly T[]) => void) | undefined;
}

/** Reads every page of a list. Restarts once if a cursor was deleted meanwhile. @throws ProblemError, CancelledError */
export async function readPages<T extends { readonly id: string }>(
	transport: HttpTransport,
	credentials: CredentialsProvider,
	request: ListRequest<T>,
	signal: AbortSignal | undefined,
	mayRestart = true,
): Promise<ListResult<T>> {
	const found = new Map<string, T>();
	const cursors = new Set<string>();
	let seen = 0;
	let unreadable = 0;
	let headers: Pick<ListResult<T>, "servedAt" | "organization"> = { servedAt: null, organization: null };
	const pages = (complete: boolean): ListResult<T> => ({
		entries: [...found.values()],
		unreadable,
		complete,
		...headers,
	});
	for (let page = 0; page < MAX_PAGES; page++) {
		const response = await readPage(transport, credentials, request, [...cursors].at(-1), signal);
		if (response === null && mayRestart) return readPages(transport, credentials, request, signal, false);
		if (response === null) break;
		const { value, servedAt, organization } = response;
		const { entries, hasMore, lastId } = value;
		headers = { servedAt, organization };
		const read = entries.slice(0, request.maxEntries - seen).flatMap((entry) => request.parse(entry) ?? []);
		unreadable += Math.min(entries.length, request.maxEntries - seen) - read.length;
		for (const entry of read) found.set(entry.id, entry);
		request.onPage?.(read);
		seen += entries.length;
		if (!hasMore && seen <= request.maxEntries) return pages(true);
		if (seen >= request.maxEntries || lastId === null || cursors.has(lastId)) break;
		cursors.add(lastId);
	}
	return pages(false);
}

/**
 * Reads one page.
 * @param after The id before the page's first entry.
 * @returns `null` if the `after` id was deleted meanwhile: the service refuses it, or returns an empty last page.
 */
async function readPage(
	transport: HttpTransport,
	credentials: CredentialsProvider,
	list: Pick<ListRequest<unknown>, "route" | "query">,
	after: string | undefined,
	signal: AbortSignal | undefined,
): Promise<ApiResponse<Page> | null> {
	const query = { ...list.query, limit: String(PAGE_SIZE), ...(after && { after }) };
	try {
		const request = { method: "GET", route: list.route, query, parse: parsePage } as const;
		const response = await transport.send(credentials, request, signal);
		const { entries, hasMore } = response.value;
		return after && entries.length === 0 && !hasMore ? null : response;
	} catch (thrown) {
		if (after && isCursorRefused(thrown)) return null;
		throw thrown;
	}
}

/** True if the service refused the cursor: the request without a cursor succeeded before. */
function isCursorRefused(thrown: unknown): boolean {
	const problem = problemOf(thrown);
	return problem?.reason === "not-found" || (problem?.reason === "rejected" && problem.status === 400);
}

import type { ConversationCursorPageResponse } from "openai/pagination";
import { ApiError } from "./apiError.ts";
import type { Switches } from "./switches.ts";

export interface PageQuery {
	readonly limit: number;
	readonly after?: string | undefined;
	readonly order?: "asc" | "desc" | undefined;
}

/** A page as OpenAI's client types it, except that an empty page's ids are null, as OpenAI's document says. */
export interface ListPage<Item> extends Omit<ConversationCursorPageResponse<Item>, "last_id"> {
	readonly object: "list";
	readonly first_id: string | null;
	readonly last_id: ConversationCursorPageResponse<Item>["last_id"] | null;
}

/**
 * Returns one page of a list.
 * @param items Oldest first.
 * @throws ApiError 400 that names `after` if no item has this id, unless the switches allow an unknown id.
 */
export function paginate<Item extends { readonly id: string }>(
	items: readonly Item[],
	query: PageQuery,
	onUnknownCursor: Switches["unknownCursor"],
): ListPage<Item> {
	const ordered = query.order === "asc" ? items : items.toReversed();
	const start = startOf(ordered, query.after, onUnknownCursor);
	const data = ordered.slice(start, start + query.limit);
	return {
		object: "list",
		data,
		first_id: data[0]?.id ?? null,
		last_id: data.at(-1)?.id ?? null,
		has_more: start + query.limit < ordered.length,
	};
}

function startOf(
	items: readonly { readonly id: string }[],
	after: string | undefined,
	onUnknownCursor: Switches["unknownCursor"],
): number {
	if (after === undefined) return 0;
	const cursor = items.findIndex((item) => item.id === after);
	if (cursor !== -1) return cursor + 1;
	if (onUnknownCursor === "ignored") return 0;
	if (onUnknownCursor === "empty") return items.length;
	throw new ApiError(400, "Invalid cursor: 'after' names no object of this list.", { param: "after" });
}

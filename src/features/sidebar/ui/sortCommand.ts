import type * as vscode from "vscode";
import { labels } from "../../../common/messages/labels.ts";
import { pickOne } from "../../../common/ui/prompts.ts";
import { formatSortOrder, sortLabels } from "../sortMessages.ts";
import { SORT_ORDERS, type SortOrder } from "../sortOrder.ts";

const SORT_ORDER_KEY = "openaiCertificates.order";

/** Returns the sort order that the user picked last; by upload date, newest first, by default. */
export function storedSortOrder(globalState: vscode.Memento): SortOrder {
	const order = globalState.get<unknown>(SORT_ORDER_KEY);
	return SORT_ORDERS.find((each) => each === order) ?? "created";
}

/** Asks for a sort order and stores it. @throws CancelledError */
export async function promptForSortOrder(globalState: vscode.Memento): Promise<void> {
	const current = storedSortOrder(globalState);
	const choices = SORT_ORDERS.map((value) => ({
		label: formatSortOrder(value),
		description: value === current ? labels.current : "",
		value,
	}));
	const question = { title: sortLabels.title, placeholder: sortLabels.placeholder };
	const chosen = await pickOne(
		question,
		choices,
		choices.find(({ value }) => value === current),
	);
	await globalState.update(SORT_ORDER_KEY, chosen);
}

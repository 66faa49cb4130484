import * as l10n from "@vscode/l10n";
import type * as vscode from "vscode";
import { pickOne } from "../../../common/ui/prompts.ts";
import { SORT_ORDERS, type SortOrder } from "../sortOrder.ts";

const SORT_ORDER_KEY = "openaiCertificates.order";

/** Returns the sort order that the user picked last; the service's order by default. */
export function storedSortOrder(globalState: vscode.Memento): SortOrder {
	const order = globalState.get<unknown>(SORT_ORDER_KEY);
	return SORT_ORDERS.find((each) => each === order) ?? "created";
}

/** Asks for a sort order and stores it. @throws CancelledError */
export async function promptForSortOrder(globalState: vscode.Memento): Promise<void> {
	const current = storedSortOrder(globalState);
	const choices = SORT_ORDERS.map((value) => ({
		label: formatOrder(value),
		description: value === current ? l10n.t("in use") : "",
		value,
	}));
	const question = { title: l10n.t("Sort certificates"), placeholder: l10n.t("By what?") };
	const chosen = await pickOne(
		question,
		choices,
		choices.find(({ value }) => value === current),
	);
	await globalState.update(SORT_ORDER_KEY, chosen);
}

function formatOrder(order: SortOrder): string {
	switch (order) {
		case "created":
			return l10n.t("Created, newest first");
		case "expiry":
			return l10n.t("Expiry, soonest first");
		case "name":
			return l10n.t("Name");
	}
}

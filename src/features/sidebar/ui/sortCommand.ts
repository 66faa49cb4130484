import * as l10n from "@vscode/l10n";
import type * as vscode from "vscode";
import { pickOne } from "../../../common/ui/prompts.ts";
import { ORDERS, type Order } from "../sortOrder.ts";

const SORT_ORDER_KEY = "openaiCertificates.order";

/** Returns the sort order that the user picked last; the service's order by default. */
export function orderIn(globalState: vscode.Memento): Order {
	const order = globalState.get<unknown>(SORT_ORDER_KEY);
	return ORDERS.find((each) => each === order) ?? "created";
}

/** Asks for a sort order and stores it. @throws CancelledError */
export async function chooseOrder(globalState: vscode.Memento): Promise<void> {
	const current = orderIn(globalState);
	const choices = ORDERS.map((value) => ({
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

function formatOrder(order: Order): string {
	switch (order) {
		case "created":
			return l10n.t("Created, newest first");
		case "expiry":
			return l10n.t("Expiry, soonest first");
		case "name":
			return l10n.t("Name");
	}
}

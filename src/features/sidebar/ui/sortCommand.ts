import * as l10n from "@vscode/l10n";
import type * as vscode from "vscode";
import { pickOne } from "../../../common/ui/prompts.ts";
import { ORDERS, type Order } from "../sortOrder.ts";

const ORDER = "openaiCertificates.order";

/** The order that the person chose last: as the service lists them where nobody chose one. */
export function orderIn(memory: vscode.Memento): Order {
	const order = memory.get<unknown>(ORDER);
	return ORDERS.find((each) => each === order) ?? "created";
}

/** Has the person choose an order, and remembers it. @throws Cancelled */
export async function chooseOrder(memory: vscode.Memento): Promise<void> {
	const current = orderIn(memory);
	const choices = ORDERS.map((value) => ({
		label: orderWords(value),
		description: value === current ? l10n.t("in use") : "",
		value,
	}));
	const question = { title: l10n.t("Sort certificates"), placeholder: l10n.t("By what?") };
	const chosen = await pickOne(
		question,
		choices,
		choices.find(({ value }) => value === current),
	);
	await memory.update(ORDER, chosen);
}

function orderWords(order: Order): string {
	switch (order) {
		case "created":
			return l10n.t("Created, newest first");
		case "expiry":
			return l10n.t("Expiry, soonest first");
		case "name":
			return l10n.t("Name");
	}
}

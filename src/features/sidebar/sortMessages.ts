import * as l10n from "@vscode/l10n";
import { labels } from "../../common/messages/labels.ts";
import type { SortOrder } from "./sortOrder.ts";

export const sortLabels = {
	get title() {
		return l10n.t("Sort certificates");
	},
	get placeholder() {
		return l10n.t("Sort by");
	},
};

export function formatSortOrder(order: SortOrder): string {
	switch (order) {
		case "created":
			return l10n.t("Upload date, newest first");
		case "expiry":
			return l10n.t("Expiry date, soonest first");
		case "name":
			return labels.name;
	}
}

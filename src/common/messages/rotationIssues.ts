import * as l10n from "@vscode/l10n";
import type { RotationIssue } from "../../domain/problem.ts";

/** Describes why one certificate cannot replace another, or why the old certificate cannot return. */
export function describeRotationIssue(issue: RotationIssue): string {
	switch (issue) {
		case "same":
			return l10n.t("Both are the same certificate.");
		case "inactive":
			return l10n.t("The old certificate is active nowhere, so there is nothing to take over.");
		case "gone":
			return l10n.t("The new certificate is not there any more.");
		case "leaf":
			return l10n.t("The new certificate is no authority: no client certificate can chain to it.");
		case "dates-unknown":
			return l10n.t("It cannot be told which of the two expires later.");
		case "not-longer":
			return l10n.t("The new certificate does not expire later than the old one.");
		case "not-yet-valid":
			return l10n.t("The new certificate is not valid yet.");
		case "expired":
			return l10n.t("The new certificate has expired.");
		case "expires-soon":
			return l10n.t("The new certificate expires soon itself.");
		case "old-expired":
			return l10n.t("The old certificate has expired, so nothing returns to it.");
	}
}

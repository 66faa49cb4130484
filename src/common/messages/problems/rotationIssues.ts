import * as l10n from "@vscode/l10n";
import type { RotationIssue } from "../../../domain/rotationIssue.ts";

/** Describes why one certificate cannot replace another, or why the old certificate cannot return. */
export function describeRotationIssue(issue: RotationIssue): string {
	switch (issue) {
		case "same":
			return l10n.t("The old certificate and the replacement are the same.");
		case "inactive":
			return l10n.t("The old certificate isn't active anywhere, so there's nothing to rotate.");
		case "gone":
			return l10n.t("The replacement no longer exists.");
		case "leaf":
			return l10n.t("The replacement isn't a CA certificate.");
		case "dates-unknown":
			return l10n.t("Couldn't determine which certificate expires later.");
		case "not-longer":
			return l10n.t("The replacement must expire later than the old certificate.");
		case "not-yet-valid":
			return l10n.t("The replacement isn't valid yet.");
		case "expired":
			return l10n.t("The replacement has expired.");
		case "expires-soon":
			return l10n.t("The replacement expires soon, too.");
		case "old-expired":
			return l10n.t("The old certificate has expired, so it can't be reactivated.");
	}
}

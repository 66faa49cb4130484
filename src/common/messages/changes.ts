import * as l10n from "@vscode/l10n";
import type { Problem } from "../../domain/problem.ts";
import { type ProblemText, problemTextLabels } from "./problems/problemText.ts";
import { formatList, formatProjectNames, formatScopes } from "./scopes.ts";

/** Describes where a certificate that should be deleted is active. */
export function describeActiveCertificate(problem: Problem & { reason: "certificate-active" }): string {
	return l10n.t(
		"This certificate is active in {0}, so it wasn't deleted. Deactivate it there first.",
		formatScopes(problem),
	);
}

/** Like `describeActiveCertificate`, after other changes. */
export function describeStillActiveCertificate(problem: Problem & { reason: "certificate-active" }): string {
	return l10n.t("This certificate is active in {0}. Deactivate it there first.", formatScopes(problem));
}

/** Describes which scopes could not be read before a change. @param why The first problem, described without its effect. */
export function unreadScopesText(
	{ organization, allProjects, projects }: Problem & { reason: "scopes-unread" },
	why: string | null,
): ProblemText {
	const parts = [
		...(organization ? [l10n.t("the organization's list")] : []),
		...(allProjects ? [l10n.t("the list of projects")] : []),
		...formatProjectNames(projects),
	];
	return {
		fact: l10n.t(
			"Couldn't check where this certificate is active, because this couldn't be read: {0}.",
			formatList(parts),
		),
		effect: problemTextLabels.nothingChanged,
		action: why ?? l10n.t("Refresh, then try again."),
	};
}

/** Describes a change whose outcome is unknown. */
export function describeUnknownChange({ act }: Problem & { reason: "change-unknown" }): string {
	switch (act) {
		case "rename":
			return l10n.t("OpenAI didn't confirm the new name. Refresh to see whether it was applied.");
		case "remove":
			return l10n.t("OpenAI didn't confirm the deletion. Refresh to see whether the certificate is gone.");
	}
}

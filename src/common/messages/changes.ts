import * as l10n from "@vscode/l10n";
import type { Problem } from "../../domain/problem.ts";
import { formatList, formatProjectNames, formatScopes } from "./scopes.ts";

/** Describes where a certificate that should be deleted is active. */
export function describeActiveCertificate(problem: Problem & { reason: "certificate-active" }): string {
	return l10n.t("It is active in {0}. Nothing was deleted. Deactivate it there first.", formatScopes(problem));
}

/** Describes which scopes could not be read before a change. @param why The first problem, described. */
export function describeUnreadScopes(
	{ organization, allProjects, projects }: Problem & { reason: "scopes-unread" },
	why: string | null,
): string {
	const parts = [
		...(organization ? [l10n.t("the organization's list")] : []),
		...(allProjects ? [l10n.t("the list of projects")] : []),
		...formatProjectNames(projects),
	];
	const unread = l10n.t(
		"Where it is active could not be read as a whole: {0}. Nothing was changed.",
		formatList(parts),
	);
	return `${unread} ${why ?? l10n.t("Refresh, then try again.")}`;
}

/** Describes a change whose outcome is unknown. */
export function describeUnknownChange({ act }: Problem & { reason: "change-unknown" }): string {
	switch (act) {
		case "rename":
			return l10n.t("The new name was sent, but no answer tells whether it was taken. Refresh to see.");
		case "remove":
			return l10n.t("The deletion was sent, but no answer tells whether it was done. Refresh to see.");
	}
}

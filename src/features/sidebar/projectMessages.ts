import * as l10n from "@vscode/l10n";
import { formatAbsoluteTime, formatDateTime, formatTimeLeft } from "../../common/messages/dates.ts";
import { labels } from "../../common/messages/labels.ts";
import { describeProblem } from "../../common/messages/problems/problems.ts";
import { formatProjectName } from "../../common/messages/scopes.ts";
import type { EnforcedCertificate } from "../../domain/activationStatus.ts";
import type { Problem } from "../../domain/problem.ts";
import type { Project } from "../../domain/scope.ts";

/** The known state of one project. */
export interface ProjectStatus {
	readonly project: Project;
	/** The enforced certificates according to the last reading. */
	readonly enforced: readonly EnforcedCertificate[];
	/** When the certificates were read, Unix milliseconds; `null` if never. */
	readonly loadedAt: number | null;
	readonly loading: boolean;
	/** Why the newest attempt to read the certificates failed, else `null`. */
	readonly problem: Problem | null;
}

/** Formats a project's text beside its name. */
export function formatProjectDescription(status: ProjectStatus): string {
	const { project, problem, loadedAt } = status;
	const parts = [project.archived ? labels.archived : null, formatCounts(status)];
	if (problem && loadedAt !== null) parts.push(l10n.t("as of {0}", formatDateTime(loadedAt)));
	return parts.filter((part) => part !== null).join(" · ");
}

function formatCounts({ enforced, loadedAt, loading, problem }: ProjectStatus): string {
	if (loadedAt === null) {
		if (problem && !loading) return l10n.t("couldn't be read");
		return l10n.t("loading…");
	}
	const own = enforced.filter(({ how }) => how !== "inherited").length;
	const inherited = enforced.length - own;
	if (inherited === 0) return own === 0 ? l10n.t("none active") : l10n.t("{0} active", own);
	return own === 0 ? l10n.t("{0} inherited", inherited) : l10n.t("{0} active, {1} inherited", own, inherited);
}

/** Formats a project for screen readers. */
export function formatProjectLabel(status: ProjectStatus): string {
	return `${formatProjectName(status.project)}, ${formatProjectDescription(status)}`;
}

/** Lists all known facts about a project, one per line. */
export function projectTooltip(status: ProjectStatus): string {
	const { project, loadedAt, problem } = status;
	const lines = [formatProjectName(project), l10n.t("ID: {0}", project.id), formatProjectDescription(status)];
	if (project.createdAt !== null) lines.push(l10n.t("Created: {0}", formatAbsoluteTime(project.createdAt)));
	if (loadedAt !== null) lines.push(l10n.t("Last read: {0}", formatDateTime(loadedAt)));
	if (problem) lines.push(describeProblem(problem));
	return lines.join("\n");
}

/** Formats the text beside the name of a certificate in a project. @param now Unix seconds. */
export function formatEnforcedDescription({ certificate, how }: EnforcedCertificate, now: number): string {
	const expiry = formatTimeLeft(certificate.expiresAt, now);
	return how === "own" ? expiry : `${expiry} · ${formatSource(how)}`;
}

/** Says that a certificate is active in a project, and through which scope. */
export function formatEnforcedActivation({ how }: EnforcedCertificate, project: Project): string {
	const active = l10n.t("active in “{0}”", formatProjectName(project));
	return how === "own" ? active : `${active}, ${formatSource(how)}`;
}

function formatSource(how: "inherited" | "either"): string {
	return how === "inherited"
		? l10n.t("inherited from the organization")
		: l10n.t("inherited from the organization, possibly also active here");
}
